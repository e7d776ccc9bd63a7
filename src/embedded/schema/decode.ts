import { isJsonObject, type JsonObject } from '../json-value.ts';
import { decodedTime } from './decoded-time.ts';
import type { FieldSchema } from './field-schema.ts';
import { canonicalQuantity, QUANTITY_RULE } from './quantity.ts';
import { Unfit } from './unfit.ts';

/** Where a value is: the Go struct that holds it, and its path in it without indexes, as Go's decoder tells. */
interface Place {
  readonly struct: string;
  readonly goPath: string;
  /** With indexes, for unknown fields. */
  readonly path: string;
}

/**
 * `value` as Go's decoder and encoder would leave it: unknown fields dropped (their paths go to `unknown`, in the order of the document), null fields
 * left out, zero values left out or written as the Go type has it, quantities in their canonical form. What is so already is shared with `value`: parts
 * that a write leaves alone stay the same objects, and comparing them costs nothing. Throws Unfit for a value of the wrong type.
 */
export function decoded(schema: FieldSchema, value: JsonObject, unknown: string[], path = ''): JsonObject {
  return decodedStruct(schema, value, { struct: '', goPath: path, path }, unknown);
}

function decodedStruct(schema: FieldSchema, value: JsonObject, at: Place, unknown: string[]): JsonObject {
  const properties = schema.properties ?? {};
  const struct = structName(schema);
  // An empty list does not survive being stored as protobuf, as all but definitions are; where it is written nevertheless, it is null.
  const nullsEmptyLists = schema.name?.startsWith('apiextensions.') !== true;
  const result: Record<string, unknown> = {};
  let same = true;
  for (const field in value) {
    const given = value[field];
    // Objects made in this process may have fields without a value.
    if (given === undefined) {
      same = false;
      continue;
    }
    const property = Object.hasOwn(properties, field) ? properties[field] : undefined;
    const path = at.path === '' ? field : `${at.path}.${field}`;
    if (property === undefined) {
      unknown.push(path);
      same = false;
      continue;
    }
    if (given === null) {
      // Below it may be written as null again.
      if (property.zero !== 'kept') same = false;
      continue;
    }
    const goPath = at.goPath === '' ? field : `${at.goPath}.${field}`;
    const read = decodedValue(property, given, { struct, goPath, path }, unknown);
    if (property.zero === 'dropped' && isZero(read)) {
      same = false;
      continue;
    }
    result[field] = nullsEmptyLists && property.zero === 'kept' && isEmptyList(read) ? null : read;
    if (result[field] !== given) same = false;
  }
  for (const [field, property] of keptFields(properties)) {
    if (result[field] === undefined) result[field] = zeroOf(property);
    if (result[field] !== value[field]) same = false;
  }
  return same ? value : result;
}

const kept = new WeakMap<object, readonly (readonly [string, FieldSchema])[]>();

function keptFields(properties: Readonly<Record<string, FieldSchema>>): readonly (readonly [string, FieldSchema])[] {
  const known = kept.get(properties);
  if (known !== undefined) return known;
  const found = Object.entries(properties).filter(([, property]) => property.zero === 'kept');
  kept.set(properties, found);
  return found;
}

function decodedValue(schema: FieldSchema, value: unknown, at: Place, unknown: string[]): unknown {
  if (schema.intOrString === true) {
    if (typeof value === 'string' || Number.isInteger(value)) return value;
    throw unfit(value, at, 'int32');
  }
  switch (schema.type) {
    case 'object':
      if (schema.properties === undefined && schema.additionalProperties === undefined) return value;
      if (!isJsonObject(value)) throw unfit(value, at, goType(schema));
      return schema.properties === undefined
        ? decodedMap(schema, value, at, unknown)
        : decodedStruct(schema, value, at, unknown);
    case 'array': {
      if (!Array.isArray(value)) throw unfit(value, at, goType(schema));
      return decodedList(schema.items ?? {}, value, at, unknown);
    }
    case 'string':
      return decodedString(schema, value, at);
    case 'integer':
      return decodedInteger(schema, value, at);
    case 'number':
      if (typeof value !== 'number') throw unfit(value, at, 'float64');
      return value;
    case 'boolean':
      if (typeof value !== 'boolean') throw unfit(value, at, 'bool');
      return value;
    default:
      return schema.format === 'quantity' ? decodedQuantity(value) : value;
  }
}

