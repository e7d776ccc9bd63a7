import { isJsonObject, type JsonObject } from '../../json-value.ts';
import type { FieldSchema } from '../../schema/field-schema.ts';
import { type FieldSet, isEmpty, isMember } from './field-set.ts';
import { type FieldShape, fieldSchema, itemElement, shapeOf } from './field-shape.ts';
import { fieldElement } from './path-element.ts';

/** `object` without the paths of `removed`. What is emptied by that stays as an empty map or list. */
export function remainingFields(object: JsonObject, removed: FieldSet, schema: FieldSchema): JsonObject {
  return isEmpty(removed) ? object : remainingMap(object, removed, schema);
}

function remaining(value: unknown, removed: FieldSet, schema: FieldSchema | undefined): unknown {
  const shape = shapeOf(schema, value);
  if (shape === 'map') return isJsonObject(value) ? remainingMap(value, removed, schema) : value;
  if (shape === 'leaf' || schema === undefined || !Array.isArray(value)) return value;
  return remainingItems(value, removed, schema, shape);
}

function remainingMap(map: JsonObject, removed: FieldSet, schema: FieldSchema | undefined): JsonObject {
  const kept: Record<string, unknown> = {};
  for (const name in map) {
    const node = removed[fieldElement(name)];
    if (node === undefined) kept[name] = map[name];
    else if (!isMember(node)) kept[name] = remaining(map[name], node, fieldSchema(schema, name));
  }
  return kept;
}

function remainingItems(
  list: readonly unknown[],
  removed: FieldSet,
  schema: FieldSchema,
  shape: FieldShape,
): readonly unknown[] {
  return list.flatMap((item) => {
    const found = itemElement(schema, shape, item);
    const node = 'element' in found ? removed[found.element] : undefined;
    if (node === undefined) return [item];
    return isMember(node) ? [] : [remaining(item, node, schema.items)];
  });
}
