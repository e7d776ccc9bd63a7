import { Observable } from 'rxjs';
import type { RelativePath } from '../domain/paths.ts';
import { type Clock, systemClock } from '../engine/clock.ts';
import { rescanHints } from './rescan-hints.ts';
import { rootPresence, watchNearestParent } from './root-presence.ts';
import { secondLook } from './second-look.ts';
import { pollTree } from './tree-poll.ts';
import type { IgnoredPath, PathEvent, TreeListener } from './tree-source.ts';
import { watchTree } from './tree-watch.ts';
import { ignoredByDefault } from './watch-ignore.ts';
import { watchTrouble } from './watch-trouble.ts';

/**
 * What may have happened below the root. Each is a hint to look: events can be doubled, late, or missing until the next `rescan`.
 * - `ready`, once: from here on changes are told.
 * - `rescan`: anything may have changed; compare the whole tree with what is known of it.
 * - `root-removed`, `root-added`: the watched directory itself went or (again, or another one) came; a `rescan` follows once it is watched.
 * - `degraded`: the watching goes on, but worse; `hint` is the cure.
 */
export type FileEvent =
  | PathEvent
  | { readonly type: 'ready' }
  | { readonly type: 'rescan'; readonly reason: string }
  | { readonly type: 'root-removed' }
  | { readonly type: 'root-added' }
  | { readonly type: 'degraded'; readonly reason: string; readonly hint: string };

export interface FileEventsOptions {
  /** Replaces the default (dot-directories, node_modules, editors' temporary files). A directory's answer covers all below it; `.git` is never watched. */
  readonly ignored?: (path: RelativePath, isDirectory: boolean) => boolean;
  /** Look at every file now and then instead of waiting for the system's events. Default interval 1 s. */
  readonly poll?: boolean | { readonly intervalMs: number };
  /** Between two `rescan` without a cause. Default 60 s. */
  readonly rescanEveryMs?: number;
  readonly clock?: Clock;
}

const POLL_INTERVAL_MS = 1_000;
const RESCAN_EVERY_MS = 60_000;
const ROOT_CHECK_MS = 1_000;

/** The file events of one directory, which need not exist yet and may be a symlink. Never errors or completes; unsubscribing closes everything. */
export function fileEvents(rootDir: string, options: FileEventsOptions = {}): Observable<FileEvent> {
  return new Observable((subscriber) => watchRoot(rootDir, options, (event) => subscriber.next(event)));
}

/** One watch of the tree that the root leads to now; the root may lead elsewhere later. */
interface Armed {
  readonly identity: string;
  close(): void;
}

function watchRoot(rootDir: string, options: FileEventsOptions, emit: (event: FileEvent) => void): () => void {
  const clock = options.clock ?? systemClock;
  const ignored = ignoredWithGit(options.ignored ?? ignoredByDefault);
  let armed: Armed | undefined;
  let absent = false;
  let readyTold = false;
  let closed = false;
  let polled = options.poll !== undefined && options.poll !== false;
  let stopWaiting = (): void => {};
  let cancelCheck = clock.schedule(checkNowAndThen, ROOT_CHECK_MS);
  const rescans = rescanHints(clock, options.rescanEveryMs ?? RESCAN_EVERY_MS, (reason) => {
    if (armed !== undefined) emit({ type: 'rescan', reason });
  });

  function checkNowAndThen(): void {
    cancelCheck = clock.schedule(checkNowAndThen, ROOT_CHECK_MS);
    checkRoot();
  }

  /** Brings the watching in line with what the root is now. */
  function checkRoot(): void {
    if (closed) return;
    const presence = rootPresence(rootDir);
    if (armed !== undefined && armed.identity === presence?.identity) return;
    stopWaiting();
    if (armed !== undefined || (presence === undefined && !absent)) {
      armed?.close();
      armed = undefined;
      absent = true;
      emit({ type: 'root-removed' });
    }
    if (closed) return;
    if (presence === undefined) {
      stopWaiting = watchNearestParent(rootDir, checkRoot);
      return;
    }
    const cameBack = absent;
    absent = false;
    if (cameBack) emit({ type: 'root-added' });
    if (!closed) arm(presence, cameBack ? 'the watched directory is a new one' : undefined);
  }

  function arm(
    presence: { readonly realPath: string; readonly identity: string },
    rescanReason: string | undefined,
  ): void {
    let live = true;
    const look = secondLook(presence.realPath, { clock, ignored, tell: (event) => live && emit(event) });
    const listener: TreeListener = {
      event: (event) => {
        if (!live) return;
        rescans.note();
        look.note(event);
        emit(event);
      },
      ready: () => {
        if (!live) return;
        if (!readyTold) emit({ type: 'ready' });
        readyTold = true;
        if (rescanReason !== undefined) emit({ type: 'rescan', reason: rescanReason });
      },
      // Not within the watcher's own callback: it is about to be closed.
      rootGone: () => queueMicrotask(checkRoot),
      failed: (error) => {
        if (live) degrade(error);
      },
    };
    const source = polled
      ? pollTree(presence.realPath, ignored, listener, { clock, intervalMs: pollIntervalOf(options) })
      : watchTree(presence.realPath, ignored, listener);
    const here: Armed = {
      identity: presence.identity,
      close: () => {
        live = false;
        look.close();
        source.close();
      },
    };
    armed = here;

    function degrade(error: Error): void {
      const { reason, hint, exhausted } = watchTrouble(error);
      emit({ type: 'degraded', reason, hint });
      if (!live) return;
      if (!exhausted || polled) {
        emit({ type: 'rescan', reason });
        return;
      }
      polled = true;
      // The first watches may fail before the source is there to be closed.
      queueMicrotask(() => {
        if (closed || armed !== here) return;
        here.close();
        arm(presence, 'polling took over from watching');
      });
      live = false;
    }
  }

  checkRoot();
  return () => {
    closed = true;
    cancelCheck();
    rescans.close();
    stopWaiting();
    armed?.close();
    armed = undefined;
  };
}

function ignoredWithGit(ignored: IgnoredPath): IgnoredPath {
  return (path, isDirectory) =>
    path === '.git' ||
    path.startsWith('.git/') ||
    path.includes('/.git/') ||
    path.endsWith('/.git') ||
    ignored(path, isDirectory);
}

function pollIntervalOf({ poll }: FileEventsOptions): number {
  return typeof poll === 'object' ? poll.intervalMs : POLL_INTERVAL_MS;
}
