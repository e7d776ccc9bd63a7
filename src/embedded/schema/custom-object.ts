import { isJsonObject, type JsonObject } from '../json-value.ts';
import { decoded } from './decode.ts';
import type { FieldSchema } from './field-schema.ts';
import { objectMetaSchema } from './kubernetes-schema.ts';

/**
 * A custom resource as it is stored: fields that the schema does not know dropped (their paths go to `unknown`), null dropped where it is not allowed,
 * defaults set. Parts that do not change stay the same objects. Throws Unfit for metadata of a wrong type, also of embedded resources.
 */
export function prunedAndDefaulted(schema: FieldSchema, object: JsonObject, unknown: string[]): JsonObject {
  const result = fitted({ ...schema, embeddedResource: true }, object, '', unknown);
  return isJsonObject(result) ? result : object;
}

function fitted(schema: FieldSchema, value: unknown, path: string, unknown: string[]): unknown {
  if (Array.isArray(value)) {
    const { items } = schema;
    if (items === undefined) return value;
    return changed(
      value,
      value.map((item, index) => fitted(items, item, `${path}[${index}]`, unknown)),
    );
  }
  return isJsonObject(value) ? fittedObject(schema, value, path, unknown) : value;
}

function changed(before: readonly unknown[], after: readonly unknown[]): readonly unknown[] {
  return after.every((item, index) => item === before[index]) ? before : after;
}

function fittedObject(schema: FieldSchema, value: JsonObject, path: string, unknown: string[]): JsonObject {
  const properties = schema.properties ?? {};
  const result: Record<string, unknown> = {};
  let same = true;
  for (const [field, given] of Object.entries(value)) {
    const place = path === '' ? field : `${path}.${field}`;
    if (given === undefined) {
      same = false;
      continue;
    }
    if (schema.embeddedResource === true && (field === 'apiVersion' || field === 'kind' || field === 'metadata')) {
      result[field] = field === 'metadata' && isJsonObject(given) ? fittedMetadata(given, place, unknown) : given;
      if (result[field] !== given) same = false;
      continue;
    }
    const property = Object.hasOwn(properties, field) ? properties[field] : valuesOf(schema);
    if (property === undefined) {
      if (schema.preserveUnknownFields === true || schema.additionalProperties === true) result[field] = given;
      else {
        unknown.push(place);
        same = false;
      }
      continue;
    }
    if (given === null && property.nullable !== true && !isAny(property)) {
      same = false;
      continue;
    }
    result[field] = fitted(property, given, place, unknown);
    if (result[field] !== given) same = false;
  }
  for (const [field, property] of withDefault(properties)) {
    if (result[field] !== undefined) continue;
    result[field] = fitted(property, structuredClone(property.default), '', []);
    same = false;
  }
  return same ? value : result;
}

/** Unstructured values: null is a value like any other there. */
function isAny(schema: FieldSchema): boolean {
  return schema.type === undefined && schema.intOrString !== true && schema.preserveUnknownFields === true;
}

function valuesOf(schema: FieldSchema): FieldSchema | undefined {
  return typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined;
}

const defaults = new WeakMap<object, readonly (readonly [string, FieldSchema])[]>();

function withDefault(properties: Readonly<Record<string, FieldSchema>>): readonly (readonly [string, FieldSchema])[] {
  const known = defaults.get(properties);
  if (known !== undefined) return known;
  const found = Object.entries(properties).filter(([, property]) => property.default !== undefined);
  defaults.set(properties, found);
  return found;
}

function fittedMetadata(metadata: JsonObject, path: string, unknown: string[]): JsonObject {
  const found: string[] = [];
  const result = decoded(objectMetaSchema(), metadata, found);
  unknown.push(...found.map((field) => `${path}.${field}`));
  return result;
}
