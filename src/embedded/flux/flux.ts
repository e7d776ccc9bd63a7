import type { KubeObject } from '../../domain/kube-object.ts';
import { type EmbeddedClock, realClock } from '../clock.ts';
import type { EmbeddedCluster } from '../cluster.ts';
import { type Controller, startControllers } from '../controllers.ts';
import { type Latency, staged } from '../staged.ts';
import { startArtifactServer } from './artifact-server.ts';
import type { FluxContext, FluxStage } from './flux-context.ts';
import type { UnreportedHealth } from './health-check.ts';
import { helmController } from './helm-controller.ts';
import type { HelmFailure } from './helm-release-run.ts';
import { type BuilderName, detectBuilder, kustomizeBuilder } from './kustomize-build.ts';
import { kustomizeController } from './kustomize-controller.ts';
import { type RemoteSources, sourceController } from './source-controller.ts';
import { storedObjects } from './source-objects.ts';
import { sourceWatcher } from './source-watcher.ts';
import type { UnknownKinds } from './unknown-kinds.ts';

export interface FluxOptions {
  readonly cluster: EmbeddedCluster;
  /** Slows down the step of an object. Default: none. */
  readonly latency?: Readonly<Partial<Record<FluxStage, Latency>>>;
  /** Returns the message with which that step of that object fails, or undefined. */
  readonly fail?: (stage: FluxStage, object: KubeObject) => string | undefined;
  /** Defaults: 2 for sources, 4 for Kustomizations, 4 for HelmReleases, as the real controllers. */
  readonly workers?: { readonly source?: number; readonly kustomize?: number; readonly helm?: number };
  /** Default: what is installed. */
  readonly builder?: BuilderName;
  /** How long a Kustomization waits for a dependency or an artifact. Default 30,000 ms. */
  readonly dependencyRequeueMs?: number;
  /** Default 5,000 ms. */
  readonly healthPollMs?: number;
  /** Workloads that nobody has written a status for, in health checks. Default `current`: nothing rolls out here. */
  readonly unreportedHealth?: UnreportedHealth;
  /** Kinds that manifests use and the cluster does not have. Default `serve`, since no Helm chart brings its CRDs here. */
  readonly unknownKinds?: UnknownKinds;
  /** OCIRepositories whose host is not a loopback address. Default `assume`: ready and empty, without a request. */
  readonly remoteSources?: RemoteSources;
  /** What helm would do: nothing is rendered, and an action succeeds unless `fail` returns why it does not. */
  readonly helm?: { readonly fail?: HelmFailure };
  /** Changes what Kustomizations apply, or leaves it out (undefined): see `rewrite` of loadRepository. */
  readonly rewrite?: (object: KubeObject) => KubeObject | undefined;
  readonly clock?: EmbeddedClock;
}

export interface FluxStats {
  /** Runs by `<Kind>/<namespace>/<name>`. */
  readonly runs: Readonly<Record<string, number>>;
  /** Builds that started a process. */
  readonly builds: number;
}

export interface EmbeddedFlux {
  /** What builds kustomizations that are more than a list of manifests; `plain`: nothing is installed, manifests are applied as they are. */
  readonly builder: BuilderName;
  readonly stats: FluxStats;
  /** Where artifacts are served from. */
  readonly artifactsUrl: string;
  /** Sets all counts to zero. */
  resetStats(): void;
  stop(): Promise<void>;
}

/** Starts stand-ins for source-controller, source-watcher, kustomize-controller and helm-controller on an embedded cluster. */
export async function startFlux(options: FluxOptions): Promise<EmbeddedFlux> {
  const { cluster, workers = {} } = options;
  const clock = options.clock ?? realClock;
  const abort = new AbortController();
  const [storage, builderName] = await Promise.all([startArtifactServer(clock), options.builder ?? detectBuilder()]);
  const builder = kustomizeBuilder(builderName);
  let runs: Record<string, number> = {};
  let buildsBefore = 0;
  const context: FluxContext = {
    access: cluster.access,
    clock,
    storage,
    stage: staged(options, clock, abort.signal),
    countRun({ kind, metadata }) {
      const id = `${kind}/${metadata.namespace}/${metadata.name}`;
      runs[id] = (runs[id] ?? 0) + 1;
    },
  };
  const controllers: readonly Controller[] = [
    sourceController(
      { ...context, objects: storedObjects(cluster.access) },
      workers.source ?? 2,
      options.remoteSources ?? 'assume',
    ),
    sourceWatcher(context, workers.source ?? 2),
    kustomizeController(context, {
      workers: workers.kustomize ?? 4,
      builder,
      dependencyRequeueMs: options.dependencyRequeueMs ?? 30_000,
      healthPollMs: options.healthPollMs ?? 5_000,
      unreportedHealth: options.unreportedHealth ?? 'current',
      unknownKinds: options.unknownKinds ?? 'serve',
      rewrite: options.rewrite ?? ((object) => object),
      signal: abort.signal,
    }),
    helmController(context, workers.helm ?? 4, options.helm?.fail ?? (() => undefined)),
  ];
  const stopControllers = await startControllers(cluster.access, controllers);
  let stopped: Promise<void> | undefined;
  return {
    builder: builderName,
    artifactsUrl: storage.url,
    get stats() {
      return { runs: { ...runs }, builds: builder.spawned() - buildsBefore };
    },
    resetStats() {
      runs = {};
      buildsBefore = builder.spawned();
    },
    stop() {
      stopped ??= (async () => {
        abort.abort();
        await stopControllers();
        await Promise.all([storage.stop(), builder.stop()]);
      })();
      return stopped;
    },
  };
}
