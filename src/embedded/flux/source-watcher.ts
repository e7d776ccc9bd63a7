import type { KubeObject } from '../../domain/kube-object.ts';
import type { Controller } from '../controllers.ts';
import { asArray, asObject, asString, type JsonObject } from '../json-value.ts';
import { type ArtifactFiles, contentDigest } from './archive.ts';
import { type CopyOperation, composeArtifact } from './copy-rules.ts';
import { type FluxContext, parseQueueKey, queueKey, readObject, resourceOf, writeStatus } from './flux-context.ts';
import { artifactOf, asksForReconcile, durationMs, isSuspended, namespaceOf, referenceOf } from './flux-object.ts';
import { WorkQueue } from './work-queue.ts';

const GENERATOR = 'ArtifactGenerator';
const MANAGER = 'source-watcher';
const GENERATOR_LABEL = 'source.extensions.fluxcd.io/generator';
const INTERVAL_MS = 600_000;
const RETRY_MS = 30_000;

/** source-watcher: ArtifactGenerators make ExternalArtifacts, and one whose files did not change does not move. */
export function sourceWatcher(context: FluxContext, workers: number): Controller {
  const { store } = context.access;
  const queue = new WorkQueue(context.clock, workers, async (key) => {
    const { namespace, name } = parseQueueKey(key);
    const generator = readObject(context, GENERATOR, namespace, name);
    if (generator === undefined || generator.metadata.deletionTimestamp !== undefined) return;
    if (
      generator.metadata.annotations?.['source.extensions.fluxcd.io/reconcile'] === 'disabled' ||
      isSuspended(generator)
    )
      return;
    context.countRun(generator);
    const ready = await reconcile(context, generator);
    queue.addAfter(key, ready ? durationMs(generator.spec?.interval, INTERVAL_MS) : RETRY_MS);
  });
  return {
    observe({ type, object, previous }) {
      if (type === 'DELETED') {
        if (object.kind === GENERATOR) removeArtifacts(context, object, []);
        return;
      }
      if (object.kind === GENERATOR) {
        if (asksForReconcile(object, previous)) queue.add(queueKey(object));
        return;
      }
      const revision = artifactOf(object)?.revision;
      if (revision === undefined || revision === artifactOf(previous)?.revision) return;
      for (const generator of store.list(resourceOf(context, GENERATOR))) {
        const reads = asArray(generator.spec?.sources).some((source) => {
          const reference = referenceOf(source, generator);
          return (
            reference.kind === object.kind &&
            reference.name === object.metadata.name &&
            reference.namespace === namespaceOf(object)
          );
        });
        if (reads) queue.add(queueKey(generator));
      }
    },
    start() {
      for (const generator of store.list(resourceOf(context, GENERATOR))) queue.add(queueKey(generator));
    },
    stop: () => queue.stop(),
  };
}

async function reconcile(context: FluxContext, generator: KubeObject): Promise<boolean> {
  const started = writeStatus(context, generator, {
    conditions: [
      { type: 'Reconciling', status: 'True', reason: 'Progressing', message: 'Reconciliation in progress' },
      { type: 'Ready', status: 'Unknown', reason: 'Progressing', message: 'Reconciliation in progress' },
    ],
  });
  const fail = (reason: string, error: unknown): false => {
    const message = error instanceof Error ? error.message : String(error);
    writeStatus(context, started, {
      conditions: [
        { type: 'Reconciling', status: 'True', reason: 'ProgressingWithRetry', message: 'Reconciliation in progress' },
        { type: 'Ready', status: 'False', reason, message },
      ],
      handled: true,
    });
    return false;
  };
  let sources: Sources;
  try {
    sources = await fetchSources(context, generator);
  } catch (error) {
    return fail('SourceFetchFailed', error);
  }
  const inventory: JsonObject[] = [];
  try {
    for (const artifact of asArray(generator.spec?.artifacts).map(asObject)) {
      inventory.push(makeArtifact(context, generator, artifact, sources));
    }
  } catch (error) {
    return fail('BuildFailed', error);
  }
  removeArtifacts(
    context,
    generator,
    inventory.map((entry) => String(entry.name)),
  );
  const message = `reconciliation succeeded, generated ${inventory.length} artifact(s)`;
  writeStatus(context, started, {
    conditions: [{ type: 'Ready', status: 'True', reason: 'Succeeded', message }],
    removed: ['Reconciling'],
    fields: { inventory, observedGeneration: generator.metadata.generation },
    handled: true,
  });
  return true;
}

