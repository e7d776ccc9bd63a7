import type { KubeObject } from '../../domain/kube-object.ts';
import { asArray } from '../json-value.ts';
import {
  type Controller,
  type FluxContext,
  parseQueueKey,
  queueKey,
  readObject,
  resourceOf,
  writeStatus,
} from './flux-context.ts';
import { dependencyProblem, inDependencyOrder } from './flux-dependencies.ts';
import {
  artifactOf,
  asksForReconcile,
  conditionOf,
  durationMs,
  goDuration,
  isSuspended,
  namespaceOf,
  referenceOf,
} from './flux-object.ts';
import { INTERVAL_MS, KustomizationRun, type KustomizeControllerOptions, ReconcileError } from './kustomization-run.ts';
import { inventoryOf, pruneObjects } from './object-apply.ts';
import { WorkQueue } from './work-queue.ts';

const KIND = 'Kustomization';
const GROUP = 'kustomize.toolkit.fluxcd.io';
const FINALIZER = 'finalizers.fluxcd.io';

/** kustomize-controller: queue, predicates, order of status writes, reasons and messages are those of the real one. */
export function kustomizeController(context: FluxContext, options: KustomizeControllerOptions): Controller {
  const { store } = context.access;
  const queue = new WorkQueue(context.clock, options.workers, async (key) => {
    const { namespace, name } = parseQueueKey(key);
    const object = readObject(context, KIND, namespace, name);
    if (object === undefined) return;
    const requeueMs = await reconcile(context, options, object);
    if (requeueMs !== undefined) queue.addAfter(key, requeueMs);
  });

  function enqueueForSource(source: KubeObject): void {
    const revision = artifactOf(source)?.revision;
    const dependents = store.list(resourceOf(context, KIND)).filter((object) => {
      const reference = referenceOf(object.spec?.sourceRef, object);
      if (reference.kind !== source.kind || reference.name !== source.metadata.name) return false;
      if (reference.namespace !== namespaceOf(source)) return false;
      const isDone =
        conditionOf(object, 'Ready')?.status === 'True' && object.status?.lastAttemptedRevision === revision;
      return !isDone;
    });
    for (const object of inDependencyOrder(dependents)) queue.add(queueKey(object));
  }

  return {
    observe({ type, object, previous }) {
      if (object.kind === KIND && object.apiVersion.startsWith(`${GROUP}/`)) {
        const isDeletion = object.metadata.deletionTimestamp !== previous?.metadata.deletionTimestamp;
        if (type !== 'DELETED' && (asksForReconcile(object, previous) || isDeletion)) queue.add(queueKey(object));
        return;
      }
      const revision = type === 'DELETED' ? undefined : artifactOf(object)?.revision;
      if (revision !== undefined && revision !== artifactOf(previous)?.revision) enqueueForSource(object);
    },
    start() {
      for (const object of store.list(resourceOf(context, KIND))) queue.add(queueKey(object));
    },
    stop: () => queue.stop(),
  };
}

/** Returns after how many ms it is due again; undefined for never. */
async function reconcile(
  context: FluxContext,
  options: KustomizeControllerOptions,
  found: KubeObject,
): Promise<number | undefined> {
  if (found.metadata.deletionTimestamp !== undefined) {
    finalize(context, found);
    return undefined;
  }
  const object = withFinalizer(context, found);
  if (isSuspended(object)) return undefined;
  context.countRun(object);
  const intervalMs = durationMs(object.spec?.interval, INTERVAL_MS);
  const retryMs = durationMs(object.spec?.retryInterval, intervalMs);
  const reference = referenceOf(object.spec?.sourceRef, object);
  const source = readObject(context, reference.kind, reference.namespace, reference.name);
  const artifact = artifactOf(source);
  if (source === undefined || artifact === undefined) {
    const every = goDuration(options.dependencyRequeueMs);
    const message =
      source === undefined
        ? `Source '${reference.kind}/${reference.namespace}/${reference.name}' not found`
        : `Source artifact not found, retrying in ${every}`;
    notReady(context, object, 'ArtifactFailed', message);
    return options.dependencyRequeueMs;
  }
  const problem = dependencyProblem(context, object, artifact.revision);
  if (problem !== undefined) {
    notReady(context, object, 'DependencyNotReady', problem);
    return options.dependencyRequeueMs;
  }
  const run = new KustomizationRun(context, options, object, artifact);
  try {
    await run.perform();
    return intervalMs;
  } catch (error) {
    if (options.signal.aborted) return undefined;
    const failure = error instanceof ReconcileError ? error : new ReconcileError('ReconciliationFailed', error);
    run.fail(failure);
    return retryMs;
  }
}

function notReady(context: FluxContext, object: KubeObject, reason: string, message: string): void {
  writeStatus(context, object, {
    conditions: [{ type: 'Ready', status: 'False', reason, message }],
    handled: true,
  });
}

function withFinalizer(context: FluxContext, object: KubeObject): KubeObject {
  const finalizers = asArray(object.metadata.finalizers);
  const resource = context.access.store.resources.ofObject(object);
  if (finalizers.includes(FINALIZER) || resource === undefined) return object;
  return context.access.store.update(resource, {
    ...object,
    metadata: { ...object.metadata, finalizers: [...finalizers, FINALIZER] },
  });
}

/** A deleted Kustomization prunes what it made, then goes. */
function finalize(context: FluxContext, object: KubeObject): void {
  const finalizers = asArray(object.metadata.finalizers);
  const resource = context.access.store.resources.ofObject(object);
  if (!finalizers.includes(FINALIZER) || resource === undefined) return;
  if (object.spec?.prune === true && !isSuspended(object)) pruneObjects(context, object, inventoryOf(object), []);
  const rest = finalizers.filter((finalizer) => finalizer !== FINALIZER);
  context.access.store.update(resource, { ...object, metadata: { ...object.metadata, finalizers: rest } });
}
