import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { startCluster } from '../../src/embedded/testing.ts';
import { openSqliteLog } from '../../src/engine/sqlite-log.ts';
import { gatedClock, UNTIL_OPENED_MS } from '../support/gated-clock.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { idOf, NAMESPACE, type SmallWorld, startSmallWorld, type WorldOptions } from './small-world.ts';
import type { WatchProcess } from './watch-process.ts';

const worlds: SmallWorld[] = [];

async function startWorld(options?: WorldOptions): Promise<SmallWorld> {
  const world = await startSmallWorld(options);
  worlds.push(world);
  return world;
}

afterEach(async () => {
  for (const world of worlds.splice(0)) await world.stop();
});

/** What each target's file holds is live, the log says that all is done, and every event of it is as it was written. */
async function expectConverged(world: SmallWorld, watch: WatchProcess, wanted: ReadonlyMap<string, string>) {
  for (const [target, value] of wanted) await world.untilLive(target, value);
  const status = await untilSettled(world, watch);
  expect(status.targets.map(({ id, state }) => [id, state])).toEqual(
    world.targets.map((target) => [idOf(target), 'settled']),
  );
  for (const [target, value] of wanted) expect(world.live(target)).toBe(value);
  const log = openSqliteLog(world.log, { mode: 'read' });
  try {
    expect(log.verify()).toBe(log.lastSeq() - log.firstSeq() + 1);
  } finally {
    log.close();
  }
}

interface Status {
  readonly watch: { readonly state: string };
  readonly targets: readonly { readonly id: string; readonly state: string }[];
}

/** Asks `status` again after each event, until nothing is under way. */
async function untilSettled(world: SmallWorld, watch: WatchProcess): Promise<Status> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const seen = watch.events.length;
    const { stdout } = await world.run('status', '--log', world.log, '--json');
    const status = JSON.parse(stdout) as Status;
    const done = status.watch.state === 'idle' && status.targets.every(({ state }) => state === 'settled');
    if (done || Date.now() > deadline) return status;
    await watch.find('another event', () => (watch.events.length > seen ? true : undefined));
  }
}

const after = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const CRASHES_A_ROUND = 20;
/** CI makes 200 of them. */
const ROUNDS = Array.from(
  { length: Math.ceil(Number(process.env.CRASHES ?? 20) / CRASHES_A_ROUND) },
  (_, index) => index + 1,
);

