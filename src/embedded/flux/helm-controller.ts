import type { KubeObject } from '../../domain/kube-object.ts';
import { asArray, asObject, asString } from '../json-value.ts';
import {
  type Controller,
  type FluxContext,
  parseQueueKey,
  queueKey,
  readObject,
  resourceOf,
  writeStatus,
} from './flux-context.ts';
import {
  artifactOf,
  asksForReconcile,
  conditionOf,
  durationMs,
  isSuspended,
  namespaceOf,
  referenceOf,
  requestedAt,
} from './flux-object.ts';
import { WorkQueue } from './work-queue.ts';

const KIND = 'HelmRelease';
const INTERVAL_MS = 300_000;
const REQUEUE_MS = 30_000;
const FORCE_AT = 'reconcile.fluxcd.io/forceAt';
const RESET_AT = 'reconcile.fluxcd.io/resetAt';

/** helm-controller as far as conditions, requests and suspension go: nothing is rendered or installed. */
export function helmController(context: FluxContext, workers: number): Controller {
  const { store } = context.access;
  const queue = new WorkQueue(context.clock, workers, async (key) => {
    const { namespace, name } = parseQueueKey(key);
    const release = readObject(context, KIND, namespace, name);
    if (release === undefined || release.metadata.deletionTimestamp !== undefined || isSuspended(release)) return;
    context.countRun(release);
    queue.addAfter(key, await reconcile(context, release));
  });
  return {
    observe({ type, object, previous }) {
      if (type === 'DELETED') return;
      if (object.kind === KIND) {
        if (asksForReconcile(object, previous)) queue.add(queueKey(object));
        return;
      }
      const revision = artifactOf(object)?.revision;
      if (revision === undefined || revision === artifactOf(previous)?.revision) return;
      for (const release of store.list(resourceOf(context, KIND))) {
        const reference = referenceOf(chartReference(release), release);
        const isChart = reference.kind === object.kind && reference.name === object.metadata.name;
        if (isChart && reference.namespace === namespaceOf(object)) queue.add(queueKey(release));
      }
    },
    start() {
      for (const release of store.list(resourceOf(context, KIND))) queue.add(queueKey(release));
    },
    stop: () => queue.stop(),
  };
}

/** `spec.chartRef`, else the source of `spec.chart`. */
function chartReference(release: KubeObject): unknown {
  return release.spec?.chartRef ?? asObject(asObject(release.spec?.chart).spec).sourceRef;
}

/** Returns after how many ms it is due again. */
async function reconcile(context: FluxContext, release: KubeObject): Promise<number> {
  for (const entry of asArray(release.spec?.dependsOn)) {
    const { namespace, name } = referenceOf(entry, release);
    const dependency = readObject(context, KIND, namespace, name);
    const isObserved = dependency?.status?.observedGeneration === dependency?.metadata.generation;
    if (dependency !== undefined && isObserved && conditionOf(dependency, 'Ready')?.status === 'True') continue;
    const message = `dependency '${namespace}/${name}' is not ready`;
    writeStatus(context, release, {
      conditions: [{ type: 'Ready', status: 'False', reason: 'DependencyNotReady', message }],
      handled: true,
    });
    return REQUEUE_MS;
  }
  const started =
    writeStatus(context, release, {
      conditions: [
        { type: 'Reconciling', status: 'True', reason: 'Progressing', message: "Running 'upgrade' action" },
        { type: 'Ready', status: 'Unknown', reason: 'Progressing', message: 'Reconciliation in progress' },
      ],
    }) ?? release;
  const name = asString(release.spec?.releaseName) ?? release.metadata.name;
  const namespace = asString(release.spec?.targetNamespace) ?? namespaceOf(release);
  try {
    await context.stage('apply', release);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    writeStatus(context, started, {
      conditions: [
        { type: 'Ready', status: 'False', reason: 'UpgradeFailed', message },
        { type: 'Released', status: 'False', reason: 'UpgradeFailed', message },
      ],
      removed: ['Reconciling'],
      handled: true,
    });
    return durationMs(release.spec?.interval, INTERVAL_MS);
  }
  const message = `Helm upgrade succeeded for release ${namespace}/${name}`;
  writeStatus(context, started, {
    conditions: [
      { type: 'Ready', status: 'True', reason: 'UpgradeSucceeded', message },
      { type: 'Released', status: 'True', reason: 'UpgradeSucceeded', message },
    ],
    removed: ['Reconciling', 'Stalled'],
    fields: { observedGeneration: release.metadata.generation, ...handledRequests(release) },
    handled: true,
  });
  return durationMs(release.spec?.interval, INTERVAL_MS);
}

/** `forceAt` and `resetAt` count only when they equal `requestedAt`. */
function handledRequests(release: KubeObject): Readonly<Record<string, string>> {
  const token = requestedAt(release);
  if (token === undefined) return {};
  const { annotations } = release.metadata;
  return {
    ...(annotations?.[FORCE_AT] === token ? { lastHandledForceAt: token } : {}),
    ...(annotations?.[RESET_AT] === token ? { lastHandledResetAt: token } : {}),
  };
}
