import { createHash } from 'node:crypto';
import { canonicalJson } from '../canonical-json.ts';
import type { Fields } from '../object-fields.ts';
import type { ObjectId } from '../target.ts';

/** On a target and on its own source: `<namespace>/<name>` of the session's Lease. On the source a label too, of the name alone. */
export const SESSION = 'reconcile-machine.dev/session';
/** On a target: hex sha256 of the canonical JSON of what the record of its original source says, so that an edited record is noticed. */
export const ORIGINAL_HASH = 'reconcile-machine.dev/original-hash';

/** A target that a session moved to a source of its own, as its annotations tell. */
export interface SessionIsolation {
  /** `<namespace>/<name>` of the session's Lease. */
  readonly session: string;
  /** An OCIRepository; of an Application the name of its artifacts, see `ownArtifactsOf`. */
  readonly ownSource: ObjectId;
  /** What the target read before: `spec.sourceRef` of a Kustomization, `repoURL` and `targetRevision` of an Application. */
  readonly originalSourceRef: Fields;
  /** What `FLUX_RECONCILE` was before; null: absent. Undefined: the session did not set it. */
  readonly originalReconcile: string | null | undefined;
}

/** Marks of a session on a target that are not, or no longer, true. */
export interface DamagedIsolation {
  /** In words. */
  readonly damaged: string;
  /**
   * `put-back`: its source is the original one again. `repointed`: somebody gave it another source. `unreadable`: the record of what was
   * there is incomplete or was edited.
   */
  readonly why: 'put-back' | 'repointed' | 'unreadable';
  /** Undefined where that mark is lost. */
  readonly session: string | undefined;
}

/** `isolation` as it is when the target reads its own source. */
export function isIsolated(isolation: SessionIsolation | DamagedIsolation | undefined): isolation is SessionIsolation {
  return isolation !== undefined && !('damaged' in isolation);
}

/** The value of `ORIGINAL_HASH` for that record. */
export function recordHash(record: Fields): string {
  return createHash('sha256').update(canonicalJson(record)).digest('hex');
}

/** JSON of an annotation; undefined where it is absent or none. */
export function parsedMark(json: unknown): unknown {
  if (typeof json !== 'string') return undefined;
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
