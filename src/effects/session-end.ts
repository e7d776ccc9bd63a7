import { JSON_PATCH } from '../cluster/json-patch.ts';
import { objectPath } from '../cluster/resource.ts';
import type { Failure } from '../domain/failure.ts';
import { claimPatch, leaseFacts } from '../domain/isolation/session-lease.ts';
import type { KubeObject } from '../domain/kube-object.ts';
import { deleted, lookedAt, type RestoreContext, referenceTo, tried, whileItChanges } from './restore-context.ts';

/**
 * Takes the Lease of a session over before anything of it is taken back: should it be alive after all (a laptop that wakes up), its next
 * renewal tells it. `live`: it renewed the Lease since it was looked at. `evenLive`: that does not count.
 */
export async function claimLease(
  context: RestoreContext,
  lease: KubeObject,
  by: { readonly claimant: string; readonly evenLive: boolean },
): Promise<'claimed' | 'gone' | 'live' | { readonly failure: Failure }> {
  const id = leaseId(lease);
  const renewedBefore = leaseFacts(lease)?.renewedAtMs;
  return whileItChanges(context, id, lease, async (object) => {
    // Another restore may have claimed it: that changes the holder, and no harm is done when both go on.
    if (!by.evenLive && leaseFacts(object)?.renewedAtMs !== renewedBefore) return 'live';
    const sent = await tried(context, () =>
      context.client.request({
        method: 'PATCH',
        path: objectPath(referenceTo(context, id)),
        contentType: JSON_PATCH,
        body: claimPatch(object, by.claimant),
      }),
    );
    return sent === 'done' ? 'claimed' : sent;
  });
}

/** Deletes the Lease of a session of which nothing is left. */
export async function deleteLease(
  context: RestoreContext,
  lease: KubeObject,
): Promise<'ended' | { readonly failure: Failure }> {
  const id = leaseId(lease);
  const seen = await lookedAt(context, id);
  if (seen === 'gone') return 'ended';
  if ('failure' in seen) return seen;
  const came = await whileItChanges(context, id, seen.object, async (object) => {
    // Names are by chance: the same name with another uid is not ours.
    if (object.metadata.uid !== lease.metadata.uid) return 'ended';
    const sent = await deleted(context, id, object);
    return sent === 'done' ? 'ended' : sent;
  });
  return came === 'gone' ? 'ended' : came;
}

function leaseId({ metadata }: KubeObject): string {
  return `Lease/${metadata.namespace ?? 'default'}/${metadata.name}`;
}
