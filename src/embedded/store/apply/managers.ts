import { asString, isJsonObject, type JsonObject } from '../../json-value.ts';
import { type FieldSet, isEmpty, NO_FIELDS, ordered, sameSet } from './field-set.ts';

/** One entry of `metadata.managedFields`. */
export interface FieldManager {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  readonly subresource?: string;
  /** RFC 3339, in seconds. */
  readonly time?: string;
  readonly fields: FieldSet;
}

/** By identity: an applier is the same in all versions, an updater is another in each version; both in each subresource. */
export type FieldManagers = ReadonlyMap<string, FieldManager>;

export function managerId(manager: Pick<FieldManager, 'manager' | 'operation' | 'apiVersion' | 'subresource'>): string {
  const { manager: name, operation, apiVersion, subresource } = manager;
  // The real server's identity, so that conflicts are told in its order.
  return JSON.stringify({
    manager: name,
    operation,
    ...(operation === 'Apply' ? {} : { apiVersion }),
    ...(subresource === undefined ? {} : { subresource }),
  });
}

/** The managers of `metadata.managedFields`; undefined when one of its entries is not valid. */
export function managersOf(managedFields: unknown): Map<string, FieldManager> | undefined {
  const managers = new Map<string, FieldManager>();
  if (!Array.isArray(managedFields)) return managers;
  for (const entry of managedFields) {
    const read = readEntry(entry);
    if (read === undefined) return undefined;
    managers.set(read.id, read.manager);
  }
  return managers;
}

interface ReadEntry {
  readonly id: string;
  readonly manager: FieldManager;
}

/** What entries say: most of an object's are the same from write to write. */
const entries = new WeakMap<JsonObject, ReadEntry>();

function readEntry(entry: unknown): ReadEntry | undefined {
  if (!isJsonObject(entry)) return undefined;
  const known = entries.get(entry);
  if (known !== undefined) return known;
  const manager = managerOf(entry);
  if (manager === undefined) return undefined;
  const read = { id: managerId(manager), manager };
  entries.set(entry, read);
  return read;
}

function managerOf(entry: JsonObject): FieldManager | undefined {
  const { manager, operation, apiVersion, subresource, time, fieldsType, fieldsV1 } = entry;
  if (operation !== 'Apply' && operation !== 'Update') return undefined;
  if (typeof apiVersion !== 'string' || apiVersion === '' || fieldsType !== 'FieldsV1') return undefined;
  return {
    manager: asString(manager) ?? '',
    operation,
    apiVersion,
    ...(typeof subresource === 'string' && subresource !== '' ? { subresource } : {}),
    ...(typeof time === 'string' ? { time } : {}),
    fields: fieldsV1 === undefined ? NO_FIELDS : (fieldSetOf(fieldsV1) ?? NO_FIELDS),
  };
}

/** `value` as it is where it has the form of a set. */
function fieldSetOf(value: unknown): FieldSet | undefined {
  return isFieldSet(value) ? value : undefined;
}

/** Whole sets that are known to be some: entries keep theirs from write to write. */
const checked = new WeakSet<object>();

function isFieldSet(value: unknown): value is FieldSet {
  if (!isJsonObject(value)) return false;
  if (checked.has(value)) return true;
  if (!hasFormOfSet(value)) return false;
  checked.add(value);
  return true;
}

function hasFormOfSet(value: JsonObject): boolean {
  for (const element in value) {
    const below = value[element];
    if (!isJsonObject(below) || !hasFormOfSet(below)) return false;
  }
  return true;
}

/**
 * The managers as `metadata.managedFields`: appliers first, then by time and name; undefined when there are none. Entries of
 * `before` that did not change are taken over as they are.
 */
export function managedFieldsOf(managers: FieldManagers, before: unknown): readonly JsonObject[] | undefined {
  const old = new Map<FieldSet, JsonObject>();
  for (const entry of Array.isArray(before) ? before : []) {
    if (isJsonObject(entry) && isFieldSet(entry.fieldsV1)) old.set(entry.fieldsV1, entry);
  }
  const sorted = [...managers.values()].filter(({ fields }) => !isEmpty(fields)).sort(compareManagers);
  if (sorted.length === 0) return undefined;
  const after = sorted.map((manager) => {
    const same = old.get(manager.fields);
    return same !== undefined && isEntryOf(same, manager) ? same : entryOf(manager);
  });
  const isSame =
    Array.isArray(before) && after.length === before.length && after.every((each, at) => each === before[at]);
  return isSame ? before : after;
}

function isEntryOf(entry: JsonObject, manager: FieldManager): boolean {
  return (
    entry.manager === manager.manager &&
    entry.operation === manager.operation &&
    entry.apiVersion === manager.apiVersion &&
    entry.subresource === manager.subresource &&
    entry.time === manager.time
  );
}

function entryOf({ manager, operation, apiVersion, subresource, time, fields }: FieldManager): JsonObject {
  const fieldsV1 = ordered(fields);
  checked.add(fieldsV1);
  return {
    ...(manager === '' ? {} : { manager }),
    operation,
    apiVersion,
    ...(time === undefined ? {} : { time }),
    fieldsType: 'FieldsV1',
    fieldsV1,
    ...(subresource === undefined ? {} : { subresource }),
  };
}

function compareManagers(a: FieldManager, b: FieldManager): number {
  return (
    compareTexts(a.operation, b.operation) ||
    compareTexts(a.time ?? '', b.time ?? '') ||
    compareTexts(a.manager, b.manager) ||
    compareTexts(a.apiVersion, b.apiVersion) ||
    compareTexts(a.subresource ?? '', b.subresource ?? '')
  );
}

export function compareTexts(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

/** Whether two `managedFields` differ in nothing but their times. */
export function sameApartFromTimes(a: unknown, b: unknown): boolean {
  if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
  return a.every((left: unknown, index) => {
    const right: unknown = b[index];
    if (left === right) return true;
    if (!isJsonObject(left) || !isJsonObject(right)) return false;
    const [one, other] = [readEntry(left), readEntry(right)];
    if (one === undefined || other === undefined || one.id !== other.id) return false;
    return one.manager.apiVersion === other.manager.apiVersion && sameSet(one.manager.fields, other.manager.fields);
  });
}
