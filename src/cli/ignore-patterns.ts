import { UNREADABLE_BY_BUILDS } from '../domain/unreadable-by-builds.ts';
import { UsageError } from './errors.ts';

/**
 * The built-in list of files that no build can read, changed by the user's `--ignore` options in their order: `PATTERN` is
 * added, `!PATTERN` taken off. Throws UsageError for a pattern that could never fit.
 */
export function ignorePatterns(changes: readonly string[]): readonly string[] {
  let patterns = UNREADABLE_BY_BUILDS;
  for (const change of changes) {
    const pattern = change.replace(/^!/, '');
    if (pattern === '' || pattern.slice(0, -1).includes('/')) {
      throw new UsageError(
        `--ignore expects a pattern for one name, such as '*.txt' or 'docs/', found '${change}'`,
        "it fits files and directories of that name anywhere; a '/' at its end means directories only",
      );
    }
    if (change === pattern) {
      patterns = [...patterns, pattern];
    } else if (patterns.includes(pattern)) {
      patterns = patterns.filter((listed) => listed !== pattern);
    } else {
      throw new UsageError(
        `--ignore !${pattern} expects a pattern that is on the list, found none of that text`,
        `the list is ${UNREADABLE_BY_BUILDS.join(' ')}`,
      );
    }
  }
  return patterns;
}
