import { isJsonObject, type JsonObject } from '../../json-value.ts';
import type { FieldSchema } from '../../schema/field-schema.ts';
import { isBare } from './bare-value.ts';
import { type FieldShape, fieldSchema, shapeOf } from './field-shape.ts';
import { itemsByElement } from './list-items.ts';

/** The live object with an applied configuration merged in. What the configuration does not speak of stays, and is shared. */
export function mergedConfiguration(live: JsonObject, configuration: JsonObject, schema: FieldSchema): JsonObject {
  const merged = merge(live, configuration, schema);
  return isJsonObject(merged) ? merged : {};
}

/** undefined stands for a field that is not there. */
function merge(live: unknown, applied: unknown, schema: FieldSchema | undefined): unknown {
  if (applied === undefined) return live;
  const shape = shapeOf(schema, applied ?? live);
  if (shape === 'leaf' || (isBare(live) && isBare(applied))) return applied;
  if (shape === 'map') return mergeMaps(mapOf(live), mapOf(applied), schema);
  return schema === undefined ? applied : mergeLists(live, applied, schema, shape);
}

function mergeMaps(live: JsonObject, applied: JsonObject, schema: FieldSchema | undefined): JsonObject | undefined {
  let merged: Record<string, unknown> | undefined;
  for (const name in applied) {
    const value = merge(live[name], applied[name], fieldSchema(schema, name));
    if (value === live[name]) continue;
    merged ??= { ...live };
    merged[name] = value;
  }
  return merged ?? live;
}

/**
 * The items of both, each once. Those that are in both come in the order of the configuration; an item that only the live
 * object has stays behind the one it followed.
 */
function mergeLists(live: unknown, applied: unknown, schema: FieldSchema, shape: FieldShape): unknown {
  const ours = itemsByElement(schema, shape, applied);
  const theirs = itemsByElement(schema, shape, live);
  const result: unknown[] = [];
  const shared = [...ours.keys()].filter((element) => theirs.has(element));
  const done = new Set<string>();
  const [wanted, present] = [[...ours], [...theirs]];
  let next = 0;
  let here = 0;
  const take = (element: string, items: readonly unknown[]): void => {
    const before = theirs.get(element) ?? [];
    // Duplicates in the live list give way to the one item of the configuration.
    result.push(merge(before.length === 1 ? before[0] : undefined, items[0], schema.items));
    done.add(element);
    if (shared[0] === element) shared.shift();
  };
  while (next < wanted.length || here < present.length) {
    const [element, items] = present[here] ?? ['', []];
    const [wantedElement, wantedItems] = wanted[next] ?? ['', []];
    if (here < present.length && next < wanted.length) {
      if (element === wantedElement) {
        take(wantedElement, wantedItems);
        here += 1;
        next += 1;
        continue;
      }
      if (ours.has(element) && shared[0] !== undefined && shared[0] !== element) {
        here += 1;
        continue;
      }
    }
    if (here < present.length) {
      if (!ours.has(element)) {
        result.push(...items);
        here += 1;
        continue;
      }
      if (done.has(element)) here += 1;
    }
    if (next < wanted.length) {
      take(wantedElement, wantedItems);
      next += 1;
    }
  }
  return result.length === 0 ? undefined : result;
}

function mapOf(value: unknown): JsonObject {
  return isJsonObject(value) ? value : {};
}
