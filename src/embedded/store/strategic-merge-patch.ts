import { badRequest, StatusError } from '../api/status-error.ts';
import { asArray, isJsonObject, type JsonObject, sameJson } from '../json-value.ts';
import type { FieldSchema } from '../schema/field-schema.ts';
import { goPrint } from './go-print.ts';
import { orderedList } from './list-order.ts';

const DIRECTIVE = '$patch';
const RETAIN_KEYS = '$retainKeys';
const DELETE_FROM = '$deleteFromPrimitiveList/';
const SET_ORDER = '$setElementOrder/';

/** The real server answers a malformed patch with 500 and no reason. */
function malformed(message: string): StatusError {
  return new StatusError(500, '', message);
}

/**
 * A strategic merge patch: as a merge patch, but lists merge where the schema says so, by its merge key or value by value, and directives (`$patch`,
 * `$setElementOrder/…`, `$deleteFromPrimitiveList/…`, `$retainKeys`) say what plain values cannot. Without a schema all lists are replaced. Throws 500 or
 * 400 for a malformed patch.
 */
export function strategicMergePatch(target: unknown, patch: unknown, schema?: FieldSchema): unknown {
  if (!isJsonObject(patch)) return patch;
  return mergedMap(isJsonObject(target) ? target : {}, patch, schema);
}

function mergedMap(target: JsonObject, patch: JsonObject, schema: FieldSchema | undefined): JsonObject {
  const directive = patch[DIRECTIVE];
  if (directive === 'replace') return plain(patch);
  if (directive === 'delete') return {};
  if (directive !== undefined) throw malformed(`unknown patch type: ${String(directive)} in map: ${goPrint(patch)}`);
  const merged: Record<string, unknown> = { ...retained(target, patch) };
  for (const list of listsNamedBy(patch)) {
    const removed = asArray(patch[DELETE_FROM + list]);
    const order = patch[SET_ORDER + list];
    const property = propertyOf(schema, list);
    const before = asArray(merged[list]).filter((item) => !removed.some((each) => sameJson(each, item)));
    if (patch[list] === null) continue;
    // What the patch says of the list's items comes with its order; other lists are just put in order.
    if (Array.isArray(patch[list]) && isMerged(property))
      merged[list] = mergedList(before, patch[list], property, order);
    else if (merged[list] !== undefined) merged[list] = orderedList(before, asArray(order), keyOf(property));
  }
  for (const [field, value] of Object.entries(patch)) {
    if (field.startsWith('$')) continue;
    const property = propertyOf(schema, field);
    if (value === null) delete merged[field];
    else if (isJsonObject(value)) mergeField(merged, field, value, property);
    else if (!Array.isArray(value)) merged[field] = value;
    else if (!isMerged(property)) merged[field] = value.map(plainValue);
    else if (!hasListDirective(patch, field)) {
      merged[field] = mergedList(asArray(merged[field]), value, property, undefined);
    }
  }
  return merged;
}

function mergeField(
  merged: Record<string, unknown>,
  field: string,
  value: JsonObject,
  property: FieldSchema | undefined,
): void {
  if (value[DIRECTIVE] === 'delete') delete merged[field];
  else merged[field] = mergedMap(isJsonObject(merged[field]) ? merged[field] : {}, value, property);
}

/** The fields whose lists a directive of the patch speaks of. */
function listsNamedBy(patch: JsonObject): ReadonlySet<string> {
  const lists = new Set<string>();
  for (const field of Object.keys(patch)) {
    if (field.startsWith(DELETE_FROM)) lists.add(field.slice(DELETE_FROM.length));
    else if (field.startsWith(SET_ORDER)) lists.add(field.slice(SET_ORDER.length));
  }
  return lists;
}

function hasListDirective(patch: JsonObject, field: string): boolean {
  return patch[DELETE_FROM + field] !== undefined || patch[SET_ORDER + field] !== undefined;
}

/** With `$retainKeys` only the named fields stay. */
function retained(target: JsonObject, patch: JsonObject): JsonObject {
  const keys = patch[RETAIN_KEYS];
  if (keys === undefined) return target;
  const fields = Object.keys(patch).filter((field) => !field.startsWith('$') && patch[field] !== null);
  if (!Array.isArray(keys) || fields.some((field) => !keys.includes(field))) {
    throw badRequest('invalid patch format of retainKeys');
  }
  return Object.fromEntries(Object.entries(target).filter(([field]) => keys.includes(field)));
}

function propertyOf(schema: FieldSchema | undefined, field: string): FieldSchema | undefined {
  const { properties, additionalProperties } = schema ?? {};
  if (properties !== undefined && Object.hasOwn(properties, field)) return properties[field];
  return typeof additionalProperties === 'object' ? additionalProperties : undefined;
}

function isMerged(schema: FieldSchema | undefined): boolean {
  return schema?.patchStrategy?.split(',').includes('merge') === true;
}

function keyOf(schema: FieldSchema | undefined): string | undefined {
  return schema?.patchMergeKey;
}

function mergedList(
  before: readonly unknown[],
  patch: readonly unknown[],
  schema: FieldSchema | undefined,
  order: unknown,
): readonly unknown[] {
  const items = patch.filter((item) => !(isJsonObject(item) && item[DIRECTIVE] === 'replace'));
  if (items.length < patch.length) return items.map(plainValue);
  const key = keyOf(schema);
  if (patch.some((item) => isJsonObject(item) !== (key !== undefined))) {
    throw malformed(`list element types are not identical: ${goPrint([before, patch])}`);
  }
  const kept =
    key === undefined ? items : items.filter((item) => !(isJsonObject(item) && item[DIRECTIVE] === 'delete'));
  checkOrder(kept, order, key);
  const merged = key === undefined ? [...new Set([...before, ...patch])] : mergedByKey(before, patch, schema, key);
  return orderedList(merged, order === undefined ? kept : asArray(order), key, before);
}

/** An item that the order does not name cannot be placed. */
function checkOrder(items: readonly unknown[], order: unknown, key: string | undefined): void {
  if (order === undefined) return;
  const idOf = (item: unknown): unknown => (key !== undefined && isJsonObject(item) ? item[key] : item);
  const named = asArray(order).map(idOf);
  if (items.every((item) => named.some((name) => sameJson(name, idOf(item))))) return;
  throw malformed(
    `The order in patch list:\n${goPrint(items)}\n doesn't match $setElementOrder list:\n${goPrint(order)}\n`,
  );
}

function mergedByKey(
  before: readonly unknown[],
  patch: readonly unknown[],
  schema: FieldSchema | undefined,
  key: string,
): readonly unknown[] {
  const merged = [...before];
  for (const item of patch) {
    if (!isJsonObject(item)) continue;
    if (item[key] === undefined) {
      throw malformed(`map: ${goPrint(item)} does not contain declared merge key: ${key}`);
    }
    const place = merged.findIndex((other) => isJsonObject(other) && sameJson(other[key], item[key]));
    if (item[DIRECTIVE] === 'delete') {
      if (place >= 0) merged.splice(place, 1);
    } else if (place >= 0) merged[place] = strategicMergePatch(merged[place], item, schema?.items);
    else merged.push(mergedMap({}, item, schema?.items));
  }
  return merged;
}

function plain(value: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(value)
      .filter(([field, each]) => !field.startsWith('$') && each !== null)
      .map(([field, each]) => [field, plainValue(each)]),
  );
}

/** A value without directives, as it is where there is nothing to merge it with. */
function plainValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plainValue);
  return isJsonObject(value) ? plain(value) : value;
}
