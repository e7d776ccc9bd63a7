import type { BuildRoot } from './build-root.ts';
import type { BuildProblem } from './closure.ts';
import type { ContentTree } from './content-tree.ts';
import type { FileTree } from './file-tree.ts';
import { directoriesAround, isKustomizationFile, kustomizationFileIn } from './kustomization-file-names.ts';
import type { Limits } from './limits.ts';
import { looseText } from './loose-documents.ts';
import type { RelativePath } from './paths.ts';
import { isWithin, parentOf } from './paths.ts';
import type { ChangedFile } from './precedence.ts';
import type { ContentChange } from './source-files.ts';
import { isSourceRuleFile } from './source-rule-file.ts';
import { unreadableByBuilds } from './source-view.ts';
import type { ObjectId } from './target.ts';
import type { TargetState } from './target-state.ts';
import type { InclusionRules } from './visible-tree.ts';
import { parseYamlDocuments } from './yaml-documents.ts';

/** A path that was said to change. */
export interface PathChange extends ContentChange {
  /** Targets whose closure held it before. */
  readonly readersBefore: ReadonlySet<ObjectId>;
}

/** What is known of a source's files and targets. */
export interface MappedSource {
  readonly tree: FileTree;
  /** The tree without what is excluded from the source. */
  readonly visible: FileTree;
  readonly view: InclusionRules;
  readonly watchedDirectory: RelativePath;
  readonly ignorePatterns: readonly string[] | undefined;
  readonly limits: Limits;
  readonly contents: ContentTree;
  readonly roots: ReadonlyMap<ObjectId, BuildRoot>;
  readonly states: ReadonlyMap<ObjectId, TargetState>;
  readersOf(local: RelativePath): ReadonlySet<ObjectId>;
  ownersOf(directory: RelativePath): ReadonlySet<ObjectId>;
}

/** Gathers what the table of precedence asks about one path; the mapping is up to date with the change already. */
export function describePath(
  mapping: MappedSource,
  change: PathChange,
  known: Readonly<Record<ObjectId, string | undefined>>,
  /** Directories that had a kustomization file before. */
  removed: ReadonlySet<RelativePath>,
): ChangedFile {
  const { path } = change;
  const { watchedDirectory } = mapping;
  const all = [
    ...new Set([...change.readersBefore, ...mapping.readersOf(path), ...unpackingTargets(mapping, path)]),
  ].sort();
  const charts = all.filter((id) => mapping.states.get(id)?.target.kind === 'HelmRelease');
  const readers = all.filter((id) => !charts.includes(id));
  const broken = new Map<ObjectId, BuildProblem>();
  for (const id of readers) {
    const problem = mapping.states.get(id)?.broken;
    if (problem !== undefined) broken.set(id, problem);
  }
  const unsure = uncertainty(mapping, change, all);
  const owner = nearestOwner(mapping, path, removed);
  // Plain directories, charts and value files have no kustomization file, and yet belong to somebody.
  const isOfApplication = readers.some((id) => id.startsWith('Application/'));
  return {
    path,
    excluded: exclusion(mapping, path),
    unchanged: sameness(mapping, change, unsure === undefined ? all : [], known),
    damage: all.length > 0 || change.after === undefined ? undefined : damage(mapping, path),
    readers,
    broken,
    charts,
    unsure,
    watchedDirectory,
    isDirectlyInWatchedDirectory: parentOf(path) === watchedDirectory,
    nearestOwner: isWithin(watchedDirectory, path) && !isOfApplication ? owner : (owner ?? parentOf(path)),
    owners: owner === undefined ? [] : [...mapping.ownersOf(owner)],
  };
}

function exclusion(mapping: MappedSource, path: RelativePath): string | undefined {
  if (isSourceRuleFile(path)) return undefined;
  const { tree, watchedDirectory, ignorePatterns } = mapping;
  const { included, rule } = mapping.view.includes(path);
  if (!included) return `excluded from the source by ${rule ?? 'its rules'}`;
  if (tree.kindOf(path) === 'symlink') return 'a symbolic link, which no source carries';
  const unreadable = unreadableByBuilds(path, ignorePatterns);
  if (unreadable !== undefined) return `no build reads such a file (${unreadable})`;
  return isWithin(watchedDirectory, path) ? undefined : `outside of the watched directory ${watchedDirectory}`;
}

function sameness(
  mapping: MappedSource,
  change: PathChange,
  readers: readonly ObjectId[],
  known: Readonly<Record<ObjectId, string | undefined>>,
): string | undefined {
  const isComparable = mapping.contents.covers(change.path);
  if (isComparable && change.before === change.after) {
    return change.after === undefined ? 'not there, before or now' : 'same content as before';
  }
  const isReconciled = readers.every((id) => {
    const digest = mapping.states.get(id)?.digest;
    return digest !== undefined && digest === known[id];
  });
  return readers.length > 0 && isReconciled ? `same content as what ${readers[0]} was last given` : undefined;
}

/** Only for a path that no closure holds: the others' problems are known from their closures. */
function damage(mapping: MappedSource, path: RelativePath): BuildProblem | undefined {
  if (isKustomizationFile(path)) {
    const [source] = mapping.roots.values();
    const { problems = [] } = source?.graph.closure(parentOf(path)) ?? {};
    return problems.find((problem) => problem.kind === 'parse' && problem.path === path);
  }
  if (!/\.ya?ml$/.test(path)) return undefined;
  const text = looseText(mapping.visible, path);
  if (text === undefined) return undefined;
  return parseYamlDocuments(text, path, mapping.limits).problems.find((problem) => problem.kind === 'parse');
}

function uncertainty(
  mapping: MappedSource,
  { path, after }: PathChange,
  readers: readonly ObjectId[],
): string | undefined {
  if (isSourceRuleFile(path)) return `${path} changes which files the source lets through`;
  if (after?.startsWith('unreadable') === true) return `${path} cannot be read (${after.split(' ')[1]})`;
  for (const root of mapping.roots.values()) {
    if (root.artifact?.unpacked.includes(path) === true) {
      return `${path} is unpacked into ${root.source}, and what it holds is not looked into`;
    }
  }
  for (const id of readers) {
    const unsure = mapping.states.get(id)?.unsure;
    if (unsure !== undefined) return unsure;
  }
  return undefined;
}

function unpackingTargets(mapping: MappedSource, path: RelativePath): ObjectId[] {
  const unpacking = [...mapping.roots.values()].filter((root) => root.artifact?.unpacked.includes(path) === true);
  if (unpacking.length === 0) return [];
  return [...mapping.states].flatMap(([id, state]) => (unpacking.includes(state.root) ? [id] : []));
}

/**
 * The nearest directory above `path`, below the watched one, that has a kustomization file or had one before the change; or that an Application
 * is made of, which needs none.
 */
function nearestOwner(
  mapping: MappedSource,
  path: RelativePath,
  removed: ReadonlySet<RelativePath>,
): RelativePath | undefined {
  for (const directory of directoriesAround(path)) {
    if (directory === mapping.watchedDirectory) return undefined;
    if (kustomizationFileIn(mapping.visible, directory) !== undefined || removed.has(directory)) return directory;
    if ([...mapping.ownersOf(directory)].some((id) => id.startsWith('Application/'))) return directory;
  }
  return undefined;
}
