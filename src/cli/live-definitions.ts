import { createClusterClient } from '../cluster/client.ts';
import { loadKubeconfig } from '../cluster/kubeconfig.ts';
import { definitionsFromObjects } from '../domain/definitions-from-objects.ts';
import type { KubeObject } from '../domain/kube-object.ts';
import type { Definitions, ObjectId } from '../domain/target.ts';
import type { CommandIo } from './command.ts';
import { UsageError } from './errors.ts';
import type { ClusterOptions } from './options.ts';
import { servedFluxResources } from './session/live-cluster.ts';
import { asTyped } from './typed-wrong.ts';

const PAGE = 500;

/** The Flux objects as the cluster has them now: one list of each kind, no watch. `fedSource`: what `--source` names. */
export async function liveDefinitions(
  options: ClusterOptions & {
    readonly source: string | undefined;
    readonly limits: { readonly requestTimeoutMs: number };
  },
  io: CommandIo,
): Promise<{ readonly definitions: Definitions; readonly fedSource: ObjectId | undefined }> {
  const connection = await asTyped(options.kubeconfig ?? options.context, () =>
    loadKubeconfig({ path: options.kubeconfig, context: options.context, env: io.env }),
  );
  const client = createClusterClient(connection, { limits: options.limits });
  try {
    const objects: KubeObject[] = [];
    for (const resource of await servedFluxResources(client)) {
      let continueToken: string | undefined;
      do {
        const page = await client.list(resource, {
          namespace: options.namespace,
          limit: PAGE,
          continueToken,
          signal: io.signal,
        });
        // Items of a list come without the kind that the list names once.
        for (const item of page.items)
          objects.push({ ...item, kind: resource.kind, apiVersion: `${resource.group}/${resource.version}` });
        continueToken = page.continueToken;
      } while (continueToken !== undefined && continueToken !== '');
    }
    const definitions = definitionsFromObjects(objects.map((object) => ({ object })));
    return { definitions, fedSource: named(definitions, options.source) };
  } finally {
    client.close();
  }
}

function named(definitions: Definitions, source: string | undefined): ObjectId | undefined {
  if (source === undefined) return undefined;
  const found = definitions.sources.filter(
    ({ id, namespace, name }) => id === source || `${namespace}/${name}` === source,
  );
  const [only] = found;
  if (only !== undefined && found.length === 1) return only.id;
  throw new UsageError(
    only === undefined
      ? `--source ${source}: there is no such source in the cluster`
      : `--source ${source} names ${found.length} sources`,
    `known: ${definitions.sources.map(({ id }) => id).join(', ') || 'none'}`,
  );
}
