import type { KubeObject } from '../kube-object.ts';
import { asFields, asList, asText, type Fields } from '../object-fields.ts';
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

/** RFC 6902. */
export type JsonPatch = readonly JsonPatchOperation[];

export type JsonPatchOperation =
  | { readonly op: 'test' | 'add' | 'replace'; readonly path: string; readonly value: unknown }
  | { readonly op: 'remove'; readonly path: string };

const SOURCE_REF = '/spec/sourceRef';
const ANNOTATIONS = '/metadata/annotations';

type Annotations = Readonly<Record<string, string>>;

/**
 * Points a target at a source of its own and records on it what was there. Fails in the API server (HTTP 422) when the target is no longer as
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
  return [
    { op: 'test', path: SOURCE_REF, value: sourceRefOf(object) },
    ...seenSession(annotationsOf(object)),
    { op: 'replace', path: annotationPath(SESSION), value: session },
  ];
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

/** From the annotations of `object` to `after`, each change on condition that the old value is still there. */
function annotationChanges({ metadata }: KubeObject, after: Annotations): JsonPatch {
  const { annotations: before } = metadata;
  if (before === undefined || Object.keys(before).length === 0) {
    return Object.keys(after).length === 0 ? [] : [absent(ANNOTATIONS), { op: 'add', path: ANNOTATIONS, value: after }];
  }
  if (Object.keys(after).length === 0) {
    return [
      { op: 'test', path: ANNOTATIONS, value: before },
      { op: 'remove', path: ANNOTATIONS },
    ];
  }
  const changed = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (key) => before[key] !== after[key],
  );
  return changed.flatMap((key): JsonPatch => {
    const path = annotationPath(key);
    const [seen, wanted] = [before[key], after[key]];
    if (seen === undefined) return [absent(path), { op: 'add', path, value: wanted }];
    const unchanged = { op: 'test' as const, path, value: seen };
    return wanted === undefined
      ? [unchanged, { op: 'remove', path }]
      : [unchanged, { op: 'replace', path, value: wanted }];
  });
}

/** Whoever puts it there meanwhile must not lose it. The API server takes a missing field for null here, beyond what RFC 6902 says. */
function absent(path: string): JsonPatchOperation {
  return { op: 'test', path, value: null };
}

function seenSession(annotations: Annotations): JsonPatch {
  const session = asText(annotations[SESSION]);
  return session === undefined ? [] : [{ op: 'test', path: annotationPath(SESSION), value: session }];
}

function annotationPath(key: string): string {
  return `${ANNOTATIONS}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

function annotationsOf({ metadata }: KubeObject): Annotations {
  return metadata.annotations ?? {};
}

function sourceRefOf({ spec }: KubeObject): Fields {
  return asFields(asFields(spec).sourceRef);
}

function without(annotations: Annotations, keys: readonly string[]): Annotations {
  return Object.fromEntries(Object.entries(annotations).filter(([key]) => !keys.includes(key)));
}
