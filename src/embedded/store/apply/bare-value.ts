import { isJsonObject } from '../../json-value.ts';

/** Nothing, null, or empty: where a field is so in both versions it counts as a whole, which keeps null and empty apart. */
export function isBare(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  return Array.isArray(value) ? value.length === 0 : isEmptyMap(value);
}

export function isEmptyMap(value: unknown): boolean {
  return isJsonObject(value) && Object.keys(value).length === 0;
}
