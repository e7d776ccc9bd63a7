import { isJsonObject, type JsonObject, sameJson } from '../json-value.ts';
import {
  type FieldError,
  invalidValue,
  requiredValue,
  tooLong,
  tooMany,
  unsupportedValue,
  wrongType,
} from './field-error.ts';
import type { FieldSchema } from './field-schema.ts';
import { listErrors } from './list-duplicates.ts';
import { fitsFormat } from './value-formats.ts';

/** Where a value is: the field's name in causes, and the name that the sentence about it begins with. */
interface Place {
  readonly field: string;
  readonly text: string;
}

/**
 * What is wrong with `value`. A part that is the same as in `before` is not looked at again: an object that became invalid by a change of its schema can
 * still be edited elsewhere.
 */
export function customErrors(
  schema: FieldSchema,
  value: unknown,
  field: string,
  text = field,
  before: unknown = undefined,
): readonly FieldError[] {
  const errors = valueErrors(schema, value, { field, text }, before);
  return [...errors, ...listErrors(schema, value, field)];
}

function valueErrors(schema: FieldSchema, value: unknown, at: Place, before: unknown): FieldError[] {
  if (before !== undefined && sameJson(value, before)) return [];
  if (value === null && schema.nullable === true) return [];
  return [
    ...typeErrors(schema, value, at),
    ...junctorErrors(schema, value, at),
    ...(typeof value === 'string' ? stringErrors(schema, value, at) : []),
    ...(typeof value === 'number' ? numberErrors(schema, value, at) : []),
    ...(Array.isArray(value) ? arrayErrors(schema, value, at, before) : []),
    ...enumErrors(schema, value, at),
    ...(isJsonObject(value) ? objectErrors(schema, value, at, before) : []),
  ];
}

