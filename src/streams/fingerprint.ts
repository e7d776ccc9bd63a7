import { lstatSync } from 'node:fs';

/** Changes when the file at `absolute` does, without reading it; undefined where there is none. */
export function fingerprintOf(absolute: string): string | undefined {
  try {
    const stats = lstatSync(absolute, { throwIfNoEntry: false });
    if (stats === undefined) return undefined;
    return `${stats.mtimeMs}:${stats.ctimeMs}:${stats.size}:${stats.ino}:${stats.mode}`;
  } catch (error) {
    // A path below what is a file now is gone; what cannot be looked at is still there, and looks the same each time.
    const code = codeOf(error);
    return code === 'ENOTDIR' || code === 'ENOENT' ? undefined : code;
  }
}

/** The error code of node:fs, or an empty string. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
