import { UNREADABLE_BY_BUILDS } from '../domain/unreadable-by-builds.ts';

/** The built-in list of files that no build can read, with the user's `--ignore` patterns after it: the last one that fits decides. */
export function ignorePatterns(added: readonly string[]): readonly string[] {
  return [...UNREADABLE_BY_BUILDS, ...added];
}
