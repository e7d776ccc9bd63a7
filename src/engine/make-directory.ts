import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * The directory and those above it, level by level. Node's own recursive mkdir never ends where a file system answers ENOENT below a directory
 * that is there, as /proc does. `mode` of those that are made, as far as the umask lets it. Throws what the system says.
 */
export function makeDirectory(path: string, mode = 0o777): void {
  if (isThere(path)) return;
  const parent = dirname(path);
  if (parent !== path) makeDirectory(parent, mode);
  try {
    mkdirSync(path, mode);
  } catch (error) {
    // Somebody else was quicker.
    if (!isThere(path)) throw error;
  }
}

function isThere(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
