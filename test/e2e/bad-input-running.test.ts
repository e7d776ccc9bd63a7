import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { startCluster, startRegistry } from '../../src/embedded/testing.ts';
import { configMap, idOf, NAMESPACE, type SmallWorld, startSmallWorld, type WorldOptions } from './small-world.ts';
import type { PrintedEvent, WatchProcess } from './watch-process.ts';

const worlds: SmallWorld[] = [];

async function startWorld(options?: WorldOptions): Promise<SmallWorld> {
  const world = await startSmallWorld(options);
  worlds.push(world);
  return world;
}

afterEach(async () => {
  for (const world of worlds.splice(0)) await world.stop();
});

/** A watch whose targets are all Ready. */
async function settledWatch(world: SmallWorld, ...more: string[]): Promise<WatchProcess> {
  const watch = world.watch('--initial', ...more);
  for (const target of world.targets)
    await watch.event({ type: 'TargetSettled', target: idOf(target), outcome: 'ready' });
  return watch;
}

const settled = (watch: WatchProcess, target: string, outcome: string, afterSeq: number): Promise<PrintedEvent> =>
  watch.event({ machine: 'watch', type: 'TargetSettled', target: idOf(target), outcome }, afterSeq);

/** Why a batch was decided like this, in words. */
async function decision(watch: WatchProcess, reason: string): Promise<string> {
  return watch.find(`a decision ${reason}`, () => {
    for (const { decisions } of watch.events) {
      for (const made of (decisions as readonly { reason: string; detail: string }[] | undefined) ?? [])
        if (made.reason === reason) return made.detail;
    }
    return undefined;
  });
}

interface Status {
  readonly held: readonly { readonly id: string; readonly message: string }[];
  readonly deadLetters: readonly { readonly id: string; readonly reason: string; readonly message: string }[];
}

async function statusOf(world: SmallWorld): Promise<Status> {
  return JSON.parse((await world.run('status', '--log', world.log, '--json')).stdout) as Status;
}

/** Asks `status` until it says so: others than the one that was waited for may take a moment longer. */
async function untilStatus(world: SmallWorld, is: (status: Status) => boolean): Promise<Status> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const status = await statusOf(world);
    if (is(status) || Date.now() > deadline) return status;
  }
}

/** Nothing of the broken tree is pushed, the watch goes on, and the next sound save arrives. */
async function expectHeldThenHealed(
  world: SmallWorld,
  watch: WatchProcess,
  input: { readonly break: () => void; readonly heal: () => void; readonly says: RegExp },
): Promise<void> {
  const pushed = world.registry.resolveTag('shop', 'latest');
  const before = watch.lastSeq;
  input.break();
  await settled(watch, 'apps', 'held', before);
  const [held] = (await statusOf(world)).held;
  expect(held).toMatchObject({ id: idOf('apps'), message: expect.stringMatching(input.says) });
  expect(world.registry.resolveTag('shop', 'latest')).toBe(pushed);
  expect(watch.exit).toBeUndefined();

  const broken = watch.lastSeq;
  input.heal();
  world.save('apps', 'healed');
  await settled(watch, 'apps', 'ready', broken);
  await world.untilLive('apps', 'healed');
  expect((await untilStatus(world, ({ held }) => held.length === 0)).held).toEqual([]);
}

describe('a file that no build can use is held, not pushed, and named:', () => {
  test('broken YAML, with line and column', async () => {
    const world = await startWorld();
    await expectHeldThenHealed(world, await settledWatch(world), {
      break: () => world.write('apps/configmap.yaml', 'kind: ConfigMap\nmetadata: [\n'),
      heal: () => {},
      says: /^apps\/configmap\.yaml:\d+:\d+: ./,
    });
  });

  test('a kustomization that names a missing file, with the place of the name', async () => {
    const world = await startWorld();
    await expectHeldThenHealed(world, await settledWatch(world), {
      break: () => world.write('apps/kustomization.yaml', 'resources:\n- configmap.yaml\n- missing.yaml\n'),
      heal: () => world.write('apps/kustomization.yaml', 'resources:\n- configmap.yaml\n'),
      says: /^apps\/kustomization\.yaml:3:3: .*missing\.yaml/,
    });
  });
});

