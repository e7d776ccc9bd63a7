import { isBuiltInGroup } from '../api/built-in-groups.ts';
import { type Definition, definitionOf, fieldSchema, isRequired } from './definition-line.ts';
import type { FieldSchema } from './field-schema.ts';
import { KUBERNETES_DEFINITIONS } from './kubernetes-definitions.ts';

/** The lines by name; split at the first use, each read when it is needed. */
let lines: ReadonlyMap<string, string> | undefined;
const schemas = new Map<string, FieldSchema>();

function linesByName(): ReadonlyMap<string, string> {
  lines ??= new Map(
    KUBERNETES_DEFINITIONS.trim()
      .split('\n')
      .map((line) => [/^[^|*]*/.exec(line)?.[0] ?? '', line]),
  );
  return lines;
}

/** A definition of the table by its short name, e.g. `core.v1.PodSpec`. */
export function kubernetesDefinition(name: string): Definition | undefined {
  const line = linesByName().get(name);
  return line === undefined ? undefined : definitionOf(line);
}

/** The schema of a definition; the same object at each call. */
export function kubernetesSchema(name: string): FieldSchema {
  const known = schemas.get(name);
  if (known !== undefined) return known;
  const definition = kubernetesDefinition(name);
  if (definition === undefined) throw new Error(`the table of Kubernetes' kinds has no definition ${name}`);
  // A definition may contain itself, so it is known before its fields are.
  const properties: Record<string, FieldSchema> = {};
  const required = definition.fields.filter(([, code]) => isRequired(code)).map(([field]) => field);
  const schema: FieldSchema = {
    name,
    type: 'object',
    properties,
    ...(required.length === 0 ? {} : { required }),
    ...(definition.atomic ? { mapType: 'atomic' } : {}),
  };
  schemas.set(name, schema);
  for (const [field, code] of definition.fields) properties[field] = fieldSchema(code, kubernetesSchema);
  return schema;
}

/** The short name of the definition of a kind that Kubernetes itself serves; undefined for all others. */
export function kubernetesKind(group: string, version: string, kind: string): string | undefined {
  const name = `${group === '' ? 'core' : (group.split('.')[0] ?? '')}.${version}.${kind}`;
  return isBuiltInGroup(group) && linesByName().has(name) ? name : undefined;
}

/** metadata of every kind. */
export function objectMetaSchema(): FieldSchema {
  return kubernetesSchema('meta.v1.ObjectMeta');
}
