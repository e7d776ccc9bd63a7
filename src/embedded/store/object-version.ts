import type { KubeObject, ObjectMeta } from '../../domain/kube-object.ts';
import { asArray, sameJson } from '../json-value.ts';
import type { ApiResource } from './resource-registry.ts';

export function finalizersOf(object: KubeObject): readonly unknown[] {
  return asArray(object.metadata.finalizers);
}

/** The status that an object starts with, whatever the client sent. */
export function statusOfNew(
  resource: ApiResource,
  given: KubeObject['status'],
): { status?: Readonly<Record<string, unknown>> } {
  if (resource.kind === 'Namespace' && resource.group === '') return { status: { phase: 'Active' } };
  if (resource.initialStatus !== undefined) return { status: resource.initialStatus };
  // Built-in workloads begin with an empty status; a resource without the subresource keeps what it is given.
  if (resource.hasStatus) return resource.group.includes('.') ? {} : { status: {} };
  return given === undefined ? {} : { status: given };
}

/** What the store keeps when `given` replaces `before`: server-owned metadata stays, the generation counts. */
export function nextVersion(
  resource: ApiResource,
  before: KubeObject,
  given: KubeObject,
  subresource: 'status' | undefined,
): KubeObject {
  if (subresource === 'status') {
    const { status: _old, ...rest } = before;
    return given.status === undefined ? rest : { ...rest, status: given.status };
  }
  const { status: givenStatus, ...fields } = given;
  const status = resource.hasStatus ? before.status : givenStatus;
  const body: KubeObject = {
    ...fields,
    apiVersion: before.apiVersion,
    kind: before.kind,
    metadata: before.metadata,
    ...(status === undefined ? {} : { status }),
  };
  const generation = !resource.hasGeneration
    ? undefined
    : (before.metadata.generation ?? 1) + (sameApartFromStatus(resource, before, body) ? 0 : 1);
  return { ...body, metadata: nextMetadata(before.metadata, given.metadata, generation) };
}

function sameApartFromStatus(resource: ApiResource, before: KubeObject, after: KubeObject): boolean {
  if (!resource.hasStatus) return sameJson({ ...before, metadata: undefined }, { ...after, metadata: undefined });
  const bare = { metadata: undefined, status: undefined };
  return sameJson({ ...before, ...bare }, { ...after, ...bare });
}

function nextMetadata(before: ObjectMeta, given: ObjectMeta, generation: number | undefined): ObjectMeta {
  const { managedFields: _managed, selfLink: _link, ...fields } = given;
  const next: Record<string, unknown> = { ...fields };
  for (const owned of [
    'uid',
    'creationTimestamp',
    'deletionTimestamp',
    'deletionGracePeriodSeconds',
    'resourceVersion',
    'namespace',
  ]) {
    delete next[owned];
    if (before[owned] !== undefined) next[owned] = before[owned];
  }
  for (const map of ['labels', 'annotations', 'finalizers', 'ownerReferences']) {
    const value = next[map];
    if (value === null || (typeof value === 'object' && value !== null && Object.keys(value).length === 0))
      delete next[map];
  }
  delete next.generation;
  return { ...next, name: before.name, ...(generation === undefined ? {} : { generation }) };
}
