import { SKIP_RECONCILE } from '../../domain/argo/annotations.ts';
import { pathGlob } from '../../domain/argo/path-glob.ts';
import type { KubeObject } from '../../domain/kube-object.ts';
import type { Controller } from '../controllers.ts';
import { parseQueueKey, queueKey } from '../flux/flux-context.ts';
import { WorkQueue } from '../flux/work-queue.ts';
import { asArray } from '../json-value.ts';
import { performOperation } from './application-operation.ts';
import { type CompareWith, higher, neededRefresh, type Refreshing, refresh } from './application-refresh.ts';
import { type ArgoContext, argoResource, instanceName, patchArgo, readArgo } from './argo-context.ts';
import { ManagedObjects } from './managed-objects.ts';
import type { RepoServer } from './repo-server.ts';

const KIND = 'Application';
const FINALIZER = 'resources-finalizer.argocd.argoproj.io';

export interface ApplicationControllerOptions {
  readonly statusWorkers: number;
  readonly operationWorkers: number;
  readonly resyncMs: number;
  /** Up to so much is added to the resync of each Application. */
  readonly resyncJitterMs: number;
  /** In [0, 1). */
  readonly random: () => number;
  /** Globs of namespaces beside the control plane's in which Applications are taken. */
  readonly applicationNamespaces: readonly string[];
}

/** The application controller: two queues, one for comparisons and one for operations; each comparison is followed by a look for an operation. */
export function applicationController(
  context: ArgoContext,
  server: RepoServer,
  options: ApplicationControllerOptions,
): Controller {
  const { store } = context.access;
  const refreshing: Refreshing = { context, server, managed: new ManagedObjects(context) };
  const requested = new Map<string, CompareWith>();
  const resyncAt = new Map<string, number>();

  const refreshQueue: WorkQueue = new WorkQueue(context.clock, options.statusWorkers, async (key) => {
    try {
      await unlessStopped(refreshOne(key));
    } finally {
      operationQueue.add(key);
    }
  });
  const operationQueue: WorkQueue = new WorkQueue(context.clock, options.operationWorkers, (key) =>
    unlessStopped(operateOne(key)),
  );

  /** What a stop cuts short is nobody's failure. */
  async function unlessStopped(work: Promise<void>): Promise<void> {
    try {
      await work;
    } catch (error) {
      if (!context.signal.aborted) throw error;
    }
  }

  async function refreshOne(key: string): Promise<void> {
    const application = applicationAt(key);
    if (application === undefined) return;
    if (application.metadata.deletionTimestamp !== undefined) {
      finalize(application);
      return;
    }
    const level = neededRefresh(context, application, requested.get(key), resyncMsOf(key));
    if (level === undefined) return;
    requested.delete(key);
    const againInMs = await refresh(refreshing, application, level);
    if (context.signal.aborted) return;
    resyncAt.delete(key);
    refreshQueue.addAfter(key, resyncMsOf(key) + 1_000);
    if (againInMs !== undefined) ask(key, 'latest', againInMs);
  }

  async function operateOne(key: string): Promise<void> {
    const application = applicationAt(key);
    if (application?.operation === undefined || application.operation === null) return;
    const result = await performOperation(refreshing, application);
    if (context.signal.aborted) return;
    if ('isOver' in result) ask(key, 'latest-resolved');
    else operationQueue.addAfter(key, result.retryInMs);
  }

  function applicationAt(key: string): KubeObject | undefined {
    const { namespace, name } = parseQueueKey(key);
    const application = readArgo(context, KIND, namespace, name);
    return application !== undefined && isOurs(application) ? application : undefined;
  }

  function isOurs({ metadata }: KubeObject): boolean {
    const { namespace = '', annotations } = metadata;
    if (annotations?.[SKIP_RECONCILE] === 'true') return false;
    return namespace === context.namespace || options.applicationNamespaces.some((glob) => pathGlob(glob)(namespace));
  }

  function ask(key: string, level: CompareWith, afterMs = 0): void {
    requested.set(key, higher(requested.get(key), level));
    if (afterMs > 0) refreshQueue.addAfter(key, afterMs);
    else refreshQueue.add(key);
  }

  /** The resync of each Application has its own length, drawn once for each round. */
  function resyncMsOf(key: string): number {
    const known = resyncAt.get(key) ?? options.resyncMs + options.random() * options.resyncJitterMs;
    resyncAt.set(key, known);
    return known;
  }

  function finalize(application: KubeObject): void {
    const finalizers = asArray(application.metadata.finalizers).map(String);
    const own = finalizers.filter((finalizer) => finalizer === FINALIZER || finalizer.startsWith(`${FINALIZER}/`));
    if (own.length === 0) return;
    for (const { resource, object } of refreshing.managed.of(instanceName(context, application))) {
      store.remove(resource, object.metadata.namespace ?? '', object.metadata.name);
    }
    patchArgo(context, application, {
      metadata: { finalizers: finalizers.filter((finalizer) => !own.includes(finalizer)) },
    });
  }

  /** An instance name is `name` in the control plane's namespace, else `<namespace>_<name>`. */
  function keyOfInstance(instance: string): string {
    const at = instance.indexOf('_');
    return at < 0 ? `${context.namespace}/${instance}` : `${instance.slice(0, at)}/${instance.slice(at + 1)}`;
  }

  return {
    observe(event) {
      const { object, type } = event;
      for (const instance of refreshing.managed.observe(event)) ask(keyOfInstance(instance), 'recent');
      if (object.kind === KIND && type !== 'DELETED') refreshQueue.add(queueKey(object));
    },
    start() {
      for (const object of store.list(argoResource(context, KIND))) refreshQueue.add(queueKey(object));
    },
    async stop() {
      await Promise.all([refreshQueue.stop(), operationQueue.stop()]);
    },
  };
}
