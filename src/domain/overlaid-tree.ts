import type { FileFacts, FileTree } from './file-tree.ts';
import type { RelativePath } from './paths.ts';

export interface FileContent {
  readonly content: Uint8Array;
  readonly facts: FileFacts;
}

/** `tree`, but for the contents of these files, which it has. */
export function overlaidTree(tree: FileTree, files: ReadonlyMap<RelativePath, FileContent>): FileTree {
  return {
    kindOf: (path) => tree.kindOf(path),
    list: (directory) => tree.list(directory),
    read: (path) => files.get(path)?.content ?? tree.read(path),
    facts: (path) => files.get(path)?.facts ?? tree.facts(path),
  };
}
