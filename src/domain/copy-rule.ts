import type { FileTree } from './file-tree.ts';
import { directoriesAround } from './kustomization-file-names.ts';
import { pathGlob } from './path-glob.ts';
import type { RelativePath } from './paths.ts';
import { baseNameOf, isWithin, ROOT, relativePath, resolveFrom } from './paths.ts';
import type { GeneratorDefinition } from './target.ts';
import { walkFiles } from './walk-files.ts';

export type CopyRuleDefinition = GeneratorDefinition['artifacts'][number]['copy'][number];

/** One `copy` entry of an ArtifactGenerator, ready to be applied to a tree. */
export interface CopyRule {
  /** As written, for messages. */
  readonly from: string;
  readonly alias: string;
  readonly strategy: 'Overwrite' | 'Merge' | 'Extract';
  readonly optional: boolean;
  /**
   * The copies it makes: file by file, in the order source-watcher makes them. `isDirectory` says what the earlier rules made of a
   * destination: a file copied to a directory keeps its name.
   */
  copies(tree: FileTree, isDirectory: (artifactPath: RelativePath) => boolean): Iterable<Copied>;
}

export interface Copied {
  readonly from: RelativePath;
  readonly to: RelativePath;
}

/** The rule that `definition` describes, or in words what is wrong with it. */
export function copyRule(definition: CopyRuleDefinition): CopyRule | string {
  const source = /^@([^/]+)\/(.*)$/s.exec(definition.from);
  if (source === null) return `copy from ${JSON.stringify(definition.from)}: expected @alias/path`;
  const [, alias = '', pattern = ''] = source;
  const destination = destinationIn(definition.to);
  if (destination === undefined) {
    return `copy to ${JSON.stringify(definition.to)}: expected @artifact/path inside the artifact`;
  }
  const base = {
    from: definition.from,
    alias,
    strategy: definition.strategy ?? 'Overwrite',
    optional: definition.optional === true,
  } as const;
  const excluded = exclusion(definition.exclude);
  if (/[*?[\]]/.test(pattern)) {
    return { ...base, copies: (tree) => globCopies(tree, pattern, destination, excluded) };
  }
  const path = relativePath(pattern);
  if (path === undefined) return `copy from ${JSON.stringify(definition.from)}: the path leaves the source`;
  const intoDirectory = definition.to.endsWith('/');
  return {
    ...base,
    copies: (tree, isDirectory) =>
      tree.list(path) === undefined
        ? fileCopy(tree, path, destination, intoDirectory || isDirectory(destination), excluded)
        : directoryCopies(tree, path, destination, excluded),
  };
}

function destinationIn(to: string): RelativePath | undefined {
  if (!to.startsWith('@artifact/')) return undefined;
  const path = to.slice('@artifact/'.length);
  return path.startsWith('/') || path.split('/').includes('..') ? undefined : relativePath(path);
}

function* fileCopy(
  tree: FileTree,
  path: RelativePath,
  destination: RelativePath,
  intoDirectory: boolean,
  excluded: Exclusion,
): Generator<Copied> {
  if (tree.kindOf(path) !== 'file' || excluded(path, ROOT)) return;
  yield { from: path, to: intoDirectory ? below(destination, baseNameOf(path)) : destination };
}

/** `cp -r dir to`: the directory itself arrives, not only what is in it. */
function* directoryCopies(
  tree: FileTree,
  path: RelativePath,
  destination: RelativePath,
  excluded: Exclusion,
): Generator<Copied> {
  const target = path === ROOT ? destination : below(destination, baseNameOf(path));
  for (const from of walkFiles(tree, path)) {
    if (!excluded(from, path)) yield { from, to: below(target, within(path, from)) };
  }
}

/** `dir/**` copies what is in the directory without its name; any other pattern keeps the whole path of what it matches. */
function* globCopies(
  tree: FileTree,
  pattern: string,
  destination: RelativePath,
  excluded: Exclusion,
): Generator<Copied> {
  const selectionRoot = literalPrefix(pattern);
  const contentsOf = pattern.endsWith('/**') ? pattern.slice(0, -'/**'.length) : undefined;
  const matches = pathGlob(pattern);
  for (const from of walkFiles(tree, selectionRoot)) {
    // A directory that matches is copied with everything in it.
    if (!matches(from) && !ancestorsBelow(selectionRoot, from).some((directory) => matches(directory))) continue;
    if (excluded(from, selectionRoot)) continue;
    const stripped =
      contentsOf !== undefined && from.startsWith(`${contentsOf}/`) ? from.slice(contentsOf.length + 1) : from;
    yield { from, to: below(destination, stripped) };
  }
}

type Exclusion = (path: RelativePath, selectionRoot: RelativePath) => boolean;

/**
 * Patterns match the path from the source root or from the rule's literal prefix; without a slash also the base name. An excluded
 * directory is excluded with everything in it.
 */
function exclusion(patterns: readonly string[]): Exclusion {
  if (patterns.length === 0) return () => false;
  const matchers = patterns.map((pattern) => ({
    matches: pathGlob(pattern),
    baseName: !pattern.includes('/'),
  }));
  const hit = (path: string): boolean =>
    matchers.some(
      ({ matches, baseName }) => matches(path) || (baseName && matches(path.slice(path.lastIndexOf('/') + 1))),
    );
  return (path, selectionRoot) =>
    [path, ...ancestorsBelow(selectionRoot, path)].some(
      (part) => hit(part) || (selectionRoot !== ROOT && part !== selectionRoot && hit(within(selectionRoot, part))),
    );
}

function ancestorsBelow(root: RelativePath, path: RelativePath): RelativePath[] {
  return [...directoriesAround(path)].filter((directory) => directory !== root && isWithin(root, directory));
}

function literalPrefix(pattern: string): RelativePath {
  const segments = pattern.split('/');
  const firstGlob = segments.findIndex((segment) => /[*?[\]]/.test(segment));
  return relativePath(segments.slice(0, firstGlob).join('/')) ?? ROOT;
}

function within(directory: RelativePath, path: RelativePath): string {
  return directory === ROOT ? path : path.slice(directory.length + 1);
}

function below(directory: RelativePath, path: string): RelativePath {
  return resolveFrom(directory, path.replace(/^\/+/, '')) ?? ROOT;
}
