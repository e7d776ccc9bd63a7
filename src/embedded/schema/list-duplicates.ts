import { isJsonObject } from '../json-value.ts';
import { duplicateValue, type FieldError } from './field-error.ts';
import type { FieldSchema } from './field-schema.ts';

/** Duplicates in lists that are sets or maps. */
export function listErrors(schema: FieldSchema, value: unknown, path: string): readonly FieldError[] {
  if (Array.isArray(value)) {
    const items = schema.items ?? {};
    const inside = value.flatMap((item, index) => listErrors(items, item, `${path}[${index}]`));
    return [...duplicates(schema, value, path), ...inside];
  }
  if (!isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([field, given]) => {
    const property = schema.properties?.[field] ?? schema.additionalProperties;
    if (property === undefined || property === true) return [];
    return listErrors(property, given, path === '' ? field : `${path}.${field}`);
  });
}

function duplicates(schema: FieldSchema, value: readonly unknown[], path: string): readonly FieldError[] {
  if (schema.listType !== 'set' && schema.listType !== 'map') return [];
  const keys = schema.listMapKeys ?? [];
  const seen = new Set<string>();
  const errors: FieldError[] = [];
  for (const [index, item] of value.entries()) {
    const id =
      schema.listType === 'map' && isJsonObject(item)
        ? Object.fromEntries(keys.filter((key) => item[key] !== undefined).map((key) => [key, item[key]]))
        : item;
    const text = JSON.stringify(id);
    if (seen.has(text)) errors.push(duplicateValue(`${path}[${index}]`, id));
    seen.add(text);
  }
  return errors;
}
