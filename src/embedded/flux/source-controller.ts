import type { KubeObject } from '../../domain/kube-object.ts';
import type { Controller, ObjectEvent } from '../controllers.ts';
import { asArray, asObject, asString } from '../json-value.ts';
import { sha256 } from './archive.ts';
import { parseQueueKey, queueKey } from './flux-context.ts';
import { asksForReconcile, durationMs, isSuspended } from './flux-object.ts';
import { OciSourceRun } from './oci-source.ts';
import type { SourceContext } from './source-objects.ts';
import { type StatusChange, withStatusChange } from './status-change.ts';
import { WorkQueue } from './work-queue.ts';

const INTERVAL_MS = 60_000;
const RETRY_MS_MIN = 750;
const RETRY_MS_MAX = 900_000;
const FINALIZER = 'finalizers.fluxcd.io';

/**
 * What becomes of sources on other machines: `assume` takes an OCIRepository there as ready with an empty artifact, without a request (HelmReleases
 * are not rendered, so nothing misses its content); `pull` fetches it.
 */
export type RemoteSources = 'assume' | 'pull';

/**
 * source-controller, as far as OCIRepositories go; a HelmRepository is ready at once. GitRepositories, Buckets and HelmCharts are left
 * alone: what a test writes into their status is what the other controllers work with.
 */
export function sourceController(
  context: SourceContext,
  workers: number,
  remoteSources: RemoteSources,
): Controller<ObjectEvent> {
  const failures = new Map<string, number>();
  const queue = new WorkQueue(context.clock, workers, async (key) => {
    const { namespace, name } = parseQueueKey(key);
    const found = await context.objects.get('OCIRepository', namespace, name);
    if (found === undefined) {
      failures.delete(key);
      return;
    }
    const finalizers = asArray(found.metadata.finalizers).map(String);
    if (found.metadata.deletionTimestamp !== undefined) {
      context.storage.forget('OCIRepository', found);
      const rest = finalizers.filter((finalizer) => finalizer !== FINALIZER);
      if (rest.length < finalizers.length) await context.objects.setFinalizers(found, rest);
      return;
    }
    const object = finalizers.includes(FINALIZER)
      ? found
      : await context.objects.setFinalizers(found, [...finalizers, FINALIZER]);
    if (isSuspended(object)) {
      // Nothing is fetched, and yet the request counts as answered.
      await write(context, object, { handled: true });
      return;
    }
    context.countRun(object);
    if (await reconcile(context, object, remoteSources)) {
      failures.delete(key);
      queue.addAfter(key, durationMs(object.spec?.interval, INTERVAL_MS));
      return;
    }
    const failed = failures.get(key) ?? 0;
    failures.set(key, failed + 1);
    queue.addAfter(key, Math.min(RETRY_MS_MIN * 2 ** failed, RETRY_MS_MAX));
  });
  return {
    observe({ type, object, previous }) {
      if (type === 'DELETED') return;
      const isDeletion = object.metadata.deletionTimestamp !== previous?.metadata.deletionTimestamp;
      if (!asksForReconcile(object, previous) && !isDeletion) return;
      if (object.kind === 'HelmRepository') void helmRepositoryReady(context, object);
      if (object.kind === 'OCIRepository') queue.add(queueKey(object));
    },
    async start() {
      for (const object of await context.objects.list('HelmRepository')) await helmRepositoryReady(context, object);
      for (const object of await context.objects.list('OCIRepository')) queue.add(queueKey(object));
    },
    stop: () => queue.stop(),
  };
}

/** True when the source is ready. */
async function reconcile(context: SourceContext, object: KubeObject, remoteSources: RemoteSources): Promise<boolean> {
  if (remoteSources === 'pull' || isLoopback(asString(object.spec?.url) ?? '')) {
    return new OciSourceRun(context, object).perform();
  }
  await assumeReady(context, object);
  return true;
}

/** True for `oci://` on this machine. */
export function isLoopback(url: string): boolean {
  const host = url.replace(/^oci:\/\//, '').split('/')[0] ?? '';
  return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/.test(host);
}

async function assumeReady(context: SourceContext, object: KubeObject): Promise<void> {
  const ref = asObject(object.spec?.ref);
  const tag = asString(ref.tag) ?? asString(ref.semver) ?? 'latest';
  const digest = asString(ref.digest);
  const revision = digest ?? `${tag}@${sha256(`${asString(object.spec?.url)}:${tag}`)}`;
  const before = asObject(object.status?.artifact);
  const artifact =
    before.revision === revision ? before : { ...context.storage.store('OCIRepository', object, revision, new Map()) };
  const message = `not pulled: the stand-in for source-controller takes sources on other machines as they are (${revision})`;
  await write(context, object, {
    conditions: [
      { type: 'Ready', status: 'True', reason: 'Succeeded', message },
      { type: 'ArtifactInStorage', status: 'True', reason: 'Succeeded', message },
    ],
    removed: ['Reconciling', 'FetchFailed'],
    fields: { artifact, url: artifact.url, observedGeneration: object.metadata.generation },
    handled: true,
  });
}

async function helmRepositoryReady(context: SourceContext, object: KubeObject): Promise<void> {
  if (isSuspended(object) || object.metadata.deletionTimestamp !== undefined) return;
  context.countRun(object);
  await write(context, object, {
    conditions: [
      { type: 'Ready', status: 'True', reason: 'Succeeded', message: 'not fetched: Helm charts are not rendered here' },
    ],
    fields: { observedGeneration: object.metadata.generation },
    handled: true,
  });
}

async function write(context: SourceContext, object: KubeObject, change: StatusChange): Promise<void> {
  await context.objects.writeStatus(object, withStatusChange(object, change, context.clock.now()));
}