describe('what cannot be mapped is a full reconcile that says why, and the watch goes on:', () => {
  test('an include loop, with its way round', async () => {
    const world = await startWorld();
    const watch = await settledWatch(world);
    world.write('apps/kustomization.yaml', 'resources:\n- configmap.yaml\n- ../data\n');
    world.write('data/kustomization.yaml', 'resources:\n- configmap.yaml\n- ../apps\n');
    const why = await decision(watch, 'ambiguous');
    expect(why).toMatch(/(apps|data)\/kustomization\.yaml:3:3: .*(apps → data → apps|data → apps → data)/);

    const before = watch.lastSeq;
    world.write('apps/kustomization.yaml', 'resources:\n- configmap.yaml\n');
    world.write('data/kustomization.yaml', 'resources:\n- configmap.yaml\n');
    world.save('apps', 'without a loop');
    await settled(watch, 'apps', 'ready', before);
    // The full reconcile from before may have been the first to be ready.
    await world.untilLive('apps', 'without a loop');
  });

  test('a YAML file larger than the limit: which limit, and how to raise it', async () => {
    const world = await startWorld();
    const watch = await settledWatch(world, '--limit', 'yamlBytesMax=1000');
    world.save('apps', 'x'.repeat(2_000));
    const why = await decision(watch, 'ambiguous');
    expect(why).toMatch(/apps\/configmap\.yaml: .*at most 1000 .*--limit yamlBytesMax=/);

    const before = watch.lastSeq;
    world.save('apps', 'small again');
    await settled(watch, 'apps', 'ready', before);
    // The full reconcile from before may have been the first to be ready.
    await world.untilLive('apps', 'small again');
  });
});

describe('a file that cannot be read is never left out of the artifact: nothing is pushed, and it is named:', () => {
  /** The push is refused, once, until the file is sound again. */
  async function expectRefusedThenHealed(
    world: SmallWorld,
    watch: WatchProcess,
    input: { readonly break: () => void; readonly heal: () => void; readonly says: RegExp; readonly hint: string },
  ): Promise<void> {
    const pushed = world.registry.resolveTag('shop', 'latest');
    const before = watch.lastSeq;
    input.break();
    const { failure } = await watch.event({ machine: 'watch', type: 'StepRefused' }, before);
    expect(failure).toMatchObject({
      kind: 'disk',
      message: expect.stringMatching(input.says),
      hint: expect.stringContaining(input.hint),
    });
    expect(world.registry.resolveTag('shop', 'latest')).toBe(pushed);
    expect(watch.exit).toBeUndefined();
    expect(watch.stderr).not.toContain('crashed');

    const refused = watch.lastSeq;
    input.heal();
    await settled(watch, 'apps', 'ready', refused);
    await world.untilLive('apps', 'sound');
    const status = await untilStatus(world, ({ deadLetters }) => deadLetters.length === 0);
    expect(status.deadLetters.map(({ id, message }) => [id, message])).toEqual([]);
  }

  test('one that is larger than the limit', async () => {
    const world = await startWorld();
    await expectRefusedThenHealed(world, await settledWatch(world, '--limit', 'closureBytesMax=1000'), {
      break: () => world.save('apps', 'x'.repeat(2_000)),
      heal: () => world.save('apps', 'sound'),
      says: /apps\/configmap\.yaml: larger than the limit closureBytesMax/,
      hint: '--limit closureBytesMax=',
    });
  });

  test('one that no Kustomization reads', async () => {
    const world = await startWorld();
    await expectRefusedThenHealed(world, await settledWatch(world, '--limit', 'closureBytesMax=1000'), {
      break: () => {
        world.write('notes/big.txt', 'x'.repeat(2_000));
        world.save('apps', 'not pushed');
      },
      heal: () => {
        world.write('notes/big.txt', 'small');
        world.save('apps', 'sound');
      },
      says: /notes\/big\.txt: larger than the limit closureBytesMax/,
      hint: '--limit closureBytesMax=',
    });
  });

  // Root reads every file.
  test.skipIf(process.getuid?.() === 0)('one without read permission', async () => {
    const world = await startWorld();
    const path = join(world.dir, 'apps/configmap.yaml');
    await expectRefusedThenHealed(world, await settledWatch(world), {
      break: () => {
        rmSync(path);
        writeFileSync(path, configMap('apps', 'sound'), { mode: 0 });
      },
      heal: () => {
        chmodSync(path, 0o644);
        world.save('apps', 'sound');
      },
      says: /apps\/configmap\.yaml: cannot be read \(EACCES\)/,
      hint: 'check its permissions',
    });
  });
});

