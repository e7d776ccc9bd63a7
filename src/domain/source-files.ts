import { ContentTree } from './content-tree.ts';
import { type FileTree, FileUnreadableError } from './file-tree.ts';
import type { FileContent } from './overlaid-tree.ts';
import type { RelativePath } from './paths.ts';
import { childOf, ROOT } from './paths.ts';
import { isOciKind } from './source-kinds.ts';
import { isSourceRuleFile } from './source-rule-file.ts';
import { type SourceView, sourceView } from './source-view.ts';
import type { SourceDefinition } from './target.ts';
import { VisibleTree } from './visible-tree.ts';

/** A FileTree that can be told what changed; the root path stands for everything. */
export interface ChangingTree extends FileTree {
  invalidate(paths: readonly RelativePath[]): void;
  /**
   * Files whose content, when it was read, was not the one that `facts` remembers, and what was listed and is gone, since this was last asked: what was parsed and the digest
   * belong to two states of the file until it is invalidated. A tree that remembers nothing has none.
   */
  takeOutdated?(): readonly RelativePath[];
  /** What a file holds now, without that anything of it is remembered. Throws FileUnreadableError. Absent: the tree cannot be asked so. */
  peek?(path: RelativePath): FileContent | undefined;
}

/** Mode and digest of a file before and after, undefined where there is none. */
export interface ContentChange {
  readonly path: RelativePath;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

export interface FollowedChange {
  /** What was said to have changed, directories file by file, and what else did. */
  readonly changes: readonly ContentChange[];
  /** Paths whose content differs, or may. */
  readonly differing: readonly RelativePath[];
}

/** The files of one source as its controller lets them through, and what they were when last looked at. */
export class SourceFiles {
  readonly tree: ChangingTree;
  readonly view: SourceView;
  /** What is excluded from the source is not there. */
  readonly visible: FileTree;
  readonly contents: ContentTree;
  readonly #visible: VisibleTree;
  readonly #watchedDirectory: RelativePath;
  readonly #ruleFiles = new Map<RelativePath, string | undefined>();

  constructor(source: {
    readonly tree: ChangingTree;
    readonly kind: SourceDefinition['kind'];
    /** `spec.ignore`. */
    readonly ignore: string | undefined;
    readonly watchedDirectory: RelativePath;
  }) {
    this.tree = source.tree;
    this.view = sourceView(source);
    this.#visible = new VisibleTree(this.tree, this.view);
    this.visible = this.#visible;
    // Nothing is pushed for other kinds, and a Git repository may hold far more than the directory that is watched.
    this.contents = new ContentTree(this.#visible, isOciKind(source.kind) ? ROOT : source.watchedDirectory);
    this.#watchedDirectory = source.watchedDirectory;
  }

  /** Takes what is there now as the state that changes are counted from. */
  look(): void {
    this.contents.total();
    this.contents.takeMoved();
    for (const directory of [ROOT, this.#watchedDirectory]) this.#seenRuleFile(childOf(directory, '.sourceignore'));
  }

  /** Brings everything up to date with the tree. */
  follow(changed: readonly RelativePath[]): FollowedChange {
    if (changed.length === 0) return { changes: [], differing: [] };
    const directories = new Set(changed.filter((path) => path === ROOT || this.#wasDirectory(path)));
    // A rule file, or a directory that may hold one, can change what the source lets through anywhere.
    let isEverything = directories.size > 0 || changed.some(isSourceRuleFile);
    const before = this.#contentsAt(isEverything ? [ROOT, ...changed] : changed);
    this.tree.invalidate(changed);
    for (const path of changed) if (this.tree.kindOf(path) === 'directory') directories.add(path);
    if (directories.size > 0 && !isEverything) {
      isEverything = true;
      for (const [path, content] of this.#contentsAt([ROOT])) before.set(path, content);
    }
    const refreshed = isEverything ? [ROOT, ...changed] : changed;
    this.view.invalidate(refreshed);
    this.#visible.invalidate(refreshed);
    this.contents.invalidate(refreshed);
    this.contents.total();
    const after = this.#contentsAt(refreshed);
    // What lies beside a changed file came to light with it, and its own event will find no difference any more.
    for (const [path, content] of this.contents.takeMoved()) {
      if (!before.has(path)) before.set(path, content);
      const now = this.contents.contentOf(path);
      if (now !== undefined) after.set(path, now);
    }
    const differing = new Set(
      [...before.keys(), ...after.keys()].filter((path) => before.get(path) !== after.get(path)),
    );
    for (const path of changed) if (!this.contents.covers(path)) differing.add(path);
    const reported = new Set([...changed.filter((path) => !directories.has(path)), ...differing]);
    const changes = [...reported].map((path) =>
      isSourceRuleFile(path)
        ? { path, before: this.#ruleFiles.get(path), after: this.#seenRuleFile(path) }
        : { path, before: before.get(path), after: after.get(path) },
    );
    return { changes, differing: [...differing] };
  }

  #wasDirectory(path: RelativePath): boolean {
    return this.contents.contentOf(path) === undefined && this.contents.fileCountBelow(path) > 0;
  }

  #contentsAt(paths: readonly RelativePath[]): Map<RelativePath, string | undefined> {
    const contents = new Map<RelativePath, string | undefined>();
    for (const path of paths) {
      for (const file of this.contents.filesAt(path)) contents.set(file, this.contents.contentOf(file));
    }
    return contents;
  }

  /** A rule file may well be excluded from the source itself, so it is compared apart. */
  #seenRuleFile(path: RelativePath): string | undefined {
    const content = this.#contentOfRuleFile(path);
    this.#ruleFiles.set(path, content);
    return content;
  }

  #contentOfRuleFile(path: RelativePath): string | undefined {
    try {
      return this.tree.facts(path)?.digest;
    } catch (error) {
      if (error instanceof FileUnreadableError) return `unreadable ${error.code}`;
      throw error;
    }
  }
}
