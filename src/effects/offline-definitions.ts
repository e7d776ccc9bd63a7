import { resolve } from 'node:path';
import { clusterEntries, type DefiningGroup } from '../domain/cluster-entries.ts';
import { type DefiningFile, definingFiles, kubeObjectsIn } from '../domain/defining-files.ts';
import { type DefiningObject, definitionsFromObjects } from '../domain/definitions-from-objects.ts';
import type { FileTree } from '../domain/file-tree.ts';
import type { KustomizationGraph } from '../domain/kustomization-graph.ts';
import type { Limits } from '../domain/limits.ts';
import { isWithin, type RelativePath, relativePath } from '../domain/paths.ts';
import { placeholderIn } from '../domain/spec-path.ts';
import type { Definitions } from '../domain/target.ts';
import { isTransforming } from '../domain/transforming-kustomization.ts';
import { parseYamlDocuments } from '../domain/yaml-documents.ts';
import { expandApplicationSets } from './expand-application-sets.ts';
import { buildKustomization, findKustomizeBuilder, type KustomizeBuilder } from './kustomize-build.ts';

export interface OfflineOptions {
  /** Absolute: the source root, which `tree` shows. */
  readonly rootDir: string;
  readonly tree: FileTree;
  readonly graph: KustomizationGraph;
  readonly limits: Limits;
  /** Only this directory's cluster. */
  readonly entry?: string | undefined;
  /** Default: the one on the search path; null builds nothing. */
  readonly builder?: KustomizeBuilder | null;
}

export interface OfflineDefinitions {
  /** One a cluster, sorted by directory. */
  readonly entries: readonly {
    readonly entry: RelativePath;
    readonly definitions: Definitions;
    /** The Flux objects behind `definitions`, as they would be in the cluster. */
    readonly objects: readonly DefiningObject[];
  }[];
  /** What could not be read as it will be in a cluster. */
  readonly problems: readonly { readonly path: RelativePath; readonly message: string }[];
}

type Problem = OfflineDefinitions['problems'][number];

/**
 * The Flux objects that a repository itself holds, cluster by cluster. Kustomizations that may patch them into shape are built,
 * where a builder is installed and nothing remote is needed; everything else is read as it is.
 */
export async function offlineDefinitions(options: OfflineOptions): Promise<OfflineDefinitions> {
  const problems: Problem[] = [];
  const files = definingFiles(options.tree, options.limits);
  const builder = options.builder === null ? undefined : (options.builder ?? findKustomizeBuilder());
  const groups = await Promise.all(
    definingGroups(files, options.graph).map(async ({ directory, isKustomization, members }) => {
      const group =
        isKustomization && mayBePatched(directory, members, options)
          ? await builtGroup(directory, members, builder, options, problems)
          : { directory, objects: members.flatMap((file) => file.objects) };
      const expanded = await expandApplicationSets(group.objects, options.tree);
      problems.push(...expanded.problems);
      return { directory, objects: expanded.objects };
    }),
  );
  const entries = clusterEntries(groups, options).map(({ entry, objects }) => ({
    entry,
    definitions: definitionsFromObjects(objects),
    objects,
  }));
  const chosen = options.entry === undefined ? entries : chooseEntry(options.entry, entries, groups, problems);
  for (const { definitions } of chosen) problems.push(...placeholders(definitions));
  return { entries: chosen, problems };
}

interface Grouping {
  readonly directory: RelativePath;
  readonly isKustomization: boolean;
  readonly members: DefiningFile[];
}

/** A file belongs to each kustomization that reads it and that nothing includes; without one, to its directory. */
function definingGroups(files: readonly DefiningFile[], graph: KustomizationGraph): Grouping[] {
  const groups = new Map<string, Grouping>();
  const included = new Set(
    graph
      .kustomizationDirectories()
      .flatMap((directory) => graph.closure(directory).kustomizations.filter((other) => other !== directory)),
  );
  for (const file of files) {
    const tops = graph.readers(file.path).filter((directory) => !included.has(directory));
    for (const directory of tops.length > 0 ? tops : [file.directory]) {
      const key = `${tops.length > 0}\0${directory}`;
      const group = groups.get(key) ?? { directory, isKustomization: tops.length > 0, members: [] };
      group.members.push(file);
      groups.set(key, group);
    }
  }
  return [...groups.values()];
}

