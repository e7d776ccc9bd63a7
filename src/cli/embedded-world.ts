import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { ClusterConnection } from '../cluster/connection.ts';
import { loadKubeconfig } from '../cluster/kubeconfig.ts';
import type { Limits } from '../domain/limits.ts';
import type { ObjectId } from '../domain/target.ts';
import { loadRepository, startCluster, startFlux, startRegistry } from '../embedded/testing.ts';
import { systemClock } from '../engine/clock.ts';
import type { CommandIo } from './command.ts';
import { offlineObjects } from './offline-objects.ts';
import type { WatchOptions } from './options.ts';
import { type RunningWatch, runSession } from './run-session.ts';

/** Flux's own default is 30 s (`--requeue-dependency`); its example repository sets this. Nobody wants to watch a demo wait. */
const DEPENDENCY_REQUEUE_MS = 5_000;

/** A cluster, a registry and Flux's stand-ins in this process, holding the Flux objects of one directory. */
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
    const wanted = input.source === undefined ? undefined : sourceIds(input.source, objects);
    const loaded = loadRepository({
      cluster,
      registry,
      objects,
      ...(wanted === undefined ? {} : { fedSources: wanted }),
    });
    const flux = await startFlux({ cluster, rewrite: loaded.rewrite, dependencyRequeueMs: DEPENDENCY_REQUEUE_MS });
    const kubeconfig = join(tmpdir(), `reconcile-machine-${randomUUID()}.kubeconfig`);
    await cluster.writeKubeconfig(kubeconfig);
    const connection = await loadKubeconfig({ path: kubeconfig }).finally(() => rmSync(kubeconfig, { force: true }));
    const builder =
      flux.builder === 'plain'
        ? [
            'neither kubectl nor kustomize is installed: manifests are applied as they are, without overlays and patches',
          ]
        : [];
    return {
      connection,
      notes: [...notes, ...loaded.rewritten, ...builder],
      fed: loaded.fed[0],
      stop: async () => {
        await flux.stop();
        await stop();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function sourceIds(
  source: string,
  objects: readonly { kind: string; metadata: { name: string; namespace?: string } }[],
): ObjectId[] {
  const [namespace, name] = source.split('/').slice(-2);
  return objects
    .filter(
      ({ kind, metadata }) =>
        /Repository$|^Bucket$/.test(kind) &&
        metadata.name === name &&
        (metadata.namespace ?? 'flux-system') === namespace,
    )
    .map(({ kind }) => `${kind}/${namespace}/${name}`);
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
          source: world.fed?.split('/').slice(1).join('/'),
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
