import type { KubeObject } from '../../domain/kube-object.ts';
import type { Controller } from '../controllers.ts';
import { asArray, asObject } from '../json-value.ts';
import { type FluxContext, parseQueueKey, queueKey, readObject, resourceOf } from './flux-context.ts';
import {
  artifactOf,
  asksForReconcile,
  conditionOf,
  durationMs,
  isSuspended,
  namespaceOf,
  referenceOf,
} from './flux-object.ts';
import { type HelmFailure, HelmReleaseRun } from './helm-release-run.ts';
import { persistStatus } from './persist-status.ts';
import { SerialStatus } from './serial-status.ts';
import { WorkQueue } from './work-queue.ts';

const KIND = 'HelmRelease';
const INTERVAL_MS = 300_000;
const REQUEUE_MS = 30_000;
const RETRY_MS = 750;

/** helm-controller as far as conditions, retries, requests and suspension go: nothing is rendered or installed. */
export function helmController(context: FluxContext, workers: number, fail: HelmFailure): Controller {
  const { store } = context.access;
  const queue = new WorkQueue(context.clock, workers, async (key) => {
    const { namespace, name } = parseQueueKey(key);
    const release = readObject(context, KIND, namespace, name);
    if (release === undefined || release.metadata.deletionTimestamp !== undefined) return;
    const requeueMs = await reconcile(context, release, fail);
    if (requeueMs !== undefined) queue.addAfter(key, requeueMs);
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
        const reference = chartReference(release);
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
function chartReference(release: KubeObject): ReturnType<typeof referenceOf> {
  return referenceOf(release.spec?.chartRef ?? asObject(asObject(release.spec?.chart).spec).sourceRef, release);
}

/** Returns after how many ms it is due again; undefined for not by itself. */
async function reconcile(context: FluxContext, release: KubeObject, fail: HelmFailure): Promise<number | undefined> {
  const status = new SerialStatus(
    release,
    () => context.clock.now(),
    (before, after) => persistStatus(context.access, before, after),
  );
  const requeueMs = isSuspended(release) ? undefined : await run(context, status, fail);
  // Suspended or not, the request counts as answered.
  status.change({ handled: true });
  status.write();
  return requeueMs;
}

async function run(context: FluxContext, status: SerialStatus<void>, fail: HelmFailure): Promise<number | undefined> {
  const release = status.object;
  context.countRun(release);
  const unready = asArray(release.spec?.dependsOn)
    .map((entry) => referenceOf(entry, release))
    .find(({ namespace, name }) => !isDependencyReady(readObject(context, KIND, namespace, name)));
  if (unready !== undefined) {
    const message = `dependency '${unready.namespace}/${unready.name}' is not ready`;
    status.change({ conditions: [{ type: 'Ready', status: 'False', reason: 'DependencyNotReady', message }] });
    return REQUEUE_MS;
  }
  const { kind, namespace, name } = chartReference(release);
  const revision = artifactOf(readObject(context, kind, namespace, name))?.revision;
  switch (await new HelmReleaseRun(context, status, revision, fail).perform()) {
    case 'ready':
      return durationMs(release.spec?.interval, INTERVAL_MS);
    case 'retry':
      return RETRY_MS;
    case 'stalled':
      return undefined;
  }
}

function isDependencyReady(dependency: KubeObject | undefined): boolean {
  if (dependency === undefined) return false;
  const isObserved = dependency.status?.observedGeneration === dependency.metadata.generation;
  return isObserved && conditionOf(dependency, 'Ready')?.status === 'True';
}
