import type { DirectoryEntry, FileFacts, FileTree } from './file-tree.ts';
import { directoriesAround } from './kustomization-file-names.ts';
import type { RelativePath } from './paths.ts';
import { baseNameOf, childOf, ROOT } from './paths.ts';

/** What the source's controller lets through (see sourceView). */
export interface InclusionRules {
  includes(path: RelativePath): { readonly included: boolean; readonly rule?: string };
}

/** A tree without what never reaches the cluster: excluded files and symlinks. */
export class VisibleTree implements FileTree {
  readonly #tree: FileTree;
  readonly #rules: InclusionRules;
  readonly #listings = new Map<RelativePath, readonly DirectoryEntry[]>();

  constructor(tree: FileTree, rules: InclusionRules) {
    this.#tree = tree;
    this.#rules = rules;
  }

  kindOf(path: RelativePath): DirectoryEntry['kind'] | undefined {
    const kind = this.#tree.kindOf(path);
    if (kind === 'directory') return path === ROOT || this.#mayHoldFiles(path) ? kind : undefined;
    return kind === 'file' && this.#rules.includes(path).included ? kind : undefined;
  }

  list(directory: RelativePath): readonly DirectoryEntry[] | undefined {
    const known = this.#listings.get(directory);
    if (known !== undefined) return known;
    const entries = this.#tree.list(directory)?.filter((entry) => {
      const path = childOf(directory, entry.name);
      if (entry.kind === 'directory') return this.#mayHoldFiles(path);
      return entry.kind === 'file' && this.#rules.includes(path).included;
    });
    if (entries !== undefined) this.#listings.set(directory, entries);
    return entries;
  }

  read(path: RelativePath): Uint8Array | undefined {
    return this.#rules.includes(path).included ? this.#tree.read(path) : undefined;
  }

  facts(path: RelativePath): FileFacts | undefined {
    return this.#rules.includes(path).included ? this.#tree.facts(path) : undefined;
  }

  /** Forgets the listings that a change of `paths` may have altered. */
  invalidate(paths: readonly RelativePath[]): void {
    for (const path of paths) {
      if (path === ROOT) this.#listings.clear();
      this.#listings.delete(path);
      // A directory in between may have come with it, or gone.
      let child = path;
      for (const directory of directoriesAround(path)) {
        const isKnown = child !== path && this.#tree.kindOf(child) === 'directory' && this.#names(directory, child);
        if (isKnown) break;
        this.#listings.delete(directory);
        child = directory;
      }
    }
  }

  #names(directory: RelativePath, child: RelativePath): boolean {
    const name = baseNameOf(child);
    return this.#listings.get(directory)?.some((entry) => entry.name === name && entry.kind === 'directory') === true;
  }

  /** Git's own directory never is in a source, and walking it would take longer than all the rest. */
  #mayHoldFiles(path: RelativePath): boolean {
    return path !== '.git' && !path.endsWith('/.git');
  }
}