describe('kill -9', () => {
  test.each(ROUNDS)(
    'at 20 random moments during saves loses nothing: the last content of each target is live in the end (round %i)',
    {
      timeout: 180_000,
    },
    async () => {
      const seed = Number(process.env.CRASH_SEED ?? Math.floor(Math.random() * 2 ** 32));
      console.log(`CRASH_SEED=${seed}`);
      const random = seededRandom(seed);
      const world = await startWorld({
        targets: ['apps', 'cache', 'data', 'ops'],
        flux: { latency: { source: 10, build: () => 40, apply: () => 20 } },
      });
      const wanted = new Map(world.targets.map((target) => [target, 'first']));
      const save = (value: string): void => {
        const target = world.targets[Math.floor(random() * world.targets.length)] ?? 'apps';
        wanted.set(target, value);
        world.save(target, value);
      };
      const first = world.watch('--initial');
      await first.started();
      let killed = 0;
      let watch = first;
      while (killed < CRASHES_A_ROUND) {
        // Half of the kills hit a watch that works, the others one that is about to start.
        if (random() < 0.5) await watch.started();
        const saves = 1 + Math.floor(random() * 3);
        for (let index = 0; index < saves; index += 1) {
          save(`kill ${killed} save ${index}`);
          await after(random() * 60);
        }
        await after(random() * 350);
        await watch.kill();
        expect(watch.exit).toEqual({ code: null, signal: 'SIGKILL' });
        killed += 1;
        if (random() < 0.3) save(`while down ${killed}`);
        watch = world.watch();
      }
      await watch.started();
      await expectConverged(world, watch, wanted);
    },
  );

  test('between the push and the request: the next watch asks', async () => {
    const world = await startWorld({ published: true });
    const watch = world.watch('--initial');
    for (const target of world.targets)
      await watch.event({ type: 'TargetSettled', target: idOf(target), outcome: 'ready' });
    // The request is on its way to a server that never answers it.
    world.cluster.faults.next({
      match: { verb: 'patch', resource: 'ocirepositories' },
      dropConnection: true,
      latencyMs: 60_000,
    });
    const before = watch.lastSeq;
    world.save('apps', 'pushed, not asked');
    await watch.event({ type: 'ArtifactPushed' }, before);
    await watch.kill();
    expect(world.live('apps')).toBe('first');
    world.cluster.faults.clear();

    await expectConverged(world, world.watch(), new Map([['apps', 'pushed, not asked']]));
  });

  test('while a target is in flight: the next watch sees it to its end', async () => {
    const gate = gatedClock();
    let isGated = false;
    const world = await startWorld({
      flux: {
        clock: gate,
        latency: { build: (object) => (isGated && object.metadata.name === 'apps' ? UNTIL_OPENED_MS : 0) },
      },
    });
    const watch = world.watch('--initial');
    for (const target of world.targets)
      await watch.event({ type: 'TargetSettled', target: idOf(target), outcome: 'ready' });
    isGated = true;
    const before = watch.lastSeq;
    world.save('apps', 'in flight');
    await watch.event({ type: 'RequestAccepted', machine: `target/${idOf('apps')}` }, before);
    await watch.kill();
    expect(world.live('apps')).toBe('first');

    const next = world.watch();
    await next.started();
    isGated = false;
    gate.open();
    await next.event({ type: 'TargetSettled', target: idOf('apps'), outcome: 'ready' });
    await expectConverged(world, next, new Map([['apps', 'in flight']]));
  });

  test('with other content on disk at the restart: that content is decided about, and what was wanted before is not brought back', async () => {
    const world = await startWorld({ published: true });
    const watch = world.watch('--initial');
    for (const target of world.targets)
      await watch.event({ type: 'TargetSettled', target: idOf(target), outcome: 'ready' });
    world.cluster.faults.next({ match: { verb: 'patch' }, dropConnection: true, latencyMs: 60_000, times: 100 });
    const before = watch.lastSeq;
    world.save('apps', 'of the old branch');
    await watch.event({ type: 'ArtifactPushed' }, before);
    await watch.kill();
    world.cluster.faults.clear();
    // Another branch: apps is as it was, data is new.
    world.save('apps', 'first');
    world.save('data', 'of the new branch');

    const next = world.watch();
    await expectConverged(
      world,
      next,
      new Map([
        ['apps', 'first'],
        ['data', 'of the new branch'],
      ]),
    );
    // The request that was interrupted is not repeated: the new content is pushed before anybody is asked for anything.
    const sent = next.events.flatMap(({ type, effect }) =>
      type === 'EffectRequested' && /^(push|ask)/.test(String(effect)) ? [String(effect)] : [],
    );
    expect(sent.slice(0, 2)).toEqual(['pushArtifact', 'askSource']);
  });

  test('with the save taken back at the restart: what was pushed and never asked for does not stay in the registry', async () => {
    const world = await startWorld({ published: true });
    const watch = world.watch('--initial');
    for (const target of world.targets)
      await watch.event({ type: 'TargetSettled', target: idOf(target), outcome: 'ready' });
    const sound = world.registry.resolveTag('shop', 'latest');
    world.cluster.faults.next({ match: { verb: 'patch' }, dropConnection: true, latencyMs: 60_000, times: 100 });
    const before = watch.lastSeq;
    world.save('apps', 'taken back');
    await watch.event({ type: 'ArtifactPushed' }, before);
    await watch.kill();
    world.cluster.faults.clear();
    expect(world.registry.resolveTag('shop', 'latest')).not.toBe(sound);
    world.save('apps', 'first');

    const next = world.watch();
    await next.event({ type: 'ArtifactPushed' });
    await expectConverged(world, next, new Map([['apps', 'first']]));
    expect(world.registry.resolveTag('shop', 'latest')).toBe(sound);
  });

  test('with a branch that drops a target meanwhile: the next watch goes on without it', async () => {
    const world = await startWorld();
    const watch = world.watch('--initial');
    for (const target of world.targets)
      await watch.event({ type: 'TargetSettled', target: idOf(target), outcome: 'ready' });
    await watch.kill();
    world.cluster.objects.delete('Kustomization', NAMESPACE, 'ops');
    world.save('data', 'without ops');

    const next = world.watch();
    await next.event({ type: 'TargetRemoved', machine: `target/${idOf('ops')}` });
    await world.untilLive('data', 'without ops');
  });
});

describe('a restart', () => {
  test('on the log of another cluster is refused, and says which belongs to which', async () => {
    const world = await startWorld();
    const watch = world.watch();
    await watch.started();
    await watch.kill();
    const other = await startCluster();
    try {
      renameSync(world.kubeconfig, join(world.home, 'old-kubeconfig'));
      await other.writeKubeconfig(world.kubeconfig);
      const refused = world.watch();
      expect(await refused.closed).toEqual({ code: 1, signal: null });
      expect(refused.stderr).toContain('the event log belongs to another cluster');
      expect(refused.stderr).toContain(world.cluster.uid);
      expect(refused.stderr).toContain(other.uid);
      expect(refused.stderr).toContain('--log FILE');
    } finally {
      await other.stop();
    }
  });

  test('on the log of another directory is refused', async () => {
    const world = await startWorld();
    const watch = world.watch();
    await watch.started();
    await watch.kill();
    renameSync(world.dir, join(world.home, 'moved'));
    const { code, stderr } = await world.run(
      'watch',
      join(world.home, 'moved'),
      '--kubeconfig',
      world.kubeconfig,
      '--log',
      world.log,
    );
    expect(code).toBe(1);
    expect(stderr).toContain('the event log belongs to another directory');
  });

  test('after nothing changed asks nothing', async () => {
    const world = await startWorld();
    const watch = world.watch('--initial');
    for (const target of world.targets)
      await watch.event({ type: 'TargetSettled', target: idOf(target), outcome: 'ready' });
    watch.signal('SIGINT');
    expect(await watch.closed).toEqual({ code: 130, signal: null });
    world.cluster.requests.reset();
    const next = world.watch();
    await next.event({ machine: 'watch', type: 'NothingToDo' });
    expect(world.cluster.requests.counts()).not.toHaveProperty('patch kustomizations');
    expect(next.events.filter(({ type }) => type === 'ReconcileWanted')).toEqual([]);
  });
});
