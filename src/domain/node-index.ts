import type { KustomizationNode } from './kustomization-node.ts';
import { isWithin, parentOf, type RelativePath, ROOT } from './paths.ts';

/** From a path back to the directories whose kustomization rests on it, and from a directory to those that include it. */
export class NodeIndex {
  private readonly nodes = new Map<RelativePath, KustomizationNode[]>();
  private readonly resting = new Map<RelativePath, RelativePath | Set<RelativePath>>();
  private readonly files = new Set<RelativePath>();
  private readonly listings = new Map<RelativePath, Set<RelativePath>>();
  private readonly included = new Map<RelativePath, Set<RelativePath>>();

  add(node: KustomizationNode): void {
    const { directory } = node;
    this.nodes.set(directory, [...(this.nodes.get(directory) ?? []), node]);
    for (const path of pathsOf(node)) this.rest(path, directory);
    for (const file of node.files) this.files.add(file);
    for (const listing of node.listings) setOf(this.listings, listing).add(directory);
    for (const include of node.includes) setOf(this.included, include.directory).add(directory);
  }

  remove(directory: RelativePath): void {
    for (const node of this.nodes.get(directory) ?? []) {
      for (const path of pathsOf(node)) this.unrest(path, directory);
      for (const listing of node.listings) this.listings.get(listing)?.delete(directory);
      for (const include of node.includes) this.included.get(include.directory)?.delete(directory);
    }
    this.nodes.delete(directory);
  }

  restingOn(path: RelativePath): readonly RelativePath[] {
    const resting = this.resting.get(path);
    if (resting === undefined) return [];
    return typeof resting === 'string' ? [resting] : [...resting];
  }

  /** Directories whose kustomization names the directory `path`. */
  directIncluders(path: RelativePath): Iterable<RelativePath> {
    return this.included.get(path) ?? [];
  }

  /** True when a kustomization reads `path` as a file. */
  isKnownFile(path: RelativePath): boolean {
    return this.files.has(path) && this.resting.has(path);
  }

  /** Directories that rest on anything at or below `path`, or are there themselves. A look at everything known. */
  restingBelow(path: RelativePath): Set<RelativePath> {
    const found = new Set<RelativePath>();
    for (const known of this.resting.keys()) {
      if (isWithin(path, known)) for (const directory of this.restingOn(known)) found.add(directory);
    }
    for (const directory of this.nodes.keys()) if (isWithin(path, directory)) found.add(directory);
    for (const [listing, directories] of this.listings) {
      if (isWithin(path, listing)) for (const directory of directories) found.add(directory);
    }
    for (const [include, directories] of this.included) {
      if (isWithin(path, include)) for (const directory of directories) found.add(directory);
    }
    return found;
  }

  /** Directories whose generated kustomization takes what appears at `path`: the nearest listing above it, unless a kustomization lies between. */
  listing(path: RelativePath): Iterable<RelativePath> {
    for (let directory = path; directory !== ROOT; ) {
      directory = parentOf(directory);
      const directories = this.listings.get(directory);
      if (directories !== undefined && directories.size > 0) return directories;
      if (this.nodes.get(directory)?.some((node) => node.kind === 'Kustomization' || node.kind === 'Component'))
        return [];
    }
    return [];
  }

  /** `directories` and all that include one of them, directly or through others. */
  includers(directories: ReadonlySet<RelativePath>): Set<RelativePath> {
    const found = new Set(directories);
    for (const directory of found) for (const includer of this.included.get(directory) ?? []) found.add(includer);
    return found;
  }

  private rest(path: RelativePath, directory: RelativePath): void {
    // Most files belong to one kustomization: a set for each would cost megabytes in a large tree.
    const resting = this.resting.get(path);
    if (resting === undefined || resting === directory) this.resting.set(path, directory);
    else if (typeof resting === 'string') this.resting.set(path, new Set([resting, directory]));
    else resting.add(directory);
  }

  private unrest(path: RelativePath, directory: RelativePath): void {
    const resting = this.resting.get(path);
    if (resting === directory) this.resting.delete(path);
    else if (typeof resting === 'object') {
      resting.delete(directory);
      if (resting.size === 0) this.resting.delete(path);
    }
    if (!this.resting.has(path)) this.files.delete(path);
  }
}

function* pathsOf(node: KustomizationNode): Iterable<RelativePath> {
  yield* node.files;
  yield* node.absent;
  yield* node.inputs;
}

function setOf<Key, Value>(map: Map<Key, Set<Value>>, key: Key): Set<Value> {
  const known = map.get(key);
  if (known !== undefined) return known;
  const created = new Set<Value>();
  map.set(key, created);
  return created;
}
