import { asArray, isJsonObject, type JsonObject } from '../json-value.ts';

/** RFC 7386. `null` removes a field. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isJsonObject(patch)) return patch;
  const merged: Record<string, unknown> = isJsonObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else merged[key] = mergePatch(merged[key], value);
  }
  return merged;
}

/** The fields that tell the items of a list apart, by the list's name: the merge keys of the core kinds. */
const MERGE_KEYS: Readonly<Record<string, readonly string[]>> = {
  containers: ['name'],
  initContainers: ['name'],
  ephemeralContainers: ['name'],
  env: ['name'],
  volumes: ['name'],
  volumeMounts: ['mountPath'],
  imagePullSecrets: ['name'],
  ports: ['containerPort', 'port'],
  conditions: ['type'],
  ownerReferences: ['uid'],
  hostAliases: ['ip'],
};

/**
 * A strategic merge patch, simplified: maps merge, lists of the core kinds merge by their merge key, other lists are
 * replaced; of the directives `$patch: delete|replace` and `$setElementOrder` (ignored) are known.
 */
export function strategicMergePatch(target: unknown, patch: unknown): unknown {
  if (!isJsonObject(patch)) return patch;
  if (patch.$patch === 'replace') return withoutDirectives(patch);
  const merged: Record<string, unknown> = isJsonObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith('$')) {
      if (key.startsWith('$deleteFromPrimitiveList/')) {
        const list = key.slice('$deleteFromPrimitiveList/'.length);
        const gone = new Set(asArray(value));
        merged[list] = asArray(merged[list]).filter((item) => !gone.has(item));
      }
      continue;
    }
    if (value === null || (isJsonObject(value) && value.$patch === 'delete')) delete merged[key];
    else if (Array.isArray(value) && key === 'finalizers') merged[key] = union(asArray(merged[key]), value);
    else if (Array.isArray(value)) merged[key] = mergeList(asArray(merged[key]), value, MERGE_KEYS[key] ?? []);
    else merged[key] = strategicMergePatch(merged[key], value);
  }
  return merged;
}

function union(before: readonly unknown[], added: readonly unknown[]): unknown[] {
  return [...new Set([...before, ...added])];
}

/** Merges the items of `patch` into `target` by the first of `keys` that every item of the patch has. */
export function mergeList(target: readonly unknown[], patch: readonly unknown[], keys: readonly string[]): unknown {
  const key = keys.find((each) => patch.every((item) => isJsonObject(item) && item[each] !== undefined));
  if (key === undefined || patch.length === 0) return patch.map(withoutDirectives);
  const merged = [...target];
  for (const item of patch) {
    if (!isJsonObject(item)) continue;
    const place = merged.findIndex((other) => isJsonObject(other) && other[key] === item[key]);
    if (item.$patch === 'delete') {
      if (place >= 0) merged.splice(place, 1);
    } else if (place >= 0) merged[place] = strategicMergePatch(merged[place], item);
    else merged.push(withoutDirectives(item));
  }
  return merged;
}

function withoutDirectives(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutDirectives);
  if (!isJsonObject(value)) return value;
  const kept: JsonObject = Object.fromEntries(
    Object.entries(value)
      .filter(([key, field]) => !key.startsWith('$') && field !== null)
      .map(([key, field]) => [key, withoutDirectives(field)]),
  );
  return kept;
}
