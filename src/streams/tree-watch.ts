import type { Stats } from 'node:fs';
import { join } from 'node:path';
import { type FSWatcher, watch } from 'chokidar';
import { childOf, isWithin, parentOf, type RelativePath, ROOT } from '../domain/paths.ts';
import { type IgnoredPath, type PathEvent, pathBelow, type TreeListener, type TreeSource } from './tree-source.ts';

/** Directories whose first scan is under way at a time. chokidar alone scans all at once, at a cost of 120 MB for 1,000 of them. */
const SCANS_MAX = 4;

/** Elsewhere the system watches whole trees at no cost a directory. */
const WATCHES_EACH_DIRECTORY = process.platform !== 'darwin' && process.platform !== 'win32';

const EVENT_TYPES = {
  add: 'added',
  change: 'changed',
  unlink: 'removed',
  addDir: 'directory-added',
  unlinkDir: 'directory-removed',
} as const satisfies Record<string, PathEvent['type']>;

interface WatchedDirectory {
  readonly watcher: FSWatcher;
  /** What the first scan finds was there before anyone listened. */
  silent: boolean;
}

/** Watches the tree below `root`, a real path, with chokidar: one shallow watcher a directory where each needs its own anyway. */
export function watchTree(root: string, ignored: IgnoredPath, listener: TreeListener): TreeSource {
  const directories = new Map<RelativePath, WatchedDirectory>();
  const waiting: { readonly path: RelativePath; readonly silent: boolean }[] = [{ path: ROOT, silent: true }];
  const closers = new Map<FSWatcher, () => void>();
  let scans = 0;
  let closed = false;
  let ready = false;

  function scanNext(): void {
    while (!closed && scans < SCANS_MAX) {
      const next = waiting.shift();
      if (next === undefined) break;
      scan(next.path, next.silent);
    }
    if (closed || ready || scans > 0) return;
    ready = true;
    listener.ready();
  }

  function scan(path: RelativePath, silent: boolean): void {
    const watcher = watch(absoluteOf(path), {
      atomic: false,
      followSymlinks: false,
      ignoreInitial: false,
      ignored: (absolute: string, stats?: Stats) => isIgnored(absolute, stats),
      ...(WATCHES_EACH_DIRECTORY ? { depth: 0 } : {}),
    });
    const directory: WatchedDirectory = { watcher, silent };
    directories.set(path, directory);
    scans += 1;
    let scanning = true;
    const scanned = (): void => {
      if (!scanning) return;
      scanning = false;
      directory.silent = false;
      scans -= 1;
      scanNext();
    };
    watcher.on('all', (event, absolute) => {
      if (!closed && directories.get(path) === directory && event in EVENT_TYPES) {
        changed(EVENT_TYPES[event as keyof typeof EVENT_TYPES], path, directory, absolute);
      }
    });
    watcher.on('ready', scanned);
    watcher.on('error', (error) => {
      if (!closed) listener.failed(error instanceof Error ? error : new Error(String(error)));
      scanned();
    });
    // A watcher that is closed before its first scan ends never says it is ready.
    closers.set(watcher, scanned);
  }

  function changed(
    type: PathEvent['type'],
    watched: RelativePath,
    directory: WatchedDirectory,
    absolute: string,
  ): void {
    const path = pathBelow(root, absolute);
    if (path === undefined) return;
    if (path === ROOT) {
      if (type === 'directory-removed') listener.rootGone();
      return;
    }
    // A directory is told about by the watcher of the one above it.
    if (WATCHES_EACH_DIRECTORY && parentOf(path) !== watched) return;
    if (WATCHES_EACH_DIRECTORY && type === 'directory-removed') {
      dropBelow(path);
      return;
    }
    if (!directory.silent) listener.event({ type, path });
    if (WATCHES_EACH_DIRECTORY && type === 'directory-added') {
      drop(path);
      waiting.push({ path, silent: directory.silent });
      scanNext();
    }
  }

  /** A directory that went takes along what lay in it; each file is told, since its own watcher may not live to do it. */
  function dropBelow(path: RelativePath): void {
    for (const below of [...directories.keys()].filter((candidate) => isWithin(path, candidate)).reverse()) {
      for (const name of namesIn(below)) {
        const child = childOf(below, name);
        if (!directories.has(child)) listener.event({ type: 'removed', path: child });
      }
      drop(below);
      if (below !== path) listener.event({ type: 'directory-removed', path: below });
    }
    listener.event({ type: 'directory-removed', path });
  }

  function namesIn(path: RelativePath): readonly string[] {
    return directories.get(path)?.watcher.getWatched()[absoluteOf(path)] ?? [];
  }

  function drop(path: RelativePath): void {
    const directory = directories.get(path);
    if (directory === undefined) return;
    directories.delete(path);
    const { watcher } = directory;
    const scanned = closers.get(watcher);
    closers.delete(watcher);
    // Closing only fails where the handle is gone already.
    watcher.close().catch(() => {});
    scanned?.();
  }

  function isIgnored(absolute: string, stats: Stats | undefined): boolean {
    const path = pathBelow(root, absolute);
    if (path === undefined || path === ROOT) return false;
    if (stats !== undefined) return ignored(path, stats.isDirectory());
    // chokidar first asks by path alone: only what is ignored as a file and as a directory is so for certain.
    return ignored(path, false) && ignored(path, true);
  }

  function absoluteOf(path: RelativePath): string {
    return path === ROOT ? root : join(root, path);
  }

  scanNext();
  return {
    close: () => {
      closed = true;
      waiting.length = 0;
      for (const path of [...directories.keys()]) drop(path);
    },
  };
}
