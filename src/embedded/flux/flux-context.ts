import type { KubeObject } from '../../domain/kube-object.ts';
import { StatusError } from '../api/status-error.ts';
import type { EmbeddedClock } from '../clock.ts';
import { type JsonObject, sameJson } from '../json-value.ts';
import type { ObjectAccess } from '../store/object-access.ts';
import type { StoreEvent } from '../store/object-store.ts';
import type { ApiResource } from '../store/resource-registry.ts';
import type { ArtifactFiles } from './archive.ts';
import { type ConditionChange, nextConditions, requestedAt, type SourceArtifact } from './flux-object.ts';

/** Milliseconds, or a function of the object that is being reconciled. */
export type Latency = number | ((object: KubeObject) => number);

/** The steps of a reconcile that a test may slow down or break. */
export type FluxStage = 'source' | 'build' | 'apply' | 'health';

/** Where artifacts lie and from where they are served. */
export interface ArtifactStorage {
  /** Stores the files and returns `status.artifact` for them; the same content gives the same digest and URL. */
  store(kind: string, object: KubeObject, revision: string, files: ArtifactFiles): SourceArtifact;
  /** The files behind `status.artifact.url`: from memory where this storage made them, else over HTTP. */
  fetch(url: string): Promise<ArtifactFiles>;
}

/** What every stand-in controller works with. */
export interface FluxContext {
  readonly access: ObjectAccess;
  readonly clock: EmbeddedClock;
  readonly storage: ArtifactStorage;
  /** Waits as long as the test's latency says; throws what the test makes it fail with. */
  stage(stage: FluxStage, object: KubeObject): Promise<void>;
  /** Counts one run of `object`. */
  countRun(object: KubeObject): void;
}

export function resourceOf(context: FluxContext, kind: string): ApiResource {
  const found = context.access.store.resources.ofKind(kind);
  if (found === undefined) throw new StatusError(404, 'NotFound', `no matches for kind "${kind}"`);
  return found;
}

export function readObject(
  context: FluxContext,
  kind: string,
  namespace: string,
  name: string,
): KubeObject | undefined {
  const resource = context.access.store.resources.ofKind(kind);
  return resource === undefined ? undefined : context.access.store.read(resource, namespace, name);
}

export interface StatusChange {
  readonly conditions?: readonly ConditionChange[];
  readonly removed?: readonly string[];
  /** Merged into the status; undefined fields are left as they are. */
  readonly fields?: JsonObject;
  /** The end of a run: the reconcile request that `object` carried is answered. */
  readonly handled?: boolean;
}

/**
 * Writes the status of `object` as it was read at the start of the run: generations in conditions and the answered request are those of
 * that version, as with the real controllers. Returns the newest version with the old spec and metadata, or undefined when it is gone.
 */
export function writeStatus(context: FluxContext, object: KubeObject, change: StatusChange): KubeObject | undefined {
  const { store } = context.access;
  const resource = store.resources.ofObject(object);
  if (resource === undefined) return undefined;
  const live = store.read(resource, object.metadata.namespace ?? '', object.metadata.name);
  if (live === undefined || live.metadata.uid !== object.metadata.uid) return undefined;
  const token = change.handled === true ? requestedAt(object) : undefined;
  const conditions = nextConditions(object, change.conditions ?? [], change.removed ?? [], context.clock.now());
  const status = {
    ...object.status,
    ...change.fields,
    conditions,
    ...(token === undefined ? {} : { lastHandledReconcileAt: token }),
  };
  if (!sameJson(status, live.status)) {
    store.update(
      resource,
      { ...live, metadata: { ...live.metadata, resourceVersion: '' }, status },
      { subresource: 'status' },
    );
  }
  return { ...object, status };
}

/** The key of a queue: `<namespace>/<name>`. */
export function queueKey(object: KubeObject): string {
  return `${object.metadata.namespace ?? ''}/${object.metadata.name}`;
}

export function parseQueueKey(key: string): { namespace: string; name: string } {
  const slash = key.indexOf('/');
  return { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}

/** A running stand-in. */
export interface Controller {
  observe(event: StoreEvent): void;
  /** Enqueues what is in the cluster already. */
  start(): void;
  stop(): Promise<void>;
}
