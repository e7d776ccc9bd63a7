import { loadKubeconfig } from '../cluster/kubeconfig.ts';
import { systemClock } from '../engine/clock.ts';
import { parseReference } from '../registry/reference.ts';
import type { CommandIo } from './command.ts';
import { logPathFor, logPlaceOf } from './log-location.ts';
import { assertMayUse } from './may-use-context.ts';
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
  await assertMayUse(connection, options.allowContexts, 'Reconcile it at each save?', io);
  const clusterName = connection.server;
  return runSession({ options, dir, logPath, connection, clusterName, clock: systemClock, ownsProcess: true }, io);
}
