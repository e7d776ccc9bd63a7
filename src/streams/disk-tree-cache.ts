import type { DirectoryEntry, FileFacts } from '../domain/file-tree.ts';
import { baseNameOf, childOf, isWithin, parentOf, type RelativePath, ROOT } from '../domain/paths.ts';
import type { FileStamp } from './file-stamp.ts';
import { TreeLimitError } from './tree-limit-error.ts';

export interface CachedListing {
  readonly entries: readonly DirectoryEntry[];
  stamp: FileStamp;
}

/** `digest` is undefined for a file that a sweep has seen and nothing has read. */
export interface CachedFile {
  readonly digest: string | undefined;
  readonly mode: number;
  readonly bytes: number;
  stamp: FileStamp;
}

/** What a DiskTree remembers. No contents: some 300 bytes a file. */
export class DiskTreeCache {
  readonly listings = new Map<RelativePath, CachedListing>();
  readonly files = new Map<RelativePath, CachedFile>();
  /** Set while the root itself was gone when it was last looked at. */
  rootWasAbsent = false;
  readonly #entriesMax: number;
  #entries = 0;
  #outdated = new Set<RelativePath>();

  constructor(entriesMax: number) {
    this.#entriesMax = entriesMax;
  }

  listing(directory: RelativePath): readonly DirectoryEntry[] | undefined {
    return this.listings.get(directory)?.entries;
  }

  setListing(directory: RelativePath, entries: readonly DirectoryEntry[], stamp: FileStamp): void {
    this.#forgetListing(directory);
    const total = this.#entries + entries.length;
    if (total > this.#entriesMax) throw new TreeLimitError(total, this.#entriesMax, directory);
    this.#entries = total;
    this.listings.set(directory, { entries, stamp });
  }

  facts(path: RelativePath): FileFacts | undefined {
    const file = this.files.get(path);
    return file?.digest === undefined ? undefined : { digest: file.digest, mode: file.mode, bytes: file.bytes };
  }

  setFacts(path: RelativePath, file: { readonly facts: FileFacts; readonly stamp: FileStamp }): void {
    const { digest, mode, bytes } = file.facts;
    this.files.set(path, { digest, mode, bytes, stamp: file.stamp });
  }

  /** What a listed file, or directory, was when it was read, undefined where it is gone. What was remembered of it before stays till `invalidate`. */
  noteRead(path: RelativePath, file: { readonly facts: FileFacts; readonly stamp: FileStamp } | undefined): void {
    const known = this.facts(path);
    if (file === undefined || (known !== undefined && known.digest !== file.facts.digest)) this.#outdated.add(path);
    else if (known === undefined) this.setFacts(path, file);
  }

  /** See ChangingTree. */
  takeOutdated(): readonly RelativePath[] {
    const outdated = [...this.#outdated];
    this.#outdated.clear();
    return outdated;
  }

  invalidate(paths: readonly RelativePath[]): void {
    for (const path of paths) {
      this.files.delete(path);
      this.#outdated.delete(path);
      if (this.listings.has(path)) this.#forgetBelow(path);
      this.#forgetListingsAbove(path);
    }
  }

  /** The listing that names `path` may be stale, and those further up too when they do not know the directory in between yet. */
  #forgetListingsAbove(path: RelativePath): void {
    for (let child = path; child !== ROOT; ) {
      const directory = parentOf(child);
      const known = this.listings.get(directory)?.entries.find((entry) => entry.name === baseNameOf(child));
      // Listed anew without need, it would show the next sweep nothing of what came or went in it meanwhile.
      if (child !== path && known?.kind === 'directory') return;
      this.#forgetListing(directory);
      child = directory;
    }
  }

  #forgetBelow(directory: RelativePath): void {
    for (const listing of this.listings.keys()) if (isWithin(directory, listing)) this.#forgetListing(listing);
    for (const file of this.files.keys()) if (isWithin(directory, file)) this.files.delete(file);
  }

  #forgetListing(directory: RelativePath): void {
    this.#entries -= this.listings.get(directory)?.entries.length ?? 0;
    this.listings.delete(directory);
  }

  /** Every file that is known by name, in the listings. */
  *fileNames(directory: RelativePath, listing: CachedListing): Iterable<RelativePath> {
    for (const entry of listing.entries) if (entry.kind === 'file') yield childOf(directory, entry.name);
  }
}
