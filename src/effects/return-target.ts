import type { ClusterClient } from '../cluster/client.ts';
import { jsonPatch } from '../cluster/json-patch.ts';
import { FailureError } from '../domain/failure.ts';
import { isIsolated, sessionIsolation } from '../domain/isolation/session-marks.ts';
import { restoringPatch } from '../domain/isolation/session-patches.ts';
import type { ObjectId } from '../domain/target.ts';
import { objectReference } from './ask-flux.ts';
import type { LiveView } from './live-view.ts';

const ATTEMPTS_MAX = 3;

/** Puts one target of this session back while the session goes on; its own source stays, for the next time. Rejects with FailureError. */
export async function returnTarget(
  client: Pick<ClusterClient, 'request' | 'get'>,
  view: LiveView,
  target: ObjectId,
  session: string | undefined,
): Promise<void> {
  let object = view.object(target);
  for (let attempt = 1; object !== undefined; attempt += 1) {
    const marks = sessionIsolation(object);
    if (!isIsolated(marks) || marks.session !== session) return;
    try {
      view.put(await jsonPatch(client, objectReference(target, object), restoringPatch(object)));
      return;
    } catch (error) {
      const isOther = error instanceof FailureError && error.failure.statusCode === 422;
      if (!isOther || attempt === ATTEMPTS_MAX) throw error;
      // Somebody changed it since it was seen.
      object = await client.get(objectReference(target, object));
      view.put(object);
    }
  }
}
