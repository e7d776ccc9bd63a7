import type { RelativePath } from './paths.ts';
import { baseNameOf } from './paths.ts';

/** True for a file that decides which files a source lets through. */
export function isSourceRuleFile(path: RelativePath): boolean {
  return baseNameOf(path) === '.sourceignore';
}
