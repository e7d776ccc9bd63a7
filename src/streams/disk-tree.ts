import { type BigIntStats, lstatSync, realpathSync, statSync } from 'node:fs';
import { resolve, sep } from 'node:path';
import { type DirectoryEntry, type FileFacts, type FileTree, FileUnreadableError } from '../domain/file-tree.ts';
import { DEFAULT_LIMITS, type Limits } from '../domain/limits.ts';
import type { FileContent } from '../domain/overlaid-tree.ts';
import { baseNameOf, isWithin, parentOf, type RelativePath, ROOT, relativePath } from '../domain/paths.ts';
import { diskSweep } from './disk-sweep.ts';
import { DiskTreeCache } from './disk-tree-cache.ts';
import { errorCode, listDirectory } from './list-directory.ts';
import { readStableFile, type StableFile } from './read-stable-file.ts';

export interface DiskTreeOptions {
  /** Default: DEFAULT_LIMITS. */
  readonly limits?: Limits;
  /**
   * Whether a symlink is what it points at, as for `kubectl kustomize` on a local directory. Default: no, a symlink is a symlink, since
   * source-controller drops them all. A link that leads out of the root stays a symlink either way.
   */
  readonly followSymlinks?: boolean;
}

/**
 * The files below a directory on disk. Listings, and digests of the files that were asked for, are kept until `invalidate`; contents
 * are not. `.git` is not there at any depth. Nothing outside the root is ever opened.
 */
export class DiskTree implements FileTree {
  /** Absolute, symlinks resolved. */
  readonly root: string;
  readonly #limits: Limits;
  readonly #followSymlinks: boolean;
  readonly #cache: DiskTreeCache;

  /** Throws where `root` is no readable directory. */
  constructor(root: string, options: DiskTreeOptions = {}) {
    this.root = realpathSync(root);
    this.#limits = options.limits ?? DEFAULT_LIMITS;
    this.#followSymlinks = options.followSymlinks ?? false;
    this.#cache = new DiskTreeCache(this.#limits.treeFilesMax);
  }

  kindOf(path: RelativePath): DirectoryEntry['kind'] | undefined {
    if (path === ROOT) return 'directory';
    let siblings: readonly DirectoryEntry[] | undefined;
    try {
      siblings = this.list(parentOf(path));
    } catch (error) {
      if (!(error instanceof FileUnreadableError)) throw error;
      // A directory may be entered without being listed.
      return this.#kindOnDisk(path);
    }
    return siblings === undefined ? undefined : entryNamed(siblings, baseNameOf(path))?.kind;
  }

  list(directory: RelativePath): readonly DirectoryEntry[] | undefined {
    const known = this.#cache.listing(directory);
    if (known !== undefined) return known;
    if (this.kindOf(directory) !== 'directory') return undefined;
    const listing = listDirectory(this.absolute(directory), directory);
    if (directory === ROOT) this.#cache.rootWasAbsent = listing === undefined;
    if (listing === undefined) {
      // The one above still names it: should it come back, that one would show no difference.
      if (directory !== ROOT) this.#cache.noteRead(directory, undefined);
      return undefined;
    }
    const entries = this.#followSymlinks
      ? listing.entries.map((entry) => this.#followed(directory, entry))
      : listing.entries;
    this.#cache.setListing(directory, entries, listing.stamp);
    return entries;
  }

  /**
   * What is on disk now. What is remembered of the file stays: a change is noticed only through `invalidate`, and found by `sweep` and told by
   * `takeOutdated` till then.
   */
  read(path: RelativePath): Uint8Array | undefined {
    return this.#loadAndNote(path)?.content;
  }

  facts(path: RelativePath): FileFacts | undefined {
    return this.#cache.facts(path) ?? this.#loadAndNote(path)?.facts;
  }

  peek(path: RelativePath): FileContent | undefined {
    return this.kindOf(path) === 'file' ? this.#load(path) : undefined;
  }

  takeOutdated(): readonly RelativePath[] {
    return this.#cache.takeOutdated();
  }

  realPath(path: RelativePath): RelativePath | undefined {
    if (!this.#followSymlinks) return path;
    try {
      const real = realpathSync(this.absolute(path));
      if (real === this.root) return ROOT;
      return real.startsWith(this.root + sep)
        ? relativePath(real.slice(this.root.length).split(sep).join('/'))
        : undefined;
    } catch {
      return undefined;
    }
  }

  /** Forgets `paths` and, for a directory, what lies below it. What is asked for next comes from disk. */
  invalidate(paths: readonly RelativePath[]): void {
    this.#cache.invalidate(paths);
  }

  /**
   * Compares everything that is known with the disk and yields each path that differs: written, created or deleted since it was read,
   * whatever events were lost. Works in slices of about 4 ms and gives way to the event loop between them. It forgets nothing:
   * pass what it yields to `invalidate`.
   */
  sweep(): AsyncGenerator<RelativePath> {
    return diskSweep({
      cache: this.#cache,
      absolute: (path) => this.absolute(path),
      statsNow: (path) => this.#stats(path),
      factsNow: (path) => this.#load(path)?.facts,
    });
  }

  absolute(path: RelativePath): string {
    return path === ROOT ? this.root : resolve(this.root, path);
  }

  #loadAndNote(path: RelativePath): StableFile | undefined {
    if (this.kindOf(path) !== 'file') return undefined;
    const file = this.#load(path);
    this.#cache.noteRead(path, file);
    return file;
  }

  #load(path: RelativePath): StableFile | undefined {
    return readStableFile(this.absolute(path), path, {
      bytesMax: this.#limits.closureBytesMax,
      followSymlinks: this.#followSymlinks,
    });
  }

  #stats(path: RelativePath): BigIntStats | undefined {
    try {
      const stat = this.#followSymlinks ? statSync : lstatSync;
      return stat(this.absolute(path), { bigint: true });
    } catch (error) {
      if (errorCode(error) !== undefined) return undefined;
      throw error;
    }
  }

  #kindOnDisk(path: RelativePath): DirectoryEntry['kind'] | undefined {
    if (this.kindOf(parentOf(path)) !== 'directory') return undefined;
    try {
      return kindOfStats(lstatSync(this.absolute(path)));
    } catch {
      return undefined;
    }
  }

  #followed(directory: RelativePath, entry: DirectoryEntry): DirectoryEntry {
    if (entry.kind !== 'symlink') return entry;
    const path = directory === ROOT ? entry.name : `${directory}/${entry.name}`;
    const target = this.realPath(path as RelativePath);
    // A link to a directory around it would make the tree endless.
    if (target === undefined || isWithin(target, path as RelativePath)) return entry;
    try {
      return { name: entry.name, kind: kindOfStats(statSync(this.absolute(target))) };
    } catch (error) {
      if (errorCode(error) !== undefined) return entry;
      throw error;
    }
  }
}

function kindOfStats(stats: {
  isFile(): boolean;
  isDirectory(): boolean;
  isSymbolicLink(): boolean;
}): DirectoryEntry['kind'] {
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'directory';
  return stats.isSymbolicLink() ? 'symlink' : 'other';
}

/** `entries` are sorted by name. */
function entryNamed(entries: readonly DirectoryEntry[], name: string): DirectoryEntry | undefined {
  let low = 0;
  let high = entries.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const entry = entries[middle];
    if (entry === undefined || entry.name === name) return entry;
    if (entry.name < name) low = middle + 1;
    else high = middle - 1;
  }
  return undefined;
}
