import { type Dirent, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { childOf, type RelativePath } from '../domain/paths.ts';
import type { Clock } from '../engine/clock.ts';
import { fingerprintOf } from './fingerprint.ts';
import type { IgnoredPath, PathEvent } from './tree-source.ts';

/** Just above the 50 ms within which chokidar may take two saves for one. */
const SECOND_LOOK_MS = 60;

type Pending = { readonly dueAt: number } & (
  | { readonly kind: 'file'; readonly fingerprint: string | undefined }
  | { readonly kind: 'directory' }
);

export interface SecondLook {
  /** Remembers what `event` pointed at, to look there once more. */
  note(event: PathEvent): void;
  close(): void;
}

/**
 * Looks a second time at each path an event came from: a save right after the first one, or a file put into a directory before that
 * was watched, may have sent none. Tells only what is different, so an ordinary save is not told twice.
 */
export function secondLook(
  root: string,
  {
    clock,
    ignored,
    tell,
  }: { readonly clock: Clock; readonly ignored: IgnoredPath; readonly tell: (event: PathEvent) => void },
): SecondLook {
  const pending = new Map<RelativePath, Pending>();
  const told = new Set<RelativePath>();
  let cancel: (() => void) | undefined;

  function note({ type, path }: PathEvent): void {
    told.add(path);
    pending.delete(path);
    const dueAt = clock.now() + SECOND_LOOK_MS;
    if (type === 'directory-added') pending.set(path, { kind: 'directory', dueAt });
    else if (type !== 'directory-removed') {
      pending.set(path, { kind: 'file', dueAt, fingerprint: fingerprintOf(join(root, path)) });
    }
    if (pending.size > 0) cancel ??= clock.schedule(look, SECOND_LOOK_MS);
  }

  function look(): void {
    cancel = undefined;
    const now = clock.now();
    for (const [path, entry] of pending) {
      // In the order they are due, and never so early that a clock of coarse steps would look forever.
      if (entry.dueAt > now) break;
      pending.delete(path);
      if (entry.kind === 'file') lookAtFile(path, entry.fingerprint);
      else lookInto(path);
    }
    const next = pending.values().next().value;
    if (next === undefined) told.clear();
    else cancel ??= clock.schedule(look, Math.max(1, next.dueAt - clock.now()));
  }

  function lookAtFile(path: RelativePath, before: string | undefined): void {
    const after = fingerprintOf(join(root, path));
    if (after === before) return;
    found({ type: after === undefined ? 'removed' : 'changed', path });
  }

  function lookInto(directory: RelativePath): void {
    let entries: readonly Dirent[];
    try {
      entries = readdirSync(join(root, directory), { withFileTypes: true });
    } catch {
      return; // Gone or unreadable again: the watcher tells the one, the reader of the files meets the other.
    }
    for (const entry of entries) {
      const path = childOf(directory, entry.name);
      if (told.has(path) || ignored(path, entry.isDirectory())) continue;
      found({ type: entry.isDirectory() ? 'directory-added' : 'added', path });
    }
  }

  function found(event: PathEvent): void {
    note(event);
    tell(event);
  }

  return {
    note,
    close: () => {
      cancel?.();
      pending.clear();
    },
  };
}
