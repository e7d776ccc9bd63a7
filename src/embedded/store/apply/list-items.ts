import type { FieldSchema } from '../../schema/field-schema.ts';
import { type FieldShape, itemElement } from './field-shape.ts';

/** The items of a `set` or `keyed` list by their path element, in the list's order; several where the list has duplicates. */
export type ItemsByElement = ReadonlyMap<string, readonly unknown[]>;

const NONE: ItemsByElement = new Map();

/** Items that have no path element (a key is missing) are left out. */
export function itemsByElement(schema: FieldSchema, shape: FieldShape, list: unknown): ItemsByElement {
  if (!Array.isArray(list) || list.length === 0) return NONE;
  const items = new Map<string, unknown[]>();
  for (const item of list) {
    const found = itemElement(schema, shape, item);
    if (!('element' in found)) continue;
    const same = items.get(found.element);
    if (same === undefined) items.set(found.element, [item]);
    else same.push(item);
  }
  return items;
}
