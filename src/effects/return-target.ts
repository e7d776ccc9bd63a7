import type { ClusterClient } from '../cluster/client.ts';
import { isIsolated, sessionIsolation } from '../domain/isolation/session-marks.ts';
import { restoringPatch } from '../domain/isolation/session-patches.ts';
import type { ObjectId } from '../domain/target.ts';
import type { LiveView } from './live-view.ts';
import { patchAsSeen } from './patch-as-seen.ts';

/** Puts one target of this session back while the session goes on; its own source stays, for the next time. Rejects with FailureError. */
export async function returnTarget(
  client: Pick<ClusterClient, 'request' | 'get'>,
  view: LiveView,
  target: ObjectId,
  session: string | undefined,
): Promise<void> {
  await patchAsSeen({ view, client }, target, (object) => {
    const marks = sessionIsolation(object);
    return isIsolated(marks) && marks.session === session ? restoringPatch(object) : 'nothing';
  });
}
