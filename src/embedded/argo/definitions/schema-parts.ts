import type { JsonObject } from '../../json-value.ts';

/** The few shapes that Argo CD's schemas are made of. */
export const TEXT: JsonObject = { type: 'string' };
export const FLAG: JsonObject = { type: 'boolean' };
export const COUNT: JsonObject = { type: 'integer', format: 'int64' };
export const TIME: JsonObject = { type: 'string', format: 'date-time' };
/** Whatever is in it is kept. */
export const ANYTHING: JsonObject = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
export const TEXT_MAP: JsonObject = { type: 'object', additionalProperties: TEXT };

export function fields(properties: JsonObject, ...required: string[]): JsonObject {
  return { type: 'object', properties, ...(required.length === 0 ? {} : { required }) };
}

export function list(items: JsonObject): JsonObject {
  return { type: 'array', items };
}

/** The same shape for each name. */
export function each(shape: JsonObject, ...names: string[]): JsonObject {
  return Object.fromEntries(names.map((name) => [name, shape]));
}