function decodedMap(schema: FieldSchema, value: JsonObject, at: Place, unknown: string[]): JsonObject {
  const values = schema.additionalProperties;
  if (values === undefined || values === true) return value;
  const isScalar = values.type !== 'object' && values.type !== 'array';
  const result: Record<string, unknown> = {};
  let same = true;
  for (const key in value) {
    const given = value[key];
    const place = isScalar ? at : { ...at, path: `${at.path}.${key}` };
    const read = given === null ? zeroOf(values) : decodedValue(values, given, place, unknown);
    result[key] = read;
    if (read !== given) same = false;
  }
  return same ? value : result;
}

function decodedList(items: FieldSchema, value: readonly unknown[], at: Place, unknown: string[]): readonly unknown[] {
  let same = true;
  const result = value.map((item, index) => {
    const place = { ...at, path: `${at.path}[${index}]` };
    const read = item === null ? zeroOf(items) : decodedValue(items, item, place, unknown);
    if (read !== item) same = false;
    return read;
  });
  return same ? value : result;
}

const BASE64 = /^[A-Za-z0-9+/\r\n]*={0,2}[\r\n]*$/;

function decodedString(schema: FieldSchema, value: unknown, at: Place): unknown {
  if (typeof value !== 'string') throw unfit(value, at, schema.format === 'byte' ? '[]uint8' : 'string');
  if (schema.format === 'byte') {
    const bare = value.replace(/[\r\n]/g, '');
    const bad = bare.search(/[^A-Za-z0-9+/=]/);
    if (bad >= 0) throw new Unfit(`illegal base64 data at input byte ${bad}`);
    if (!BASE64.test(value) || bare.length % 4 !== 0) {
      throw new Unfit(`illegal base64 data at input byte ${Math.floor(bare.length / 4) * 4}`);
    }
    return bare;
  }
  if (schema.format === 'date-time' || schema.format === 'micro-time') return decodedTime(schema.format, value);
  return value;
}

function decodedInteger(schema: FieldSchema, value: unknown, at: Place): unknown {
  const type = schema.format ?? 'int64';
  if (typeof value !== 'number') throw unfit(value, at, type);
  const tooLarge = type === 'int32' && (value > 2_147_483_647 || value < -2_147_483_648);
  if (!Number.isInteger(value) || tooLarge) {
    throw new Unfit(
      `json: cannot unmarshal number ${value} into Go struct field ${at.struct}.${at.goPath} of type ${type}`,
    );
  }
  return value;
}

function decodedQuantity(value: unknown): string {
  const canonical =
    typeof value === 'string' || typeof value === 'number' ? canonicalQuantity(String(value)) : undefined;
  if (canonical === undefined) throw new Unfit(QUANTITY_RULE);
  return canonical;
}

function unfit(value: unknown, at: Place, type: string): Unfit {
  const found = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;
  const where = at.struct === '' ? 'Go value' : `Go struct field ${at.struct}.${at.goPath}`;
  return new Unfit(`json: cannot unmarshal ${found} into ${where} of type ${type}`);
}

function structName(schema: FieldSchema): string {
  return schema.name?.slice(schema.name.lastIndexOf('.') + 1) ?? '';
}

/** The type as Go prints it: `v1.PodSpec`, `[]v1.Container`, `map[string]string`. */
function goType(schema: FieldSchema): string {
  if (schema.intOrString === true) return 'intstr.IntOrString';
  switch (schema.type) {
    case 'array':
      return `[]${goType(schema.items ?? {})}`;
    case 'object': {
      if (schema.name !== undefined) return schema.name.split('.').slice(-2).join('.');
      const values = schema.additionalProperties;
      return `map[string]${values === undefined || values === true ? 'interface {}' : goType(values)}`;
    }
    case 'integer':
      return schema.format ?? 'int64';
    case 'boolean':
      return 'bool';
    case 'number':
      return 'float64';
    case 'string':
      return schema.format === 'byte' ? '[]uint8' : 'string';
    default:
      return schema.format === 'quantity' ? 'resource.Quantity' : 'interface {}';
  }
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

function isZero(value: unknown): boolean {
  if (value === '' || value === 0 || value === false || value === null) return true;
  if (Array.isArray(value)) return value.length === 0;
  return isJsonObject(value) && Object.keys(value).length === 0;
}

/** What Go writes for a field that nothing was given for. */
function zeroOf(schema: FieldSchema): unknown {
  switch (schema.type) {
    case 'object':
      return schema.properties === undefined ? null : decoded(schema, {}, []);
    case 'string':
      return schema.format === 'date-time' || schema.format === 'micro-time' ? null : '';
    case 'integer':
    case 'number':
      return 0;
    case 'boolean':
      return false;
    case 'array':
      return null;
    default:
      return schema.format === 'quantity' ? '0' : schema.intOrString === true ? 0 : null;
  }
}
