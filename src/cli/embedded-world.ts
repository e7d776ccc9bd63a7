import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { ClusterConnection } from '../cluster/connection.ts';
import { loadKubeconfig } from '../cluster/kubeconfig.ts';
import type { Limits } from '../domain/limits.ts';
import type { ObjectId } from '../domain/target.ts';
import { startCluster, startRegistry } from '../embedded/testing.ts';
import { systemClock } from '../engine/clock.ts';
import type { CommandIo } from './command.ts';
import { startEmbeddedEngines } from './embedded-engines.ts';
import { offlineObjects } from './offline-objects.ts';
import type { WatchOptions } from './options.ts';
import { type RunningWatch, runSession } from './run-session.ts';

/** A cluster, a registry and stand-ins for the engines in this process, holding the objects of Flux and Argo CD of one directory. */
export interface EmbeddedWorld {
  readonly connection: ClusterConnection;
  /** What is different from the manifests, and which entry was taken, in words. */
  readonly notes: readonly string[];
  readonly fed: ObjectId | undefined;
  stop(): Promise<void>;
}

export async function startEmbeddedWorld(input: {
  readonly dir: string;
  readonly entry: string | undefined;
  readonly limits: Limits;
  readonly source: string | undefined;
}): Promise<EmbeddedWorld> {
  const [cluster, registry] = await Promise.all([startCluster(), startRegistry()]);
  const stop = async (): Promise<void> => {
    await Promise.all([cluster.stop(), registry.stop()]);
  };
  try {
    const { objects, notes } = await offlineObjects(input);
    const engines = await startEmbeddedEngines({ cluster, registry, objects, source: input.source });
    const kubeconfig = join(tmpdir(), `reconcile-machine-${randomUUID()}.kubeconfig`);
    await cluster.writeKubeconfig(kubeconfig);
    const connection = await loadKubeconfig({ path: kubeconfig }).finally(() => rmSync(kubeconfig, { force: true }));
    return {
      connection,
      notes: [...notes, ...new Set(engines.flatMap((engine) => engine.notes))],
      fed: engines.find(({ fed }) => fed !== undefined)?.fed,
      stop: async () => {
        await Promise.all(engines.map((engine) => engine.stop()));
        await stop();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** `watch --embedded`: the same watch, against a world of its own that starts empty: so the first thing is a full reconcile. */
export async function watchEmbedded(
  input: {
    readonly options: WatchOptions;
    readonly dir: string;
    readonly logPath: string;
    readonly script?: (running: RunningWatch) => Promise<number | undefined>;
    readonly show?: boolean;
  },
  io: CommandIo,
): Promise<number> {
  const { options, dir } = input;
  const root = options.root === undefined ? dir : resolve(io.cwd, options.root);
  const world = await startEmbeddedWorld({
    dir: root,
    entry: options.entry,
    limits: options.limits,
    source: options.source,
  });
  // The cluster lives as long as this process, and so does what is known of it.
  const logPath =
    options.log === undefined ? join(tmpdir(), `reconcile-machine-${randomUUID()}`, 'events.db') : input.logPath;
  try {
    return await runSession(
      {
        options: {
          ...options,
          initial: !options.dryRun,
          root: options.root ?? dir,
          source: world.fed,
        },
        dir,
        logPath,
        connection: world.connection,
        clusterName: 'embedded',
        clock: systemClock,
        notes: world.notes,
        ...(input.script === undefined ? {} : { script: input.script }),
      },
      io,
    );
  } finally {
    await world.stop();
    if (options.log === undefined) rmSync(join(logPath, '..'), { recursive: true, force: true });
  }
}
