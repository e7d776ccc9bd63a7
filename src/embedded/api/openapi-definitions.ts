import type { JsonObject } from '../json-value.ts';
import type { FieldSchema } from '../schema/field-schema.ts';
import { kubernetesSchema } from '../schema/kubernetes-schema.ts';

const PREFIX = '#/components/schemas/';

/** The name of a definition in Kubernetes' own documents: `core.v1.Pod` is `io.k8s.api.core.v1.Pod` there. */
export function longName(short: string): string {
  if (short.startsWith('meta.')) return `io.k8s.apimachinery.pkg.apis.${short}`;
  if (short.startsWith('apiextensions.')) return `io.k8s.apiextensions-apiserver.pkg.apis.${short}`;
  return `io.k8s.api.${short}`;
}

/** The definitions named by `roots` and all that they refer to; `kinds` has the group, version and kind of those that are kinds. */
export function openApiDefinitions(
  roots: ReadonlySet<string>,
  kinds: ReadonlyMap<string, JsonObject>,
): Record<string, JsonObject> {
  const needed = new Set(roots);
  const definitions: Record<string, JsonObject> = {};
  // The set grows while it is gone through.
  for (const name of needed) {
    const kind = kinds.get(name);
    const definition = writtenDefinition(kubernetesSchema(name), needed);
    definitions[longName(name)] =
      kind === undefined ? definition : { ...definition, 'x-kubernetes-group-version-kind': [kind] };
  }
  return definitions;
}

function writtenDefinition(schema: FieldSchema, needed: Set<string>): JsonObject {
  const { properties = {}, required, mapType } = schema;
  return {
    type: 'object',
    properties: Object.fromEntries(
      Object.entries(properties).map(([field, property]) => [field, written(property, needed)]),
    ),
    ...(required === undefined ? {} : { required }),
    ...(mapType === 'atomic' ? { 'x-kubernetes-map-type': 'atomic' } : {}),
  };
}

function written(schema: FieldSchema, needed: Set<string>): JsonObject {
  const { name, items, additionalProperties, listType, listMapKeys, mapType, patchStrategy, patchMergeKey } = schema;
  const extensions: Record<string, unknown> = {
    ...(schema.default === undefined ? {} : { default: schema.default }),
    ...(patchStrategy === undefined ? {} : { 'x-kubernetes-patch-strategy': patchStrategy }),
    ...(patchMergeKey === undefined ? {} : { 'x-kubernetes-patch-merge-key': patchMergeKey }),
    ...(mapType === 'atomic' ? { 'x-kubernetes-map-type': 'atomic' } : {}),
  };
  if (name !== undefined) {
    needed.add(name);
    return { allOf: [{ $ref: PREFIX + longName(name) }], ...extensions };
  }
  if (items !== undefined) {
    return {
      type: 'array',
      items: written(items, needed),
      'x-kubernetes-list-type': listType ?? 'atomic',
      ...(listMapKeys === undefined ? {} : { 'x-kubernetes-list-map-keys': listMapKeys }),
      ...extensions,
    };
  }
  if (typeof additionalProperties === 'object') {
    return { type: 'object', additionalProperties: written(additionalProperties, needed), ...extensions };
  }
  return { ...scalar(schema), ...extensions };
}

function scalar({ type, format, intOrString }: FieldSchema): JsonObject {
  if (intOrString === true) return { format: 'int-or-string', oneOf: [{ type: 'integer' }, { type: 'string' }] };
  if (format === 'quantity') return { oneOf: [{ type: 'string' }, { type: 'number' }] };
  const shown = format === 'micro-time' ? 'date-time' : format;
  return { ...(type === undefined ? {} : { type }), ...(shown === undefined ? {} : { format: shown }) };
}
