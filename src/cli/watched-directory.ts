import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { UsageError } from './errors.ts';

/** The absolute directory that DIR means: as given, else `k8s` below `cwd` if there is one, else `cwd`. Throws UsageError when it is no directory. */
export function watchedDirectory(given: string | undefined, cwd: string): string {
  if (given === undefined) {
    const usual = join(cwd, 'k8s');
    return kindOf(usual) === 'directory' ? usual : cwd;
  }
  const directory = resolve(cwd, given);
  const kind = kindOf(directory);
  if (kind === 'directory') return directory;
  throw new UsageError(
    `expected a directory, found ${kind} at ${directory}`,
    kind === 'a file' ? 'give the directory that holds it' : 'check the path; it counts from the current directory',
  );
}

function kindOf(path: string): string {
  try {
    return statSync(path).isDirectory() ? 'directory' : 'a file';
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    return code === 'ENOENT' || code === 'ENOTDIR' ? 'nothing' : `something that cannot be read (${code})`;
  }
}
