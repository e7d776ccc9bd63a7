import type { ClusterClient } from '../cluster/client.ts';
import { jsonPatch } from '../cluster/json-patch.ts';
import { FailureError } from '../domain/failure.ts';
import type { JsonPatch } from '../domain/isolation/session-patches.ts';
import type { KubeObject } from '../domain/kube-object.ts';
import type { ObjectId } from '../domain/target.ts';
import { objectReference } from './ask-flux.ts';
import type { LiveView } from './live-view.ts';

const ATTEMPTS_MAX = 3;

/**
 * Sends what `patchOf` says of the object as the view has it, and where somebody has changed it since (a `test` of the patch fails, HTTP 422), of
 * the object as it is then. `nothing`: there is nothing to change; `absent`: the view has no such object. Rejects with FailureError, and with
 * what `patchOf` throws.
 */
export async function patchAsSeen(
  { view, client }: { readonly view: LiveView; readonly client: Pick<ClusterClient, 'request' | 'get'> },
  id: ObjectId,
  patchOf: (object: KubeObject) => JsonPatch | 'nothing',
): Promise<'patched' | 'nothing' | 'absent'> {
  let object = view.object(id);
  if (object === undefined) return 'absent';
  for (let attempt = 1; ; attempt += 1) {
    const patch = patchOf(object);
    if (patch === 'nothing') return 'nothing';
    const reference = objectReference(id, object);
    try {
      view.put(await jsonPatch(client, reference, patch));
      return 'patched';
    } catch (error) {
      const isOther = error instanceof FailureError && error.failure.statusCode === 422;
      if (!isOther || attempt === ATTEMPTS_MAX) throw error;
      object = await client.get(reference);
      view.put(object);
    }
  }
}
