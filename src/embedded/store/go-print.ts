import { isJsonObject } from '../json-value.ts';

/** A value as Go prints it: `map[data:map[a:5]]`. */
export function goPrint(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(goPrint).join(' ')}]`;
  if (!isJsonObject(value)) return value === null ? '<nil>' : String(value);
  const fields = Object.keys(value).sort();
  return `map[${fields.map((name) => `${name}:${goPrint(value[name])}`).join(' ')}]`;
}