function mayBePatched(directory: RelativePath, members: readonly DefiningFile[], options: OfflineOptions): boolean {
  const { kustomizations } = options.graph.closure(directory);
  return (
    members.some((file) => file.holdsPlaceholder) || kustomizations.some((other) => isTransforming(options.tree, other))
  );
}

async function builtGroup(
  directory: RelativePath,
  members: readonly DefiningFile[],
  builder: KustomizeBuilder | undefined,
  options: OfflineOptions,
  problems: Problem[],
): Promise<DefiningGroup> {
  const asTheyAre = { directory, objects: members.flatMap((file) => file.objects) };
  const readAsIs = (reason: string): DefiningGroup => {
    problems.push({
      path: directory,
      message: `${directory}: its objects are read as they are written, since ${reason}`,
    });
    return asTheyAre;
  };
  if (builder === undefined) return readAsIs('neither kubectl nor kustomize is installed');
  const { remote } = options.graph.closure(directory);
  if (remote.length > 0) return readAsIs(`building would fetch ${remote[0]}`);
  const outcome = await buildKustomization(
    builder,
    resolve(options.rootDir, directory),
    options.limits.requestTimeoutMs,
  );
  if (!outcome.ok) return readAsIs(`the build fails: ${outcome.message}`);
  const parsed = parseYamlDocuments(outcome.manifests, directory, {
    ...options.limits,
    yamlBytesMax: Number.MAX_SAFE_INTEGER,
  });
  if (parsed.problems[0] !== undefined) return readAsIs(`the build makes no YAML: ${parsed.problems[0].message}`);
  const objects = parsed.documents.flatMap(kubeObjectsIn);
  return { directory, objects: objects.map((object) => ({ object, ...definedIn(object, asTheyAre.objects) })) };
}

/** The manifest of a built object: same kind, and the name as written, or with a prefix or suffix put to it. */
function definedIn(object: DefiningObject['object'], written: readonly DefiningObject[]): { definedIn?: RelativePath } {
  const ofKind = written.filter((candidate) => candidate.object.kind === object.kind);
  const source =
    ofKind.find((candidate) => candidate.object.metadata.name === object.metadata.name) ??
    ofKind.find((candidate) => object.metadata.name.includes(candidate.object.metadata.name));
  return source?.definedIn === undefined ? {} : { definedIn: source.definedIn };
}

function chooseEntry(
  wanted: string,
  entries: OfflineDefinitions['entries'],
  groups: readonly DefiningGroup[],
  problems: Problem[],
): OfflineDefinitions['entries'] {
  const directory = relativePath(wanted);
  if (directory === undefined) {
    problems.push({ path: '.' as RelativePath, message: `entry ${wanted} lies outside of the root` });
    return [];
  }
  const exact = entries.filter((candidate) => candidate.entry === directory);
  if (exact.length > 0) return exact;
  const below = groups.filter((group) => isWithin(directory, group.directory));
  if (below.length > 0) {
    const objects = below.flatMap((group) => group.objects);
    return [{ entry: directory, definitions: definitionsFromObjects(objects), objects }];
  }
  const found = entries.map((candidate) => candidate.entry).join(', ') || 'none';
  problems.push({
    path: directory,
    message: `entry ${directory}: no objects of Flux or Argo CD there; entries found: ${found}`,
  });
  return [];
}

function placeholders(definitions: Definitions): Problem[] {
  return definitions.targets.flatMap(({ id, rawPath, definedIn: file }) => {
    const placeholder = placeholderIn(rawPath);
    if (placeholder === undefined) return [];
    const path = file ?? ('.' as RelativePath);
    return [
      {
        path,
        message: `${path}: the path ${JSON.stringify(rawPath)} of ${id} still holds ${placeholder}; its files cannot be told`,
      },
    ];
  });
}
