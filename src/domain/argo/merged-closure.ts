import type { Closure } from '../closure.ts';
import type { RelativePath } from '../paths.ts';

/** One closure of several builds; `directory` is that of the first. */
export function mergedClosure(first: Closure, others: readonly Closure[]): Closure {
  if (others.length === 0) return first;
  const all = [first, ...others];
  return {
    directory: first.directory,
    files: union(all.map(({ files }) => files)),
    kustomizations: union(all.map(({ kustomizations }) => kustomizations)),
    absent: union(all.map(({ absent }) => absent)),
    listings: union(all.map(({ listings }) => listings)),
    remote: union(all.map(({ remote }) => remote)),
    problems: all.flatMap(({ problems }) => problems),
  };
}

/** A closure of files alone. */
export function filesClosure(directory: RelativePath, parts: Partial<Omit<Closure, 'directory'>>): Closure {
  return {
    directory,
    files: union([parts.files ?? []]),
    kustomizations: union([parts.kustomizations ?? []]),
    absent: union([parts.absent ?? []]),
    listings: union([parts.listings ?? []]),
    remote: union([parts.remote ?? []]),
    problems: parts.problems ?? [],
  };
}

function union<Item extends string>(lists: readonly (readonly Item[])[]): Item[] {
  return [...new Set(lists.flat())].sort();
}
