import { REFRESH, REQUESTED_AT } from '../argo/annotations.ts';
import { CONTENT_ANNOTATION } from '../content-annotation.ts';
import type { KubeObject } from '../kube-object.ts';
import {
  type Annotations,
  annotationChanges,
  annotationPath,
  annotationsOf,
  type JsonPatch,
  seenSession,
  without,
} from './annotation-changes.ts';
import {
  APPLICATION_MARKS,
  type ApplicationSourceFields,
  applicationIsolation,
  ISOLATED_SOURCE,
  ORIGINAL_SOURCE,
  sourceFieldsOf,
} from './application-marks.ts';
import { INVENTORY_BEFORE, inventoryRecord } from './earlier-inventory.ts';
import { isIsolated, ORIGINAL_HASH, recordHash, SESSION } from './isolation-record.ts';

const SOURCE = '/spec/source';

/**
 * Points an Application at one artifact and has it compared with that, records what was there the first time, and asks for the comparison: one
 * patch, also for each later artifact. Fails in the API server (HTTP 422) when the Application is no longer as `object` has it.
 */
export function movingPatch(
  object: KubeObject,
  to: {
    /** `oci://host/repository`, as the cluster sees it. */
    readonly repoURL: string;
    /** `sha256:…` of the artifact's manifest. */
    readonly digest: string;
    /** Digest of the closure that the artifact was made of. */
    readonly content: string;
    /** `<namespace>/<name>` of the session's Lease. */
    readonly session: string;
    /** Tells this request from others' once Argo CD has taken it. */
    readonly token: string;
  },
): JsonPatch {
  const isolation = applicationIsolation(object);
  const before = annotationsOf(object);
  const isMoved = isIsolated(isolation);
  const original = isMoved ? isolation.originalSourceRef : { ...sourceFieldsOf(object) };
  const inventory = isMoved ? before[INVENTORY_BEFORE] : inventoryRecord(object);
  const moved: ApplicationSourceFields = { repoURL: to.repoURL, targetRevision: to.digest };
  const after: Annotations = {
    ...without(before, APPLICATION_MARKS),
    [SESSION]: to.session,
    [ORIGINAL_SOURCE]: JSON.stringify(original),
    [ORIGINAL_HASH]: recordHash({ source: original }),
    [ISOLATED_SOURCE]: JSON.stringify(moved),
    [CONTENT_ANNOTATION]: to.content,
    ...(inventory === undefined ? {} : { [INVENTORY_BEFORE]: inventory }),
  };
  return [
    ...asSeen(object),
    ...annotationChanges(object, after),
    ...sourceChanges(object, moved),
    // Taken off by Argo CD at any time, which is no reason to begin anew.
    { op: 'add', path: annotationPath(REFRESH), value: before[REFRESH] ?? 'normal' },
    { op: 'add', path: annotationPath(REQUESTED_AT), value: to.token },
  ];
}

/** What `restoringPatch` says, for an Application. Argo CD compares it by itself, since it has another source. */
export function returningPatch(object: KubeObject, { forget = false }: { readonly forget?: boolean }): JsonPatch {
  const isolation = applicationIsolation(object);
  if (isolation === undefined) return [];
  const isMoved = isIsolated(isolation);
  const mayTidy = isMoved || isolation.why === 'put-back' || (isolation.why === 'repointed' && forget);
  if (!mayTidy) return [];
  const before = annotationsOf(object);
  // With each move it was set anew. A request that is not taken yet may be another one's.
  const ours = isMoved && before[REFRESH] === undefined ? [...APPLICATION_MARKS, REQUESTED_AT] : APPLICATION_MARKS;
  return [
    ...asSeen(object),
    ...annotationChanges(object, without(before, ours)),
    ...(isMoved ? sourceChanges(object, isolation.originalSourceRef) : []),
  ];
}

/** On condition that it reads what it was seen to read, by the session that it was seen to be of. */
export function asSeen(object: KubeObject): JsonPatch {
  const { repoURL, targetRevision } = sourceFieldsOf(object);
  return [
    { op: 'test', path: `${SOURCE}/repoURL`, value: repoURL ?? null },
    { op: 'test', path: `${SOURCE}/targetRevision`, value: targetRevision ?? null },
    ...seenSession(annotationsOf(object)),
  ];
}

function sourceChanges(object: KubeObject, to: ApplicationSourceFields): JsonPatch {
  const from = sourceFieldsOf(object);
  return (['repoURL', 'targetRevision'] as const).flatMap((field): JsonPatch => {
    const path = `${SOURCE}/${field}`;
    const value = to[field];
    if (value === from[field]) return [];
    return value === undefined ? [{ op: 'remove', path }] : [{ op: 'add', path, value }];
  });
}
