import { isJsonObject } from '../../json-value.ts';

/** The value at a path of fields; undefined where something is missing on the way. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  let current = value;
  for (const field of path) current = isJsonObject(current) ? current[field] : undefined;
  return current ?? undefined;
}

/** A scalar as text; `otherwise` where there is none, or an empty one. */
export function text(value: unknown, otherwise = ''): string {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return typeof value === 'string' && value !== '' ? value : otherwise;
}

/** A number of things; 0 where none is given. */
export function count(value: unknown, otherwise = 0): number {
  return typeof value === 'number' ? value : otherwise;
}

/** `a,b,c + 2 more...`: the first of many. */
export function firstOf(list: readonly string[], max: number, total = list.length, separator = ','): string {
  const shown = list.slice(0, max).join(separator);
  return total > max ? `${shown} + ${total - max} more...` : shown;
}
