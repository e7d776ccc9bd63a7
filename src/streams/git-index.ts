import { statSync } from 'node:fs';
import { fileStamp } from './file-stamp.ts';
import { gitLockPath } from './git-lock.ts';

/**
 * A question that is true once after each git command that has rewritten the index of the repository around `rootDir` (a switch, reset, stash or
 * pull changes files by the hundred, and is over before the last event of them has come), counted from now. Never true outside of any repository.
 */
export function gitIndexChanges(rootDir: string): () => boolean {
  let before = indexStamp(rootDir);
  return () => {
    const now = indexStamp(rootDir);
    const isChanged = now !== before;
    before = now;
    return isChanged;
  };
}

/** Undefined where there is no repository, or nothing was ever added to it. */
function indexStamp(rootDir: string): string | undefined {
  const lock = gitLockPath(rootDir);
  if (lock === undefined) return undefined;
  const stats = statSync(lock.slice(0, -'.lock'.length), { bigint: true, throwIfNoEntry: false });
  return stats === undefined ? undefined : fileStamp(stats, 0).text;
}
