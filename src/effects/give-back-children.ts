import type { ClusterClient } from '../cluster/client.ts';
import { inventoryId } from '../domain/inventory-id.ts';
import { asFields, asList } from '../domain/object-fields.ts';
import { requestToken } from '../domain/request-token.ts';
import { type ObjectId, parseObjectId } from '../domain/target.ts';
import type { Clock } from '../engine/clock.ts';
import { objectReference, requestAnnotation } from './ask-flux.ts';
import type { ReturningChild } from './children-to-return.ts';
import type { LiveView } from './live-view.ts';
import { returnTarget } from './return-target.ts';

const KNOWN_AGAIN_WITHIN_MS = 15_000;
const LOOK_EVERY_MS = 20;

/**
 * Gives children back to parents that are about to prune them. A parent that ran while it was kept from a child does not know it any more, and
 * would leave it behind: it is asked once more, and awaited, before it loses the manifest. Returns those of which it may. Rejects with FailureError.
 */
export async function giveBackChildren(
  family: {
    readonly client: Pick<ClusterClient, 'request' | 'get' | 'annotate'>;
    readonly view: LiveView;
    readonly clock: Clock;
    readonly session: string | undefined;
    readonly onReturned: (child: ObjectId) => void;
  },
  dropped: readonly ReturningChild[],
): Promise<readonly ObjectId[]> {
  const { client, view, clock, session } = family;
  for (const { child } of dropped) {
    await returnTarget(client, view, child, session);
    family.onReturned(child);
  }
  const unknown = (): ReturningChild[] =>
    dropped.filter(({ child, parent }) => view.object(child) !== undefined && !isKnownTo(view, child, parent));
  const parents = new Set(unknown().map(({ parent }) => parent));
  for (const parent of parents) {
    const live = view.object(parent);
    if (live === undefined) continue;
    view.put(await client.annotate(objectReference(parent, live), requestAnnotation(requestToken(clock.now(), 0))));
  }
  const giveUpAt = clock.now() + KNOWN_AGAIN_WITHIN_MS;
  while (unknown().length > 0 && clock.now() < giveUpAt) {
    await new Promise<void>((resolve) => clock.schedule(resolve, LOOK_EVERY_MS));
  }
  return unknown().map(({ child }) => child);
}

function isKnownTo(view: LiveView, child: ObjectId, parent: ObjectId): boolean {
  const { kind, namespace, name } = parseObjectId(child);
  const id = inventoryId({ kind, namespace, name, group: 'kustomize.toolkit.fluxcd.io' });
  const { entries } = asFields(asFields(view.object(parent)?.status).inventory);
  return asList(entries).some((entry) => asFields(entry).id === id);
}
