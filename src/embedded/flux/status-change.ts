import type { Condition, KubeObject } from '../../domain/kube-object.ts';
import { rfc3339 } from '../clock.ts';
import { type JsonObject, sameJson } from '../json-value.ts';
import { conditionsOf, requestedAt } from './flux-object.ts';

/** Why an object is ready or not, as one condition to set. */
export interface ConditionChange {
  readonly type: string;
  readonly status: Condition['status'];
  readonly reason: string;
  readonly message: string;
}

export interface StatusChange {
  readonly conditions?: readonly ConditionChange[];
  /** Condition types to take away. */
  readonly removed?: readonly string[];
  /** Merged into the status; undefined takes a field away. */
  readonly fields?: JsonObject;
  /** The end of a run: the reconcile request that the object carried is answered. */
  readonly handled?: boolean;
}

/**
 * `object` as it was read at the start of the run, with its status changed: generations in conditions and the answered request are
 * those of that version, as with the real controllers.
 */
export function withStatusChange(object: KubeObject, change: StatusChange, nowMs: number): KubeObject {
  const token = change.handled === true ? requestedAt(object) : undefined;
  const conditions = nextConditions(object, change.conditions ?? [], change.removed ?? [], nowMs);
  const status = {
    ...object.status,
    ...change.fields,
    ...(conditions.length === 0 && object.status?.conditions === undefined ? {} : { conditions }),
    ...(token === undefined ? {} : { lastHandledReconcileAt: token }),
  };
  return { ...object, status };
}

/** What differs between two statuses: the conditions, and the fields beside them (undefined: gone). */
export interface StatusDifference {
  readonly conditions: readonly Condition[] | undefined;
  readonly fields: JsonObject | undefined;
}

/** The real controllers patch conditions by themselves and before the rest, so a watch sees two steps. */
export function statusDifference(before: KubeObject, after: KubeObject): StatusDifference {
  const conditions = conditionsOf(after);
  const names = new Set([...Object.keys(before.status ?? {}), ...Object.keys(after.status ?? {})]);
  names.delete('conditions');
  const fields = [...names].filter((name) => !sameJson(before.status?.[name], after.status?.[name]));
  return {
    conditions: sameJson(conditionsOf(before), conditions) ? undefined : conditions,
    fields: fields.length === 0 ? undefined : Object.fromEntries(fields.map((name) => [name, after.status?.[name]])),
  };
}

/** The object's conditions with `changes` set and the types in `removed` taken away. */
function nextConditions(
  object: KubeObject,
  changes: readonly ConditionChange[],
  removed: readonly string[],
  nowMs: number,
): readonly Condition[] {
  const next = new Map(conditionsOf(object).map((condition) => [condition.type, condition]));
  for (const change of changes) {
    const before = next.get(change.type);
    const isSame =
      before?.status === change.status && before.reason === change.reason && before.message === change.message;
    next.set(change.type, {
      ...change,
      observedGeneration: object.metadata.generation ?? 1,
      lastTransitionTime: (isSame ? before.lastTransitionTime : undefined) ?? rfc3339(nowMs),
    });
  }
  for (const type of removed) next.delete(type);
  return [...next.values()].sort(compareConditions);
}

const FIRST_TYPES = ['Stalled', 'Reconciling', 'Ready'];

/** Flux's order: what a reader looks for first, then those of the newest generation, then by name. */
function compareConditions(a: Condition, b: Condition): number {
  const [placeA, placeB] = [FIRST_TYPES.indexOf(a.type), FIRST_TYPES.indexOf(b.type)];
  if (placeA >= 0 && placeB >= 0) return placeA - placeB;
  if (placeA >= 0 || placeB >= 0) return placeA >= 0 ? -1 : 1;
  const generations = (b.observedGeneration ?? 0) - (a.observedGeneration ?? 0);
  if (generations !== 0) return generations;
  return a.type < b.type ? -1 : 1;
}
