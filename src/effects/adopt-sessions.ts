import type { ClusterClient } from '../cluster/client.ts';
import type { Clock } from '../cluster/clock.ts';
import { jsonPatch } from '../cluster/json-patch.ts';
import { FailureError } from '../domain/failure.ts';
import type { FoundSession } from '../domain/isolation/found-isolations.ts';
import { isIsolated } from '../domain/isolation/session-marks.ts';
import { adoptingPatch } from '../domain/isolation/session-patches.ts';
import { adoptSourcePatch } from '../domain/isolation/session-source.ts';
import type { KubeObject } from '../domain/kube-object.ts';
import { objectReference } from './ask-flux.ts';
import type { LiveView } from './live-view.ts';
import { claimLease } from './session-end.ts';
import { LEASES } from './session-lease.ts';

/**
 * Takes over what dead sessions isolated, as it is: their sources and targets are of `session` from now on. Returns those that were taken over;
 * one that turns out to live is left alone. The Leases stay, with nothing behind them. Rejects with FailureError.
 */
export async function adoptSessions(
  options: {
    readonly client: ClusterClient;
    readonly view: LiveView;
    readonly clock: Clock;
    readonly claimant: string;
  },
  found: readonly FoundSession[],
  session: string,
): Promise<readonly FoundSession[]> {
  const { client, view, clock, claimant } = options;
  const context = {
    client,
    resources: new Map([['Lease', LEASES]]),
    sessions: new Set<string>(),
    keep: new Set<string>(),
    forget: false,
    signal: undefined,
    clock,
    restUntilMs: 0,
    ended: undefined,
  };
  const adopted: FoundSession[] = [];
  for (const dead of found) {
    // Should it wake up after all, its next renewal tells it.
    const claim =
      dead.lease === undefined ? 'gone' : await claimLease(context, dead.lease, { claimant, evenLive: false });
    if (typeof claim !== 'string') throw new FailureError(claim.failure);
    if (claim === 'live') continue;
    // Sources first: a target's record names its session, and restoring either session is complete at any moment.
    for (const { id, object } of dead.sources) {
      view.put(await client.patch(objectReference(id, object), adoptSourcePatch(session)));
    }
    for (const { object, isolation } of dead.targets) {
      if (isIsolated(isolation)) await adoptTarget(client, view, object, session);
    }
    adopted.push(dead);
  }
  return adopted;
}

async function adoptTarget(client: ClusterClient, view: LiveView, object: KubeObject, session: string): Promise<void> {
  const { kind, metadata } = object;
  try {
    const reference = objectReference(`${kind}/${metadata.namespace}/${metadata.name}`, object);
    view.put(await jsonPatch(client, reference, adoptingPatch(object, session)));
  } catch (error) {
    // Somebody changed it since: it is looked at again by whoever restores the rest.
    if (!(error instanceof FailureError && error.failure.statusCode === 422)) throw error;
  }
}
