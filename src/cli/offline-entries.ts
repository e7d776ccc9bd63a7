import { fedSourceCandidates } from '../domain/fed-source.ts';
import { beforeIsolation } from '../domain/isolation/isolated-source.ts';
import { KustomizationGraph } from '../domain/kustomization-graph.ts';
import { isSourceNamed } from '../domain/source-name.ts';
import { type Definitions, type ObjectId, parseObjectId } from '../domain/target.ts';
import { offlineDefinitions } from '../effects/offline-definitions.ts';
import { DiskTree } from '../streams/disk-tree.ts';
import { UsageError } from './errors.ts';
import type { ExplainedEntry } from './explained-entry.ts';
import type { DirectoryOptions } from './options.ts';

/**
 * The clusters that the repository at `rootDir` (absolute) holds, each with the source that its files feed. Throws UsageError when `--entry`
 * or `--source` names none of them; `warn` is told what could not be read as a cluster would have it.
 */
export async function offlineEntries(
  rootDir: string,
  options: Pick<DirectoryOptions, 'entry' | 'source' | 'limits'>,
  warn: (text: string) => void,
): Promise<ExplainedEntry[]> {
  const { limits, entry, source } = options;
  const tree = new DiskTree(rootDir, { limits });
  const graph = new KustomizationGraph(tree, { limits });
  const { entries: written, problems } = await offlineDefinitions({ rootDir, tree, graph, limits, entry });
  const entries = written.map(({ definitions, objects }) => ({ definitions: beforeIsolation(definitions, objects) }));
  if (entry !== undefined && entries.length === 0) {
    throw new UsageError(
      `--entry ${entry} holds no Flux objects in ${rootDir}`,
      problems[0]?.message ?? 'leave it out to see every cluster of the repository',
    );
  }
  for (const { message } of problems) warn(message);
  if (entries.every(({ definitions }) => definitions.targets.length === 0)) {
    warn(`no Flux Kustomization is defined in ${rootDir}: give --dir, or leave out --offline to ask the cluster`);
  }
  const found = entries.map(({ definitions }) => ({
    definitions,
    fedSource: source === undefined ? fedSourceCandidates(definitions, tree)[0] : sourceNamed(source, definitions),
  }));
  if (source !== undefined && found.every(({ fedSource }) => fedSource === undefined)) {
    const known = new Set(
      entries
        .flatMap(({ definitions }) => readSources(definitions))
        .filter((id) => !id.startsWith('ExternalArtifact/')),
    );
    throw new UsageError(
      `--source ${source} is read by nothing in ${rootDir}`,
      known.size === 0 ? 'no object there reads any source' : `known: ${[...known].sort().join(', ')}`,
    );
  }
  return source === undefined ? found : found.filter(({ fedSource }) => fedSource !== undefined);
}

function sourceNamed(wanted: string, definitions: Definitions): ObjectId | undefined {
  return readSources(definitions).find(
    (id) => parseObjectId(id).kind !== 'ExternalArtifact' && isSourceNamed(id, wanted),
  );
}

function readSources(definitions: Definitions): ObjectId[] {
  return [
    ...definitions.targets.map(({ source }) => source),
    ...definitions.generators.flatMap(({ sources }) => sources.map(({ source }) => source)),
  ];
}