test('a tree that grows over the limit stops nothing: the limit is named, and the watch goes on when it is small again', async () => {
  const world = await startWorld();
  const watch = await settledWatch(world, '--limit', 'treeFilesMax=15');
  const extra = Array.from({ length: 20 }, (_, index) => `data/extra-${index}.yaml`);
  for (const path of extra) world.write(path, '{}\n');
  const { failure } = await watch.event({ machine: 'watch', type: 'StepFailed' });
  expect(failure).toMatchObject({
    message: expect.stringContaining('at most 15 files'),
    hint: expect.stringContaining('--limit treeFilesMax='),
  });
  for (const path of extra) rmSync(join(world.dir, path));
  world.save('apps', 'small again');
  await world.untilLive('apps', 'small again');
});

describe('a cluster that goes away', () => {
  test('is waited for: what was saved meanwhile arrives when it is back', async () => {
    const world = await startWorld();
    const watch = await settledWatch(world);
    const away = world.cluster.faults.next({ match: () => true, dropConnection: true, times: 100_000 });
    world.cluster.dropWatches();
    await watch.says(/objects cannot be watched: .*does not answer/);
    const before = watch.lastSeq;
    world.save('apps', 'while away');
    await watch.event({ machine: 'watch', type: 'StepFailed' }, before);
    expect(watch.exit).toBeUndefined();
    away.cancel();
    await world.untilLive('apps', 'while away');
    await settled(watch, 'apps', 'ready', before);
    await watch.says('objects are watched again');
  });
});

describe('a right that is missing is named, verb and resource, and stops only what needs it:', () => {
  test('patch of Kustomizations', async () => {
    const world = await startWorld({ cluster: { deny: [{ verb: 'patch', resource: 'kustomizations' }] } });
    const watch = world.watch('--initial');
    // Not the status: Flux runs the target by itself on the new revision, and a dead letter that is Ready is none any more.
    expect(await settled(watch, 'apps', 'failed', 0)).toMatchObject({
      reason: 'forbidden',
      message: expect.stringMatching(/patch.*kustomizations/),
    });
    expect(watch.exit).toBeUndefined();
  });

  test('patch of the source', async () => {
    const world = await startWorld({ cluster: { deny: [{ verb: 'patch', resource: 'ocirepositories' }] } });
    const watch = world.watch('--initial');
    const { failure } = await watch.event({ machine: 'watch', type: 'StepRefused' });
    expect(failure).toMatchObject({
      kind: 'forbidden',
      message: expect.stringMatching(/patch.*ocirepositories/),
      hint: expect.stringContaining('"patch" on ocirepositories'),
    });
    expect(watch.exit).toBeUndefined();
  });

  test('list of a kind that is not needed', async () => {
    const world = await startWorld({ cluster: { deny: [{ verb: 'list', resource: 'helmreleases' }] } });
    const watch = await settledWatch(world);
    await watch.says(/HelmRelease objects cannot be watched: .*list.*helmreleases/);
    expect(world.live('apps')).toBe('first');
  });

  test('with --once the exit code is 1', async () => {
    const world = await startWorld({ cluster: { deny: [{ verb: 'patch', resource: 'kustomizations' }] } });
    const watch = world.watch('--initial', '--once');
    expect(await watch.closed).toEqual({ code: 1, signal: null });
  });
});

