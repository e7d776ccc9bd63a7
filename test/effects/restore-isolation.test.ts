import { describe, expect, it } from 'vitest';
import type { ClusterClient } from '../../src/cluster/client.ts';
import { objectPath } from '../../src/cluster/resource.ts';
import { kustomization } from '../support/flux-manifests.ts';
import { KUSTOMIZATIONS, OCI_REPOSITORIES } from '../support/isolating-session.ts';
import { until } from '../support/poll.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { DIGEST, type IsolatedWorld, NAMESPACE, openIsolatedWorld, restoring } from './isolated-world.ts';

const target = (name: string) => ({ ...KUSTOMIZATIONS, namespace: NAMESPACE, name });
const source = (name: string) => ({ ...OCI_REPOSITORIES, namespace: NAMESPACE, name });

type Request = Parameters<ClusterClient['request']>[0];

/** A client before whose requests of this kind something happens. */
function before(world: IsolatedWorld, method: string, pathEnd: string, happens: () => unknown): ClusterClient {
  const request = async (asked: Request) => {
    if (asked.method === method && asked.path.endsWith(pathEnd)) await happens();
    return world.client.request(asked);
  };
  return { ...world.client, request };
}

describe('restoring what a dead session isolated', () => {
  it('leaves every object as it was, and nothing of the session', async (context) => {
    const world = await openIsolatedWorld(context);
    const atFirst = world.declared();
    await world.deadSession('cart', 'orders');
    expect(world.sources()).toHaveLength(3);
    const report = await restoring(world.client);
    expect(report.targets.map(({ outcome }) => outcome)).toEqual(['restored', 'restored']);
    expect(report.sources.map(({ outcome }) => outcome)).toEqual(['deleted', 'deleted']);
    expect(report.sessions).toMatchObject([{ outcome: 'ended' }]);
    expect(world.declared()).toEqual(atFirst);
    expect(world.leases()).toEqual([]);
    expect(await restoring(world.client)).toEqual({ targets: [], sources: [], sessions: [] });
  });

  it('leaves no claim to fields that others apply', async (context) => {
    const world = await openIsolatedWorld(context);
    await world.deadSession('cart');
    await restoring(world.client);
    expect(JSON.stringify(world.kustomization('cart').metadata.managedFields)).not.toContain('reconcile-machine');
    const { metadata, ...rest } = kustomization('cart', { sourceRef: { kind: 'GitRepository', name: 'theirs' } });
    const applied = await world.client.request({
      method: 'PATCH',
      path: objectPath(target('cart')),
      query: { fieldManager: 'test' },
      contentType: 'application/apply-patch+yaml',
      body: { ...rest, metadata },
    });
    expect(applied.status).toBe(200);
  });

  it('waits until Flux is through with a target, and not for ever', async (context) => {
    const world = await openIsolatedWorld(context);
    await world.deadSession('cart');
    const key = { kind: 'Kustomization', namespace: NAMESPACE, name: 'cart' };
    const ready = (observedGeneration: number) =>
      world.cluster.objects.setStatus(key, {
        conditions: [
          {
            type: 'Ready',
            status: 'True',
            reason: 'ReconciliationSucceeded',
            message: '',
            observedGeneration,
            lastTransitionTime: '2026-01-01T00:00:00Z',
          },
        ],
      });
    ready(1);
    expect(world.kustomization('cart').metadata.generation).toBe(2);
    const clock = new VirtualClock();
    const report = restoring(world.client, { clock });
    for (let second = 1; second <= 3; second += 1) {
      await until('the time of the next look', () => clock.pending > 0);
      expect(world.kustomization('cart').spec?.sourceRef).toMatchObject({ name: 'cart-isolated' });
      clock.advance(1_000);
    }
    expect((await report).targets).toMatchObject([{ outcome: 'restored' }]);
  });

  it('finishes what an interrupted restore began', async (context) => {
    const world = await openIsolatedWorld(context);
    const atFirst = world.declared();
    await world.deadSession('cart', 'orders');
    const patches = { verb: 'patch', resource: 'kustomizations' } as const;
    world.cluster.faults.next({ match: patches, lostAnswer: true });
    world.cluster.faults.next({ match: { verb: 'delete' }, status: 503 });
    const first = await restoring(world.client);
    expect(JSON.stringify(first)).toContain('"failed"');
    world.cluster.faults.clear();
    await restoring(world.client);
    expect(world.declared()).toEqual(atFirst);
    expect(world.leases()).toEqual([]);
  });

  it('may run several times at once', async (context) => {
    const world = await openIsolatedWorld(context);
    const atFirst = world.declared();
    await world.deadSession('cart', 'orders', 'cache');
    const reports = await Promise.all([1, 2, 3, 4].map(() => restoring(world.client)));
    expect(world.declared()).toEqual(atFirst);
    expect(world.leases()).toEqual([]);
    for (const { targets, sources, sessions } of reports) {
      for (const { outcome } of targets) expect(outcome).toBe('restored');
      for (const { outcome } of sources) expect(['deleted', 'gone']).toContain(outcome);
      for (const { outcome } of sessions) expect(outcome).toBe('ended');
    }
  });

  it('deletes the source of a target that was never switched to it, or is gone', async (context) => {
    const world = await openIsolatedWorld(context);
    const session = await world.deadSession('orders');
    await session.createSource(world.kustomization('cart'), DIGEST);
    await world.client.request({
      method: 'DELETE',
      path: `/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/${NAMESPACE}/kustomizations/orders`,
    });
    const report = await restoring(world.client);
    expect(report.sources.map(({ outcome }) => outcome)).toEqual(['deleted', 'deleted']);
    expect(world.sources()).toEqual(['shop']);
    expect(world.leases()).toEqual([]);
  });

  it('takes back a session whose Lease is gone', async (context) => {
    const world = await openIsolatedWorld(context);
    const atFirst = world.declared();
    const session = await world.deadSession('cart');
    await world.client.request({
      method: 'DELETE',
      path: `/apis/coordination.k8s.io/v1/namespaces/${NAMESPACE}/leases/${session.lease.name}`,
    });
    await restoring(world.client);
    expect(world.declared()).toEqual(atFirst);
  });
});

