import { type ClosureArtifact, closureArtifact } from '../domain/closure-artifact.ts';
import { closureDigest } from '../domain/closure-digest.ts';
import { FileUnreadableError } from '../domain/file-tree.ts';
import { type FileContent, overlaidTree } from '../domain/overlaid-tree.ts';
import type { RelativePath } from '../domain/paths.ts';
import type { ChangingTree } from '../domain/source-files.ts';
import type { SourceMapping } from '../domain/source-mapping.ts';
import type { ObjectId } from '../domain/target.ts';
import { type FileToPush, filesToPush, fileToPush } from './files-to-push.ts';
import { type ArtifactConfig, artifactConfig } from './push-artifact.ts';

/** What would be pushed if some files have new contents, and nothing else differs from what was resolved last. A guess: nothing is decided by it. */
export interface LikelyArtifacts {
  /** Whose builds read one of the files. */
  readonly targets: readonly ObjectId[];
  /** Of a target's own; undefined where there is none. */
  artifactOf(target: ObjectId): ClosureArtifact | undefined;
  /** Of the shared source. */
  filesToPush(): readonly FileToPush[];
  /** Of the shared source; undefined where it cannot be told before the files are resolved. */
  config(): ArtifactConfig | undefined;
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
  // A target that reads the source itself reads what is visible of it.
  const after = overlaidTree(mapping.visible, files);
  const digestAfter = (target: ObjectId): string | undefined => {
    const state = states.get(target);
    if (state?.closure === undefined || state.root.artifact !== undefined) return undefined;
    return closureDigest(state.closure, after);
  };
  return {
    targets: [...targets],
    artifactOf: (target) => {
      const state = states.get(target);
      const digest = digestAfter(target);
      if (state === undefined || digest === undefined) return undefined;
      const outcome = closureArtifact({ ...state, root: { ...state.root, tree: after }, digest });
      return 'artifact' in outcome ? outcome.artifact : undefined;
    },
    filesToPush: () =>
      filesToPush(mapping).map((file) => {
        const facts = files.get(file.path)?.facts;
        return facts === undefined ? file : fileToPush(after, file.path, facts.mode, facts.digest);
      }),
    config: () => {
      const digests = mapping.digests();
      for (const target of targets) {
        const digest = digestAfter(target);
        if (digest === undefined || digests[target] === undefined) return undefined;
        digests[target] = digest;
      }
      return artifactConfig(mapping.contents.digestWith(files), digests, mapping.builds());
    },
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
