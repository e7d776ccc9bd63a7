import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { sessionLease } from '../../src/domain/isolation/session-lease.ts';
import type { KubeObject } from '../../src/domain/kube-object.ts';
import { specsOf } from '../support/isolating-watch.ts';
import { configMap, idOf, NAMESPACE, type SmallWorld, startSmallWorld, type WorldOptions } from './small-world.ts';
import type { WatchProcess } from './watch-process.ts';

const SESSION_MARK = 'reconcile-machine.dev/session';
const TARGETS = ['apps', 'cache', 'data', 'ops'];
const worlds: SmallWorld[] = [];

async function startWorld(options: WorldOptions = {}): Promise<SmallWorld> {
  const world = await startSmallWorld({ targets: TARGETS, ...options });
  worlds.push(world);
  return world;
}

afterEach(async () => {
  for (const world of worlds.splice(0)) await world.stop();
});

function sourceOf(world: SmallWorld, target: string): string | undefined {
  const ref = world.cluster.objects.get('Kustomization', NAMESPACE, target)?.spec?.sourceRef;
  return (ref as { name?: string } | undefined)?.name;
}

function metadataOf(world: SmallWorld, target: string): Partial<KubeObject['metadata']> {
  return world.cluster.objects.get('Kustomization', NAMESPACE, target)?.metadata ?? {};
}

async function settled(watch: WatchProcess, target: string, from: number): Promise<void> {
  await watch.event({ type: 'TargetSettled', target: idOf(target), outcome: 'ready' }, from);
}

/** A watch of which everything is Ready from the shared source. */
async function reconciled(world: SmallWorld, ...more: string[]): Promise<WatchProcess> {
  const watch = world.watch('--initial', ...more);
  await watch.started();
  for (const target of world.targets) await settled(watch, target, 0);
  return watch;
}

async function isolate(world: SmallWorld, watch: WatchProcess, target: string, value: string): Promise<void> {
  const from = watch.lastSeq;
  world.save(target, value);
  await settled(watch, target, from);
  expect(sourceOf(world, target)).toBe(`${target}-isolated`);
}

async function interrupted(watch: WatchProcess): Promise<void> {
  watch.signal('SIGINT');
  expect((await watch.closed).code).toBe(130);
}

describe('Ctrl-C', () => {
  test('on a local cluster with four targets isolation is on by itself, and all is put back at the end', async () => {
    const world = await startWorld();
    const watch = await reconciled(world);
    const before = withoutLeases(specsOf(world));
    await isolate(world, watch, 'apps', 'second');
    await isolate(world, watch, 'apps', 'third');
    await interrupted(watch);
    expect(specsOf(world)).toEqual(before);
    await world.untilLive('apps', 'third');
    expect(watch.stderr).toContain('put back flux-system/apps');
  });

  test('with --keep targets stay where they are; the next watch goes on with them, and puts them back', async () => {
    const world = await startWorld();
    const watch = await reconciled(world, '--keep');
    const before = withoutLeases(specsOf(world));
    await isolate(world, watch, 'apps', 'second');
    await interrupted(watch);
    expect(sourceOf(world, 'apps')).toBe('apps-isolated');
    expect(watch.stderr).toContain('--keep');
    const next = world.watch();
    await next.started();
    await isolate(world, next, 'apps', 'third');
    await interrupted(next);
    expect(specsOf(world)).toEqual(before);
    await world.untilLive('apps', 'third');
  });

  test('and a watch after it isolates nothing anew, since the cluster has what is on the disk, until something changes', async () => {
    const world = await startWorld();
    const watch = await reconciled(world);
    const before = withoutLeases(specsOf(world));
    await isolate(world, watch, 'apps', 'second');
    await isolate(world, watch, 'data', 'second');
    await interrupted(watch);
    const next = world.watch();
    await next.started();
    await next.event({ machine: 'watch', type: 'NothingToDo' });
    expect(withoutLeases(specsOf(world))).toEqual(before);
    expect(next.events.filter(({ effect }) => effect === 'pushClosure')).toEqual([]);
    await isolate(world, next, 'apps', 'third');
    expect(sourceOf(world, 'data')).toBe('shop');
    await interrupted(next);
    expect(withoutLeases(specsOf(world))).toEqual(before);
  });

  test('and a watch after it finds what was saved in between', async () => {
    const world = await startWorld();
    const watch = await reconciled(world);
    await isolate(world, watch, 'apps', 'second');
    await interrupted(watch);
    world.save('apps', 'third');
    const next = world.watch();
    await next.started();
    await world.untilLive('apps', 'third');
    await interrupted(next);
  });

  test('while the cluster is away ends all the same, says what is left, and the next watch puts it back', async () => {
    const world = await startWorld();
    const watch = await reconciled(world);
    const before = withoutLeases(specsOf(world));
    await isolate(world, watch, 'apps', 'second');
    const away = world.cluster.faults.next({
      match: ({ verb }) => verb !== 'watch',
      dropConnection: true,
      times: 1_000,
    });
    await interrupted(watch);
    expect(watch.stderr).toMatch(/apps may still be isolated/);
    away.cancel();
    expect(sourceOf(world, 'apps')).toBe('apps-isolated');
    const next = world.watch();
    await next.started();
    await interrupted(next);
    expect(specsOf(world)).toEqual(before);
    await world.untilLive('apps', 'second');
  });

  test('twice ends at once', async () => {
    const world = await startWorld();
    const watch = await reconciled(world);
    await isolate(world, watch, 'apps', 'second');
    const stuck = world.cluster.faults.next({ match: ({ verb }) => verb === 'patch', silent: true, times: 1_000 });
    watch.signal('SIGINT');
    await watch.says('putting back');
    watch.signal('SIGINT');
    expect((await watch.closed).code).toBe(130);
    expect(sourceOf(world, 'apps')).toBe('apps-isolated');
    // What was said to do is of use at once, not only when the Lease has expired: that process is gone.
    expect(watch.stderr).toContain('reconcile-machine restore');
    stuck.cancel();
    const restored = await world.run('restore', '--yes', '--kubeconfig', world.kubeconfig);
    expect(restored).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/is dead: its process \d+ on this machine is gone/),
    });
    expect(sourceOf(world, 'apps')).toBe('shop');
  });
});

