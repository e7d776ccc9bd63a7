import type { KubeObject } from '../../domain/kube-object.ts';
import { badRequest, StatusError } from '../api/status-error.ts';
import { rfc3339 } from '../clock.ts';
import { asObject, asString, type JsonObject } from '../json-value.ts';
import { appliedFields } from './apply/applied-fields.ts';
import { applyConflict } from './apply/apply-conflict.ts';
import { type Comparison, changedFields } from './apply/comparison.ts';
import { withoutDroppedFields } from './apply/dropped-fields.ts';
import { difference, differenceBelow, type FieldSet, isEmpty, NO_FIELDS, union } from './apply/field-set.ts';
import { KUBECTL, lastAppliedFields, withLastApplied } from './apply/last-applied.ts';
import { type FieldManager, managedFieldsOf, managerId, managersOf } from './apply/managers.ts';
import { mergedConfiguration } from './apply/merged-configuration.ts';
import { objectSchema } from './apply/object-schema.ts';
import { ownedKind } from './apply/owned-kind.ts';
import { type Conflict, comparisonOf, disown, type OwnedKind } from './apply/ownership.ts';
import { whyUnfit } from './apply/refused-configuration.ts';
import { withManagedFields } from './managed-fields.ts';
import { type ApiResource, splitApiVersion } from './resource-registry.ts';
import type { WriteOptions } from './write-options.ts';

export interface ApplyOptions extends WriteOptions {
  /** Take over what others own instead of refusing. */
  readonly force?: boolean;
}

/** Owns what was there before the first apply of an object that nobody was tracked on. */
const BEFORE_FIRST_APPLY = 'before-first-apply';

/**
 * Server-side apply: the live object with `configuration` merged in and without what its manager applied before and no
 * longer does, its `metadata.managedFields` included. `live` is undefined for a new object. Throws 409 with a cause a field
 * when that would change what others own and `force` is not set; 400, 422 and 500 for configurations that do not fit.
 */
export function applyConfiguration(
  resource: ApiResource,
  live: KubeObject | undefined,
  configuration: JsonObject,
  options: ApplyOptions,
  nowMs: number,
): KubeObject {
  const manager = options.fieldManager ?? '';
  if (manager === '') throw missingManager();
  const kind = ownedKind(resource, options);
  const schema = objectSchema(kind.schema(splitApiVersion(kind.apiVersion).version));
  checkConfiguration(resource, kind.apiVersion, configuration, schema);

  const before: JsonObject = live ?? {};
  const managers = managersOf(live?.metadata.managedFields) ?? new Map<string, FieldManager>();
  if (live !== undefined && managers.size === 0) addManagerBeforeFirst(managers, kind, live, options, nowMs);

  const applier = applierOf(manager, kind.apiVersion, options);
  const id = managerId(applier);
  const last = managers.get(id);
  const fields = differenceBelow(appliedFields(configuration, schema), kind.reset);
  managers.set(id, { ...applier, ...(last?.time === undefined ? {} : { time: last.time }), fields });

  const merged = mergedConfiguration(before, configuration, schema);
  // Its name and the like belong to nobody, but they are part of what is applied and stay for that.
  const owned = union(allFields(managers), appliedFields(configuration, schema, 'kept'));
  const object = asKubeObject(withoutDroppedFields(merged, last?.fields ?? NO_FIELDS, owned, schema));
  const comparison = comparisonOf(kind, live, object);
  const conflicts = disown(managers, id, kind, comparison, live, object);
  if (options.force !== true) {
    const refused = manager === KUBECTL ? withoutLastApplied(conflicts, before, kind.apiVersion, schema) : conflicts;
    if (refused.length > 0) throw applyConflict(refused);
  }
  if (isChanged(comparison)) managers.set(id, { ...applier, time: rfc3339(nowMs), fields });
  const result = manager === KUBECTL ? asKubeObject(withLastApplied(object, configuration)) : object;
  return withManagedFields(result, managedFieldsOf(managers, live?.metadata.managedFields));
}

function missingManager(): StatusError {
  const why = 'Required value: is required for apply patch';
  const message = `PatchOptions.meta.k8s.io "" is invalid: fieldManager: ${why}`;
  const causes = [{ reason: 'FieldValueRequired', message: why, field: 'fieldManager' }];
  return new StatusError(422, 'Invalid', message, { group: 'meta.k8s.io', kind: 'PatchOptions', causes });
}

function checkConfiguration(
  resource: ApiResource,
  apiVersion: string,
  configuration: JsonObject,
  schema: Parameters<typeof whyUnfit>[1],
): void {
  const given = splitApiVersion(asString(configuration.apiVersion) ?? '');
  const kind = `${given.group}/${given.version}, Kind=${asString(configuration.kind) ?? ''}`;
  if (configuration.apiVersion !== apiVersion || configuration.kind !== resource.kind) {
    throw badRequest(`invalid object type: ${kind}`);
  }
  const { managedFields, namespace, name } = asObject(configuration.metadata);
  if (managedFields !== undefined && managedFields !== null) throw badRequest('metadata.managedFields must be nil');
  const why = whyUnfit(configuration, schema);
  if (why === undefined) return;
  const object = `${asString(namespace) ?? ''}/${asString(name) ?? ''}; ${kind}`;
  throw new StatusError(500, '', `failed to create typed patch object (${object}): ${why}`);
}

function applierOf(
  manager: string,
  apiVersion: string,
  { subresource }: ApplyOptions,
): Omit<FieldManager, 'fields' | 'time'> {
  return { manager, operation: 'Apply', apiVersion, ...(subresource === undefined ? {} : { subresource }) };
}

function addManagerBeforeFirst(
  managers: Map<string, FieldManager>,
  kind: OwnedKind,
  live: KubeObject,
  { subresource }: ApplyOptions,
  nowMs: number,
): void {
  const first: FieldManager = {
    manager: BEFORE_FIRST_APPLY,
    operation: 'Update',
    apiVersion: kind.apiVersion,
    ...(subresource === undefined ? {} : { subresource }),
    time: rfc3339(nowMs),
    fields: changedFields(comparisonOf(kind, undefined, live)),
  };
  if (!isEmpty(first.fields)) managers.set(managerId(first), first);
}

function allFields(managers: ReadonlyMap<string, FieldManager>): FieldSet {
  let all = NO_FIELDS;
  for (const { fields } of managers.values()) all = union(all, fields);
  return all;
}

function withoutLastApplied(
  conflicts: readonly Conflict[],
  live: JsonObject,
  apiVersion: string,
  schema: Parameters<typeof whyUnfit>[1],
): readonly Conflict[] {
  const allowed = conflicts.length === 0 ? undefined : lastAppliedFields(live, apiVersion, schema);
  if (allowed === undefined) return conflicts;
  return conflicts
    .map(({ manager, fields }) => ({ manager, fields: difference(fields, allowed) }))
    .filter(({ fields }) => !isEmpty(fields));
}

function isChanged({ removed, modified, added }: Comparison): boolean {
  return !isEmpty(removed) || !isEmpty(modified) || !isEmpty(added);
}

function asKubeObject(object: JsonObject): KubeObject {
  const metadata = asObject(object.metadata);
  return {
    ...object,
    apiVersion: asString(object.apiVersion) ?? '',
    kind: asString(object.kind) ?? '',
    metadata: { ...metadata, name: asString(metadata.name) ?? '' },
  };
}
