import { applicationClosure } from './argo/application-closure.ts';
import { definitionsReading } from './argo/application-definition.ts';
import { buildRoots, localsOf } from './build-root.ts';
import { type DefiningObject, definitionsFromObjects } from './definitions-from-objects.ts';
import { fedSourceCandidates } from './fed-source.ts';
import type { FileTree } from './file-tree.ts';
import { beforeIsolation } from './isolation/isolated-source.ts';
import type { KustomizationGraph } from './kustomization-graph.ts';
import type { Limits } from './limits.ts';
import { isWithin, type RelativePath } from './paths.ts';

/** Objects of Flux or Argo CD that come into a cluster together: of one kustomization's build, or of one directory of manifests. */
export interface DefiningGroup {
  readonly directory: RelativePath;
  readonly objects: readonly DefiningObject[];
}

export interface RepositoryFiles {
  readonly tree: FileTree;
  /** Of that tree. */
  readonly graph: KustomizationGraph;
  readonly limits: Limits;
}

export interface ClusterEntry {
  readonly entry: RelativePath;
  readonly objects: readonly DefiningObject[];
}

/**
 * The clusters of a repository. A group inside the directory of another belongs to it, as does one that another's Kustomization
 * applies; a group that applies a directory around itself (Flux's `flux-system`) makes that directory the entry. What defines no target is no cluster.
 * Sorted.
 */
export function clusterEntries(groups: readonly DefiningGroup[], files: RepositoryFiles): ClusterEntry[] {
  const clusters = new Map<RelativePath, DefiningGroup[]>();
  const directories = groups.map(clusterDirectory);
  for (const [index, group] of groups.entries()) {
    const own = directories[index] ?? group.directory;
    const around = directories.filter((directory) => isWithin(directory, own));
    const entry = around.reduce(
      (shortest, directory) => (directory.length < shortest.length ? directory : shortest),
      own,
    );
    clusters.set(entry, [...(clusters.get(entry) ?? []), group]);
  }
  const applies = appliedClusters(clusters, files);
  const applied = new Set([...applies.values()].flatMap((others) => [...others]));
  const starts = [...clusters.keys()].filter((entry) => !applied.has(entry));
  // Clusters that apply one another in a ring have no start: each is one, then.
  const entries = starts.length > 0 ? starts : [...clusters.keys()];
  return entries
    .map((entry) => ({ entry, objects: reachable(entry, applies).flatMap((other) => objectsOf(clusters.get(other))) }))
    .filter(({ objects }) => definesTargets(objects))
    .sort((left, right) => (left.entry < right.entry ? -1 : 1));
}

function objectsOf(groups: readonly DefiningGroup[] = []): DefiningObject[] {
  return groups.flatMap((group) => group.objects);
}

function definesTargets(objects: readonly DefiningObject[]): boolean {
  const { targets, generators } = definitionsFromObjects(objects);
  return targets.length > 0 || generators.length > 0;
}

/** The widest directory that a Kustomization or Application of the group applies and that holds the group itself. */
function clusterDirectory(group: DefiningGroup): RelativePath {
  const paths = definitionsFromObjects(group.objects).targets.flatMap(({ kind, path }) =>
    kind !== 'HelmRelease' && path !== undefined && isWithin(path, group.directory) ? [path] : [],
  );
  return paths.reduce((widest, path) => (isWithin(path, widest) ? path : widest), group.directory);
}

/** For each cluster directory the others whose manifests its Kustomizations apply. */
function appliedClusters(
  clusters: ReadonlyMap<RelativePath, readonly DefiningGroup[]>,
  files: RepositoryFiles,
): Map<RelativePath, Set<RelativePath>> {
  const applies = new Map<RelativePath, Set<RelativePath>>();
  for (const [entry, groups] of clusters) {
    const applied = appliedFiles(objectsOf(groups), files);
    const others = [...clusters].filter(
      ([other, members]) => other !== entry && members.some((group) => isDefinedIn(group, applied)),
    );
    applies.set(entry, new Set(others.map(([other]) => other)));
  }
  return applies;
}

/** The local files that the Kustomizations among `objects` build from, directly or through a composed artifact. */
function appliedFiles(objects: readonly DefiningObject[], { tree, graph, limits }: RepositoryFiles): Set<RelativePath> {
  const definitions = beforeIsolation(definitionsFromObjects(objects), objects);
  const applied = new Set<RelativePath>();
  for (const source of fedSourceCandidates(definitions, tree)) {
    const roots = buildRoots(definitions, source, tree, limits);
    for (const target of definitionsReading(definitions, source).targets) {
      const root = roots.get(target.source);
      if (root === undefined || target.kind === 'HelmRelease' || target.path === undefined) continue;
      const buildGraph = root.artifact === undefined ? graph : root.graph;
      const { files } =
        target.kind === 'Application'
          ? applicationClosure(target, root)
          : buildGraph.closure(target.path, target.components);
      for (const file of files) for (const local of localsOf(root, file)) applied.add(local);
    }
  }
  return applied;
}

function isDefinedIn(group: DefiningGroup, files: ReadonlySet<RelativePath>): boolean {
  return group.objects.some(({ definedIn }) => definedIn !== undefined && files.has(definedIn));
}

function reachable(start: RelativePath, applies: ReadonlyMap<RelativePath, ReadonlySet<RelativePath>>): RelativePath[] {
  const found = new Set([start]);
  for (const entry of found) for (const other of applies.get(entry) ?? []) found.add(other);
  return [...found];
}
