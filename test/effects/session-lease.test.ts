import { describe, expect, it, type TestContext } from 'vitest';
import { objectPath } from '../../src/cluster/resource.ts';
import { ServerTime } from '../../src/cluster/server-time.ts';
import { findIsolations } from '../../src/effects/restore-isolation.ts';
import { startSessionLease } from '../../src/effects/session-lease.ts';
import { SkewedClock } from '../../src/embedded/skewed-clock.ts';
import { until } from '../support/poll.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { DIGEST, type IsolatedWorld, NAMESPACE, openIsolatedWorld, restoring } from './isolated-world.ts';

const LEASE = { group: 'coordination.k8s.io', version: 'v1', plural: 'leases', namespace: NAMESPACE };

/** A cluster and a session on one virtual clock. */
async function timed(context: TestContext) {
  const clock = new VirtualClock();
  const world = await openIsolatedWorld(context, { clock });
  const session = await world.session(world.client, clock);
  context.onTestFinished(() => session.lease.stop());
  const renewTime = () => String(leaseOf(world, session.lease.name)?.spec?.renewTime);
  return { clock, world, session, renewTime };
}

const leaseOf = (world: IsolatedWorld, name: string) => world.cluster.objects.get('Lease', NAMESPACE, name);

describe('the Lease of a session', () => {
  it('tells whose it is without telling the directory', async (context) => {
    const { world, session } = await timed(context);
    expect(session.session).toMatch(/^flux-system\/reconcile-machine-[0-9a-f]{8}$/);
    const lease = leaseOf(world, session.lease.name);
    expect(lease?.spec).toMatchObject({ holderIdentity: 'laptop/4711', leaseDurationSeconds: 30 });
    expect(lease?.metadata.annotations).toEqual({
      'reconcile-machine.dev/source': 'OCIRepository/flux-system/shop',
      'reconcile-machine.dev/directory': expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  it('is renewed every 10 seconds, and dead 30 seconds after the last time', async (context) => {
    const { clock, world, session, renewTime } = await timed(context);
    const state = async () => (await findIsolations(world.client, { clock })).sessions[0]?.state;
    for (let renewals = 1; renewals <= 5; renewals += 1) {
      const before = renewTime();
      clock.advance(10_000);
      await until('a renewal', () => renewTime() !== before);
      await until('the next timer', () => clock.pending > 0);
    }
    await session.lease.stop();
    clock.advance(29_000);
    expect(await state()).toBe('live');
    clock.advance(3_000);
    expect(await state()).toBe('dead');
  });

  it('outlasts an API server that is away for a while', async (context) => {
    const { clock, world, session, renewTime } = await timed(context);
    const before = renewTime();
    const fault = world.cluster.faults.next({ match: { verb: 'patch', resource: 'leases' }, status: 503, times: 3 });
    for (let tries = 3; tries > 0; tries -= 1) {
      clock.advance(10_000);
      await until('a failed renewal', () => fault.remaining() < tries);
      await until('another timer', () => clock.pending > 0);
    }
    clock.advance(2_000);
    await until('a renewal', () => renewTime() !== before);
    expect(session.lost).toEqual([]);
  });

  it('says once that it is gone, and renews nothing any more', async (context) => {
    const { clock, world, session } = await timed(context);
    await world.client.request({
      method: 'DELETE',
      path: objectPath({ ...LEASE, name: session.lease.name }),
    });
    clock.advance(10_000);
    await until('the loss', () => session.lost.length > 0);
    expect(session.lost).toEqual([`Lease ${session.session} is gone: somebody deleted it`]);
    expect(clock.pending).toBe(0);
  });

  it.for([
    [10_000, ', although it was renewed 10 s ago'],
    [40_000, ': it was not renewed for 40 s, so the session was thought dead'],
  ] as const)(
    'says once that somebody took it over after %i ms, by whom and why, and renews nothing any more',
    async ([ms, why], context) => {
      const { clock, world, session, renewTime } = await timed(context);
      await world.client.patch({ ...LEASE, name: session.lease.name }, { spec: { holderIdentity: 'desk/1' } });
      const before = renewTime();
      clock.advance(ms);
      await until('the loss', () => session.lost.length > 0);
      expect(session.lost).toEqual([`Lease ${session.session} was taken over by desk/1${why}`]);
      expect([clock.pending, renewTime()]).toEqual([0, before]);
    },
  );

  it('takes another name when its own is taken', async (context) => {
    const { clock, world } = await timed(context);
    const names = ['00000001', '00000001', '00000002'];
    const start = () =>
      startSessionLease(world.client, {
        namespace: NAMESPACE,
        source: 'OCIRepository/flux-system/shop',
        host: 'laptop',
        pid: 1,
        directory: '/shop',
        clock,
        randomName: () => names.shift() ?? '',
        onLost: () => {},
      });
    expect((await start()).name).toBe('reconcile-machine-00000001');
    expect((await start()).name).toBe('reconcile-machine-00000002');
  });

  it('that may not be created is the refusal of the API server', async (context) => {
    const world = await openIsolatedWorld(context, {
      users: [{ name: 'reader', deny: [{ verb: 'create', resource: 'leases' }] }],
    });
    await expect(world.session(world.clientOf('reader'))).rejects.toMatchObject({ failure: { kind: 'forbidden' } });
  });
});

describe('clocks that are wrong', () => {
  it('of the session or of who restores make no live session dead and no dead one live', async (context) => {
    for (const [holderMs, readerMs, serverMs] of [
      [3_600_000, 0, 0],
      [-3_600_000, 0, 0],
      [0, 3_600_000, 0],
      [0, -3_600_000, 0],
      [3_600_000, -3_600_000, 0],
      [0, 0, 7_200_000],
      [0, 0, -7_200_000],
    ] as const) {
      const clock = new VirtualClock();
      const skewed = (skewMs: number): SkewedClock => Object.assign(new SkewedClock(clock), { skewMs });
      const world = await openIsolatedWorld(context, { clock });
      world.cluster.skewClock(serverMs);
      const session = await world.session(world.client, skewed(holderMs));
      await session.isolate(world.kustomization('cart'), DIGEST);
      const reader = { clock: skewed(readerMs) };
      clock.advance(9_000);
      expect(await restoring(world.client, reader)).toMatchObject({ sessions: [] });
      await session.lease.stop();
      clock.advance(33_000);
      expect((await restoring(world.client, reader)).sessions).toMatchObject([{ outcome: 'ended' }]);
    }
  });

  it('do not matter where the server tells no time: then this machine counts', () => {
    const time = new ServerTime(() => 5_000);
    time.observe({});
    time.observe({ date: 'yesterday' });
    expect([time.now(), time.aheadMs]).toEqual([5_000, undefined]);
  });
});