describe('what restoring leaves alone', () => {
  it('is all that a live session has', async (context) => {
    const world = await openIsolatedWorld(context);
    const session = await world.session();
    context.onTestFinished(() => session.lease.stop());
    await session.isolate(world.kustomization('cart'), DIGEST);
    const isolated = world.declared();
    expect(await restoring(world.client)).toEqual({ targets: [], sources: [], sessions: [] });
    const sessions = new Set([session.session]);
    expect((await restoring(world.client, { sessions })).sessions).toMatchObject([{ outcome: 'live' }]);
    expect(world.declared()).toEqual(isolated);
  });

  it('is a session that wakes up in the middle', async (context) => {
    const world = await openIsolatedWorld(context);
    const session = await world.deadSession('cart');
    const isolated = world.declared();
    const waking = before(world, 'PATCH', `/${session.lease.name}`, () => {
      const renewTime = new Date().toISOString().replace('Z', '000Z');
      const key = { kind: 'Lease', namespace: NAMESPACE, name: session.lease.name };
      world.cluster.objects.patch(key, { spec: { renewTime } });
    });
    expect((await restoring(waking)).sessions).toMatchObject([{ outcome: 'live' }]);
    expect(world.declared()).toEqual(isolated);
  });

  it('is a target that somebody pointed at another source, unless told to forget', async (context) => {
    const world = await openIsolatedWorld(context);
    await world.deadSession('cart');
    const theirs = { kind: 'GitRepository', name: 'fork' };
    await world.client.patch(target('cart'), { spec: { sourceRef: { ...theirs, namespace: null } } });
    const pointed = world.kustomization('cart');
    const report = await restoring(world.client);
    expect(report.targets).toMatchObject([
      { outcome: 'repointed', message: 'somebody pointed it at GitRepository/fork' },
    ]);
    expect(world.kustomization('cart')).toEqual(pointed);
    expect(world.sources()).toEqual(['shop']);
    expect((await restoring(world.client, { forget: true })).targets).toMatchObject([{ outcome: 'forgotten' }]);
    expect(world.kustomization('cart').spec?.sourceRef).toEqual(theirs);
    expect(world.kustomization('cart').metadata.annotations).toBeUndefined();
  });

  it('is a record that was edited', async (context) => {
    const world = await openIsolatedWorld(context);
    await world.deadSession('cart');
    const edited = { 'reconcile-machine.dev/original-source-ref': '{"kind":"Bucket","name":"evil"}' };
    await world.client.annotate(target('cart'), edited);
    const report = await restoring(world.client);
    expect(report.targets).toMatchObject([{ outcome: 'unreadable' }]);
    expect(report.sources).toMatchObject([{ outcome: 'kept' }]);
    expect(report.sessions).toMatchObject([{ outcome: 'left' }]);
    expect(world.kustomization('cart').spec?.sourceRef).toEqual({ kind: 'OCIRepository', name: 'cart-isolated' });
  });

  it('is a source that another Kustomization reads now', async (context) => {
    const world = await openIsolatedWorld(context);
    await world.deadSession('cart');
    const sourceRef = { kind: 'OCIRepository', name: 'cart-isolated', namespace: null };
    await world.client.patch(target('orders'), { spec: { sourceRef } });
    const report = await restoring(world.client);
    expect(report.sources).toMatchObject([{ outcome: 'in-use', readers: ['Kustomization/flux-system/orders'] }]);
    expect(report.sessions).toMatchObject([{ outcome: 'ended' }]);
    expect(world.sources()).toContain('cart-isolated');
  });

  it('is a target that a live session took over meanwhile', async (context) => {
    const world = await openIsolatedWorld(context);
    const dead = await world.deadSession('cart');
    const live = await world.session();
    context.onTestFinished(() => live.lease.stop());
    const adopting = before(world, 'PATCH', '/cart', async () => {
      const annotations = { 'reconcile-machine.dev/session': live.session };
      await world.client.annotate(source('cart-isolated'), annotations);
      await world.client.annotate(target('cart'), annotations);
    });
    const report = await restoring(adopting, { sessions: new Set([dead.session]) });
    expect(report.targets).toMatchObject([{ outcome: 'taken-over' }]);
    expect(world.kustomization('cart').spec?.sourceRef).toMatchObject({ name: 'cart-isolated' });
    expect(world.sources()).toContain('cart-isolated');
  });

  it('is a source that a live session takes over at that moment', async (context) => {
    const world = await openIsolatedWorld(context);
    const dead = await world.deadSession();
    await dead.createSource(world.kustomization('cart'), DIGEST);
    const live = await world.session();
    context.onTestFinished(() => live.lease.stop());
    const taking = before(world, 'DELETE', '/cart-isolated', () =>
      world.client.annotate(source('cart-isolated'), { 'reconcile-machine.dev/session': live.session }),
    );
    const report = await restoring(taking, { sessions: new Set([dead.session]) });
    expect(report.sources).toMatchObject([{ outcome: 'taken-over' }]);
    expect(world.sources()).toContain('cart-isolated');
  });

  it('is a Lease of the same name that is another one', async (context) => {
    const world = await openIsolatedWorld(context);
    const { lease } = await world.deadSession('cart');
    const replacing = before(world, 'DELETE', '/cart-isolated', async () => {
      const { apiVersion, kind, metadata, spec } = world.cluster.objects.get('Lease', NAMESPACE, lease.name) ?? {};
      const { name, namespace, labels, annotations } = metadata ?? { name: '' };
      world.cluster.objects.delete('Lease', NAMESPACE, lease.name);
      world.cluster.objects.apply({
        apiVersion,
        kind,
        metadata: { name, namespace, labels, annotations },
        spec,
      } as never);
    });
    expect((await restoring(replacing)).sessions).toMatchObject([{ outcome: 'ended' }]);
    expect(world.leases()).toEqual([lease.name]);
  });

  it('is what is to be kept', async (context) => {
    const world = await openIsolatedWorld(context);
    await world.deadSession('cart', 'orders');
    const report = await restoring(world.client, { keep: new Set(['Kustomization/flux-system/cart']) });
    expect(report.targets.map(({ outcome }) => outcome).sort()).toEqual(['kept', 'restored']);
    expect([...world.sources()].sort()).toEqual(['cart-isolated', 'shop']);
    expect(world.leases()).toHaveLength(1);
    await restoring(world.client);
    expect(world.sources()).toEqual(['shop']);
    expect(world.leases()).toEqual([]);
  });
});

