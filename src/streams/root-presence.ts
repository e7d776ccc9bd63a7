import { type FSWatcher, realpathSync, statSync, watch } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** Which directory a path leads to right now. */
export interface RootPresence {
  /** Without symlinks. */
  readonly realPath: string;
  /** Differs for a directory that was deleted and made again, also where it got the same inode. */
  readonly identity: string;
}

/** Undefined where no directory is. Follows a symlink. */
export function rootPresence(rootDir: string): RootPresence | undefined {
  try {
    const realPath = realpathSync.native(rootDir);
    const stats = statSync(realPath, { bigint: true });
    if (!stats.isDirectory()) return undefined;
    return { realPath, identity: `${realPath}:${stats.dev}:${stats.ino}:${stats.birthtimeNs}` };
  } catch {
    return undefined;
  }
}

/** Calls `changed` when something happens in the nearest directory above `rootDir` that exists. A hint; the returned function ends it. */
export function watchNearestParent(rootDir: string, changed: () => void): () => void {
  const parent = nearestDirectoryAbove(resolve(rootDir));
  let watcher: FSWatcher;
  try {
    watcher = watch(parent, changed);
  } catch {
    return () => {}; // Out of watches or not permitted: whoever asks looks at the clock too.
  }
  watcher.on('error', () => watcher.close());
  return () => watcher.close();
}

function nearestDirectoryAbove(path: string): string {
  let parent = dirname(path);
  while (rootPresence(parent) === undefined && dirname(parent) !== parent) parent = dirname(parent);
  return parent;
}
