import type { ClusterClient } from '../cluster/client.ts';
import { isAutomated } from '../domain/argo/application-definition.ts';
import { sameJson } from '../domain/canonical-json.ts';
import { FailureError } from '../domain/failure.ts';
import {
  type ApplicationSourceFields,
  applicationIsolation,
  sourceFieldsOf,
} from '../domain/isolation/application-marks.ts';
import { lenientParent } from '../domain/isolation/application-obstacle.ts';
import { movingPatch } from '../domain/isolation/application-patches.ts';
import { isIsolated } from '../domain/isolation/isolation-record.ts';
import { whoseIsolation } from '../domain/isolation/lost-session.ts';
import type { JsonPatch } from '../domain/isolation/session-patches.ts';
import type { KubeObject } from '../domain/kube-object.ts';
import { asFields } from '../domain/object-fields.ts';
import type { ObjectId } from '../domain/target.ts';
import { syncOperation } from './ask-argo.ts';
import type { LiveView } from './live-view.ts';
import { patchAsSeen } from './patch-as-seen.ts';

export interface ApplicationMove {
  /** `<namespace>/<name>` of the session's Lease. */
  readonly session: string;
  /** `oci://host/repository`, as the cluster sees it, for one that reads no OCI repository. */
  readonly address: () => string;
  readonly digest: string;
  readonly content: string;
  readonly token: string;
}

export interface ApplicationMoved {
  /** False: it was there already, by an attempt whose answer was lost. */
  readonly isAsked: boolean;
  /** The parent that shows it as different from now on, where it has one and this was its first move. */
  readonly parent: KubeObject | undefined;
}

/**
 * Points an Application at an artifact of its own and asks for it, in one patch that acts only on what was seen; does nothing where it is
 * there already. Rejects with FailureError.
 */
export async function moveApplication(
  { view, client }: { readonly view: LiveView; readonly client: Pick<ClusterClient, 'request' | 'get'> },
  target: ObjectId,
  move: ApplicationMove,
): Promise<ApplicationMoved> {
  let before: ApplicationSourceFields | undefined;
  let parent: KubeObject | undefined;
  const sent = await patchAsSeen({ view, client }, target, (object) => {
    const marks = applicationIsolation(object);
    const reads = sourceFieldsOf(object);
    refuseOthers(marks, target, move.session, view);
    if (isIsolated(marks)) {
      if (reads.targetRevision === move.digest) return 'nothing';
    } else if (before !== undefined && !sameJson(before, reads)) {
      throw repointed(target);
    }
    before = reads;
    parent = marks === undefined ? lenientParent(object, (id) => view.object(id)) : undefined;
    return patchOf(object, move);
  });
  if (sent === 'absent') throw new FailureError({ kind: 'gone', message: `${target} is no longer there` });
  const isAsked = sent === 'patched';
  return { isAsked, parent: isAsked ? parent : undefined };
}

/** What another session has, or somebody has changed since this one moved it, is left as it is. */
function refuseOthers(
  marks: ReturnType<typeof applicationIsolation>,
  target: ObjectId,
  session: string,
  { lost }: Pick<LiveView, 'lost'>,
): void {
  if (isIsolated(marks)) {
    if (marks.session === session) return;
    throw new FailureError({ kind: 'invalid', message: `${target}: ${whoseIsolation(marks.session, lost)}` });
  }
  if (marks?.session === session) throw repointed(target);
}

function patchOf(object: KubeObject, { session, address, digest, content, token }: ApplicationMove): JsonPatch {
  const { repoURL } = sourceFieldsOf(object);
  const place = repoURL?.startsWith('oci://') === true ? repoURL : address();
  const patch = movingPatch(object, { repoURL: place, digest, content, session, token });
  const spec = asFields(object.spec);
  const isBusy = object.operation !== undefined && object.operation !== null;
  // It is wanted only where the user has said that such Applications are synced.
  if (isAutomated(spec) || isBusy) return patch;
  return [
    ...patch,
    { op: 'test', path: '/operation', value: null },
    { op: 'add', path: '/operation', value: syncOperation(spec) },
  ];
}

function repointed(target: ObjectId): FailureError {
  return new FailureError({ kind: 'invalid', message: `somebody pointed ${target} at another source meanwhile` });
}
