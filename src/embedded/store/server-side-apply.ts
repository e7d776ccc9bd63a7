import type { KubeObject } from '../../domain/kube-object.ts';
import { isJsonObject, type JsonObject } from '../json-value.ts';
import { mergeList } from './merge-patch.ts';

const LIST_KEYS: Readonly<Record<string, readonly string[]>> = {
  containers: ['name'],
  initContainers: ['name'],
  env: ['name'],
  volumes: ['name'],
  conditions: ['type'],
  ownerReferences: ['uid'],
};

/**
 * Server-side apply, simplified: what a manager applies is merged into the live object and what it applied before but
 * no longer does is removed, unless another manager applies it too. A manager always wins (as with `force=true`). Keyed
 * lists of the core kinds merge, all others are atomic.
 */
export class AppliedConfigurations {
  /** By uid of the live object, then by manager. */
  readonly #byUid = new Map<string, Map<string, JsonObject>>();

  /** The live object with `applied` merged in; `live` is undefined for a new object. */
  merge(live: KubeObject | undefined, applied: JsonObject, manager: string): JsonObject {
    if (live === undefined) return applied;
    const managers = this.#byUid.get(live.metadata.uid ?? '');
    const before = managers?.get(manager);
    const others = [...(managers ?? [])].filter(([name]) => name !== manager).map(([, configuration]) => configuration);
    const kept = before === undefined ? live : removeDropped(live, before, applied, others);
    return mergeApplied(kept, applied);
  }

  /** Remembers what `manager` applied to the object with `uid`. */
  remember(uid: string, manager: string, applied: JsonObject): void {
    const managers = this.#byUid.get(uid) ?? new Map<string, JsonObject>();
    managers.set(manager, applied);
    this.#byUid.set(uid, managers);
  }

  forget(uid: string): void {
    this.#byUid.delete(uid);
  }
}

function mergeApplied(live: JsonObject, applied: JsonObject): JsonObject {
  const merged: Record<string, unknown> = { ...live };
  for (const [key, value] of Object.entries(applied)) {
    const current = merged[key];
    if (value === null) delete merged[key];
    else if (isJsonObject(value)) merged[key] = mergeApplied(isJsonObject(current) ? current : {}, value);
    else if (Array.isArray(value) && Array.isArray(current))
      merged[key] = mergeList(current, value, LIST_KEYS[key] ?? []);
    else merged[key] = value;
  }
  return merged;
}

/** `live` without the fields that are in `before`, not in `applied`, and in none of `others`. */
function removeDropped(
  live: JsonObject,
  before: JsonObject,
  applied: JsonObject,
  others: readonly JsonObject[],
): JsonObject {
  const kept: Record<string, unknown> = { ...live };
  for (const [key, old] of Object.entries(before)) {
    const now = applied[key];
    const current = kept[key];
    const theirs = others.filter((other) => Object.hasOwn(other, key));
    if (isJsonObject(old) && isJsonObject(current)) {
      const fields = isJsonObject(now) ? now : {};
      const rest = removeDropped(current, old, fields, theirs.map((other) => other[key]).filter(isJsonObject));
      const emptied = Object.keys(rest).length === 0 && Object.keys(current).length > 0;
      if (emptied && now === undefined && theirs.length === 0) delete kept[key];
      else kept[key] = rest;
    } else if (Array.isArray(old) && Array.isArray(now) && Array.isArray(current)) {
      kept[key] = removeDroppedItems(current, old, now, LIST_KEYS[key]?.[0]);
    } else if (now === undefined && theirs.length === 0) delete kept[key];
  }
  return kept;
}

function removeDroppedItems(
  live: readonly unknown[],
  before: readonly unknown[],
  applied: readonly unknown[],
  key: string | undefined,
): readonly unknown[] {
  if (key === undefined) return live;
  const idOf = (item: unknown): unknown => (isJsonObject(item) ? item[key] : undefined);
  const still = new Set(applied.map(idOf));
  const dropped = new Set(before.map(idOf).filter((id) => !still.has(id)));
  return live.filter((item) => !dropped.has(idOf(item)));
}
