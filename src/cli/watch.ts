import type { ClusterConnection } from '../cluster/connection.ts';
import { loadKubeconfig } from '../cluster/kubeconfig.ts';
import { isLocalCluster } from '../cluster/local-cluster.ts';
import { systemClock } from '../engine/clock.ts';
import { parseReference } from '../registry/reference.ts';
import { confirm } from '../ui/confirm.ts';
import type { CommandIo } from './command.ts';
import { UsageError } from './errors.ts';
import { logPathFor, logPlaceOf } from './log-location.ts';
import type { WatchOptions } from './options.ts';
import { runSession } from './run-session.ts';
import { keepYoungGenerationSmall } from './small-young-generation.ts';
import { asTyped } from './typed-wrong.ts';
import { watchedDirectory } from './watched-directory.ts';

/** `watch [DIR]`: until Ctrl-C, or with `--once` until the first cycle is over. */
export async function runWatch(options: WatchOptions, io: CommandIo): Promise<number> {
  const dir = watchedDirectory(options.dir, io.cwd);
  const logPath = logPathFor(dir, options.log, logPlaceOf(io));
  if (options.embedded) return (await import('./embedded-world.ts')).watchEmbedded({ options, dir, logPath }, io);
  keepYoungGenerationSmall();
  const { registry } = options;
  if (registry !== undefined) {
    await asTyped(registry, () => parseReference(registry), 'e.g. --registry oci://localhost:5050/apps');
  }
  const connection = await asTyped(options.kubeconfig ?? options.context, () =>
    loadKubeconfig({ path: options.kubeconfig, context: options.context, env: io.env }),
  );
  await assertMayUse(connection, options.allowContexts, io);
  return runSession({ options, dir, logPath, connection, clusterName: connection.server, clock: systemClock }, io);
}

/** A watch writes to the cluster at each save, so one that is not on this machine is used only when somebody said so. */
async function assertMayUse(connection: ClusterConnection, allowed: readonly string[], io: CommandIo): Promise<void> {
  if (isLocalCluster(connection) || allowed.includes(connection.contextName)) return;
  const question = `The context ${connection.contextName} (${connection.server}) is not a local cluster. Reconcile it at each save?`;
  if (await confirm(io, question)) return;
  io.signal.throwIfAborted();
  throw new UsageError(
    `the context ${connection.contextName} (${connection.server}) is not a local cluster`,
    `allow it with --allow-context ${connection.contextName}, or choose another with --context`,
  );
}
