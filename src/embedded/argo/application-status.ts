import { REFRESH } from '../../domain/argo/annotations.ts';
import type { KubeObject } from '../../domain/kube-object.ts';
import { rfc3339 } from '../clock.ts';
import { asArray, asObject, asString, type JsonObject, sameJson } from '../json-value.ts';
import { type ArgoContext, patchArgo } from './argo-context.ts';
import { mergePatchOf } from './merge-patch-of.ts';
import type { ApplicationCondition } from './project-permissions.ts';

/**
 * Writes what a comparison changed of the status, as one merge patch against the version it began with; the refresh that this version carried
 * is answered by that. What others wrote meanwhile stays.
 */
export function persistStatus(context: ArgoContext, before: KubeObject, status: JsonObject): void {
  const statusPatch = mergePatchOf(before.status ?? {}, status);
  const isAsked = before.metadata.annotations?.[REFRESH] !== undefined;
  if (statusPatch === undefined && !isAsked) return;
  patchArgo(context, before, {
    ...(isAsked ? { metadata: { annotations: { [REFRESH]: null } } } : {}),
    ...(statusPatch === undefined ? {} : { status: statusPatch }),
  });
}

/** The conditions with those of `evaluated` types replaced; one that says the same keeps its time. */
export function nextConditions(
  context: ArgoContext,
  application: JsonObject,
  found: readonly ApplicationCondition[],
  evaluated: readonly string[],
): readonly JsonObject[] {
  const before = asArray(application.conditions).map(asObject);
  const kept = before.filter(({ type }) => !evaluated.includes(asString(type) ?? ''));
  const next = found.map((condition) => {
    const known = before.find(({ type, message }) => type === condition.type && message === condition.message);
    return known ?? { ...condition, lastTransitionTime: rfc3339(context.clock.now()) };
  });
  return [...kept, ...next].sort((a, b) => (String(a.type) < String(b.type) ? -1 : 1));
}

/** With its time, that of before where it is the same. */
export function nextHealth(context: ArgoContext, before: JsonObject, status: string): JsonObject {
  if (before.status === status && before.lastTransitionTime !== undefined) return before;
  return { status, lastTransitionTime: rfc3339(context.clock.now()) };
}

export function isRefreshAsked({ metadata }: KubeObject): boolean {
  return metadata.annotations?.[REFRESH] !== undefined;
}

export function isHardRefresh({ metadata }: KubeObject): boolean {
  return metadata.annotations?.[REFRESH] === 'hard';
}

/** The revisions of a status or a sync result, one for each source. */
export function revisionsOf(fields: JsonObject): readonly string[] {
  const listed = asArray(fields.revisions).map(String);
  const single = asString(fields.revision);
  return listed.length > 0 || single === undefined ? listed : [single];
}

/** `revision`, or `revisions` for an Application with several sources. */
export function revisionFields(revisions: readonly string[], isMulti: boolean): JsonObject {
  return isMulti ? { revisions } : { revision: revisions[0] ?? '' };
}

export function sameRevisions(left: readonly string[], right: readonly string[]): boolean {
  return sameJson(left, right);
}
