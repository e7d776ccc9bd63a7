import type { ClusterConnection } from '../cluster/connection.ts';
import { isLocalCluster } from '../cluster/local-cluster.ts';
import { confirm } from '../ui/confirm.ts';
import type { CommandIo } from './command.ts';
import { UsageError } from './errors.ts';

/**
 * For what writes to a cluster: one that is not on this machine is used only when somebody said so, by `--allow-context` or in answer to
 * `question`. Throws UsageError.
 */
export async function assertMayUse(
  connection: Pick<ClusterConnection, 'contextName' | 'server'>,
  allowed: readonly string[],
  question: string,
  io: CommandIo,
): Promise<void> {
  const { contextName, server } = connection;
  if (isLocalCluster(connection) || allowed.includes(contextName)) return;
  if (await confirm(io, `The context ${contextName} (${server}) is not a local cluster. ${question}`)) return;
  io.signal.throwIfAborted();
  throw new UsageError(
    `the context ${contextName} (${server}) is not a local cluster`,
    `allow it with --allow-context ${contextName}, or choose another with --context`,
  );
}
