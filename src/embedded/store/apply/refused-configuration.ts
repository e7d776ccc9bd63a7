import { isJsonObject, type JsonObject } from '../../json-value.ts';
import type { FieldSchema } from '../../schema/field-schema.ts';
import { goPrint } from '../go-print.ts';
import { type FieldShape, fieldSchema, isDeclared, itemElement, shapeOf } from './field-shape.ts';
import { elementText, fieldElement } from './path-element.ts';

/**
 * Why a configuration does not fit its kind, in the real server's words: unknown fields, wrong types, lists with items that
 * cannot be told apart. Undefined when it fits.
 */
export function whyUnfit(configuration: JsonObject, schema: FieldSchema): string | undefined {
  const errors: string[] = [];
  checkMap(configuration, schema, '', { preserves: schema.preserveUnknownFields === true, errors });
  if (errors.length < 2) return errors[0];
  return `errors:\n${errors.map((error) => `  ${error}`).join('\n')}`;
}

interface Check {
  /** This or a map above keeps unknown fields. */
  readonly preserves: boolean;
  readonly errors: string[];
}

function fail(check: Check, path: string, why: string): void {
  check.errors.push(path === '' ? why : `${path}: ${why}`);
}

function checkValue(value: unknown, schema: FieldSchema | undefined, path: string, outer: Check): void {
  if (value === null || schema === undefined) return;
  const check = schema.preserveUnknownFields === true ? { ...outer, preserves: true } : outer;
  const { type } = schema;
  if (type === 'object' || (type === undefined && isJsonObject(value) && schema.intOrString !== true)) {
    if (isJsonObject(value)) checkMap(value, schema, path, check);
    else fail(check, path, `expected map, got ${goValue(value)}`);
  } else if (type === 'array' || (type === undefined && Array.isArray(value))) {
    if (Array.isArray(value)) checkList(value, schema, path, check);
    else fail(check, path, `expected list, got ${goValue(value)}`);
  } else checkScalar(value, schema, path, check);
}

function checkScalar(value: unknown, schema: FieldSchema, path: string, check: Check): void {
  const isScalar = typeof value !== 'object';
  const { type, format, intOrString } = schema;
  if (type === 'integer' || type === 'number') {
    if (typeof value !== 'number') fail(check, path, `expected numeric (int or float), got ${goType(value)}`);
  } else if (type === 'boolean') {
    if (typeof value !== 'boolean') fail(check, path, `expected boolean, got ${goValue(value)}`);
  } else if (type === 'string' && (format === undefined || format === 'byte') && intOrString !== true) {
    if (typeof value !== 'string') {
      fail(check, path, `expected string, got &value.valueUnstructured{Value:${goLiteral(value)}}`);
    }
  } else if (!isScalar) fail(check, path, `expected any scalar, got ${goValue(value)}`);
}

function checkMap(map: JsonObject, schema: FieldSchema, path: string, check: Check): void {
  const isOpen = check.preserves || schema.additionalProperties !== undefined || schema.properties === undefined;
  for (const name of Object.keys(map).sort()) {
    const below = path + elementText(fieldElement(name));
    if (!isOpen && !isDeclared(schema, name)) {
      fail(check, below, 'field not declared in schema');
      return;
    }
    checkValue(map[name], fieldSchema(schema, name), below, check);
  }
}

function checkList(list: readonly unknown[], schema: FieldSchema, path: string, check: Check): void {
  const shape: FieldShape = shapeOf(schema, list);
  if (shape === 'leaf') {
    for (const [index, item] of list.entries()) checkValue(item, schema.items, `${path}[${index}]`, check);
    return;
  }
  const seen = new Set<string>();
  for (const [index, item] of list.entries()) {
    const found = itemElement(schema, shape, item);
    if ('why' in found) {
      fail(check, path, `element ${index}: ${found.why}`);
      return;
    }
    const text = elementText(found.element);
    if (seen.has(found.element)) fail(check, path, `duplicate entries for key ${text}`);
    seen.add(found.element);
    checkValue(item, schema.items, path + text, check);
  }
}

/** As Go prints it (`%T`). */
function goType(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return 'string';
    case 'boolean':
      return 'bool';
    case 'number':
      return Number.isInteger(value) ? 'int64' : 'float64';
    default:
      return Array.isArray(value) ? '[]interface {}' : 'map[string]interface {}';
  }
}

/** As Go prints the struct around it (`%v`). */
function goValue(value: unknown): string {
  return `&{${goPrint(value)}}`;
}

/** As Go prints it in source form (`%#v`). */
function goLiteral(value: unknown): string {
  if (Array.isArray(value)) return `[]interface {}{${value.map(goLiteral).join(', ')}}`;
  if (!isJsonObject(value)) return value === null ? 'interface {}(nil)' : JSON.stringify(value);
  const entries = Object.keys(value).sort();
  return `map[string]interface {}{${entries.map((name) => `${JSON.stringify(name)}:${goLiteral(value[name])}`).join(', ')}}`;
}
