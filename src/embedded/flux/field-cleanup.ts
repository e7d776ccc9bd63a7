import type { KubeObject } from '../../domain/kube-object.ts';
import { asArray, asObject, isJsonObject, type JsonObject } from '../json-value.ts';
import type { ApiResource } from '../store/resource-registry.ts';
import type { FluxContext } from './flux-context.ts';
import { isMarked } from './metadata-marks.ts';

const MANAGER = 'kustomize-controller';
const MERGED = { 'kustomize.toolkit.fluxcd.io/ssa': 'merge' };

/** Whose changes Flux undoes: by the beginning of the manager's name, and by operation. */
const UNDONE: readonly (readonly [prefix: string, operation: string])[] = [
  ['kubectl', 'Apply'],
  ['kubectl', 'Update'],
  ['before-first-apply', 'Update'],
  [MANAGER, 'Update'],
];
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/**
 * Takes over the fields of `live` that kubectl owns, and removes kubectl's annotation: the apply that follows then drops what the
 * manifest does not have. True when there was something to take over.
 */
export function takeOverFromKubectl(
  context: FluxContext,
  resource: ApiResource,
  wanted: KubeObject,
  live: KubeObject,
): boolean {
  if (isMarked(wanted, MERGED) || isMarked(live, MERGED)) return false;
  const patch: JsonObject[] = [];
  if (live.metadata.annotations?.[LAST_APPLIED] !== undefined) {
    patch.push({ op: 'remove', path: `/metadata/annotations/${LAST_APPLIED.replace('/', '~1')}` });
  }
  const managedFields = withoutKubectl(asArray(live.metadata.managedFields).map(asObject));
  if (managedFields !== undefined) patch.push({ op: 'replace', path: '/metadata/managedFields', value: managedFields });
  if (patch.length === 0) return false;
  const { namespace = '', name } = live.metadata;
  context.access.patch(resource, namespace, name, 'json', patch, { fieldManager: MANAGER });
  return true;
}

/** The entries with those of kubectl merged into Flux's own; undefined when there are none. */
function withoutKubectl(entries: readonly JsonObject[]): readonly JsonObject[] | undefined {
  const undone = entries.filter(isUndone);
  if (undone.length === 0) return undefined;
  const own = entries.find(({ manager, operation }) => manager === MANAGER && operation === 'Apply');
  const [first = {}, ...others] = own === undefined ? undone : [own, ...undone];
  const fieldsV1 = others.reduce<JsonObject>(
    (fields, entry) => union(fields, asObject(entry.fieldsV1)),
    asObject(first.fieldsV1),
  );
  const kept = entries.filter((entry) => entry !== own && !undone.includes(entry));
  return [...kept, { ...first, manager: MANAGER, operation: 'Apply', fieldsV1 }];
}

function isUndone({ manager, operation, subresource }: JsonObject): boolean {
  if (subresource !== undefined && subresource !== '') return false;
  return UNDONE.some(([prefix, wanted]) => String(manager).startsWith(prefix) && operation === wanted);
}

function union(a: JsonObject, b: JsonObject): JsonObject {
  const merged: Record<string, unknown> = { ...a };
  for (const [key, value] of Object.entries(b)) {
    const known = merged[key];
    merged[key] = isJsonObject(known) && isJsonObject(value) ? union(known, value) : value;
  }
  return merged;
}
