import { isJsonObject, type JsonObject, sameJson } from '../../json-value.ts';
import type { FieldSchema } from '../../schema/field-schema.ts';
import { isBare } from './bare-value.ts';
import { type FieldSet, type GrowingFieldSet, insert, union } from './field-set.ts';
import { type FieldShape, fieldSchema, shapeOf } from './field-shape.ts';
import { itemsByElement } from './list-items.ts';
import { fieldElement } from './path-element.ts';
import { isUntracked } from './untracked-fields.ts';

/** What a write did to an object, path by path. */
export interface Comparison {
  readonly removed: FieldSet;
  /** In both, with another value. */
  readonly modified: FieldSet;
  readonly added: FieldSet;
}

export function changedFields({ modified, added }: Comparison): FieldSet {
  return union(modified, added);
}

/**
 * Compares two versions of an object, `before` undefined when it is new. Parts that both share are not looked at, so a small
 * change of a big object is quick. `schema` is an `objectSchema()`.
 */
export function compareObjects(before: JsonObject | undefined, after: JsonObject, schema: FieldSchema): Comparison {
  const walk = new ComparingWalk();
  walk.map(before ?? {}, after, schema, 'root');
  return walk;
}

/** undefined stands for a field that is not there. */
class ComparingWalk implements Comparison {
  readonly removed: GrowingFieldSet = {};
  readonly modified: GrowingFieldSet = {};
  readonly added: GrowingFieldSet = {};
  readonly #path: string[] = [];

  map(
    before: JsonObject | undefined,
    after: JsonObject | undefined,
    schema: FieldSchema | undefined,
    place: 'root' | 'metadata' | 'below' = 'below',
  ): void {
    for (const name in before) this.#field(name, before, after, schema, place);
    for (const name in after) {
      if (before === undefined || !Object.hasOwn(before, name)) this.#field(name, before, after, schema, place);
    }
  }

  #field(
    name: string,
    before: JsonObject | undefined,
    after: JsonObject | undefined,
    schema: FieldSchema | undefined,
    place: 'root' | 'metadata' | 'below',
  ): void {
    const [left, right] = [before?.[name], after?.[name]];
    if (left === right || (place !== 'below' && isUntracked(name, place))) return;
    const child = fieldSchema(schema, name);
    this.#path.push(fieldElement(name));
    if (place === 'root' && name === 'metadata') {
      this.map(mapOf(left), mapOf(right), child, 'metadata');
    } else {
      this.#value(left ?? zeroOf(left, before, child), right ?? zeroOf(right, after, child), child);
    }
    this.#path.pop();
  }

  #value(before: unknown, after: unknown, schema: FieldSchema | undefined): void {
    if (before === after) return;
    const shape = shapeOf(schema, after ?? before);
    if (isBare(before) && isBare(after)) this.#leaf(before, after);
    else if (schema?.type === undefined && isReshaped(before, after)) {
      this.map(mapOf(before), mapOf(after), schema);
      this.#leaf(before, after);
    } else if (shape === 'leaf') this.#leaf(before, after);
    else if (shape === 'map') this.map(mapOf(before), mapOf(after), schema);
    else if (schema !== undefined) this.#list(before, after, schema, shape);
    if (before === undefined) insert(this.added, this.#path);
    else if (after === undefined) insert(this.removed, this.#path);
  }

  #leaf(before: unknown, after: unknown): void {
    if (before !== undefined && after !== undefined && !sameJson(before, after)) insert(this.modified, this.#path);
  }

  #list(before: unknown, after: unknown, schema: FieldSchema, shape: FieldShape): void {
    const left = itemsByElement(schema, shape, before);
    const right = itemsByElement(schema, shape, after);
    for (const [element, items] of left) this.#item(element, items, right.get(element) ?? [], schema);
    for (const [element, items] of right) if (!left.has(element)) this.#item(element, [], items, schema);
  }

  /** Duplicates, which only updates may bring, are owned as one. */
  #item(element: string, before: readonly unknown[], after: readonly unknown[], schema: FieldSchema): void {
    this.#path.push(element);
    if (before.length < 2 && after.length < 2) this.#value(before[0], after[0], schema.items);
    else if (before.length > 1 && after.length > 1) this.#leaf(before, after);
    else if (before.length > 1) {
      this.#value(undefined, after[0], schema.items);
      insert(this.removed, this.#path);
    } else {
      this.#value(before[0], undefined, schema.items);
      insert(this.added, this.#path);
    }
    this.#path.pop();
  }
}

function mapOf(value: unknown): JsonObject | undefined {
  return isJsonObject(value) ? value : undefined;
}

/** Where no schema says which it is, a map may become a single value or the other way round. */
function isReshaped(before: unknown, after: unknown): boolean {
  return before !== undefined && after !== undefined && isJsonObject(before) !== isJsonObject(after);
}

/**
 * What Go writes for a field that was not given, where it always writes it: so `spec` of a Deployment is there before anything
 * is in it, and belongs to nobody.
 */
function zeroOf(given: unknown, parent: JsonObject | undefined, schema: FieldSchema | undefined): unknown {
  if (given !== undefined || parent === undefined || schema?.zero !== 'kept') return given;
  switch (schema.type) {
    case 'object':
      // A map (not a struct) is written as null.
      return schema.properties === undefined ? null : {};
    case 'string':
      return schema.format === undefined ? '' : null;
    case 'integer':
    case 'number':
      return 0;
    case 'boolean':
      return false;
    default:
      return null;
  }
}
