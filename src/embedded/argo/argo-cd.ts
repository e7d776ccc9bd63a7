import type { KubeObject } from '../../domain/kube-object.ts';
import { type EmbeddedClock, realClock } from '../clock.ts';
import type { EmbeddedCluster } from '../cluster.ts';
import { type Controller, startControllers } from '../controllers.ts';
import type { UnreportedHealth } from '../flux/health-check.ts';
import { type BuilderName, detectBuilder, kustomizeBuilder } from '../flux/kustomize-build.ts';
import type { RemoteSources } from '../flux/source-controller.ts';
import type { UnknownKinds } from '../flux/unknown-kinds.ts';
import { type Latency, staged } from '../staged.ts';
import { applicationController } from './application-controller.ts';
import { applicationSetController } from './application-set-controller.ts';
import type { ArgoContext, ArgoStage, TrackingMethod } from './argo-context.ts';
import { ARGO_DEFINITIONS, ARGO_VERSION } from './definitions/argo-definitions.ts';
import { type GitFiles, RepoServer } from './repo-server.ts';

export interface ArgoCdOptions {
  readonly cluster: EmbeddedCluster;
  /** Where the control plane, its projects and its repository secrets are. Default `argocd`. */
  readonly namespace?: string;
  /** Slows down the step of an Application. Default: none. */
  readonly latency?: Readonly<Partial<Record<ArgoStage, Latency>>>;
  /** Returns the message with which that step of that Application fails, or undefined. */
  readonly fail?: (stage: ArgoStage, application: KubeObject) => string | undefined;
  /** Defaults: 20 for comparisons, 10 for operations, as the real controller. */
  readonly workers?: { readonly status?: number; readonly operation?: number };
  /** Default: what is installed. */
  readonly builder?: BuilderName;
  /** Default 120,000 ms, to each of which up to 60,000 ms are added. */
  readonly resyncMs?: number;
  readonly resyncJitterMs?: number;
  /** In [0, 1). Default Math.random. */
  readonly random?: () => number;
  /** Globs of namespaces, beside its own, in which Applications are taken. Default none; their project must allow it too. */
  readonly applicationNamespaces?: readonly string[];
  /** Default `annotation`. */
  readonly tracking?: TrackingMethod;
  /** Workloads that nobody has written a status for. Default `current`: Healthy, since nothing rolls out here. */
  readonly unreportedHealth?: UnreportedHealth;
  /** Whether `status.resources` tells the health of each. Default false, as since Argo CD 3.0. */
  readonly persistResourceHealth?: boolean;
  /** Kinds that manifests use and the cluster does not have. Default `refuse`, as on a real cluster. */
  readonly unknownKinds?: UnknownKinds;
  /** Sources on other machines. Default `pull`; `assume` takes them as empty, without a request. */
  readonly remoteSources?: RemoteSources;
  /** Changes what Applications apply: see loadApplications. */
  readonly rewrite?: (object: KubeObject) => KubeObject;
  /** What Git repositories hold, for Git sources and the git generator. Default: none is found. */
  readonly git?: GitFiles;
  readonly clock?: EmbeddedClock;
}

export interface ArgoCdStats {
  /** Comparisons by `Application/<namespace>/<name>`. */
  readonly refreshes: Readonly<Record<string, number>>;
  /** Attempts to sync. */
  readonly syncs: Readonly<Record<string, number>>;
  /** Builds that started a process. */
  readonly builds: number;
}

export interface EmbeddedArgoCd {
  readonly builder: BuilderName;
  readonly stats: ArgoCdStats;
  /** Sets all counts to zero. */
  resetStats(): void;
  stop(): Promise<void>;
}

/** Serves Argo CD's kinds with a project `default` that permits everything, and starts the stand-ins of its controllers. */
export async function startArgoCd(options: ArgoCdOptions): Promise<EmbeddedArgoCd> {
  const { cluster, namespace = 'argocd', workers = {} } = options;
  const clock = options.clock ?? realClock;
  const abort = new AbortController();
  const builderName = options.builder ?? (await detectBuilder());
  const builder = kustomizeBuilder(builderName, { isRestricted: true });
  const counts = { refresh: new Map<string, number>(), sync: new Map<string, number>() };
  let buildsBefore = 0;
  install(cluster, namespace);
  const context: ArgoContext = {
    access: cluster.access,
    clock,
    namespace,
    tracking: options.tracking ?? 'annotation',
    unreportedHealth: options.unreportedHealth ?? 'current',
    unknownKinds: options.unknownKinds ?? 'refuse',
    persistResourceHealth: options.persistResourceHealth ?? false,
    remoteSources: options.remoteSources ?? 'pull',
    rewrite: options.rewrite ?? ((object) => object),
    signal: abort.signal,
    stage: staged(options, clock, abort.signal),
    count(what, { kind, metadata }) {
      const id = `${kind}/${metadata.namespace}/${metadata.name}`;
      counts[what].set(id, (counts[what].get(id) ?? 0) + 1);
    },
  };
  const server = new RepoServer(context, builder, options.git ?? (async () => undefined));
  const controllers: readonly Controller[] = [
    applicationController(context, server, {
      statusWorkers: workers.status ?? 20,
      operationWorkers: workers.operation ?? 10,
      resyncMs: options.resyncMs ?? 120_000,
      resyncJitterMs: options.resyncJitterMs ?? 60_000,
      random: options.random ?? Math.random,
      applicationNamespaces: options.applicationNamespaces ?? [],
    }),
    applicationSetController(context, server),
  ];
  const stopControllers = await startControllers(cluster.access, controllers);
  let stopped: Promise<void> | undefined;
  return {
    builder: builderName,
    get stats() {
      return {
        refreshes: Object.fromEntries(counts.refresh),
        syncs: Object.fromEntries(counts.sync),
        builds: builder.spawned() - buildsBefore,
      };
    },
    resetStats() {
      counts.refresh.clear();
      counts.sync.clear();
      buildsBefore = builder.spawned();
    },
    stop() {
      stopped ??= (async () => {
        abort.abort();
        await stopControllers();
        await builder.stop();
      })();
      return stopped;
    },
  };
}

function install({ objects }: EmbeddedCluster, namespace: string): void {
  for (const definition of ARGO_DEFINITIONS) objects.apply(definition, 'install');
  objects.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, 'install');
  if (objects.get('AppProject', namespace, 'default') !== undefined) return;
  objects.apply(
    {
      apiVersion: ARGO_VERSION,
      kind: 'AppProject',
      metadata: { name: 'default', namespace },
      spec: {
        clusterResourceWhitelist: [{ group: '*', kind: '*' }],
        destinations: [{ namespace: '*', server: '*' }],
        sourceRepos: ['*'],
      },
    },
    'install',
  );
}
