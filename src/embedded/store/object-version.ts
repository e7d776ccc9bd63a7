import { randomUUID } from 'node:crypto';
import type { KubeObject, ObjectMeta } from '../../domain/kube-object.ts';
import { rfc3339 } from '../clock.ts';
import { asArray, sameJson } from '../json-value.ts';
import { type ApiResource, apiVersionOf } from './resource-registry.ts';
import { keptByStatusUpdate } from './update-rules.ts';
import type { WriteOptions } from './write-options.ts';

export function finalizersOf(object: KubeObject): readonly string[] {
  return asArray(object.metadata.finalizers).filter((finalizer) => typeof finalizer === 'string');
}

/** The status that an object starts with, whatever the client sent. */
export function statusOfNew(
  resource: ApiResource,
  given: KubeObject['status'],
): { status?: Readonly<Record<string, unknown>> } {
  if (resource.kind === 'Namespace' && resource.group === '') return { status: { phase: 'Active' } };
  if (resource.kind === 'PersistentVolumeClaim') return { status: { phase: 'Pending' } };
  if (resource.initialStatus !== undefined) return { status: resource.initialStatus };
  // Built-in workloads begin with an empty status; a resource without the subresource keeps what it is given.
  if (resource.hasStatus) return resource.group.includes('.') ? {} : { status: {} };
  return given === undefined ? {} : { status: given };
}

const NOT_OF_NEW: ReadonlySet<string> = new Set([
  'selfLink',
  'resourceVersion',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
]);

/** A new object with what the server gives it: uid, creation time, the first generation. */
export function firstVersion(resource: ApiResource, object: KubeObject, nowMs: number): KubeObject {
  const { apiVersion: _apiVersion, kind: _kind, metadata: given, ...fields } = object;
  const metadata = withoutEmpty(given, NOT_OF_NEW);
  return {
    apiVersion: apiVersionOf(resource),
    kind: resource.kind,
    metadata: {
      ...metadata,
      name: given.name,
      uid: randomUUID(),
      creationTimestamp: rfc3339(nowMs),
      ...(resource.hasGeneration ? { generation: 1 } : {}),
    },
    ...fields,
  };
}

/** What the store keeps when `given` replaces `before`: server-owned metadata stays, the generation counts. */
export function nextVersion(
  resource: ApiResource,
  before: KubeObject,
  given: KubeObject,
  options: WriteOptions,
): KubeObject {
  const metadata = nextMetadata(before.metadata, given.metadata);
  if (options.subresource === 'status') return nextStatus(resource, before, given, metadata);
  if (options.subresource === 'finalize') {
    return { ...before, metadata, ...(given.spec === undefined ? {} : { spec: given.spec }) };
  }
  const next = withBodyOf(resource, before, given);
  if (!resource.hasGeneration) return { ...next, metadata: { ...metadata, ...generationOf(before.metadata) } };
  const generation = (before.metadata.generation ?? 1) + (isSameGeneration(resource, before, next, metadata) ? 0 : 1);
  return { ...next, metadata: { ...metadata, generation } };
}

function nextStatus(
  resource: ApiResource,
  before: KubeObject,
  given: KubeObject,
  metadata: Record<string, unknown> & { readonly name: string },
): KubeObject {
  const { status: _old, ...rest } = before;
  const status = given.status === undefined ? {} : { status: given.status };
  const kept = keptByStatusUpdate(resource);
  if (kept === 'metadata') {
    // Server-side apply brings the owners of the status along.
    const { managedFields } = metadata;
    const owners = managedFields === undefined ? {} : { managedFields };
    return { ...rest, metadata: { ...before.metadata, ...owners }, ...status };
  }
  if (kept !== undefined) {
    delete metadata[kept];
    if (before.metadata[kept] !== undefined) metadata[kept] = before.metadata[kept];
  }
  return { ...rest, metadata: { ...metadata, ...generationOf(before.metadata) }, ...status };
}

function withBodyOf(resource: ApiResource, before: KubeObject, given: KubeObject): KubeObject {
  const { apiVersion: _apiVersion, kind: _kind, metadata: _metadata, status: givenStatus, ...fields } = given;
  const status = resource.hasStatus ? before.status : givenStatus;
  const next = {
    apiVersion: before.apiVersion,
    kind: before.kind,
    metadata: before.metadata,
    ...fields,
    ...(status === undefined ? {} : { status }),
  };
  if (resource.kind !== 'Namespace' || resource.group !== '') return next;
  const finalizers = before.spec?.finalizers;
  return { ...next, spec: { ...next.spec, ...(finalizers === undefined ? {} : { finalizers }) } };
}

/** Everything but metadata and status counts, and of a Deployment its annotations too. */
function isSameGeneration(
  resource: ApiResource,
  before: KubeObject,
  after: KubeObject,
  metadata: Readonly<Record<string, unknown>>,
): boolean {
  if (resource.kind === 'Deployment' && !sameJson(before.metadata.annotations, metadata.annotations)) return false;
  const bare = resource.hasStatus ? { metadata: undefined, status: undefined } : { metadata: undefined };
  return sameJson({ ...before, ...bare }, { ...after, ...bare });
}

function generationOf(metadata: ObjectMeta): { generation?: number } {
  return metadata.generation === undefined ? {} : { generation: metadata.generation };
}

const KEPT = [
  'uid',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'resourceVersion',
  'namespace',
];

function nextMetadata(before: ObjectMeta, given: ObjectMeta): Record<string, unknown> & { readonly name: string } {
  const next = withoutEmpty(given, NOT_TAKEN);
  for (const field of KEPT) if (before[field] !== undefined) next[field] = before[field];
  return { ...next, name: before.name };
}

const NOT_TAKEN: ReadonlySet<string> = new Set([...KEPT, 'generation', 'selfLink']);
const MAY_BE_EMPTY: ReadonlySet<string> = new Set(['labels', 'annotations', 'finalizers', 'ownerReferences']);

/** What is empty is as good as absent. `managedFields` stays as it was sent: a client may reset it. */
function withoutEmpty(given: ObjectMeta, leftOut: ReadonlySet<string>): Record<string, unknown> {
  const next: Record<string, unknown> = {};
  for (const field in given) {
    if (leftOut.has(field) || (MAY_BE_EMPTY.has(field) && isEmpty(given[field]))) continue;
    next[field] = given[field];
  }
  return next;
}

function isEmpty(value: unknown): boolean {
  return value === null || (typeof value === 'object' && Object.keys(value).length === 0);
}
