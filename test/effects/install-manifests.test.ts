import { expect, test } from 'vitest';
import type { KubeObject } from '../../src/domain/kube-object.ts';
import { installManifests } from '../../src/effects/install-manifests.ts';
import { startReachedCluster } from '../support/embedded-client.ts';
import { until } from '../support/poll.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const CONTROLLER: KubeObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'controller', namespace: 'default' },
  spec: {
    selector: { matchLabels: { app: 'c' } },
    template: { metadata: { labels: { app: 'c' } }, spec: { containers: [{ name: 'c', image: 'x' }] } },
  },
};

async function installing() {
  const { client, cluster } = await startReachedCluster();
  const clock = new VirtualClock();
  const interruption = new AbortController();
  const { signal } = interruption;
  const done = installManifests(client, [CONTROLLER], { timeoutMs: 60_000, clock, signal, onProgress: () => {} });
  // It is looked at below.
  done.catch(() => {});
  // The pause after a look: its timer, and that of the whole.
  await until(
    'a look at the controller',
    () => cluster.objects.get('Deployment', 'default', 'controller') && clock.pending === 2,
  );
  return { cluster, clock, interruption, done };
}

test('a controller that never becomes available ends the wait by name, with what it says itself', async () => {
  const { cluster, clock, done } = await installing();
  const key = { kind: 'Deployment', namespace: 'default', name: 'controller' };
  cluster.objects.setStatus(key, { observedGeneration: 1, replicas: 1, unavailableReplicas: 1 });
  const looks = () =>
    cluster.requests.recent().filter(({ verb, resource }) => verb === 'get' && resource === 'deployments');
  const before = looks().length;
  clock.advance(500);
  await until('another look', () => looks().length > before && clock.pending === 2);
  clock.advance(60_000);
  await expect(done).rejects.toMatchObject({
    failure: {
      kind: 'timeout',
      message: 'not installed after 60 s: Deployment default/controller: 0 of 1 replicas are ready',
    },
  });
});

test('a controller whom nobody looks at is said so', async () => {
  const { clock, done } = await installing();
  clock.advance(60_000);
  await expect(done).rejects.toThrow('Deployment default/controller has not been looked at by its controller');
});

test('Ctrl-C ends the wait at once', async () => {
  const { interruption, done } = await installing();
  interruption.abort();
  await expect(done).rejects.toBe(interruption.signal.reason);
});
