import type { BuildProblem, Closure } from './closure.ts';
import { closureOf } from './closure-of.ts';
import { type FileTree, FileUnreadableError } from './file-tree.ts';
import { type Engine, KUSTOMIZATION_FILE_NAMES } from './kustomization-file.ts';
import type { KustomizationNode } from './kustomization-node.ts';
import {
  isLink,
  kustomizationFilesIn,
  type NodeReaderOptions,
  readGeneratedNode,
  readKustomizationNode,
} from './kustomization-node-reader.ts';
import type { Limits } from './limits.ts';
import { NodeIndex } from './node-index.ts';
import { baseNameOf, childOf, isWithin, parentOf, type RelativePath, ROOT } from './paths.ts';

export interface KustomizationGraphOptions {
  readonly limits: Limits;
  /** Default: flux. */
  readonly engine?: Engine;
}

/**
 * Which files the build of a directory reads, for all directories of one tree. Answers are kept until `invalidate` names a path that
 * they rest on (a file, a missing one, a listing); what is asked for then is read again, and nothing else.
 */
export class KustomizationGraph {
  private readonly tree: FileTree;
  private readonly options: NodeReaderOptions;
  private readonly nodes = new Map<RelativePath, KustomizationNode>();
  private readonly generated = new Map<RelativePath, KustomizationNode>();
  private readonly index = new NodeIndex();
  private readonly closures = new Map<string, Closure>();
  private readonly closureKeys = new Map<RelativePath, Set<string>>();
  private readonly contentProblems = new Map<string, readonly BuildProblem[]>();
  private directories: readonly RelativePath[] | undefined;

  constructor(tree: FileTree, options: KustomizationGraphOptions) {
    this.tree = tree;
    this.options = {
      limits: options.limits,
      engine: options.engine ?? 'flux',
      checked: (path, kind, check) => {
        const key = kind === 'manifest' ? path : `${path}\0`;
        const known = this.contentProblems.get(key);
        if (known !== undefined) return known;
        const problems = check();
        this.contentProblems.set(key, problems);
        return problems;
      },
    };
  }

  /**
   * All that a build of `directory` reads, and what would make it fail. Without a kustomization file there, the one that Flux
   * generates. `components` are added as a Flux Kustomization's `spec.components` are; one that is missing counts as absent, not as a problem.
   */
  closure(directory: RelativePath, components: readonly RelativePath[] = []): Closure {
    const key = [directory, ...components].join('\0');
    const known = this.closures.get(key);
    if (known !== undefined) return known;
    const closure = closureOf(this.tree, directory, components, {
      limits: this.options.limits,
      root: (path) => this.rootNode(path),
      node: (path) => this.node(path),
    });
    this.closures.set(key, closure);
    for (const root of [directory, ...components]) {
      const keys = this.closureKeys.get(root) ?? new Set();
      this.closureKeys.set(root, keys.add(key));
    }
    return closure;
  }

  /**
   * Forgets what rests on `changed`: files or directories that were written, created, renamed or deleted. The tree must have been told
   * before.
   */
  invalidate(changed: readonly RelativePath[]): void {
    const touched = new Set<RelativePath>();
    for (const path of changed) {
      this.contentProblems.delete(path);
      this.contentProblems.delete(`${path}\0`);
      for (const directory of this.index.restingOn(path)) touched.add(directory);
      for (const directory of this.index.listing(path)) touched.add(directory);
      for (const directory of this.index.directIncluders(path)) touched.add(directory);
      if (this.nodes.has(path) || this.closureKeys.has(path)) touched.add(path);
      if (this.mayBeDirectory(path)) this.touchBelow(path, touched);
      this.touchAbove(path, touched);
      if (this.changesDirectories(path)) this.directories = undefined;
    }
    for (const directory of this.index.includers(touched)) this.forget(directory, touched.has(directory));
  }

  /** Every directory at or below `under` that holds a kustomization file. Sorted. */
  kustomizationDirectories(under: RelativePath = ROOT): RelativePath[] {
    this.directories ??= this.findDirectories(ROOT).sort();
    return this.directories.filter((directory) => isWithin(under, directory));
  }

