import { existsSync, type FSWatcher, readFileSync, statSync, watch } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { Observable } from 'rxjs';
import { type Clock, systemClock } from '../engine/clock.ts';
import { rootPresence } from './root-presence.ts';

/** How often a lock that was seen is looked at again, should its end send no event. */
const LOOK_EVERY_MS = 100;

/** The `index.lock` of the Git repository around `rootDir` (a worktree's or submodule's own), whether or not it exists; undefined outside of any. */
export function gitLockPath(rootDir: string): string | undefined {
  const directory = gitDirectoryOf(rootDir);
  return directory === undefined ? undefined : join(directory, 'index.lock');
}

/** True while Git changes the working tree or the index, so that files may be half of one branch and half of another. */
export function gitLocked(rootDir: string): boolean {
  const lock = gitLockPath(rootDir);
  return lock !== undefined && existsSync(lock);
}

/** Emits when the lock vanishes, each time; and at once where there is none, so that nobody waits for what has happened already. */
export function gitLockReleased(
  rootDir: string,
  { clock = systemClock }: { readonly clock?: Clock } = {},
): Observable<void> {
  return new Observable((subscriber) => {
    const lock = gitLockPath(rootDir);
    let locked = true;
    let cancel: (() => void) | undefined;
    const look = (): void => {
      cancel?.();
      cancel = undefined;
      const before = locked;
      locked = lock !== undefined && existsSync(lock);
      if (locked) cancel = clock.schedule(look, LOOK_EVERY_MS);
      else if (before) subscriber.next();
    };
    const watcher = lock === undefined ? undefined : watchDirectory(dirname(lock), look);
    look();
    return () => {
      cancel?.();
      watcher?.close();
    };
  });
}

function gitDirectoryOf(rootDir: string): string | undefined {
  let directory = rootPresence(rootDir)?.realPath ?? resolve(rootDir);
  for (;;) {
    const found = gitDirectoryAt(join(directory, '.git'));
    if (found !== undefined) return found;
    const parent = dirname(directory);
    if (parent === directory) return undefined;
    directory = parent;
  }
}

/** `.git` is the directory itself, or in a worktree or submodule a file that names it. */
function gitDirectoryAt(dotGit: string): string | undefined {
  try {
    if (statSync(dotGit).isDirectory()) return dotGit;
    const named = /^gitdir: (.+)$/m.exec(readFileSync(dotGit, 'utf8'))?.[1];
    return named === undefined ? undefined : resolve(dirname(dotGit), named.trim());
  } catch {
    return undefined;
  }
}

function watchDirectory(directory: string, changed: () => void): FSWatcher | undefined {
  try {
    const watcher = watch(directory, changed);
    watcher.on('error', () => watcher.close());
    return watcher;
  } catch {
    return undefined;
  }
}
