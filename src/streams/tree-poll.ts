import { type Dirent, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { childOf, isWithin, type RelativePath, ROOT } from '../domain/paths.ts';
import type { Clock } from '../engine/clock.ts';
import { codeOf, fingerprintOf } from './fingerprint.ts';
import type { IgnoredPath, TreeListener, TreeSource } from './tree-source.ts';

/** Entries looked at before other work gets its turn: about 2 ms. */
const ENTRIES_A_TURN = 500;
/** A large tree is looked at less often: at most about a twentieth of the time goes into looking. */
const PAUSE_PER_SWEEP = 20;
const DIRECTORY = 'directory';

/** Watches the tree below `root` by looking at every file each `intervalMs`: for file systems that send no events. */
export function pollTree(
  root: string,
  ignored: IgnoredPath,
  listener: TreeListener,
  { clock, intervalMs }: { readonly clock: Clock; readonly intervalMs: number },
): TreeSource {
  let known: Map<RelativePath, string> | undefined;
  let closed = false;
  let cancel = (): void => {};
  const complained = new Set<string>();

  async function sweep(): Promise<Map<RelativePath, string> | undefined> {
    const found = new Map<RelativePath, string>();
    const directories: RelativePath[] = [ROOT];
    let entries = 0;
    for (let directory = directories.pop(); directory !== undefined; directory = directories.pop()) {
      const listed = entriesOf(directory);
      if (listed === 'gone') {
        if (directory === ROOT) return undefined;
        continue;
      }
      if (listed === 'unreadable') {
        for (const [path, fingerprint] of known ?? []) if (isWithin(directory, path)) found.set(path, fingerprint);
        continue;
      }
      for (const entry of listed) {
        const path = childOf(directory, entry.name);
        if (ignored(path, entry.isDirectory())) continue;
        if (entry.isDirectory()) directories.push(path);
        const fingerprint = entry.isDirectory() ? DIRECTORY : fingerprintOf(join(root, path));
        if (fingerprint !== undefined) found.set(path, fingerprint);
        entries += 1;
        if (entries % ENTRIES_A_TURN === 0) await setImmediate();
        if (closed) return found;
      }
    }
    return found;
  }

  function entriesOf(directory: RelativePath): readonly Dirent[] | 'gone' | 'unreadable' {
    const absolute = join(root, directory);
    try {
      return readdirSync(absolute, { withFileTypes: true });
    } catch (error) {
      const code = codeOf(error);
      if (code === 'ENOENT' || code === 'ENOTDIR') return 'gone';
      if (!complained.has(absolute)) listener.failed(error instanceof Error ? error : new Error(String(error)));
      complained.add(absolute);
      return 'unreadable';
    }
  }

  function tellDifference(before: Map<RelativePath, string>, after: Map<RelativePath, string>): void {
    for (const [path, fingerprint] of before) {
      if ((after.get(path) === DIRECTORY) === (fingerprint === DIRECTORY) && after.has(path)) continue;
      listener.event({ type: fingerprint === DIRECTORY ? 'directory-removed' : 'removed', path });
    }
    for (const [path, fingerprint] of after) {
      const old = before.get(path);
      if (old === fingerprint) continue;
      if (fingerprint === DIRECTORY) listener.event({ type: 'directory-added', path });
      else listener.event({ type: old === undefined || old === DIRECTORY ? 'added' : 'changed', path });
    }
  }

  async function turn(): Promise<void> {
    const startedAt = clock.now();
    const found = await sweep();
    if (closed) return;
    const pauseMs = Math.max(intervalMs, (clock.now() - startedAt) * PAUSE_PER_SWEEP);
    if (found === undefined) {
      listener.rootGone();
    } else if (known === undefined) {
      known = found;
      listener.ready();
    } else {
      const before = known;
      known = found;
      tellDifference(before, found);
    }
    if (!closed) cancel = clock.schedule(() => void turn(), pauseMs);
  }

  void turn();
  return {
    close: () => {
      closed = true;
      cancel();
    },
  };
}
