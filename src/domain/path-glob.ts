import picomatch from 'picomatch';

export type PathGlob = (path: string) => boolean;

const KEPT_MAX = 1_000;
const kept = new Map<string, PathGlob>();

/** Whether a path fits a doublestar pattern of a copy rule, leading dots included. The rules are looked at anew with each change: a pattern is made ready once. */
export function pathGlob(pattern: string): PathGlob {
  const known = kept.get(pattern);
  if (known !== undefined) return known;
  if (kept.size >= KEPT_MAX) kept.clear();
  const glob = picomatch(pattern, { dot: true });
  kept.set(pattern, glob);
  return glob;
}
