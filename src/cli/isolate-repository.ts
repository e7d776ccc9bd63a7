import { realpathSync } from 'node:fs';
import { beforeIsolation } from '../domain/isolation/isolated-source.ts';
import { type IsolationView, isolationView, type RepositoryCluster } from '../domain/isolation/isolation-view.ts';
import { unparsedManifests } from '../domain/isolation/unparsed-manifests.ts';
import { KustomizationGraph } from '../domain/kustomization-graph.ts';
import { type RelativePath, relativePath } from '../domain/paths.ts';
import { type ObjectId, parseObjectId } from '../domain/target.ts';
import { offlineDefinitions } from '../effects/offline-definitions.ts';
import { DiskTree } from '../streams/disk-tree.ts';
import { UsageError } from './errors.ts';
import type { IsolateOptions } from './isolate-options.ts';
import { sourceRoot } from './source-root.ts';
import { watchedDirectory } from './watched-directory.ts';

/** What `isolate` works on: the clusters of a repository, and its files. */
export interface IsolateRepository {
  /** Absolute: the source root. */
  readonly root: string;
  readonly tree: DiskTree;
  readonly graph: KustomizationGraph;
  /** Every cluster; those that `--source` does not name have no fed source. */
  readonly views: readonly IsolationView[];
  /** `--entry`, as one of them has it. */
  readonly entry: RelativePath | undefined;
}

/** Reads the repository the way `explain --offline` does. Throws UsageError where --entry or --source names nothing in it. */
export async function isolateRepository(
  options: IsolateOptions,
  cwd: string,
  warn: (text: string) => void,
): Promise<IsolateRepository> {
  const directory = realpathSync(watchedDirectory(options.dir, cwd));
  const given = options.root === undefined ? undefined : realpathSync(watchedDirectory(options.root, cwd));
  const first = await readAt(given ?? directory, options);
  const root = given ?? sourceRoot(directory, first.views.map(asOnSharedSource));
  const { problems, ...repository } = root === first.root ? first : await readAt(root, options);
  for (const problem of problems) warn(problem);
  if (repository.views.every(({ targets }) => targets.length === 0)) {
    warn(`no Flux Kustomization is defined in ${root}`);
  }
  return { ...repository, entry: entryNamed(options.entry, repository.views, root) };
}

async function readAt(root: string, options: IsolateOptions) {
  const { limits } = options;
  const tree = new DiskTree(root, { limits });
  const graph = new KustomizationGraph(tree, { limits });
  const { entries, problems } = await offlineDefinitions({ rootDir: root, tree, graph, limits });
  const wanted = options.source;
  const sources = entries.map((cluster) => (wanted === undefined ? undefined : sourceNamed(wanted, cluster)));
  if (wanted !== undefined && sources.every((source) => source === undefined)) {
    throw new UsageError(`--source ${wanted} is read by nothing in ${root}`, 'leave it out to take the one that fits');
  }
  const views = entries.map((cluster, index) => isolationView(cluster, tree, limits, sources[index]));
  const unparsed = unparsedManifests(tree, limits).map(({ message }) => `${message}; what it defines is not seen`);
  return { root, tree, graph, views, problems: [...problems.map(({ message }) => message), ...unparsed] };
}

function sourceNamed(wanted: string, { definitions, objects }: RepositoryCluster): ObjectId | undefined {
  const { targets, generators } = beforeIsolation(definitions, objects);
  const read = [
    ...targets.map(({ source }) => source),
    ...generators.flatMap((made) => made.sources.map((from) => from.source)),
  ];
  return read.find((id) => {
    const { kind, namespace, name } = parseObjectId(id);
    return kind !== 'ExternalArtifact' && `${namespace}/${name}` === wanted;
  });
}

function asOnSharedSource({ cluster, targets, fedSource }: IsolationView) {
  return { definitions: { ...cluster.definitions, targets }, fedSource };
}

function entryNamed(
  given: string | undefined,
  views: readonly IsolationView[],
  root: string,
): RelativePath | undefined {
  if (given === undefined) return undefined;
  const entry = relativePath(given);
  if (entry !== undefined && views.some(({ cluster }) => cluster.entry === entry)) return entry;
  const known = views.map(({ cluster }) => cluster.entry).join(', ');
  throw new UsageError(
    `--entry ${given} is none of the clusters in ${root}`,
    known === '' ? 'no manifest there defines a Kustomization of Flux' : `they are: ${known}`,
  );
}
