import { asObject, isJsonObject, type JsonObject } from '../../json-value.ts';
import type { FieldSchema } from '../../schema/field-schema.ts';
import { appliedFields } from './applied-fields.ts';
import { changedFields, compareObjects } from './comparison.ts';
import { difference, type FieldSet, union } from './field-set.ts';

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
/** The field manager of `kubectl apply --server-side`. */
export const KUBECTL = 'kubectl';

/**
 * What a client-side `kubectl apply` put there and nobody changed since: kubectl may take it over without conflict when it
 * turns to server-side apply. Undefined when there was none.
 */
export function lastAppliedFields(live: JsonObject, apiVersion: string, schema: FieldSchema): FieldSet | undefined {
  const text = lastApplied(live);
  if (text === undefined) return undefined;
  const configuration = parsed(text);
  if (configuration === undefined || configuration.apiVersion !== apiVersion) return undefined;
  const comparison = compareObjects(configuration, live, schema);
  return difference(appliedFields(configuration, schema), union(changedFields(comparison), comparison.removed));
}

/** Keeps the annotation of client-side apply true, where the object has it. */
export function withLastApplied(object: JsonObject, configuration: JsonObject): JsonObject {
  if (lastApplied(object) === undefined) return object;
  const { [LAST_APPLIED]: _old, ...annotations } = asObject(asObject(configuration.metadata).annotations);
  const metadata = { ...asObject(configuration.metadata) };
  const bare = Object.keys(annotations).length === 0 ? withoutAnnotations(metadata) : { ...metadata, annotations };
  const text = `${JSON.stringify(sorted({ ...configuration, metadata: bare }))}\n`;
  const live = asObject(object.metadata);
  return {
    ...object,
    metadata: { ...live, annotations: { ...asObject(live.annotations), [LAST_APPLIED]: text } },
  };
}

function withoutAnnotations({ annotations: _annotations, ...metadata }: JsonObject): JsonObject {
  return metadata;
}

function lastApplied(object: JsonObject): string | undefined {
  const text = asObject(asObject(object.metadata).annotations)[LAST_APPLIED];
  return typeof text === 'string' && text !== '' ? text : undefined;
}

function parsed(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** With the fields of each map by name, as Go writes them. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((name) => [name, sorted(value[name])]),
  );
}