describe('kill -9', () => {
  test('the next watch of the directory goes on with what is isolated, without putting anything back and forth', async () => {
    const world = await startWorld();
    const watch = await reconciled(world);
    const before = withoutLeases(specsOf(world));
    await isolate(world, watch, 'apps', 'second');
    await watch.kill();
    const { generation } = metadataOf(world, 'apps');
    const next = world.watch();
    await next.started();
    await next.says('goes on with what an earlier session of this directory isolated: flux-system/apps');
    await next.event({ machine: 'watch', type: 'NothingToDo' });
    expect(metadataOf(world, 'apps').generation).toBe(generation);
    await isolate(world, next, 'apps', 'third');
    await interrupted(next);
    expect(specsOf(world)).toEqual(before);
    await world.untilLive('apps', 'third');
  });

  test('with --isolate=off the next watch puts back what is isolated, and brings the shared source to what is on the disk', async () => {
    const world = await startWorld();
    const watch = await reconciled(world);
    const before = withoutLeases(specsOf(world));
    await isolate(world, watch, 'apps', 'second');
    await watch.kill();
    const next = world.watch('--isolate=off');
    await next.started();
    await world.untilLive('apps', 'second');
    await settled(next, 'apps', 0);
    expect(specsOf(world)).toEqual(before);
    await interrupted(next);
  });
});

describe('another session', () => {
  test('that lives keeps its targets: they are not touched, and that is said', async () => {
    const world = await startWorld();
    const watch = await reconciled(world);
    await isolate(world, watch, 'apps', 'second');
    const other = secondWatch(world);
    await other.started();
    const from = other.lastSeq;
    saveElsewhere(world, 'apps', 'mine');
    saveElsewhere(world, 'data', 'mine');
    await settled(other, 'data', from);
    await world.untilLive('data', 'mine');
    expect(world.live('apps')).toBe('second');
    const { stdout } = await world.run('status', '--log', join(world.home, 'other.db'));
    expect(stdout).toMatch(/apps\s+held.*isolated by another session/);
    await interrupted(other);
    expect(other.stderr).toContain('put back flux-system/data');
    expect(sourceOf(world, 'apps')).toBe('apps-isolated');
    // The one that lives takes up what is back on the shared source, which has what the other pushed at its end.
    await world.untilLive('data', 'first');
    const session = metadataOf(world, 'apps').annotations?.[SESSION_MARK];
    expect(session).toBeDefined();
    expect(metadataOf(world, 'data').annotations?.[SESSION_MARK]).toBe(session);
  });

  test('that is dead and was of another directory is put back at the start', async () => {
    const world = await startWorld();
    const before = specsOf(world);
    const watch = await reconciled(world);
    await isolate(world, watch, 'apps', 'second');
    await watch.kill();
    const other = secondWatch(world);
    await other.started();
    expect(sourceOf(world, 'apps')).toBe('shop');
    await other.says('put back what an earlier session left isolated: Kustomization/flux-system/apps');
    await interrupted(other);
    expect(specsOf(world)).toEqual(before);
  });

  test('leaves no Lease behind that nobody owns', async () => {
    const world = await startWorld();
    const nowMs = Date.now() - 3_600_000;
    const source = 'OCIRepository/flux-system/shop';
    const old = {
      namespace: NAMESPACE,
      name: 'reconcile-machine-0badcafe',
      holder: 'elsewhere/1',
      source,
      directory: 'x',
      nowMs,
    };
    world.cluster.objects.apply(sessionLease(old) as KubeObject);
    const watch = world.watch();
    await watch.started();
    expect(world.cluster.objects.get('Lease', NAMESPACE, old.name)).toBeUndefined();
    await interrupted(watch);
    expect(world.cluster.objects.list('Lease')).toEqual([]);
  });
});

/** Another checkout of the repository. */
function secondWatch(world: SmallWorld): WatchProcess {
  for (const target of world.targets) {
    saveElsewhere(world, target, 'first');
    writeElsewhere(world, `${target}/kustomization.yaml`, 'resources:\n- configmap.yaml\n');
  }
  const dir = join(world.home, 'elsewhere');
  const log = join(world.home, 'other.db');
  return world.follow('watch', dir, '--kubeconfig', world.kubeconfig, '--log', log, '--json');
}

function saveElsewhere(world: SmallWorld, target: string, value: string): void {
  writeElsewhere(world, `${target}/configmap.yaml`, configMap(target, value));
}

function writeElsewhere(world: SmallWorld, path: string, text: string): void {
  const file = join(world.home, 'elsewhere', path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

function withoutLeases(specs: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(specs).filter(([id]) => !id.startsWith('Lease/')));
}
