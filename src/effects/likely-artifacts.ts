import { type ClosureArtifact, closureArtifact } from '../domain/closure-artifact.ts';
import { closureDigest } from '../domain/closure-digest.ts';
import { FileUnreadableError } from '../domain/file-tree.ts';
import { type FileContent, overlaidTree } from '../domain/overlaid-tree.ts';
import type { RelativePath } from '../domain/paths.ts';
import type { ChangingTree } from '../domain/source-files.ts';
import type { SourceMapping } from '../domain/source-mapping.ts';
import type { ObjectId } from '../domain/target.ts';
import { type FileToPush, filesToPush } from './files-to-push.ts';

/** What would be pushed if some files have new contents, and nothing else differs from what was resolved last. A guess: nothing is decided by it. */
export interface LikelyArtifacts {
  /** Whose builds read one of the files. */
  readonly targets: readonly ObjectId[];
  /** Of a target's own; undefined where there is none. */
  artifactOf(target: ObjectId): ClosureArtifact | undefined;
  /** Of the shared source. */
  filesToPush(): readonly FileToPush[];
}

/** Undefined where more than contents may differ, or the tree cannot be looked at without noting what was seen. */
export function likelyArtifacts(mapping: SourceMapping, changed: readonly RelativePath[]): LikelyArtifacts | undefined {
  const { tree, states } = mapping;
  const files = new Map<RelativePath, FileContent>();
  const targets = new Set<ObjectId>();
  for (const path of changed) {
    const isKnown = mapping.contents.contentOf(path) !== undefined || mapping.readersOf(path).size > 0;
    const found = isKnown ? peeked(tree, path) : undefined;
    if (found === undefined) return undefined;
    files.set(path, found);
    for (const target of mapping.readersOf(path)) targets.add(target);
  }
  return {
    targets: [...targets],
    artifactOf: (target) => {
      const state = states.get(target);
      if (state?.closure === undefined || state.root.artifact !== undefined) return undefined;
      const root = { ...state.root, tree: overlaidTree(state.root.tree, files) };
      const outcome = closureArtifact({ ...state, root, digest: closureDigest(state.closure, root.tree) });
      return 'artifact' in outcome ? outcome.artifact : undefined;
    },
    filesToPush: () =>
      filesToPush({ contents: mapping.contents, visible: mapping.visible }).map((file) => {
        const found = files.get(file.path);
        return found === undefined
          ? file
          : { path: file.path, mode: found.facts.mode, digest: found.facts.digest, read: () => found.content };
      }),
  };
}

function peeked(tree: ChangingTree, path: RelativePath): FileContent | undefined {
  try {
    return tree.peek?.(path);
  } catch (error) {
    if (error instanceof FileUnreadableError) return undefined;
    throw error;
  }
}
