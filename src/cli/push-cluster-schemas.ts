import { createClusterClient } from '../cluster/client.ts';
import { listAll } from '../cluster/list-all.ts';
import type { KubeObject } from '../domain/kube-object.ts';
import { failureOf } from '../effects/call.ts';
import { clusterConnection } from './cluster-connection.ts';
import type { CommandIo } from './command.ts';
import type { PushOptions } from './push-options.ts';

const DEFINITIONS = {
  kind: 'CustomResourceDefinition',
  group: 'apiextensions.k8s.io',
  version: 'v1',
  plural: 'customresourcedefinitions',
};
/** A push does not wait for a cluster that is away. */
const PATIENCE_MS = 3_000;

/** The CustomResourceDefinitions of the cluster that the options, or the kubeconfig, name; none where it cannot be asked. */
export async function clusterSchemas(
  options: Pick<PushOptions, 'kubeconfig' | 'context'>,
  io: Pick<CommandIo, 'env' | 'signal'>,
  warn: (text: string) => void,
): Promise<readonly KubeObject[]> {
  const isNamed = options.kubeconfig !== undefined || options.context !== undefined;
  try {
    const connection = await clusterConnection(options, io);
    const client = createClusterClient(connection, { limits: { requestTimeoutMs: PATIENCE_MS } });
    try {
      return await listAll(client, DEFINITIONS, { signal: io.signal });
    } finally {
      client.close();
    }
  } catch (error) {
    io.signal.throwIfAborted();
    // Whoever names a cluster wants to hear that it was not asked.
    if (isNamed) warn(`the schemas of the cluster were not read: ${failureOf(error).message}`);
    return [];
  }
}
