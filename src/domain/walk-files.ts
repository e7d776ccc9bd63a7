import type { FileTree } from './file-tree.ts';
import type { RelativePath } from './paths.ts';
import { childOf } from './paths.ts';
import { listOrCode } from './unreadable-directory.ts';

/** Every regular file at or below `path`, in name order, directory by directory. Symlinks are not followed, and a directory that may not be listed has none. */
export function* walkFiles(tree: FileTree, path: RelativePath): Generator<RelativePath> {
  const entries = listOrCode(tree, path);
  if (typeof entries === 'string') return;
  if (entries === undefined) {
    if (tree.kindOf(path) === 'file') yield path;
    return;
  }
  for (const entry of entries) {
    const child = childOf(path, entry.name);
    if (entry.kind === 'file') yield child;
    else if (entry.kind === 'directory') yield* walkFiles(tree, child);
  }
}