describe('a registry', () => {
  test('that is not there is waited for, and gets the save when it is', async () => {
    const world = await startWorld();
    const watch = await settledWatch(world);
    const before = watch.lastSeq;
    const port = Number(new URL(world.registry.url).port);
    await world.registry.stop();
    world.save('apps', 'while the registry is away');
    const { failure } = await watch.event({ machine: 'watch', type: 'StepFailed' }, before);
    expect(failure).toMatchObject({
      kind: 'unavailable',
      dependency: 'registry',
      message: expect.stringContaining('does not answer (ECONNREFUSED)'),
      hint: expect.stringContaining('is the registry started?'),
    });
    const again = await startRegistry({ port });
    try {
      await world.untilLive('apps', 'while the registry is away');
      await settled(watch, 'apps', 'ready', before);
    } finally {
      await again.stop();
    }
  });

  test.each([
    {
      name: 'that wants a login',
      registry: { credentials: { username: 'somebody', password: 'else' } },
      kind: 'unauthorized',
      says: 'HTTP 401',
      hint: 'docker login',
    },
    {
      name: 'that is read-only',
      registry: { readOnly: true },
      kind: 'forbidden',
      says: 'HTTP 405',
      hint: 'seems to be read-only',
    },
  ])('$name refuses the push once, with its words, and the watch goes on', async ({ registry, kind, says, hint }) => {
    const world = await startWorld({ registry });
    const watch = world.watch('--initial');
    const { failure } = await watch.event({ machine: 'watch', type: 'StepRefused' });
    expect(failure).toMatchObject({
      kind,
      message: expect.stringContaining(says),
      hint: expect.stringContaining(hint),
    });
    expect(world.cluster.requests.count('patch ocirepositories')).toBe(0);
    // Another save is another attempt.
    const before = watch.lastSeq;
    world.save('apps', 'again');
    await watch.event({ machine: 'watch', type: 'StepRefused' }, before);
    expect(watch.exit).toBeUndefined();
  });

  test('that wants a login gets the push once there is one, by itself', async () => {
    const world = await startWorld({ registry: { credentials: { username: 'somebody', password: 'else' } } });
    const watch = world.watch('--initial');
    const { failure } = await watch.event({ machine: 'watch', type: 'StepRefused' });
    expect(failure).toMatchObject({ hint: expect.stringMatching(/^There is no login for .* docker login /) });
    await settled(watch, 'apps', 'failed', 0);
    const auth = Buffer.from('somebody:else').toString('base64');
    const docker = String(world.env.DOCKER_CONFIG);
    mkdirSync(docker, { recursive: true });
    writeFileSync(join(docker, 'config.json'), JSON.stringify({ auths: { [world.registry.host]: { auth } } }));
    await watch.event({ type: 'ArtifactPushed' });
  });

  test('that has refused a login gets the push by hand, too: the login is read anew', async () => {
    const world = await startWorld({ registry: { credentials: { username: 'somebody', password: 'else' } } });
    const watch = world.watch('--initial');
    await settled(watch, 'apps', 'failed', 0);
    const before = watch.lastSeq;
    expect((await world.run('retry', 'apps', '--log', world.log)).code).toBe(0);
    await watch.event({ machine: 'watch', type: 'StepRefused' }, before);
  });

  test('that refuses ends --once with exit code 1', async () => {
    const world = await startWorld({ registry: { readOnly: true } });
    expect(await world.watch('--initial', '--once').closed).toEqual({ code: 1, signal: null });
  });
});

test('a hook that fails stops that cycle with its output, and the next save runs it again', async () => {
  const world = await startWorld();
  const flag = join(world.home, 'flag');
  const watch = world.watch('--initial', '--hook', `test -e ${flag} || { echo no flag here >&2; exit 3; }`);
  const { failure } = await watch.event({ machine: 'watch', type: 'StepRefused', step: 'hook' });
  expect(failure).toMatchObject({ kind: 'hook', message: expect.stringContaining('3') });
  expect(JSON.stringify(failure)).toContain('no flag here');
  expect(world.registry.resolveTag('shop', 'latest')).toBeUndefined();
  writeFileSync(flag, '');
  world.save('apps', 'with the flag');
  await world.untilLive('apps', 'with the flag');
});

describe('--once', () => {
  test('ends with 0 when all that was asked is Ready', async () => {
    const world = await startWorld();
    expect(await world.watch('--initial', '--once').closed).toEqual({ code: 0, signal: null });
    expect(world.live('apps')).toBe('first');
  });

  test('ends with 1 when a build fails in the cluster', async () => {
    const world = await startWorld({
      flux: { fail: (stage, object) => (stage === 'build' && object.metadata.name === 'ops' ? 'no' : undefined) },
    });
    const watch = world.watch('--initial', '--once');
    expect(await watch.closed).toEqual({ code: 1, signal: null });
    expect(world.live('apps')).toBe('first');
  });
});

test('a cluster that is replaced by another at the same address while watching is not written to', async () => {
  const world = await startWorld();
  const watch = await settledWatch(world);
  const port = Number(new URL(world.cluster.url).port);
  await world.flux?.stop();
  await world.cluster.stop();
  const other = await startCluster({ port });
  try {
    const before = watch.lastSeq;
    world.save('apps', 'for the old cluster');
    await watch.event({ machine: 'watch', type: 'FilesChanged' }, before);
    await watch.says(/HTTP 401|cannot be watched/);
    expect(other.requests.count('patch kustomizations')).toBe(0);
    expect(other.objects.list('Kustomization', NAMESPACE)).toEqual([]);
  } finally {
    await other.stop();
  }
});
