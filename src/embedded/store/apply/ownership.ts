import type { KubeObject } from '../../../domain/kube-object.ts';
import type { FieldSchema } from '../../schema/field-schema.ts';
import { splitApiVersion } from '../resource-registry.ts';
import { type Comparison, changedFields, compareObjects } from './comparison.ts';
import { difference, differenceBelow, type FieldSet, intersection, isEmpty, union } from './field-set.ts';
import type { FieldManager } from './managers.ts';
import { objectSchema } from './object-schema.ts';

/** The kind whose objects are written, as ownership sees it. */
export interface OwnedKind {
  /** The apiVersion of the request. */
  readonly apiVersion: string;
  /** Undefined: no version of that name is served (any more). */
  schema(version: string): FieldSchema | undefined;
  isServed(version: string): boolean;
  /** What this write cannot change: see `resetFields()`. */
  readonly reset: FieldSet;
}

export interface Conflict {
  readonly manager: FieldManager;
  readonly fields: FieldSet;
}

/** What a write changed, in the request's version. */
export function comparisonOf(kind: OwnedKind, before: KubeObject | undefined, after: KubeObject): Comparison {
  return compareAs(kind, kind.apiVersion, before, after);
}

function compareAs(kind: OwnedKind, apiVersion: string, before: KubeObject | undefined, after: KubeObject): Comparison {
  const schema = objectSchema(kind.schema(splitApiVersion(apiVersion).version));
  const { removed, modified, added } = compareObjects(before, after, schema);
  if (isEmpty(kind.reset)) return { removed, modified, added };
  return {
    removed: differenceBelow(removed, kind.reset),
    modified: differenceBelow(modified, kind.reset),
    added: differenceBelow(added, kind.reset),
  };
}

/**
 * Takes from all managers but `writer` what the write changed or removed, in place. Returns who owned what was changed:
 * an apply without force must not go on then.
 */
export function disown(
  managers: Map<string, FieldManager>,
  writer: string | undefined,
  kind: OwnedKind,
  comparison: Comparison,
  before: KubeObject | undefined,
  after: KubeObject,
): readonly Conflict[] {
  const conflicts: Conflict[] = [];
  const byVersion = new Map<string, { changed: FieldSet; gone: FieldSet }>();
  for (const [id, manager] of managers) {
    if (id === writer) continue;
    const { apiVersion } = manager;
    if (!kind.isServed(splitApiVersion(apiVersion).version)) {
      managers.delete(id);
      continue;
    }
    let there = byVersion.get(apiVersion);
    if (there === undefined) {
      const compared = hasSameSchema(kind, apiVersion) ? comparison : compareAs(kind, apiVersion, before, after);
      const changed = changedFields(compared);
      there = { changed, gone: union(changed, compared.removed) };
      byVersion.set(apiVersion, there);
    }
    const taken = intersection(manager.fields, there.changed);
    if (!isEmpty(taken)) conflicts.push({ manager, fields: taken });
    const left = difference(manager.fields, there.gone);
    if (isEmpty(left)) managers.delete(id);
    else if (left !== manager.fields) managers.set(id, { ...manager, fields: left });
  }
  return conflicts;
}

function hasSameSchema(kind: OwnedKind, apiVersion: string): boolean {
  if (apiVersion === kind.apiVersion) return true;
  const schema = kind.schema(splitApiVersion(kind.apiVersion).version);
  return kind.schema(splitApiVersion(apiVersion).version) === schema;
}
