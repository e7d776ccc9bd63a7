import { hash } from 'node:crypto';
import type { DirectoryEntry, FileFacts } from '../../src/domain/file-tree.ts';
import { baseNameOf, childOf, isWithin, parentOf, type RelativePath, ROOT } from '../../src/domain/paths.ts';
import type { ChangingTree } from '../../src/domain/source-files.ts';
import { DiskTreeCache } from '../../src/streams/disk-tree-cache.ts';
import type { SimulatedFiles } from './simulated-files.ts';

/** What a process remembers of the simulated files, with the cache that DiskTree has: what it has not been told of, it does not see. */
export class SimulatedTree implements ChangingTree {
  readonly #files: SimulatedFiles;
  readonly #cache = new DiskTreeCache(1_000_000);

  constructor(files: SimulatedFiles) {
    this.#files = files;
  }

  kindOf(path: RelativePath): DirectoryEntry['kind'] | undefined {
    if (path === ROOT) return 'directory';
    const name = baseNameOf(path);
    return this.list(parentOf(path))?.find((entry) => entry.name === name)?.kind;
  }

  list(directory: RelativePath): readonly DirectoryEntry[] | undefined {
    const known = this.#cache.listing(directory);
    if (known !== undefined) return known;
    if (this.kindOf(directory) !== 'directory') return undefined;
    const found = this.#files.entries(directory);
    if (found === undefined) {
      if (directory !== ROOT) this.#cache.noteRead(directory, undefined);
      return undefined;
    }
    const entries = [...found].map(([name, kind]) => ({ name, kind })).sort((a, b) => (a.name < b.name ? -1 : 1));
    this.#cache.setListing(directory, entries, this.#stamp(directory));
    return entries;
  }

  read(path: RelativePath): Uint8Array | undefined {
    return this.#load(path)?.bytes;
  }

  facts(path: RelativePath): FileFacts | undefined {
    return this.#cache.facts(path) ?? this.#load(path)?.facts;
  }

  takeOutdated(): readonly RelativePath[] {
    return this.#cache.takeOutdated();
  }

  invalidate(paths: readonly RelativePath[]): void {
    this.#cache.invalidate(paths);
  }

  /** Every path that differs from what is remembered. */
  sweep(): RelativePath[] {
    const found = new Set<RelativePath>();
    for (const [directory, { stamp }] of this.#cache.listings) {
      const listing = this.#cache.listings.get(directory)?.entries ?? [];
      if (this.#files.stamp(directory) !== stamp.text) this.#compare(directory, listing, found);
      for (const { name, kind } of listing) {
        const path = childOf(directory, name);
        const known = this.#cache.files.get(path);
        if (kind === 'file' && known !== undefined && known.stamp.text !== this.#files.stamp(path)) found.add(path);
      }
    }
    return [...found];
  }

  #compare(directory: RelativePath, before: readonly DirectoryEntry[], found: Set<RelativePath>): void {
    const now = this.#files.entries(directory);
    if (now === undefined) {
      found.add(directory);
      for (const file of this.#cache.files.keys()) if (isWithin(directory, file)) found.add(file);
      return;
    }
    for (const [name, kind] of now) {
      if (!before.some((entry) => entry.name === name && entry.kind === kind))
        this.#appeared(childOf(directory, name), found);
    }
    for (const { name } of before) {
      const path = childOf(directory, name);
      if (now.has(name)) continue;
      found.add(path);
      for (const file of this.#cache.files.keys()) if (isWithin(path, file)) found.add(file);
    }
  }

  #appeared(path: RelativePath, found: Set<RelativePath>): void {
    found.add(path);
    for (const name of this.#files.entries(path)?.keys() ?? []) this.#appeared(childOf(path, name), found);
  }

  #load(path: RelativePath): LoadedFile | undefined {
    if (this.kindOf(path) !== 'file') return undefined;
    const text = this.#files.files.get(path);
    if (text === undefined) {
      this.#cache.noteRead(path, undefined);
      return undefined;
    }
    const loaded = loadedFile(text);
    this.#cache.noteRead(path, { facts: loaded.facts, stamp: this.#stamp(path) });
    return loaded;
  }

  #stamp(path: string): { readonly text: string; readonly racy: boolean } {
    return { text: this.#files.stamp(path), racy: false };
  }
}

interface LoadedFile {
  readonly bytes: Uint8Array;
  readonly facts: FileFacts;
}

/** The same few texts are read again and again, in every run. */
const loadedFiles = new Map<string, LoadedFile>();
const LOADED_FILES_MAX = 20_000;

function loadedFile(text: string): LoadedFile {
  const known = loadedFiles.get(text);
  if (known !== undefined) return known;
  const bytes = new TextEncoder().encode(text);
  const loaded = { bytes, facts: { digest: hash('sha256', bytes, 'hex'), mode: 0o644, bytes: bytes.byteLength } };
  if (loadedFiles.size >= LOADED_FILES_MAX) loadedFiles.clear();
  loadedFiles.set(text, loaded);
  return loaded;
}

export function digestOf(text: string): string {
  return loadedFile(text).facts.digest;
}
