import { type DirectoryEntry, type FileTree, FileUnreadableError } from './file-tree.ts';
import type { RelativePath } from './paths.ts';

/** The entries of a directory, or the error code where it may not be listed; undefined where none is. */
export function listOrCode(tree: FileTree, directory: RelativePath): readonly DirectoryEntry[] | string | undefined {
  try {
    return tree.list(directory);
  } catch (error) {
    if (error instanceof FileUnreadableError) return error.code;
    throw error;
  }
}