interface Sources {
  readonly files: ReadonlyMap<string, ArtifactFiles>;
  readonly revisions: ReadonlyMap<string, string>;
}

async function fetchSources(context: FluxContext, generator: KubeObject): Promise<Sources> {
  const files = new Map<string, ArtifactFiles>();
  const revisions = new Map<string, string>();
  for (const source of asArray(generator.spec?.sources)) {
    const { kind, namespace, name } = referenceOf(source, generator);
    const alias = asString(asObject(source).alias) ?? '';
    const object = readObject(context, kind, namespace, name);
    if (object === undefined) throw new Error(`source '${kind}/${namespace}/${name}' not found`);
    const artifact = artifactOf(object);
    if (artifact === undefined) throw new Error(`source '${kind}/${namespace}/${name}' is not ready`);
    files.set(alias, await context.storage.fetch(artifact.url, artifact.digest));
    const origin = asString(
      asObject(asObject(asObject(object.status).artifact).metadata)['org.opencontainers.image.revision'],
    );
    revisions.set(`${alias}/origin`, origin ?? artifact.revision);
    revisions.set(alias, artifact.revision);
  }
  return { files, revisions };
}

/** Makes or moves one ExternalArtifact; returns its line in the inventory. */
function makeArtifact(context: FluxContext, generator: KubeObject, artifact: JsonObject, sources: Sources): JsonObject {
  const name = asString(artifact.name) ?? '';
  const namespace = namespaceOf(generator);
  const files = composeArtifact(asArray(artifact.copy).map(copyOperation), sources.files);
  const named = asString(artifact.revision)?.replace(/^@/, '');
  const revision = (named === undefined ? undefined : sources.revisions.get(named)) ?? `latest@${contentDigest(files)}`;
  const origin = asString(artifact.originRevision)?.replace(/^@/, '');
  const originRevision = origin === undefined ? undefined : sources.revisions.get(`${origin}/origin`);
  const { object } = context.access.patch(
    resourceOf(context, 'ExternalArtifact'),
    namespace,
    name,
    'apply',
    {
      apiVersion: 'source.toolkit.fluxcd.io/v1',
      kind: 'ExternalArtifact',
      metadata: {
        name,
        namespace,
        labels: { 'app.kubernetes.io/managed-by': MANAGER, [GENERATOR_LABEL]: generator.metadata.uid ?? '' },
      },
      spec: {
        sourceRef: { apiVersion: generator.apiVersion, kind: GENERATOR, name: generator.metadata.name, namespace },
      },
    },
    { fieldManager: MANAGER },
  );
  const before = asObject(object.status?.artifact);
  const stored =
    before.revision === revision
      ? before
      : {
          ...context.storage.store('ExternalArtifact', object, revision, files),
          ...(originRevision === undefined
            ? {}
            : { metadata: { 'org.opencontainers.image.revision': originRevision } }),
        };
  writeStatus(context, object, {
    conditions: [{ type: 'Ready', status: 'True', reason: 'Succeeded', message: 'Artifact is ready' }],
    fields: { artifact: stored, observedGeneration: object.metadata.generation },
  });
  return { name, namespace, digest: stored.digest, filename: String(stored.path).split('/').at(-1) };
}

function copyOperation(value: unknown): CopyOperation {
  const { from, to, exclude, strategy } = asObject(value);
  return {
    from: asString(from) ?? '',
    to: asString(to) ?? '',
    exclude: asArray(exclude).filter((pattern) => typeof pattern === 'string'),
    strategy: strategy === 'Merge' || strategy === 'Extract' ? strategy : 'Overwrite',
  };
}

/** Deletes the ExternalArtifacts of `generator` that are not in `kept`. */
function removeArtifacts(context: FluxContext, generator: KubeObject, kept: readonly string[]): void {
  const resource = resourceOf(context, 'ExternalArtifact');
  for (const object of context.access.store.list(resource, namespaceOf(generator))) {
    const owned = object.metadata.labels?.[GENERATOR_LABEL] === generator.metadata.uid;
    if (owned && !kept.includes(object.metadata.name)) {
      context.access.store.remove(resource, namespaceOf(generator), object.metadata.name);
    }
  }
}
