import type { KubeObject } from '../../domain/kube-object.ts';
import { asObject, asString, type JsonObject } from '../json-value.ts';
import { sha256 } from './archive.ts';
import {
  type Controller,
  type FluxContext,
  parseQueueKey,
  queueKey,
  readObject,
  resourceOf,
  writeStatus,
} from './flux-context.ts';
import { asksForReconcile, durationMs, isSuspended, namespaceOf } from './flux-object.ts';
import { type OciReference, pullLayer, pullManifest } from './oci-pull.ts';
import { filterSource } from './source-filter.ts';
import { WorkQueue } from './work-queue.ts';

const INTERVAL_MS = 60_000;
const RETRY_MS_MIN = 750;
const RETRY_MS_MAX = 900_000;

/** A failure with the reason that its condition carries. */
class SourceError extends Error {
  readonly reason: string;
  constructor(reason: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

/**
 * What becomes of sources on other machines: `assume` takes an OCIRepository there as ready with an empty artifact, without a request (HelmReleases
 * are not rendered, so nothing misses its content); `pull` fetches it.
 */
export type RemoteSources = 'assume' | 'pull';

/** source-controller, as far as OCIRepositories go; a HelmRepository is ready at once. */
export function sourceController(context: FluxContext, workers: number, remoteSources: RemoteSources): Controller {
  const failures = new Map<string, number>();
  const queue = new WorkQueue(context.clock, workers, async (key) => {
    const { namespace, name } = parseQueueKey(key);
    const object = readObject(context, 'OCIRepository', namespace, name);
    if (object === undefined || object.metadata.deletionTimestamp !== undefined || isSuspended(object)) {
      failures.delete(key);
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
      if (type !== 'DELETED' && object.kind === 'HelmRepository' && asksForReconcile(object, previous)) {
        helmRepositoryReady(context, object);
        return;
      }
      if (type !== 'DELETED' && object.kind === 'OCIRepository' && asksForReconcile(object, previous))
        queue.add(queueKey(object));
    },
    start() {
      for (const object of context.access.store.list(resourceOf(context, 'HelmRepository')))
        helmRepositoryReady(context, object);
      for (const object of context.access.store.list(resourceOf(context, 'OCIRepository'))) queue.add(queueKey(object));
    },
    stop: () => queue.stop(),
  };
}

/** True when the source is ready. */
async function reconcile(context: FluxContext, object: KubeObject, remoteSources: RemoteSources): Promise<boolean> {
  if (remoteSources === 'assume' && !isLoopback(asString(object.spec?.url) ?? '')) {
    assumeReady(context, object);
    return true;
  }
  let current = object;
  try {
    const reference = ociReference(context, object);
    await runStage(context, object);
    const manifest = await pulled('failed to determine artifact digest', pullManifest(reference));
    const revision =
      reference.digest !== undefined ? manifest.digest : `${reference.tag ?? 'latest'}@${manifest.digest}`;
    const stored = asObject(object.status?.artifact);
    const observed = observedFields(object);
    const same =
      stored.revision === revision &&
      Object.entries(observed).every(([field, value]) => object.status?.[field] === value);
    let artifact: JsonObject = stored;
    if (!same) {
      const message = `new revision '${revision}' for '${reference.url}'`;
      current = progressing(context, object, message);
      const selector = asObject(object.spec?.layerSelector);
      const layer = await pulled(
        'failed to pull artifact',
        pullLayer(reference, manifest, asString(selector.mediaType)),
      );
      const files = filterSource(layer, asString(object.spec?.ignore));
      const { annotations } = manifest;
      artifact = {
        ...context.storage.store('OCIRepository', object, revision, files),
        ...(Object.keys(annotations).length === 0 ? {} : { metadata: annotations }),
      };
    }
    const message = `stored artifact for digest '${revision}'`;
    writeStatus(context, current, {
      conditions: [
        { type: 'Ready', status: 'True', reason: 'Succeeded', message },
        { type: 'ArtifactInStorage', status: 'True', reason: 'Succeeded', message },
      ],
      removed: ['Reconciling', 'FetchFailed'],
      fields: { artifact, url: artifact.url, observedGeneration: object.metadata.generation, ...observed },
      handled: true,
    });
    return true;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const reason = error instanceof SourceError ? error.reason : 'OCIArtifactPullFailed';
    writeStatus(context, current, {
      conditions: [
        { type: 'Reconciling', status: 'True', reason: 'ProgressingWithRetry', message: 'reconciliation in progress' },
        { type: 'Ready', status: 'False', reason, message },
        { type: 'FetchFailed', status: 'True', reason, message },
      ],
      handled: true,
    });
    return false;
  }
}

function isLoopback(url: string): boolean {
  const host = url.replace(/^oci:\/\//, '').split('/')[0] ?? '';
  return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/.test(host);
}

function assumeReady(context: FluxContext, object: KubeObject): void {
  const ref = asObject(object.spec?.ref);
  const tag = asString(ref.tag) ?? asString(ref.semver) ?? 'latest';
  const digest = asString(ref.digest);
  const revision = digest ?? `${tag}@${sha256(`${asString(object.spec?.url)}:${tag}`)}`;
  const before = asObject(object.status?.artifact);
  const artifact =
    before.revision === revision ? before : { ...context.storage.store('OCIRepository', object, revision, new Map()) };
  const message = `not pulled: the stand-in for source-controller takes sources on other machines as they are (${revision})`;
  writeStatus(context, object, {
    conditions: [
      { type: 'Ready', status: 'True', reason: 'Succeeded', message },
      { type: 'ArtifactInStorage', status: 'True', reason: 'Succeeded', message },
    ],
    removed: ['Reconciling', 'FetchFailed'],
    fields: { artifact, url: artifact.url, observedGeneration: object.metadata.generation },
    handled: true,
  });
}

function helmRepositoryReady(context: FluxContext, object: KubeObject): void {
  if (isSuspended(object)) return;
  context.countRun(object);
  writeStatus(context, object, {
    conditions: [
      { type: 'Ready', status: 'True', reason: 'Succeeded', message: 'not fetched: Helm charts are not rendered here' },
    ],
    fields: { observedGeneration: object.metadata.generation },
    handled: true,
  });
}

/** `spec` fields that make a new artifact although the revision is the same. */
function observedFields(object: KubeObject): JsonObject {
  const ignore = asString(object.spec?.ignore);
  return ignore === undefined ? {} : { observedIgnore: ignore };
}

function progressing(context: FluxContext, object: KubeObject, message: string): KubeObject {
  const written = writeStatus(context, object, {
    conditions: [
      { type: 'Reconciling', status: 'True', reason: 'Progressing', message },
      { type: 'Ready', status: 'Unknown', reason: 'Progressing', message },
    ],
  });
  return written ?? object;
}

async function runStage(context: FluxContext, object: KubeObject): Promise<void> {
  try {
    await context.stage('source', object);
  } catch (error) {
    throw new SourceError('OCIArtifactPullFailed', error instanceof Error ? error.message : String(error), {
      cause: error,
    });
  }
}

async function pulled<T>(what: string, pulling: Promise<T>): Promise<T> {
  try {
    return await pulling;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new SourceError('OCIArtifactPullFailed', `${what}: ${why}`, { cause: error });
  }
}

function ociReference(context: FluxContext, object: KubeObject): OciReference {
  const spec = object.spec ?? {};
  const ref = asObject(spec.ref);
  const url = asString(spec.url) ?? '';
  const digest = asString(ref.digest);
  const tag = asString(ref.tag);
  if (digest === undefined && asString(ref.semver) !== undefined) {
    const message = `the stand-in for source-controller does not resolve spec.ref.semver '${String(ref.semver)}': use spec.ref.tag or spec.ref.digest`;
    throw new SourceError('ReadOperationFailed', message);
  }
  const credentials = credentialsOf(context, object, url);
  return {
    url,
    insecure: spec.insecure === true,
    ...(digest === undefined ? { tag: tag ?? 'latest' } : { digest }),
    ...(credentials === undefined ? {} : { credentials }),
  };
}

/** `username:password` for the host of `url` out of the docker config in `spec.secretRef`. */
function credentialsOf(context: FluxContext, object: KubeObject, url: string): string | undefined {
  const name = asString(asObject(object.spec?.secretRef).name);
  if (name === undefined) return undefined;
  const secret = readObject(context, 'Secret', namespaceOf(object), name);
  if (secret === undefined) {
    const message = `failed to get credential from '${namespaceOf(object)}/${name}': secrets "${name}" not found`;
    throw new SourceError('AuthenticationFailed', message);
  }
  const encoded = asString(asObject(secret.data)['.dockerconfigjson']);
  const plain = asString(asObject(secret.stringData)['.dockerconfigjson']);
  const text = plain ?? (encoded === undefined ? '{}' : Buffer.from(encoded, 'base64').toString());
  let config: unknown;
  try {
    config = JSON.parse(text);
  } catch (error) {
    throw new SourceError('AuthenticationFailed', `secret '${name}': .dockerconfigjson is no JSON`, { cause: error });
  }
  const host = url.replace(/^oci:\/\//, '').split('/')[0] ?? '';
  const entry = asObject(asObject(asObject(config).auths)[host]);
  const auth = asString(entry.auth);
  if (auth !== undefined) return Buffer.from(auth, 'base64').toString();
  const username = asString(entry.username);
  return username === undefined ? undefined : `${username}:${asString(entry.password) ?? ''}`;
}
