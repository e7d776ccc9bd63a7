import { isJsonObject } from '../../json-value.ts';
import type { FieldSchema } from '../../schema/field-schema.ts';
import { keyElement, valueElement } from './path-element.ts';

/**
 * How a field is merged and owned: `leaf` as one value, `map` field by field, `set` and `keyed` item by item. A field whose
 * schema is unknown goes by its value: maps are granular, lists are one value.
 */
export type FieldShape = 'leaf' | 'map' | 'set' | 'keyed';

/** `value` decides where the schema does not. */
export function shapeOf(schema: FieldSchema | undefined, value: unknown): FieldShape {
  switch (schema?.type) {
    case undefined:
      if (Array.isArray(value)) return schema === undefined ? 'leaf' : listShape(schema);
      return isJsonObject(value) && schema?.mapType !== 'atomic' && schema?.intOrString !== true ? 'map' : 'leaf';
    case 'object':
      return schema.mapType === 'atomic' ? 'leaf' : 'map';
    case 'array':
      return listShape(schema);
    default:
      return 'leaf';
  }
}

function listShape(schema: FieldSchema): FieldShape {
  if (schema.listType !== undefined) {
    return schema.listType === 'map' ? 'keyed' : schema.listType === 'set' ? 'set' : 'leaf';
  }
  // Kinds older than list types say it by the strategy of their patches.
  if (schema.patchStrategy?.split(',').includes('merge') !== true) return 'leaf';
  return schema.patchMergeKey === undefined ? 'set' : 'keyed';
}

/** The schema of the field `name` of a map; undefined when nothing is known of it. */
export function fieldSchema(schema: FieldSchema | undefined, name: string): FieldSchema | undefined {
  if (schema === undefined) return undefined;
  if (isDeclared(schema, name)) return schema.properties?.[name];
  return typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined;
}

/** Whether `name` is a field of its own, not an entry of a map. */
export function isDeclared(schema: FieldSchema | undefined, name: string): boolean {
  return schema?.properties !== undefined && Object.hasOwn(schema.properties, name);
}

/** The path element of an item of a `set` or `keyed` list, or why it has none. */
export function itemElement(
  schema: FieldSchema,
  shape: FieldShape,
  item: unknown,
): { element: string } | { why: string } {
  if (shape === 'set') return elementOfSetItem(item);
  if (item === null) return { why: 'associative list with keys may not have a null element' };
  if (!isJsonObject(item)) return { why: 'associative list with keys may not have non-map elements' };
  const names = schema.listMapKeys ?? (schema.patchMergeKey === undefined ? [] : [schema.patchMergeKey]);
  const keys: (readonly [string, unknown])[] = [];
  for (const name of names) {
    // A key that is left out counts as its default: a port without protocol is the TCP one.
    const value = Object.hasOwn(item, name) ? item[name] : defaultKey(schema.items, name);
    if (value !== undefined) keys.push([name, value]);
  }
  if (keys.length === 0) {
    const quoted = names.map((name) => JSON.stringify(name)).join(' ');
    return {
      why: `associative list with keys has an element that omits all key fields [${quoted}] (and doesn't have default values for any key fields)`,
    };
  }
  return { element: keyElement(keys.length === 1 ? keys : keys.sort(([a], [b]) => (a < b ? -1 : 1))) };
}

/** Kubernetes' own kinds have their zero value where a key that Go always writes is left out. */
function defaultKey(items: FieldSchema | undefined, name: string): unknown {
  const key = items?.properties?.[name];
  if (key === undefined || key.default !== undefined) return key?.default;
  if (items?.name === undefined || key.zero === 'dropped') return undefined;
  return key.type === 'string' ? '' : key.type === 'integer' ? 0 : undefined;
}

function elementOfSetItem(item: unknown): { element: string } | { why: string } {
  if (item === null) return { why: "associative list without keys has an element that's an explicit null" };
  if (Array.isArray(item)) return { why: 'not supported: associative list with lists as elements' };
  if (isJsonObject(item)) return { why: "associative list without keys has an element that's a map type" };
  return { element: valueElement(item) };
}
