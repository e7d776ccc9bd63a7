import type { BigIntStats } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type DirectoryEntry, type FileFacts, FileUnreadableError } from '../domain/file-tree.ts';
import { childOf, isWithin, type RelativePath, ROOT } from '../domain/paths.ts';
import type { CachedFile, CachedListing, DiskTreeCache } from './disk-tree-cache.ts';
import { type FileStamp, fileStamp } from './file-stamp.ts';
import { listDirectory } from './list-directory.ts';

const SLICE_MS = 4;

export interface SweptTree {
  readonly cache: DiskTreeCache;
  readonly absolute: (path: RelativePath) => string;
  /** Undefined where nothing is. */
  readonly statsNow: (path: RelativePath) => BigIntStats | undefined;
  /** Read from disk, whatever is remembered. Throws FileUnreadableError. */
  readonly factsNow: (path: RelativePath) => FileFacts | undefined;
}

/** See DiskTree.sweep. */
export async function* diskSweep(tree: SweptTree): AsyncGenerator<RelativePath> {
  const found = new Set<RelativePath>();
  let sliceStart = performance.now();
  for (const path of differences(tree)) {
    if (path !== undefined && !found.has(path)) {
      found.add(path);
      yield path;
      // Whoever consumes may have taken any time.
      sliceStart = performance.now();
    }
    if (performance.now() - sliceStart < SLICE_MS) continue;
    await nextTurn();
    sliceStart = performance.now();
  }
}

/** Yields undefined after each path without a difference: a place to pause. */
function* differences(tree: SweptTree): Iterable<RelativePath | undefined> {
  // The root was gone when it was last looked at: no listing above it can show that it is there again.
  if (tree.cache.rootWasAbsent && entriesNow(tree, ROOT) !== undefined) yield ROOT;
  for (const directory of [...tree.cache.listings.keys()]) {
    const listing = tree.cache.listings.get(directory);
    if (listing === undefined) continue;
    yield* listingDifferences(tree, directory, listing);
    for (const file of tree.cache.fileNames(directory, listing)) yield fileDiffers(tree, file) ? file : undefined;
  }
}

function* listingDifferences(
  tree: SweptTree,
  directory: RelativePath,
  listing: CachedListing,
): Iterable<RelativePath | undefined> {
  const stamp = stampNow(tree, directory);
  if (stamp !== undefined && stamp.text === listing.stamp.text && !listing.stamp.racy) return;
  const now = entriesNow(tree, directory);
  if (now === undefined) {
    yield directory;
    yield* knownBelow(tree, directory);
    return;
  }
  const before = new Map(listing.entries.map((entry) => [entry.name, entry.kind]));
  let same = true;
  for (const { name, kind } of now) {
    const kindBefore = before.get(name);
    before.delete(name);
    // A followed link is listed as what it points at.
    if (kindBefore === kind || (kind === 'symlink' && kindBefore !== undefined)) continue;
    same = false;
    yield* appeared(tree, childOf(directory, name), kind);
  }
  for (const [name, kind] of before) {
    same = false;
    const path = childOf(directory, name);
    yield path;
    if (kind === 'directory') yield* knownBelow(tree, path);
  }
  if (same && stamp !== undefined) listing.stamp = stamp;
  yield undefined;
}

/** A new directory stands for everything in it: an event for each file below. */
function* appeared(tree: SweptTree, path: RelativePath, kind: DirectoryEntry['kind']): Iterable<RelativePath> {
  yield path;
  if (kind !== 'directory') return;
  for (const entry of entriesNow(tree, path) ?? []) yield* appeared(tree, childOf(path, entry.name), entry.kind);
}

function* knownBelow(tree: SweptTree, directory: RelativePath): Iterable<RelativePath> {
  for (const file of [...tree.cache.files.keys()]) if (isWithin(directory, file)) yield file;
}

function fileDiffers(tree: SweptTree, path: RelativePath): boolean {
  const known = tree.cache.files.get(path);
  const stamp = stampNow(tree, path);
  if (stamp === undefined) return true;
  if (known === undefined) {
    tree.cache.files.set(path, { digest: undefined, mode: 0, bytes: 0, stamp });
    return false;
  }
  if (known.stamp.text !== stamp.text) return true;
  if (!known.stamp.racy) return false;
  if (contentDiffers(tree, path, known)) return true;
  known.stamp = stamp;
  return false;
}

function contentDiffers(tree: SweptTree, path: RelativePath, known: CachedFile): boolean {
  // Nothing has read it yet, so nothing can have been missed.
  if (known.digest === undefined) return false;
  try {
    return tree.factsNow(path)?.digest !== known.digest;
  } catch (error) {
    if (error instanceof FileUnreadableError) return true;
    throw error;
  }
}

function stampNow(tree: SweptTree, path: RelativePath): FileStamp | undefined {
  const stats = tree.statsNow(path);
  return stats === undefined ? undefined : fileStamp(stats, Date.now());
}

function entriesNow(tree: SweptTree, directory: RelativePath): readonly DirectoryEntry[] | undefined {
  try {
    return listDirectory(tree.absolute(directory), directory)?.entries;
  } catch (error) {
    if (error instanceof FileUnreadableError) return undefined;
    throw error;
  }
}
