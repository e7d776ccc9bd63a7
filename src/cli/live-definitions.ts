import { createClusterClient } from '../cluster/client.ts';
import { listAll } from '../cluster/list-all.ts';
import { definitionsFromObjects } from '../domain/definitions-from-objects.ts';
import { beforeIsolation } from '../domain/isolation/isolated-source.ts';
import type { KubeObject } from '../domain/kube-object.ts';
import { isSourceNamed } from '../domain/source-name.ts';
import type { Definitions, ObjectId } from '../domain/target.ts';
import { clusterConnection } from './cluster-connection.ts';
import type { CommandIo } from './command.ts';
import { UsageError } from './errors.ts';
import type { ClusterOptions } from './options.ts';
import { servedGitOpsResources } from './session/live-cluster.ts';

/** The objects of Flux and Argo CD as the cluster has them now: one list of each kind, no watch. `fedSource`: what `--source` names. */
export async function liveDefinitions(
  options: ClusterOptions & {
    readonly source: string | undefined;
    readonly limits: { readonly requestTimeoutMs: number };
  },
  io: CommandIo,
): Promise<{ readonly definitions: Definitions; readonly fedSource: ObjectId | undefined }> {
  const client = createClusterClient(await clusterConnection(options, io), { limits: options.limits });
  try {
    const objects: KubeObject[] = [];
    for (const resource of await servedGitOpsResources(client)) {
      const { namespace } = options;
      objects.push(...(await listAll(client, resource, { namespace, signal: io.signal })));
    }
    const defining = objects.map((object) => ({ object }));
    const definitions = beforeIsolation(definitionsFromObjects(defining), defining);
    return { definitions, fedSource: named(definitions, options.source) };
  } finally {
    client.close();
  }
}

function named(definitions: Definitions, source: string | undefined): ObjectId | undefined {
  if (source === undefined) return undefined;
  const found = definitions.sources.filter(({ id }) => isSourceNamed(id, source));
  const [only] = found;
  if (only !== undefined && found.length === 1) return only.id;
  throw new UsageError(
    only === undefined
      ? `--source ${source}: there is no such source in the cluster`
      : `--source ${source} names ${found.length} sources`,
    `known: ${definitions.sources.map(({ id }) => id).join(', ') || 'none'}`,
  );
}