function typeName(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

function typeErrors(schema: FieldSchema, value: unknown, { field, text }: Place): FieldError[] {
  const found = typeName(value);
  const wanted = schema.intOrString === true ? 'integer,string' : schema.type;
  if (wanted === undefined || wanted.split(',').includes(found)) return [];
  if (wanted === 'number' && found === 'integer') return [];
  const errors = [wrongType(field, found, `${text} in body must be of type ${wanted}: "${found}"`)];
  if (wanted === 'integer' && found === 'number') {
    errors.push(invalidValue('<nil>', '', `Checked value must be of type integer (default format) in ${text}`));
  }
  return errors;
}

function junctorErrors(schema: FieldSchema, value: unknown, at: Place): FieldError[] {
  const errors: FieldError[] = [];
  const about = (why: string): FieldError => invalidValue('<nil>', '', `"${at.text}" ${why}`);
  const tried = (branches: readonly FieldSchema[]) =>
    branches.map((branch) => valueErrors(branch, value, at, undefined));
  if (schema.anyOf !== undefined) {
    const results = tried(schema.anyOf);
    if (!results.some((result) => result.length === 0)) {
      errors.push(about('must validate at least one schema (anyOf)'), ...nearest(results));
    }
  }
  if (schema.oneOf !== undefined) {
    const results = tried(schema.oneOf);
    const valid = results.filter((result) => result.length === 0).length;
    const rule = 'must validate one and only one schema (oneOf).';
    if (valid === 0) errors.push(about(`${rule} Found none valid`), ...nearest(results));
    else if (valid > 1) errors.push(about(`${rule} Found ${valid} valid alternatives`));
  }
  if (schema.allOf !== undefined) {
    const failed = tried(schema.allOf).filter((result) => result.length > 0);
    if (failed.length > 0) {
      errors.push(
        ...failed.flat(),
        about(
          `must validate all the schemas (allOf)${failed.length === schema.allOf.length ? '. None validated' : ''}`,
        ),
      );
    }
  }
  if (schema.not !== undefined && valueErrors(schema.not, value, at, undefined).length === 0) {
    errors.push(about('must not validate the schema (not)'));
  }
  return errors;
}

function nearest(results: readonly (readonly FieldError[])[]): readonly FieldError[] {
  return [...results].sort((a, b) => a.length - b.length)[0] ?? [];
}

function stringErrors(schema: FieldSchema, value: string, { field, text }: Place): FieldError[] {
  const { maxLength, minLength, pattern, format } = schema;
  const length = [...value].length;
  if (maxLength !== undefined && length > maxLength) return [tooLong(field, maxLength)];
  if (minLength !== undefined && length < minLength) {
    return [invalidValue(field, value, `${text} in body should be at least ${minLength} chars long`)];
  }
  if (pattern !== undefined && !expression(pattern).test(value)) {
    return [invalidValue(field, value, `${text} in body should match '${pattern}'`)];
  }
  if (format !== undefined && !fitsFormat(format, value)) {
    return [wrongType(field, value, `${text} in body must be of type ${format}: ${JSON.stringify(value)}`)];
  }
  return [];
}

const expressions = new Map<string, RegExp>();

/** Go's syntax is JavaScript's for what schemas use; what only Go knows is taken as always matching. */
function expression(pattern: string): RegExp {
  const known = expressions.get(pattern);
  if (known !== undefined) return known;
  let compiled: RegExp;
  try {
    compiled = new RegExp(pattern.replace(/^\(\?i\)/, ''), pattern.startsWith('(?i)') ? 'iu' : 'u');
  } catch {
    compiled = /(?:)/;
  }
  expressions.set(pattern, compiled);
  return compiled;
}

function numberErrors(schema: FieldSchema, value: number, { field, text }: Place): FieldError[] {
  const errors: FieldError[] = [];
  const about = (why: string): FieldError => invalidValue(field, value, `${text} in body should be ${why}`);
  // The real server compares an integer with the integer part of the bound.
  const bound = (given: number): number => (Number.isInteger(value) ? Math.trunc(given) : given);
  const { multipleOf, maximum, minimum, format } = schema;
  if (schema.type === 'integer' && format === 'int32' && Number.isInteger(value) && Math.abs(value) > 2_147_483_647) {
    errors.push(invalidValue('<nil>', '', `Checked value must be of type integer with format int32 in ${text}`));
  }
  if (multipleOf !== undefined && !Number.isInteger(value / multipleOf))
    errors.push(about(`a multiple of ${multipleOf}`));
  if (maximum !== undefined) {
    const exclusive = schema.exclusiveMaximum === true;
    if (exclusive ? value >= bound(maximum) : value > bound(maximum)) {
      errors.push(about(`less than ${exclusive ? '' : 'or equal to '}${maximum}`));
    }
  }
  if (minimum !== undefined) {
    const exclusive = schema.exclusiveMinimum === true;
    if (exclusive ? value <= bound(minimum) : value < bound(minimum)) {
      errors.push(about(`greater than ${exclusive ? '' : 'or equal to '}${minimum}`));
    }
  }
  return errors;
}

function arrayErrors(schema: FieldSchema, value: readonly unknown[], at: Place, before: unknown): FieldError[] {
  const errors: FieldError[] = [];
  const { items, minItems, maxItems } = schema;
  if (items !== undefined) {
    for (const [index, item] of value.entries()) {
      const old = correspondingItem(schema, item, index, before);
      errors.push(...valueErrors(items, item, { field: `${at.field}[${index}]`, text: `${at.text}[${index}]` }, old));
    }
  }
  if (minItems !== undefined && value.length < minItems) {
    errors.push(invalidValue(at.field, value.length, `${at.text} in body should have at least ${minItems} items`));
  }
  if (maxItems !== undefined && value.length > maxItems) errors.push(tooMany(at.field, value.length, maxItems));
  return errors;
}

function correspondingItem(schema: FieldSchema, item: unknown, _index: number, before: unknown): unknown {
  if (!Array.isArray(before) || schema.listType !== 'map' || !isJsonObject(item)) return undefined;
  const keys = schema.listMapKeys ?? [];
  return before.find((old) => isJsonObject(old) && keys.every((key) => sameJson(old[key], item[key])));
}

function enumErrors(schema: FieldSchema, value: unknown, { field }: Place): FieldError[] {
  if (schema.enum === undefined || schema.enum.some((each) => sameJson(each, value))) return [];
  return [unsupportedValue(field, value, schema.enum)];
}

function objectErrors(schema: FieldSchema, value: JsonObject, at: Place, before: unknown): FieldError[] {
  const errors: FieldError[] = [];
  const fields = Object.entries(value);
  const { minProperties, maxProperties } = schema;
  if (minProperties !== undefined && fields.length < minProperties) {
    errors.push(
      invalidValue(at.field, fields.length, `${at.text} in body should have at least ${minProperties} properties`),
    );
  }
  if (maxProperties !== undefined && fields.length > maxProperties)
    errors.push(tooMany(at.field, fields.length, maxProperties));
  for (const [field, given] of fields) {
    const property =
      schema.properties !== undefined && Object.hasOwn(schema.properties, field)
        ? schema.properties[field]
        : schema.additionalProperties;
    if (property === undefined || property === true) continue;
    const old = isJsonObject(before) ? before[field] : undefined;
    errors.push(...valueErrors(property, given, child(at, field), old));
  }
  const required = [...(schema.required ?? []), ...(schema.embeddedResource === true ? ['apiVersion', 'kind'] : [])];
  for (const field of required) {
    if (value[field] === undefined) errors.push(requiredValue(child(at, field).field));
  }
  return errors;
}

function child(at: Place, field: string): Place {
  const join = (prefix: string): string => (prefix === '' ? field : `${prefix}.${field}`);
  return { field: join(at.field), text: join(at.text) };
}
