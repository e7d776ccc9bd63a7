import { afterEach, describe, expect, test } from 'vitest';
import type { KubeObject } from '../../src/domain/kube-object.ts';
import { type EmbeddedCluster, type FluxOptions, startCluster, startFlux } from '../../src/embedded/testing.ts';
import { VirtualClock } from './virtual-clock.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function startWorld(options: Partial<FluxOptions> = {}): Promise<EmbeddedCluster> {
  const cluster = await startCluster();
  closing.push(() => cluster.stop());
  const flux = await startFlux({ cluster, builder: 'plain', ...options });
  closing.push(() => flux.stop());
  return cluster;
}

function release(cluster: EmbeddedCluster, spec: Record<string, unknown> = {}, name = 'web'): void {
  const chart = { spec: { chart: 'web', sourceRef: { kind: 'HelmRepository', name: 'charts' } } };
  const metadata = { name, namespace: 'default' };
  cluster.objects.apply({
    apiVersion: 'helm.toolkit.fluxcd.io/v2',
    kind: 'HelmRelease',
    metadata,
    spec: { interval: '5m', chart, ...spec },
  });
}

function ask(cluster: EmbeddedCluster, annotations: Record<string, string>): void {
  const entries = Object.entries(annotations).map(([name, token]) => [`reconcile.fluxcd.io/${name}`, token]);
  const patch = { metadata: { annotations: Object.fromEntries(entries) } };
  cluster.objects.patch({ kind: 'HelmRelease', namespace: 'default', name: 'web' }, patch);
}

const until = (cluster: EmbeddedCluster, accept: (object: KubeObject) => boolean, name = 'web'): Promise<KubeObject> =>
  cluster.objects.until('HelmRelease', 'default', name, accept);

const conditions = (object: KubeObject): readonly string[] =>
  ((object.status?.conditions ?? []) as Record<string, string>[]).map(
    ({ type, status, reason, message }) => `${type}=${status} ${reason}: ${message}`,
  );

const isReady = (object: KubeObject): boolean =>
  conditions(object).some((line) => line.startsWith('Ready=True')) &&
  object.status?.observedGeneration === object.metadata.generation;
const isStalled = (object: KubeObject): boolean =>
  conditions(object).some((line) => line.startsWith('Stalled=True')) && object.status?.observedGeneration !== -1;

describe('the stand-in for helm-controller', () => {
  test('installs, upgrades when something changes, and does nothing when in sync', async () => {
    const actions: string[] = [];
    const cluster = await startWorld({ helm: { fail: (_release, action) => void actions.push(action) } });
    release(cluster);
    const installed = await until(cluster, isReady);
    expect(conditions(installed)).toEqual([
      'Ready=True InstallSucceeded: Helm install succeeded for release default/web',
      'Released=True InstallSucceeded: Helm install succeeded for release default/web',
    ]);
    ask(cluster, { requestedAt: 't1' });
    await until(cluster, (object) => object.status?.lastHandledReconcileAt === 't1');
    release(cluster, { values: { replicas: 2 } });
    await until(cluster, (object) => isReady(object) && object.metadata.generation === 2);
    expect(actions).toEqual(['install', 'upgrade']);
    ask(cluster, { requestedAt: 't2', forceAt: 't2' });
    const forced = await until(cluster, (object) => object.status?.lastHandledReconcileAt === 't2');
    expect(actions).toEqual(['install', 'upgrade', 'upgrade']);
    expect(forced.status?.lastHandledForceAt).toBe('t2');
  });

  test('out of retries it is stalled, a request alone changes nothing, and resetAt gives all attempts again', async () => {
    let isBroken = true;
    const clock = new VirtualClock();
    const cluster = await startWorld({ clock, helm: { fail: () => (isBroken ? 'no image' : undefined) } });
    release(cluster, { install: { remediation: { retries: 1 } } });
    await until(cluster, (object) => object.status?.installFailures === 1);
    let isOver = false;
    const stalling = until(cluster, isStalled).finally(() => {
      isOver = true;
    });
    while (!isOver) {
      clock.advance(750);
      await new Promise((resolve) => setImmediate(resolve));
    }
    const stalled = await stalling;
    expect(conditions(stalled)).toEqual([
      'Stalled=True RetriesExceeded: Failed to install after 2 attempt(s)',
      'Ready=False InstallFailed: Helm install failed for release default/web: no image',
      'Released=False InstallFailed: Helm install failed for release default/web: no image',
    ]);
    isBroken = false;
    ask(cluster, { requestedAt: 't1' });
    const asked = await until(cluster, (object) => object.status?.lastHandledReconcileAt === 't1');
    expect(isStalled(asked)).toBe(true);
    ask(cluster, { requestedAt: 't2', resetAt: 't2' });
    const recovered = await until(cluster, isReady);
    expect(recovered.status).toMatchObject({ lastHandledResetAt: 't2' });
    expect(recovered.status?.installFailures).toBeUndefined();
  });

  test('a resetAt that is not the request does not count', async () => {
    const cluster = await startWorld({ helm: { fail: () => 'no image' } });
    release(cluster);
    await until(cluster, isStalled);
    ask(cluster, { requestedAt: 't2', resetAt: 't1' });
    const asked = await until(cluster, (object) => object.status?.lastHandledReconcileAt === 't2');
    expect(asked.status?.lastHandledResetAt).toBeUndefined();
    expect(asked.status?.installFailures).toBe(1);
  });

  test('a suspended one does nothing, and yet the request counts as answered', async () => {
    const cluster = await startWorld();
    release(cluster, { suspend: true });
    ask(cluster, { requestedAt: 't1' });
    const answered = await until(cluster, (object) => object.status?.lastHandledReconcileAt === 't1');
    expect(answered.status?.conditions).toBeUndefined();
  });

  test('waits for what it depends on', async () => {
    const clock = new VirtualClock();
    const cluster = await startWorld({ clock });
    release(cluster, { dependsOn: [{ name: 'base' }] });
    const waiting = await until(cluster, (object) => conditions(object).length > 0);
    expect(conditions(waiting)).toEqual(["Ready=False DependencyNotReady: dependency 'default/base' is not ready"]);
    release(cluster, {}, 'base');
    await until(cluster, isReady, 'base');
    clock.advance(30_000);
    await until(cluster, isReady);
  });
});
