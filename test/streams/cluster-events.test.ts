import { describe, expect, it, onTestFinished } from 'vitest';
import type { ServedResource } from '../../src/cluster/discovery.ts';
import { type ClusterEvent, clusterEvents } from '../../src/streams/cluster-events.ts';
import { kustomization, refusal, ScriptedClient, settled } from '../cluster/scripted-client.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const resource = (kind: string): ServedResource => ({
  kind,
  group: 'g',
  version: 'v1',
  plural: `${kind.toLowerCase()}s`,
});

function subscribed(...kinds: string[]) {
  const client = new ScriptedClient();
  const clock = new VirtualClock();
  const events: string[] = [];
  const subscription = clusterEvents({ client, clock, resources: kinds.map(resource) }).subscribe({
    next: (event) => events.push(inWords(event)),
    error: (error: Error) => events.push(`failed: ${error.message}`),
  });
  onTestFinished(() => subscription.unsubscribe());
  return { client, clock, events, subscription };
}

function inWords(event: ClusterEvent): string {
  if (event.type === 'ClusterSynced') return event.type;
  return `${event.type} ${event.kind}${'object' in event ? ` ${event.object.metadata.name}` : ''}`;
}

const empty = { items: [], resourceVersion: '1' };

describe('cluster events', () => {
  it('tell of every object, then once that all lists are in', async () => {
    const { client, events } = subscribed('Kustomization', 'OCIRepository');
    await client.answerList({ items: [kustomization('apps', '1')], resourceVersion: '1' });
    expect(events).toEqual(['ObjectAdded Kustomization apps']);
    await client.answerList(empty);
    client.watches[0]?.request.onEvent({ type: 'MODIFIED', object: kustomization('apps', '2') });
    client.watches[0]?.request.onEvent({ type: 'DELETED', object: kustomization('apps', '3') });
    expect(events.slice(1)).toEqual([
      'ClusterSynced',
      'ObjectUpdated Kustomization apps',
      'ObjectDeleted Kustomization apps',
    ]);
  });

  it('go on without a resource that may not be read, and say so', async () => {
    const { client, events } = subscribed('Kustomization', 'HelmRelease');
    await client.answerList(empty);
    await client.answerList(refusal('forbidden'));
    expect(events).toEqual(['ClusterDegraded HelmRelease', 'ClusterSynced']);
  });

  it('fail when Kustomizations may not be read', async () => {
    const { client, clock, events } = subscribed('Kustomization', 'OCIRepository');
    await client.answerList(refusal('forbidden'));
    expect(events).toEqual(['failed: forbidden']);
    expect(clock.pending).toBe(0);
  });

  it('outlast Kustomizations becoming forbidden later on', async () => {
    const { client, events } = subscribed('Kustomization');
    await client.answerList(empty);
    await client.endWatch(refusal('forbidden'));
    expect(events).toEqual(['ClusterSynced', 'ClusterDegraded Kustomization']);
  });

  it('wait for a server that is away', async () => {
    const { client, clock, events } = subscribed('Kustomization');
    await client.answerList(refusal('unavailable'));
    expect(events).toEqual(['ClusterDegraded Kustomization']);
    clock.advance(1_600);
    await client.answerList(empty);
    client.openWatch.request.onOpen?.();
    expect(events.slice(1)).toEqual(['ClusterSynced', 'ClusterRecovered Kustomization']);
  });

  it('are watched again for all kinds as soon as one of them can be', async () => {
    const { client, clock, events } = subscribed('Kustomization', 'OCIRepository');
    await client.answerList(empty);
    await client.answerList(empty);
    for (const { reject } of client.watches) reject(refusal('unavailable'));
    await settled();
    expect(events.slice(1)).toEqual(['ClusterDegraded Kustomization', 'ClusterDegraded OCIRepository']);
    // One of them comes first, by chance.
    while (client.watches.length === 2) clock.advance(1);
    expect(client.watches).toHaveLength(3);
    client.openWatch.request.onOpen?.();
    expect(client.watches).toHaveLength(4);
  });

  it('are synced at once where the cluster serves nothing of Flux', () => {
    expect(subscribed().events).toEqual(['ClusterSynced']);
  });

  it('leave nothing behind when unsubscribed', async () => {
    const { client, clock, subscription } = subscribed('Kustomization');
    await client.answerList(empty);
    subscription.unsubscribe();
    expect([clock.pending, client.openWatch.request.signal.aborted]).toEqual([0, true]);
  });
});
