import type { WatchContext } from './watch-context.ts';

export function isOwed(context: WatchContext): boolean {
  return context.collected.length > 0 || context.rescan || context.recheck || context.full !== undefined;
}

export function mergePaths(
  known: readonly string[],
  more: readonly string[],
  max: number,
): readonly string[] | undefined {
  if (more.length === 0) return known;
  const last = known.at(-1);
  // An editor writes the same file several times in a row; that case needs no set.
  if (more.length === 1 && more[0] === last) return known;
  const union = new Set(known);
  for (const path of more) union.add(path);
  return union.size > max ? undefined : [...union];
}
