import type { KubeObject } from '../../domain/kube-object.ts';
import { isJsonObject, type JsonObject } from '../json-value.ts';
import { type ApiResource, apiVersionOf, splitApiVersion } from '../store/resource-registry.ts';
import type { WriteOptions } from '../store/write-options.ts';
import { builtInErrors } from './built-in-validation.ts';
import { prunedAndDefaulted } from './custom-object.ts';
import { customErrors } from './custom-validation.ts';
import { decoded } from './decode.ts';
import { DecodingError } from './decoding-error.ts';
import { withDefaults } from './defaults.ts';
import { definitionStatus } from './definition-status.ts';
import { type FieldError, invalidObject, invalidValue } from './field-error.ts';
import type { FieldSchema } from './field-schema.ts';
import { prepared } from './first-values.ts';
import { objectMetaSchema } from './kubernetes-schema.ts';
import { metadataErrors } from './metadata-validation.ts';
import { scaleErrors } from './scale-validation.ts';
import { schemaOf } from './schema-of.ts';
import { Unfit } from './unfit.ts';
import { warnOfFinalizers, warnOfName } from './warnings.ts';

/**
 * The object as it is stored: unknown fields dropped, defaults set. Throws 422 Invalid or 400 BadRequest as the real server does.
 * Called with the whole object before each create and update; `before` is undefined on create. On create the object has its final name and the status that
 * new objects begin with; what is returned is stored as it is.
 */
export function admitted(
  resource: ApiResource,
  object: KubeObject,
  before: KubeObject | undefined,
  options: WriteOptions,
): KubeObject {
  const version = versionOf(resource, options);
  const schema = schemaOf(resource, version);
  const isCustom = resource.schemas !== undefined;
  const fitted = fit(resource, version, schema, isCustom, object, before !== undefined, options);
  if (options.subresource !== undefined) {
    if (isCustom && schema !== undefined) {
      refuse(resource, fitted, [...statusErrors(schema, fitted, before), ...scaleErrors(resource, fitted, 'status')]);
    }
    return fitted;
  }
  if (schema === undefined || isCustom) {
    refuse(resource, fitted, [
      ...metadataErrors(resource, fitted, before),
      ...fieldErrors(schema, fitted, before),
      ...scaleErrors(resource, fitted, 'spec'),
    ]);
    if (isCustom) warnOfFinalizers(fitted, before, options.warn);
    return fitted;
  }
  const complete = asKubeObject(withDefaults(schema, fitted), fitted);
  const ready = prepared(resource, complete, before);
  const stated = resource.kind === 'CustomResourceDefinition' ? definitionStatus(ready, before) : ready;
  refuse(resource, stated, [...metadataErrors(resource, stated, before), ...builtInErrors(resource, stated, before)]);
  if (before === undefined) warnOfName(resource, stated, options.warn);
  return stated;
}

function versionOf(resource: ApiResource, { apiVersion }: WriteOptions): string {
  const version = splitApiVersion(apiVersion ?? apiVersionOf(resource)).version;
  return resource.versions.includes(version) ? version : (resource.versions[0] ?? 'v1');
}

/** The object with only known fields of fitting types; says what it had too many. */
function fit(
  resource: ApiResource,
  version: string,
  schema: FieldSchema | undefined,
  isCustom: boolean,
  object: KubeObject,
  isUpdate: boolean,
  options: WriteOptions,
): KubeObject {
  const unknown: string[] = [];
  let fitted: JsonObject;
  try {
    if (schema === undefined) fitted = withDecodedMetadata(object, unknown);
    else if (isCustom) {
      fitted = prunedAndDefaulted(schema, object, unknown);
    } else fitted = decoded(schema, object, unknown);
  } catch (error) {
    if (error instanceof Unfit) throw new DecodingError(resource.kind, version, error.message);
    throw error;
  }
  // A new object is read in the order of the document; what a patch made has none.
  if (isCustom || isUpdate) unknown.sort();
  const texts = unknown.map((field) => `unknown field "${field}"`);
  if (options.fieldValidation === 'Strict' && texts.length > 0) {
    throw new DecodingError(resource.kind, version, `strict decoding error: ${texts.join(', ')}`);
  }
  if (options.fieldValidation === 'Warn') for (const text of texts) options.warn?.(text);
  return asKubeObject(fitted, object);
}

function withDecodedMetadata(object: KubeObject, unknown: string[]): JsonObject {
  const found: string[] = [];
  const metadata = decoded(objectMetaSchema(), object.metadata, found);
  unknown.push(...found.map((field) => `metadata.${field}`));
  return { ...object, metadata };
}

/** What decoding drops of an object that it must have: an empty name is a zero value. */
function asKubeObject(value: JsonObject, given: KubeObject): KubeObject {
  const metadata = isJsonObject(value.metadata) ? value.metadata : {};
  const name = typeof metadata.name === 'string' ? metadata.name : given.metadata.name;
  return { ...value, apiVersion: given.apiVersion, kind: given.kind, metadata: { ...metadata, name } };
}

function fieldErrors(
  schema: FieldSchema | undefined,
  object: KubeObject,
  before: KubeObject | undefined,
): readonly FieldError[] {
  if (schema === undefined) return [];
  const { metadata: _metadata, ...bare } = object;
  const { properties: { metadata: _schema, ...properties } = {}, required = [], ...rest } = schema;
  // Every object has metadata, and many a definition says so.
  const others = required.filter((name) => name !== 'metadata');
  return customErrors({ ...rest, properties, required: others }, bare, '', '', before);
}

/** A status is written alone, and its errors name fields as if it were the whole. */
function statusErrors(schema: FieldSchema, object: KubeObject, before: KubeObject | undefined): readonly FieldError[] {
  const status = schema.properties?.status;
  if (status === undefined || object.status === undefined) return [];
  const root: FieldSchema = schema.hasRules === true ? { ...status, hasRules: true } : status;
  return customErrors(root, object.status, 'status', '', before?.status);
}

const BLOCKING: ReadonlySet<string> = new Set([
  'FieldValueRequired',
  'FieldValueTypeInvalid',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueNotSupported',
]);

const RULES_LEFT_OUT =
  'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation';

function refuse(resource: ApiResource, object: KubeObject, errors: readonly FieldError[]): void {
  if (errors.length === 0) return;
  const version = resource.versions[0] ?? 'v1';
  const hasRules = resource.schemas !== undefined && schemaOf(resource, version)?.hasRules === true;
  const leftOut = hasRules && errors.some(({ reason }) => BLOCKING.has(reason));
  const all = leftOut ? [...errors, invalidValue('<nil>', null, RULES_LEFT_OUT)] : errors;
  throw invalidObject(resource, object.metadata.name, all);
}
