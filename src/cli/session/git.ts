import { execFileSync } from 'node:child_process';
import { firstValueFrom } from 'rxjs';
import type { Clock } from '../../engine/clock.ts';
import { gitLocked, gitLockReleased } from '../../streams/git-lock.ts';
import type { Happening } from '../../ui/happening.ts';

/** The top level of the Git work tree around `dir`, absolute; undefined outside of any, or without git. */
export function gitTopLevel(dir: string): string | undefined {
  try {
    const out = execFileSync('git', ['-C', dir, 'rev-parse', '--show-toplevel'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return out.trim() || undefined;
  } catch {
    return undefined;
  }
}

/** A lock this old is worth a word: a git that crashed leaves it behind. */
const LOCK_TOLD_AFTER_MS = 5_000;

/**
 * Waits until no git command rewrites the tree; true when it had to wait. Then the tree was half-written, and is looked at as a whole.
 */
export async function waitForGit(
  rootDir: string,
  signal: AbortSignal,
  onHappening: (happening: Happening) => void,
  clock: Clock,
): Promise<boolean> {
  if (!gitLocked(rootDir)) return false;
  const cancel = clock.schedule(
    () =>
      onHappening({
        type: 'message',
        level: 'warning',
        text: 'waiting for git: .git/index.lock exists, so the tree may be half-written',
        hint: 'if no git command is running, remove the lock file',
      }),
    LOCK_TOLD_AFTER_MS,
  );
  let onAbort: (() => void) | undefined;
  try {
    await Promise.race([
      firstValueFrom(gitLockReleased(rootDir, { clock }), { defaultValue: undefined }),
      new Promise<void>((resolve) => {
        onAbort = () => resolve();
        signal.addEventListener('abort', onAbort, { once: true });
      }),
    ]);
    return true;
  } finally {
    cancel();
    if (onAbort !== undefined) signal.removeEventListener('abort', onAbort);
  }
}
