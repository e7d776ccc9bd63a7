import { isApplication } from '../argo/is-application.ts';
import type { KubeObject } from '../kube-object.ts';
import { asFields, asList, asText, type Fields } from '../object-fields.ts';
import {
  type Annotations,
  annotationChanges,
  annotationPath,
  annotationsOf,
  type JsonPatch,
  seenSession,
  without,
} from './annotation-changes.ts';
import { asSeen, returningPatch } from './application-patches.ts';
import {
  FLUX_RECONCILE,
  FLUX_RECONCILE_DISABLED,
  isIsolated,
  type Original,
  originalAnnotations,
  originalOf,
  SESSION,
  sessionIsolation,
  TARGET_MARKS,
} from './session-marks.ts';

export type { JsonPatch, JsonPatchOperation } from './annotation-changes.ts';

const SOURCE_REF = '/spec/sourceRef';

/**
 * Points a Kustomization at a source of its own and records on it what was there. Fails in the API server (HTTP 422) when the target is no longer as
 * `object` has it. `keepFromParent`: a parent Kustomization applies the target and would put it back.
 */
export function isolatingPatch(
  object: KubeObject,
  to: { readonly ownSource: string; readonly session: string; readonly keepFromParent: boolean },
): JsonPatch {
  const sourceRef = sourceRefOf(object);
  const before = annotationsOf(object);
  const reconcile = before[FLUX_RECONCILE];
  const isKept = reconcile === FLUX_RECONCILE_DISABLED;
  // What an earlier session left on a target that is back on its source still tells what was there before that one.
  const earlier = isKept ? originalOf(before)?.reconcile : undefined;
  const original: Original = {
    sourceRef,
    reconcile: earlier !== undefined ? earlier : to.keepFromParent && !isKept ? (reconcile ?? null) : undefined,
  };
  const after: Annotations = {
    ...without(before, TARGET_MARKS),
    [SESSION]: to.session,
    ...originalAnnotations(original),
    ...(to.keepFromParent ? { [FLUX_RECONCILE]: FLUX_RECONCILE_DISABLED } : {}),
  };
  return [
    { op: 'test', path: SOURCE_REF, value: sourceRef },
    ...seenSession(before),
    ...annotationChanges(object, after),
    { op: 'replace', path: SOURCE_REF, value: { kind: 'OCIRepository', name: to.ownSource } },
  ];
}

/**
 * Puts a target back as it was before it was isolated, annotations included. Empty where there is nothing to do. A target that somebody
 * pointed at another source in the meantime keeps that source; its marks are removed only with `forget`.
 */
export function restoringPatch(object: KubeObject, options: { readonly forget?: boolean } = {}): JsonPatch {
  if (isApplication(object)) return returningPatch(object, options);
  const isolation = sessionIsolation(object);
  if (isolation === undefined) return [];
  if (!isIsolated(isolation)) {
    const mayTidy = isolation.why === 'put-back' || (isolation.why === 'repointed' && options.forget === true);
    if (!mayTidy) return [];
  }
  const before = annotationsOf(object);
  const after: Record<string, string> = { ...without(before, TARGET_MARKS) };
  const reconcile = originalOf(before)?.reconcile;
  // Another value than the session's is somebody's own.
  if (reconcile !== undefined && before[FLUX_RECONCILE] === FLUX_RECONCILE_DISABLED) {
    delete after[FLUX_RECONCILE];
    if (reconcile !== null) after[FLUX_RECONCILE] = reconcile;
  }
  return [
    { op: 'test', path: SOURCE_REF, value: sourceRefOf(object) },
    ...seenSession(before),
    ...annotationChanges(object, after),
    ...(isIsolated(isolation)
      ? [{ op: 'replace' as const, path: SOURCE_REF, value: isolation.originalSourceRef }]
      : []),
  ];
}

/** Hands an isolated target over from the session that it names to `session`. */
export function adoptingPatch(object: KubeObject, session: string): JsonPatch {
  const seen: JsonPatch = isApplication(object)
    ? asSeen(object)
    : [{ op: 'test', path: SOURCE_REF, value: sourceRefOf(object) }, ...seenSession(annotationsOf(object))];
  return [...seen, { op: 'replace', path: annotationPath(SESSION), value: session }];
}

/**
 * Takes back that `manager` is noted as the owner of fields that it has put back: whoever else applies them by server-side apply would get a
 * conflict with it. Empty where nothing is noted.
 */
export function disowningPatch({ metadata }: KubeObject, manager: string): JsonPatch {
  const entries = asList(metadata.managedFields).map(asFields);
  const index = entries.findIndex((entry) => entry.manager === manager && asText(entry.subresource) === undefined);
  if (index < 0) return [];
  const path = `/metadata/managedFields/${index}`;
  return [
    { op: 'test', path, value: entries[index] },
    { op: 'remove', path },
  ];
}

function sourceRefOf({ spec }: KubeObject): Fields {
  return asFields(asFields(spec).sourceRef);
}