describe('refusals and outages', () => {
  it('of one object hold up no other', async (context) => {
    const world = await openIsolatedWorld(context);
    await world.deadSession('cart', 'orders');
    world.cluster.faults.next({
      match: ({ verb, name }) => verb === 'patch' && name === 'cart',
      status: 403,
      times: 9,
    });
    const report = await restoring(world.client);
    const outcomes = Object.fromEntries(report.targets.map(({ target: id, outcome }) => [id.split('/')[2], outcome]));
    expect(outcomes).toEqual({ cart: 'failed', orders: 'restored' });
    expect(report.targets.find(({ outcome }) => outcome === 'failed')?.failure?.kind).toBe('forbidden');
    expect([...world.sources()].sort()).toEqual(['cart-isolated', 'shop']);
    expect(report.sessions).toMatchObject([{ outcome: 'left' }]);
  });

  it('end the attempt at once when the server is away', async (context) => {
    const world = await openIsolatedWorld(context);
    await world.deadSession('cart', 'orders', 'cache');
    world.cluster.faults.next({ match: ({ verb }) => verb === 'patch', dropConnection: true, times: 99 });
    const patches = () => world.cluster.requests.count('patch kustomizations');
    const before = patches();
    const report = await restoring(world.client);
    expect(report.sessions.map(({ outcome }) => outcome)).toEqual(['failed']);
    expect(report.targets).toEqual([]);
    expect(patches()).toBe(before);
    expect(world.cluster.objects.list('OCIRepository')).toHaveLength(4);
  });
});
