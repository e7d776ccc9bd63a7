import { type Dirent, readdirSync, statSync } from 'node:fs';
import { type DirectoryEntry, FileUnreadableError } from '../domain/file-tree.ts';
import type { RelativePath } from '../domain/paths.ts';
import { type FileStamp, fileStamp } from './file-stamp.ts';

export interface DirectoryListing {
  readonly entries: readonly DirectoryEntry[];
  readonly stamp: FileStamp;
}

/** Reads one directory, without `.git`, sorted by name; undefined where there is none. Throws FileUnreadableError. */
export function listDirectory(absolute: string, path: RelativePath): DirectoryListing | undefined {
  try {
    // The stamp is taken first: an entry that comes between both makes the stamp differ at the next look.
    const stamp = fileStamp(statSync(absolute, { bigint: true }), Date.now());
    const entries = readdirSync(absolute, { withFileTypes: true })
      .filter((entry) => entry.name !== '.git')
      .map((entry) => ({ name: entry.name, kind: kindOfEntry(entry) }));
    return { entries: entries.sort(byName), stamp };
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    if (code === undefined) throw error;
    throw new FileUnreadableError(path, code, { cause: error });
  }
}

/** The code of a system error (`ENOENT`, …), or undefined for any other error. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

function byName(left: DirectoryEntry, right: DirectoryEntry): number {
  return left.name < right.name ? -1 : left.name > right.name ? 1 : 0;
}

function kindOfEntry(entry: Dirent): DirectoryEntry['kind'] {
  if (entry.isFile()) return 'file';
  if (entry.isDirectory()) return 'directory';
  return entry.isSymbolicLink() ? 'symlink' : 'other';
}
