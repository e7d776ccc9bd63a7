import type { ApiResource } from '../store/resource-registry.ts';
import { customSchema } from './custom-schema.ts';
import type { FieldSchema } from './field-schema.ts';
import { kubernetesKind, kubernetesSchema, objectMetaSchema } from './kubernetes-schema.ts';

const custom = new WeakMap<ApiResource, Map<string, FieldSchema>>();
const builtIn = new WeakMap<ApiResource, Map<string, FieldSchema | undefined>>();

/**
 * The schema of the objects of a resource in one version, metadata included; the same object at each call. Undefined where nothing is known: the kinds of
 * Flux as long as no CustomResourceDefinition brings theirs.
 */
export function schemaOf(resource: ApiResource, version: string): FieldSchema | undefined {
  if (resource.schemas !== undefined) return customSchemaOf(resource, version);
  const cache = builtIn.get(resource) ?? new Map<string, FieldSchema | undefined>();
  if (cache.has(version)) return cache.get(version);
  const name = kubernetesKind(resource.group, version, resource.kind);
  const schema = name === undefined ? undefined : kubernetesSchema(name);
  cache.set(version, schema);
  builtIn.set(resource, cache);
  return schema;
}

function customSchemaOf(resource: ApiResource, version: string): FieldSchema | undefined {
  const cache = custom.get(resource) ?? new Map<string, FieldSchema>();
  const known = cache.get(version);
  if (known !== undefined) return known;
  const given = resource.schemas?.[version];
  if (given === undefined) return undefined;
  const root = customSchema(given);
  const schema: FieldSchema = {
    ...root,
    properties: {
      ...root.properties,
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: objectMetaSchema(),
    },
  };
  cache.set(version, schema);
  custom.set(resource, cache);
  return schema;
}
