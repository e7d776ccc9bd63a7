import { hash } from 'node:crypto';
import { type FileFacts, type FileTree, FileUnreadableError } from './file-tree.ts';
import type { RelativePath } from './paths.ts';
import { baseNameOf, childOf, parentOf, ROOT } from './paths.ts';
import { listOrCode } from './unreadable-directory.ts';

interface Directory {
  /** Name → mode and digest. */
  readonly files: Map<string, string>;
  readonly directories: Map<string, Directory>;
  /** Why it could not be listed. */
  unreadable: string | undefined;
  stale: boolean;
  digest: string;
  fileCount: number;
}

/**
 * Digests of a whole tree, kept directory by directory: after a change only the directories above it are hashed again. What it
 * last saw is also the "before" that a change is compared with.
 */
export class ContentTree {
  readonly #tree: FileTree;
  readonly #base: RelativePath;
  #top: Directory = emptyDirectory();
  /** What was found to differ since it was last asked for, with what was there before. */
  #moved = new Map<RelativePath, string | undefined>();

  /** Covers what lies at or below `base`. */
  constructor(tree: FileTree, base: RelativePath) {
    this.#tree = tree;
    this.#base = base;
  }

  /** Digest of all paths, modes and contents, and how many files there are, as of now. */
  total(): { readonly digest: string; readonly fileCount: number } {
    this.#refresh(this.#top, this.#base);
    return { digest: this.#top.digest, fileCount: this.#top.fileCount };
  }

  /** What the digest would be if these files, as far as they are there, had other contents; as of the last look. */
  digestWith(changed: ReadonlyMap<RelativePath, { readonly facts: FileFacts }>): string {
    const isAbove = (path: RelativePath): boolean =>
      path === ROOT || [...changed.keys()].some((file) => file.startsWith(`${path}/`));
    const digestOf = (directory: Directory, path: RelativePath): string => {
      if (!isAbove(path)) return directory.digest;
      const files = new Map(
        Array.from(directory.files, ([name, content]) => {
          const facts = changed.get(childOf(path, name))?.facts;
          return [name, facts === undefined ? content : contentText(facts)];
        }),
      );
      return digestOfEntries({ ...directory, files }, (name, below) => digestOf(below, childOf(path, name)));
    };
    return digestOf(this.#top, this.#base);
  }

  /**
   * Files that `total` has found to differ, each with its content before: those that were invalidated, and those that came to light because
   * the directory of one was listed again.
   */
  takeMoved(): ReadonlyMap<RelativePath, string | undefined> {
    const moved = this.#moved;
    this.#moved = new Map();
    return moved;
  }

  /** Mode and digest of the file as last seen; undefined where none was. */
  contentOf(path: RelativePath): string | undefined {
    return this.#directory(parentOf(path))?.files.get(baseNameOf(path));
  }

  /** False for what lies outside of `base`. */
  covers(path: RelativePath): boolean {
    return this.#base === ROOT || path === this.#base || path.startsWith(`${this.#base}/`);
  }

  /** The files at or below `path`, as last seen. */
  filesAt(path: RelativePath): RelativePath[] {
    if (path !== ROOT && this.contentOf(path) !== undefined) return [path];
    const top = this.covers(path) ? path : this.#segments(path) === undefined ? undefined : this.#base;
    const directory = top === undefined ? undefined : this.#directory(top);
    return top === undefined || directory === undefined
      ? []
      : Array.from(contentsBelow(directory, top), ([file]) => file);
  }

  /** Every file as last seen, with its mode and digest. */
  contentsOfAll(): [path: RelativePath, content: string][] {
    return [...contentsBelow(this.#top, this.#base)];
  }

  /** How many files lie below the directory, as last seen. */
  fileCountBelow(path: RelativePath): number {
    return this.#directory(path)?.fileCount ?? 0;
  }

  /** Each of these is read again when asked for next: a file, or a directory with all below it. */
  invalidate(paths: readonly RelativePath[]): void {
    for (const path of paths) this.#invalidate(path);
  }

  #invalidate(path: RelativePath): void {
    const segments = this.#segments(path);
    if (segments === undefined || segments.length === 0) {
      if (segments !== undefined) this.#top = emptyDirectory();
      return;
    }
    let directory = this.#top;
    directory.stale = true;
    for (const [index, name] of segments.entries()) {
      if (index === segments.length - 1) {
        directory.directories.delete(name);
        return;
      }
      const child = directory.directories.get(name);
      if (child === undefined) return;
      child.stale = true;
      directory = child;
    }
  }

  /** The names from the base down to `path`; none for what contains the base; undefined outside of it. */
  #segments(path: RelativePath): string[] | undefined {
    if (path === this.#base || path === ROOT) return [];
    if (this.#base === ROOT) return path.split('/');
    if (this.#base.startsWith(`${path}/`)) return [];
    return path.startsWith(`${this.#base}/`) ? path.slice(this.#base.length + 1).split('/') : undefined;
  }

  #directory(path: RelativePath): Directory | undefined {
    const segments = this.#segments(path);
    if (!this.covers(path)) return undefined;
    let directory: Directory | undefined = segments === undefined ? undefined : this.#top;
    for (const name of segments ?? []) directory = directory?.directories.get(name);
    return directory;
  }

  #refresh(directory: Directory, path: RelativePath): void {
    if (!directory.stale) return;
    const seen = new Set<string>();
    let fileCount = 0;
    const filesBefore = new Map(directory.files);
    directory.files.clear();
    const entries = listOrCode(this.#tree, path) ?? [];
    directory.unreadable = typeof entries === 'string' ? entries : undefined;
    for (const entry of typeof entries === 'string' ? [] : entries) {
      const child = childOf(path, entry.name);
      if (entry.kind === 'file') {
        const content = this.#content(child);
        if (content === undefined) continue;
        directory.files.set(entry.name, content);
        fileCount++;
      } else if (entry.kind === 'directory') {
        const below = directory.directories.get(entry.name) ?? emptyDirectory();
        this.#refresh(below, child);
        directory.directories.set(entry.name, below);
        seen.add(entry.name);
        fileCount += below.fileCount;
      }
    }
    for (const [name, below] of directory.directories) {
      if (seen.has(name)) continue;
      const gone = childOf(path, name);
      for (const [file, content] of contentsBelow(below, gone)) this.#moved.set(file, content);
      directory.directories.delete(name);
    }
    for (const name of new Set([...filesBefore.keys(), ...directory.files.keys()])) {
      const before = filesBefore.get(name);
      if (before !== directory.files.get(name)) this.#moved.set(childOf(path, name), before);
    }
    directory.digest = digestOfEntries(directory, (_, below) => below.digest);
    directory.fileCount = fileCount;
    directory.stale = false;
  }

  #content(path: RelativePath): string | undefined {
    try {
      const facts = this.#tree.facts(path);
      return facts === undefined ? undefined : contentText(facts);
    } catch (error) {
      if (error instanceof FileUnreadableError) return `unreadable ${error.code}`;
      throw error;
    }
  }
}

function emptyDirectory(): Directory {
  return { files: new Map(), directories: new Map(), unreadable: undefined, stale: true, digest: '', fileCount: 0 };
}

function contentText({ mode, digest }: FileFacts): string {
  return `${mode.toString(8)} ${digest}`;
}

/** Of its names in order, each with what it stands for. */
function digestOfEntries(
  { files, directories, unreadable }: Directory,
  digestOf: (name: string, directory: Directory) => string,
): string {
  const lines = Array.from(files, ([name, content]) => [name, `${name}\0${content}\n`] as const);
  for (const [name, below] of directories) {
    // Empty directories are in no artifact.
    if (below.fileCount > 0) lines.push([name, `${name}/\0${digestOf(name, below)}\n`]);
  }
  lines.sort(([left], [right]) => (left < right ? -1 : 1));
  const text = lines.reduce(
    (sum, [, line]) => sum + line,
    unreadable === undefined ? '' : `unreadable ${unreadable}\n`,
  );
  return hash('sha256', text, 'hex');
}

function* contentsBelow(directory: Directory, path: RelativePath): Generator<[RelativePath, string]> {
  for (const [name, content] of directory.files) yield [childOf(path, name), content];
  for (const [name, below] of directory.directories) yield* contentsBelow(below, childOf(path, name));
}
