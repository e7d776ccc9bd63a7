import type { KubeObject } from '../../domain/kube-object.ts';
import type { Controller } from '../controllers.ts';
import { asArray } from '../json-value.ts';
import { ArtifactNotFoundError } from './artifact-download.ts';
import { type FluxContext, parseQueueKey, queueKey, readObject, resourceOf } from './flux-context.ts';
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
import { inventoryOf } from './inventory.ts';
import { INTERVAL_MS, KustomizationRun, type KustomizeControllerOptions, ReconcileError } from './kustomization-run.ts';
import { persistStatus } from './persist-status.ts';
import { pruneObjects } from './prune.ts';
import { SerialStatus } from './serial-status.ts';
import { WorkQueue } from './work-queue.ts';

const KIND = 'Kustomization';
const GROUP = 'kustomize.toolkit.fluxcd.io';
const FINALIZER = 'finalizers.fluxcd.io';
const WATCHED = 'reconcile.fluxcd.io/watch';

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

  function enqueue(wanted: (object: KubeObject) => boolean): void {
    for (const key of inDependencyOrder(store.list(resourceOf(context, KIND)).filter(wanted))) queue.add(key);
  }

  function enqueueForSource(source: KubeObject): void {
    const revision = artifactOf(source)?.revision;
    enqueue((object) => {
      const reference = referenceOf(object.spec?.sourceRef, object);
      if (reference.kind !== source.kind || reference.name !== source.metadata.name) return false;
      if (reference.namespace !== namespaceOf(source)) return false;
      return conditionOf(object, 'Ready')?.status !== 'True' || object.status?.lastAttemptedRevision !== revision;
    });
  }

  /** Variables of `postBuild.substituteFrom`, where the object asks to be watched. */
  function enqueueForVariables({ kind, metadata }: KubeObject): void {
    if (metadata.labels?.[WATCHED] !== 'Enabled') return;
    enqueue((object) => {
      const { substituteFrom } = (object.spec?.postBuild ?? {}) as { readonly substituteFrom?: unknown };
      return asArray(substituteFrom)
        .map((each) => referenceOf(each, object))
        .some(
          (each) => each.kind === kind && each.name === metadata.name && namespaceOf(object) === metadata.namespace,
        );
    });
  }

  return {
    observe({ type, object, previous }) {
      if (object.kind === KIND && object.apiVersion.startsWith(`${GROUP}/`)) {
        const isDeletion = object.metadata.deletionTimestamp !== previous?.metadata.deletionTimestamp;
        if (type !== 'DELETED' && (asksForReconcile(object, previous) || isDeletion)) queue.add(queueKey(object));
        return;
      }
      if (object.kind === 'ConfigMap' || object.kind === 'Secret') {
        enqueueForVariables(object);
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
  const status = new SerialStatus(
    object,
    () => context.clock.now(),
    (before, after) => persistStatus(context.access, before, after),
  );
  const requeueMs = isSuspended(object) ? undefined : await run(context, options, status);
  // The run was cut short: nothing is to be said about it.
  if (options.signal.aborted) return undefined;
  finishStatus(status);
  return requeueMs;
}

/** Returns after how many ms it is due again. */
async function run(
  context: FluxContext,
  options: KustomizeControllerOptions,
  status: SerialStatus<void>,
): Promise<number> {
  const { object } = status;
  context.countRun(object);
  const intervalMs = durationMs(object.spec?.interval, INTERVAL_MS);
  const retryMs = durationMs(object.spec?.retryInterval, intervalMs);
  const requeueMs = options.dependencyRequeueMs;
  const fail = (reason: string, message: string): void =>
    status.change({ conditions: [{ type: 'Ready', status: 'False', reason, message }] });
  const { kind, namespace, name } = referenceOf(object.spec?.sourceRef, object);
  const source = readObject(context, kind, namespace, name);
  if (source === undefined) {
    fail('ArtifactFailed', `${kind}.source.toolkit.fluxcd.io "${name}" not found`);
    return retryMs;
  }
  const artifact = artifactOf(source);
  if (artifact === undefined) {
    fail('ArtifactFailed', `Source artifact not found, retrying in ${goDuration(requeueMs)}`);
    return requeueMs;
  }
  const problem = dependencyProblem(context, object, artifact.revision);
  if (problem !== undefined) {
    fail('DependencyNotReady', problem);
    return requeueMs;
  }
  try {
    await new KustomizationRun(context, options, status, source).perform();
    return intervalMs;
  } catch (error) {
    const { reason, message, cause } =
      error instanceof ReconcileError ? error : new ReconcileError('ReconciliationFailed', error);
    if (!(cause instanceof ArtifactNotFoundError)) {
      fail(reason, message);
      return retryMs;
    }
    fail(reason, `Source is not ready, artifact not found, retrying in ${goDuration(requeueMs)}`);
    return requeueMs;
  }
}

/** The last write of a run, also of one that did nothing: the request counts as answered even while suspended. */
function finishStatus(status: SerialStatus<void>): void {
  const { object } = status;
  const ready = conditionOf(object, 'Ready')?.status;
  const reconciling = conditionOf(object, 'Reconciling');
  if (ready === 'True') {
    status.change({ removed: ['Reconciling'], fields: { observedGeneration: object.metadata.generation } });
  } else if (ready === 'False' && reconciling !== undefined) {
    const { message = '' } = reconciling;
    const retrying = { type: 'Reconciling', status: 'True', reason: 'ProgressingWithRetry', message } as const;
    status.change({ conditions: [retrying] });
  }
  status.change({ handled: true });
  status.write();
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

/** A deleted Kustomization takes along what it made, as its `deletionPolicy` says, then goes. */
function finalize(context: FluxContext, object: KubeObject): void {
  const finalizers = asArray(object.metadata.finalizers);
  const resource = context.access.store.resources.ofObject(object);
  if (!finalizers.includes(FINALIZER) || resource === undefined) return;
  const policy = object.spec?.deletionPolicy ?? 'MirrorPrune';
  const takesAlong = policy === 'MirrorPrune' ? object.spec?.prune === true : policy !== 'Orphan';
  if (takesAlong && !isSuspended(object)) pruneObjects(context, object, inventoryOf(object));
  const rest = finalizers.filter((finalizer) => finalizer !== FINALIZER);
  context.access.store.update(resource, { ...object, metadata: { ...object.metadata, finalizers: rest } });
}