  /** The directories with a kustomization file whose own build reads `file`. Sorted. */
  readers(file: RelativePath): RelativePath[] {
    for (const directory of this.kustomizationDirectories()) this.node(directory);
    const direct = this.index
      .restingOn(file)
      .filter((directory) => this.nodes.get(directory)?.files.includes(file) === true);
    return [...this.index.includers(new Set(direct))]
      .filter((directory) => (this.nodes.get(directory)?.kind ?? 'none') !== 'none')
      .sort();
  }

  private node(directory: RelativePath): KustomizationNode {
    const known = this.nodes.get(directory);
    if (known !== undefined) return known;
    const node = readKustomizationNode(this.tree, directory, this.options);
    this.nodes.set(directory, node);
    this.index.add(node);
    return node;
  }

  /** What a build that starts at `directory` reads there: unlike an included directory it may do without a kustomization file. */
  private rootNode(directory: RelativePath): KustomizationNode {
    const node = this.node(directory);
    if (node.kind !== 'none') return node;
    const known = this.generated.get(directory);
    if (known !== undefined) return known;
    const generated = readGeneratedNode(this.tree, directory, this.options);
    this.generated.set(directory, generated);
    this.index.add(generated);
    return generated;
  }

  private forget(directory: RelativePath, itself: boolean): void {
    for (const key of this.closureKeys.get(directory) ?? []) this.closures.delete(key);
    this.closureKeys.delete(directory);
    if (!itself) return;
    this.nodes.delete(directory);
    this.generated.delete(directory);
    this.index.remove(directory);
  }

  /** True unless `path` is certainly a file: then what lies below it needs no look. */
  private mayBeDirectory(path: RelativePath): boolean {
    if (this.index.isKnownFile(path)) return false;
    return this.tree.kindOf(path) !== 'file';
  }

  private touchBelow(path: RelativePath, touched: Set<RelativePath>): void {
    for (const directory of this.index.restingBelow(path)) touched.add(directory);
    for (const directory of this.closureKeys.keys()) if (isWithin(path, directory)) touched.add(directory);
    for (const file of this.contentProblems.keys()) {
      if (isWithin(path, file as RelativePath)) this.contentProblems.delete(file);
    }
  }

  /** Directories above `path` that were missing when they were asked for or named, and exist now; or the other way round. */
  private touchAbove(path: RelativePath, touched: Set<RelativePath>): void {
    for (let directory = parentOf(path); directory !== ROOT; directory = parentOf(directory)) {
      for (const naming of this.index.restingOn(directory)) touched.add(naming);
      const exists = this.tree.kindOf(directory) === 'directory';
      if (this.closureKeys.has(directory) && exists !== this.nodes.has(directory)) touched.add(directory);
      if (!exists) for (const naming of this.index.directIncluders(directory)) touched.add(naming);
    }
  }

  private changesDirectories(path: RelativePath): boolean {
    return isKustomizationFileName(baseNameOf(path)) || this.mayBeDirectory(path);
  }

  private findDirectories(directory: RelativePath): RelativePath[] {
    const found: RelativePath[] = kustomizationFilesIn(this.tree, directory).length > 0 ? [directory] : [];
    for (const { name, kind } of this.listOrNothing(directory)) {
      const path = childOf(directory, name);
      if (kind !== 'directory' || isLink(this.tree, path)) continue;
      for (const below of this.findDirectories(path)) found.push(below);
    }
    return found;
  }

  private listOrNothing(directory: RelativePath) {
    try {
      return this.tree.list(directory) ?? [];
    } catch (error) {
      // Whoever builds that directory is told; a search goes on beside it.
      if (error instanceof FileUnreadableError) return [];
      throw error;
    }
  }
}

function isKustomizationFileName(name: string): boolean {
  return (KUSTOMIZATION_FILE_NAMES as readonly string[]).includes(name);
}
