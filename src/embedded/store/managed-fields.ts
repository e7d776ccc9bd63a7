import type { KubeObject } from '../../domain/kube-object.ts';
import { isBuiltInGroup } from '../api/built-in-groups.ts';
import { rfc3339 } from '../clock.ts';
import { isJsonObject, sameJson } from '../json-value.ts';
import { changedFields } from './apply/comparison.ts';
import { difference, isEmpty, NO_FIELDS, union } from './apply/field-set.ts';
import { type FieldManager, managedFieldsOf, managerId, managersOf, sameApartFromTimes } from './apply/managers.ts';
import { mergeOldestManagers } from './apply/oldest-managers.ts';
import { ownedKind } from './apply/owned-kind.ts';
import { comparisonOf, disown, type OwnedKind } from './apply/ownership.ts';
import { type ApiResource, splitApiVersion } from './resource-registry.ts';
import type { WriteOptions } from './write-options.ts';

/**
 * `metadata.managedFields` after a write: what differs from `before` now belongs to the writer, as an `Update` entry, and to
 * nobody else. Returns the object with them. `before` is undefined on create; `after.metadata.managedFields` is what the
 * client sent. With `options.managedFields: 'given'` (server-side apply) they are right already; then only a change of
 * nothing but their times is undone.
 */
export function withUpdatedManagers(
  resource: ApiResource,
  after: KubeObject,
  before: KubeObject | undefined,
  options: WriteOptions,
  nowMs: number,
): KubeObject {
  if (options.managedFields === 'given') return withoutChangeOfTimes(after, before);
  const old = before?.metadata.managedFields;
  const managers = managersBefore(resource, after, old, options);
  // An object that nobody was tracked on stays untracked until the first apply.
  if (managers.size === 0 && before !== undefined) return withManagedFields(after, undefined);
  const kind = ownedKind(resource, options);
  if (!isBuiltInGroup(resource.group) && hasUnservedVersion(managers.values(), kind))
    return withManagedFields(after, undefined);
  const comparison = comparisonOf(kind, before, after);
  const own = changedFields(comparison);
  if (isEmpty(own) && isEmpty(comparison.removed)) return withManagedFields(after, managedFieldsOf(managers, old));
  if (isEmpty(own)) disown(managers, undefined, kind, comparison, before, after);
  else {
    const writer = updater(kind.apiVersion, options);
    const id = managerId(writer);
    disown(managers, id, kind, comparison, before, after);
    // Not disowned and given back: where the writer owns it all already, its set stays the very same.
    const kept = difference(managers.get(id)?.fields ?? NO_FIELDS, comparison.removed);
    managers.set(id, { ...writer, time: rfc3339(nowMs), fields: union(kept, own) });
  }
  mergeOldestManagers(managers);
  return withManagedFields(after, managedFieldsOf(managers, old));
}

/** An entry of a version that a custom resource does not have (any more) makes the real server forget all of them. */
function hasUnservedVersion(managers: Iterable<FieldManager>, kind: OwnedKind): boolean {
  for (const { apiVersion } of managers) if (!kind.isServed(splitApiVersion(apiVersion).version)) return true;
  return false;
}

function updater(
  apiVersion: string,
  { fieldManager, subresource }: WriteOptions,
): Omit<FieldManager, 'fields' | 'time'> {
  return {
    manager: fieldManager === undefined || fieldManager === '' ? 'unknown' : fieldManager,
    operation: 'Update',
    apiVersion,
    ...(subresource === undefined ? {} : { subresource }),
  };
}

/** The client may take entries away or reset them all, not through a subresource; what it sends wrong or not at all stays. */
function managersBefore(
  resource: ApiResource,
  after: KubeObject,
  old: unknown,
  options: WriteOptions,
): Map<string, FieldManager> {
  const given = after.metadata.managedFields;
  if (options.subresource === undefined && given !== old) {
    if (isReset(resource, given)) return new Map();
    const managers = managersOf(given);
    if (managers !== undefined && managers.size > 0) return managers;
  }
  return managersOf(old) ?? new Map();
}

/** One empty entry says: forget all managers. An empty list does too, where the real server reads it into Go's own type. */
function isReset(resource: ApiResource, given: unknown): boolean {
  if (!Array.isArray(given) || given.length > 1) return false;
  if (given.length === 0) return isBuiltInGroup(resource.group);
  const [entry]: readonly unknown[] = given;
  return isJsonObject(entry) && Object.keys(entry).length === 0;
}

function withoutChangeOfTimes(after: KubeObject, before: KubeObject | undefined): KubeObject {
  const [given, old] = [after.metadata.managedFields, before?.metadata.managedFields];
  if (before === undefined || given === undefined || given === old || !sameApartFromTimes(given, old)) return after;
  const untimed = withManagedFields(after, old);
  return sameJson(untimed, before) ? untimed : after;
}

export function withManagedFields(object: KubeObject, managedFields: unknown): KubeObject {
  if (object.metadata.managedFields === managedFields && managedFields !== undefined) return object;
  const { managedFields: _before, ...metadata } = object.metadata;
  if (managedFields === undefined) {
    return Object.hasOwn(object.metadata, 'managedFields') ? { ...object, metadata } : object;
  }
  return { ...object, metadata: { ...metadata, managedFields } };
}
