import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, vi } from 'vitest';
import type { RelativePath } from '../../src/domain/paths.ts';
import { type FileEvent, type FileEventsOptions, fileEvents } from '../../src/streams/file-events.ts';
import { ignoredByDefault } from '../../src/streams/watch-ignore.ts';

const PATIENCE = { timeout: 60_000, interval: 20 };

export function temporaryDirectory(): string {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'reconcile-machine-')));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

export function write(root: string, files: Readonly<Record<string, string>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
}

/** Path → content of every file below `root` that is not ignored by default. */
export function contentOf(root: string): Record<string, string> {
  const found: Record<string, string> = {};
  let entries: string[];
  try {
    entries = readdirSync(root, { recursive: true, encoding: 'utf8' });
  } catch {
    return found;
  }
  for (const path of entries.sort()) {
    const absolute = join(root, path);
    const stats = lstatSync(absolute, { throwIfNoEntry: false });
    if (stats?.isFile() && !ignoredByDefault(path as RelativePath, false)) found[path] = readFileSync(absolute, 'utf8');
  }
  return found;
}

/** Follows a directory as a consumer would: it believes only what events point at, reads there, and looks at all upon `rescan`. */
export async function follow(root: string, options: FileEventsOptions = {}) {
  const events: FileEvent[] = [];
  let known = new Map(Object.entries(contentOf(root)));
  const at = (path: string): void => {
    try {
      if (lstatSync(join(root, path)).isFile()) known.set(path, readFileSync(join(root, path), 'utf8'));
    } catch {
      known.delete(path);
    }
  };
  const subscription = fileEvents(root, options).subscribe((event) => {
    events.push(event);
    if ('path' in event && event.type !== 'directory-added' && event.type !== 'directory-removed') at(event.path);
    if (event.type === 'rescan') known = new Map(Object.entries(contentOf(root)));
  });
  onTestFinished(() => subscription.unsubscribe());
  const until = (type: FileEvent['type'], path?: string): Promise<void> =>
    vi.waitFor(() => {
      const found = events.some(
        (event) => event.type === type && (path === undefined || ('path' in event && event.path === path)),
      );
      expect(found, `${type} ${path ?? ''} among ${JSON.stringify(events.slice(-20))}`).toBe(true);
    }, PATIENCE);
  const untilInStep = (): Promise<void> =>
    vi.waitFor(() => expect(Object.fromEntries([...known].sort())).toEqual(contentOf(root)), PATIENCE);
  const paths = (): string[] => [...new Set(events.flatMap((event) => ('path' in event ? [event.path] : [])))].sort();
  return { events, until, untilInStep, paths, subscription };
}
