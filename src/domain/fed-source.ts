import type { FileTree } from './file-tree.ts';
import { isFedKind } from './source-kinds.ts';
import type { Definitions, ObjectId } from './target.ts';
import { parseObjectId } from './target.ts';

/**
 * The sources that the files of `tree` may be, likeliest first: those that targets or artifact generators read, by the number of
 * targets whose path exists in the tree; at a tie the one that Flux's own bootstrap makes.
 */
export function fedSourceCandidates(definitions: Definitions, tree: FileTree): ObjectId[] {
  const scores = new Map<ObjectId, number>();
  const count = (id: ObjectId, score: number): void => {
    if (isFedKind(parseObjectId(id).kind)) scores.set(id, (scores.get(id) ?? 0) + score);
  };
  for (const target of definitions.targets) {
    for (const { source, path } of target.application?.parts ?? [target]) {
      count(source, path !== undefined && tree.kindOf(path) === 'directory' ? 1 : 0);
    }
  }
  for (const generator of definitions.generators) {
    for (const { source } of generator.sources) count(source, generator.artifacts.length);
  }
  return [...scores]
    .sort(([left, a], [right, b]) => b - a || bootstrapRank(left) - bootstrapRank(right))
    .map(([id]) => id);
}

function bootstrapRank(id: ObjectId): number {
  return parseObjectId(id).name === 'flux-system' ? 0 : 1;
}
