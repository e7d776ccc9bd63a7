import type { ClusterConnection } from '../cluster/connection.ts';
import { loadKubeconfig } from '../cluster/kubeconfig.ts';
import type { CommandIo } from './command.ts';
import type { ClusterOptions } from './options.ts';
import { asTyped } from './typed-wrong.ts';

/** How to reach the cluster that the options name. What is wrong with a value that was typed is a usage error. */
export function clusterConnection(
  { kubeconfig, context }: Pick<ClusterOptions, 'kubeconfig' | 'context'>,
  io: Pick<CommandIo, 'env'>,
): Promise<ClusterConnection> {
  return asTyped(kubeconfig ?? context, () => loadKubeconfig({ path: kubeconfig, context, env: io.env }));
}
