import { isJsonObject, type JsonObject } from '../../json-value.ts';
import type { FieldSchema } from '../../schema/field-schema.ts';
import { isEmptyMap } from './bare-value.ts';
import { type FieldSet, type GrowingFieldSet, insert } from './field-set.ts';
import { fieldSchema, isDeclared, shapeOf } from './field-shape.ts';
import { itemsByElement } from './list-items.ts';
import { fieldElement } from './path-element.ts';
import { isUntracked } from './untracked-fields.ts';

/**
 * The fields that a configuration names: leaves, items of lists, entries of maps, and what is null or an empty map. A struct
 * or a list that only holds others is not among them. With `untracked: 'kept'` also those that nobody owns.
 */
export function appliedFields(
  configuration: JsonObject,
  schema: FieldSchema,
  untracked: 'kept' | 'left out' = 'left out',
): FieldSet {
  const fields: GrowingFieldSet = {};
  collectMap(configuration, schema, [], fields, untracked === 'kept' ? 'below' : 'root');
  return fields;
}

type Place = 'root' | 'metadata' | 'below';

function collectMap(
  map: JsonObject,
  schema: FieldSchema | undefined,
  path: string[],
  fields: GrowingFieldSet,
  place: Place,
): void {
  for (const name in map) {
    if (place !== 'below' && isUntracked(name, place)) continue;
    const value = map[name];
    path.push(fieldElement(name));
    collect(value, fieldSchema(schema, name), path, fields, place === 'root' && name === 'metadata' ? name : 'below');
    const isNothing = value === null || isEmptyMap(value);
    const isRootMetadata = place === 'root' && name === 'metadata';
    if (!isRootMetadata && (isNothing || !isDeclared(schema, name))) insert(fields, path);
    path.pop();
  }
}

function collect(
  value: unknown,
  schema: FieldSchema | undefined,
  path: string[],
  fields: GrowingFieldSet,
  place: Place,
): void {
  const shape = shapeOf(schema, value);
  if (shape === 'leaf') insert(fields, path);
  else if (shape === 'map') {
    if (isJsonObject(value)) collectMap(value, schema, path, fields, place);
  } else if (schema !== undefined) {
    for (const [element, items] of itemsByElement(schema, shape, value)) {
      path.push(element);
      if (items.length === 1) collect(items[0], schema.items, path, fields, 'below');
      insert(fields, path);
      path.pop();
    }
  }
}
