import { asArray, asObject, isJsonObject, type JsonObject } from '../json-value.ts';
import type { FieldSchema } from './field-schema.ts';

/** Keywords of OpenAPI that a FieldSchema has under the same name and with the same meaning. */
const COPIED = [
  'type',
  'format',
  'nullable',
  'required',
  'default',
  'enum',
  'pattern',
  'minLength',
  'maxLength',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'minItems',
  'maxItems',
  'uniqueItems',
  'minProperties',
  'maxProperties',
];

const EXTENSIONS: Readonly<Record<string, string>> = {
  'x-kubernetes-int-or-string': 'intOrString',
  'x-kubernetes-preserve-unknown-fields': 'preserveUnknownFields',
  'x-kubernetes-embedded-resource': 'embeddedResource',
  'x-kubernetes-list-type': 'listType',
  'x-kubernetes-list-map-keys': 'listMapKeys',
  'x-kubernetes-map-type': 'mapType',
};

/** The FieldSchema of an openAPIV3Schema. */
export function customSchema(openApi: JsonObject): FieldSchema {
  const read: Record<string, unknown> = {};
  for (const keyword of COPIED) if (openApi[keyword] !== undefined) read[keyword] = openApi[keyword];
  for (const [extension, field] of Object.entries(EXTENSIONS)) {
    if (openApi[extension] !== undefined) read[field] = openApi[extension];
  }
  if (isJsonObject(openApi.properties)) {
    read.properties = Object.fromEntries(
      Object.entries(openApi.properties).map(([name, property]) => [name, customSchema(asObject(property))]),
    );
  }
  if (openApi.additionalProperties === true) read.additionalProperties = true;
  else if (isJsonObject(openApi.additionalProperties)) {
    read.additionalProperties = customSchema(openApi.additionalProperties);
  }
  if (isJsonObject(openApi.items)) read.items = customSchema(openApi.items);
  for (const junctor of ['allOf', 'anyOf', 'oneOf']) {
    const branches = asArray(openApi[junctor]);
    if (branches.length > 0) read[junctor] = branches.map((branch) => customSchema(asObject(branch)));
  }
  if (isJsonObject(openApi.not)) read.not = customSchema(openApi.not);
  if (hasRules(openApi, read)) read.hasRules = true;
  return read;
}

function hasRules(openApi: JsonObject, read: FieldSchema): boolean {
  if (asArray(openApi['x-kubernetes-validations']).length > 0) return true;
  const children = [...Object.values(read.properties ?? {}), read.items, read.additionalProperties];
  return children.some((child) => typeof child === 'object' && child.hasRules === true);
}
