import { StatusError } from '../api/status-error.ts';
import { asObject, asString, isJsonObject, type JsonObject } from '../json-value.ts';
import { DecodingError } from '../schema/decoding-error.ts';
import type { ApiResource } from './resource-registry.ts';

/** 422: what came out of the patch is no object of its kind; `why` is the decoder's word. */
export function unfitPatch(patched: unknown, why: string): StatusError {
  const message = `Invalid value: ${JSON.stringify(asPatchedJson(patched))}: ${why}`;
  const causes = [{ reason: 'FieldValueInvalid', message, field: 'patch' }];
  return new StatusError(422, 'Invalid', ` "" is invalid: patch: ${message}`, { causes });
}

/** Runs `store`; a decoder's refusal is told as the patch's. `shown` is what came out of the patch, or Go's print of it. */
export function decodedFromPatch<Result>(shown: unknown, store: () => Result): Result {
  try {
    return store();
  } catch (error) {
    if (error instanceof DecodingError) throw unfitPatch(shown, error.detail);
    throw error;
  }
}

/** Runs `store`; a decoder's refusal of an applied object is told as the real server does, as its own failure. */
export function convertedFromConfiguration<Result>(
  { resource, apiVersion }: { readonly resource: ApiResource; readonly apiVersion: string },
  configuration: JsonObject,
  store: () => Result,
): Result {
  try {
    return store();
  } catch (error) {
    if (!(error instanceof DecodingError)) throw error;
    const { namespace, name } = asObject(configuration.metadata);
    const type = `${apiVersion.includes('/') ? apiVersion : `/${apiVersion}`}, Kind=${resource.kind}`;
    const object = `${asString(namespace) ?? ''}/${asString(name) ?? ''}; ${type}`;
    const message = `failed to convert new object (${object}) to proper version: unable to convert unstructured object to ${type}: ${error.detail}`;
    throw new StatusError(500, '', message);
  }
}

/** metadata as Go writes it. */
const METADATA_ORDER: readonly string[] = [
  'name',
  'generateName',
  'namespace',
  'selfLink',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'labels',
  'annotations',
  'ownerReferences',
  'finalizers',
  'managedFields',
];

/** The object as JSON, in the order of the real server as far as it is known. */
export function asPatchedJson(value: unknown): string {
  if (typeof value === 'string') return value;
  if (!isJsonObject(value)) return JSON.stringify(value);
  const { metadata } = value;
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  const sorted = Object.fromEntries(fields);
  if (isJsonObject(metadata)) {
    const place = (name: string): number => METADATA_ORDER.indexOf(name);
    sorted.metadata = Object.fromEntries(Object.entries(metadata).sort(([a], [b]) => place(a) - place(b)));
  }
  return JSON.stringify(sorted);
}
