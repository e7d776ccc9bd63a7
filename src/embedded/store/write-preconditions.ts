import type { KubeObject } from '../../domain/kube-object.ts';
import { alreadyExists, conflict, OBJECT_MODIFIED, qualifiedName, StatusError } from '../api/status-error.ts';
import type { ApiResource } from './resource-registry.ts';
import { needsVersionOnUpdate, storageKey } from './update-rules.ts';
import type { DeleteOptions } from './write-options.ts';

/** Throws 409 when `given` names another version than the stored one. */
export function requireVersion(resource: ApiResource, given: KubeObject, before: KubeObject): void {
  const { resourceVersion } = given.metadata;
  if (!resourceVersion || resourceVersion === '0') return;
  if (!/^\d+$/.test(resourceVersion)) {
    throw new StatusError(500, '', `strconv.ParseUint: parsing ${JSON.stringify(resourceVersion)}: invalid syntax`);
  }
  if (resourceVersion !== before.metadata.resourceVersion) {
    throw conflict(resource, before.metadata.name, OBJECT_MODIFIED);
  }
}

/** Throws when what a client sends names another uid than the stored one (`before` is undefined: none is stored), or no version where it must. */
export function requireReplaceable(resource: ApiResource, given: KubeObject, before: KubeObject | undefined): void {
  requireSameUid(resource, given, before);
  if (before !== undefined) requireNamedVersion(resource, given);
}

function requireSameUid(resource: ApiResource, given: KubeObject, before: KubeObject | undefined): void {
  const { name, namespace = '', uid = '' } = given.metadata;
  const found = before?.metadata.uid ?? '';
  if (uid === '' || uid === found) return;
  const key = storageKey(resource, namespace, name);
  const why = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${found}`;
  throw conflict(
    resource,
    name,
    `StorageError: invalid object, Code: 4, Key: ${key}, ResourceVersion: 0, AdditionalErrorMsg: ${why}`,
  );
}

function requireNamedVersion(resource: ApiResource, given: KubeObject): void {
  const { name, resourceVersion } = given.metadata;
  if (!needsVersionOnUpdate(resource) || (resourceVersion && resourceVersion !== '0')) return;
  const field = 'metadata.resourceVersion';
  const message = 'Invalid value: 0: must be specified for an update';
  throw new StatusError(422, 'Invalid', `${qualifiedName(resource)} "${name}" is invalid: ${field}: ${message}`, {
    name,
    ...(resource.group === '' ? {} : { group: resource.group }),
    kind: resource.plural,
    causes: [{ reason: 'FieldValueInvalid', message, field }],
  });
}

/** Throws 409 when a deletion was meant for another object, or another version of this one. */
export function requireDeletable(resource: ApiResource, object: KubeObject, options: DeleteOptions): void {
  const { name, uid, resourceVersion } = object.metadata;
  const byKind = { group: resource.group, plural: resource.kind };
  if (options.uid !== undefined && options.uid !== uid) {
    const why = `the UID in the precondition (${options.uid}) does not match the UID in record (${uid}). The object might have been deleted and then recreated`;
    throw conflict(byKind, name, why);
  }
  if (options.resourceVersion !== undefined && options.resourceVersion !== resourceVersion) {
    const why = `the ResourceVersion in the precondition (${options.resourceVersion}) does not match the ResourceVersion in record (${resourceVersion}). The object might have been modified`;
    throw conflict(byKind, name, why);
  }
}

/** 409 for a new object whose name another has, be it on its way out. */
export function takenName(resource: ApiResource, { metadata }: KubeObject): StatusError {
  const taken = alreadyExists(resource, metadata.name);
  if (metadata.deletionTimestamp === undefined) return taken;
  return new StatusError(taken.code, taken.reason, `object is being deleted: ${taken.message}`, taken.details);
}
