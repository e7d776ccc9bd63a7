import type { FieldSchema } from '../../schema/field-schema.ts';

const STRING: FieldSchema = { type: 'string' };
const STRINGS: FieldSchema = { type: 'object', additionalProperties: STRING };

/** metadata, as far as merging and ownership go. */
const OBJECT_META: FieldSchema = {
  type: 'object',
  properties: {
    annotations: STRINGS,
    creationTimestamp: STRING,
    deletionGracePeriodSeconds: { type: 'integer' },
    deletionTimestamp: STRING,
    finalizers: { type: 'array', listType: 'set', items: STRING },
    generateName: STRING,
    generation: { type: 'integer' },
    labels: STRINGS,
    managedFields: { type: 'array' },
    name: STRING,
    namespace: STRING,
    ownerReferences: {
      type: 'array',
      listType: 'map',
      listMapKeys: ['uid'],
      items: { type: 'object', mapType: 'atomic' },
    },
    resourceVersion: STRING,
    selfLink: STRING,
    uid: STRING,
  },
};

const ROOT_FIELDS: Readonly<Record<string, FieldSchema>> = { apiVersion: STRING, kind: STRING, metadata: OBJECT_META };

/** Of a kind without schema: metadata is known, of the rest each map is granular and each list one value. */
const UNKNOWN_KIND: FieldSchema = { type: 'object', preserveUnknownFields: true, properties: ROOT_FIELDS };

const completed = new WeakMap<FieldSchema, FieldSchema>();

/** The schema of whole objects: with metadata, whether the kind's own schema speaks of it or not. */
export function objectSchema(schema: FieldSchema | undefined): FieldSchema {
  if (schema === undefined) return UNKNOWN_KIND;
  if (schema.properties?.metadata?.properties?.finalizers !== undefined) return schema;
  const known = completed.get(schema);
  if (known !== undefined) return known;
  const whole: FieldSchema = { ...schema, properties: { ...schema.properties, ...ROOT_FIELDS } };
  completed.set(schema, whole);
  return whole;
}
