import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { controlPlaneExecutable, kustomizeControllerExecutable, whySkipped } from '../control-plane/executables.ts';
import { edit } from './real/edit.ts';
import { DEVELOPER, type RealWorld, startRealWorld } from './real/real-world.ts';
import { clusterRights, DOCUMENTED_RIGHTS, namespaceRights, rightsWithout } from './real/rights.ts';
import { openShop, type Shop } from './real/shop.ts';

const skipped = whySkipped(controlPlaneExecutable(), kustomizeControllerExecutable());

// Two cores may be shared with all the other tests.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const READER = 'reader';
const PUSHER = 'pusher';
const BLIND = 'blind';
const NARROW = 'narrow';
const LOCAL = 'local';

describe.skipIf(skipped !== undefined)('a watch for a user whom RBAC does not let do everything', () => {
  let world: RealWorld;
  beforeAll(async () => {
    world = await startRealWorld({ users: [READER, PUSHER, BLIND, NARROW, LOCAL] });
    const rights = [
      ...clusterRights(READER, rightsWithout('ocirepositories', 'patch')),
      ...clusterRights(PUSHER, rightsWithout('kustomizations', 'patch')),
      ...clusterRights(BLIND, rightsWithout('kustomizations', 'list', 'watch')),
      ...clusterRights(NARROW, rightsWithout('buckets', 'list', 'watch')),
    ];
    for (const object of rights) await world.apply(object);
  }, 120_000);
  afterAll(() => world?.stop());

  test('may not list Kustomizations: the watch does not begin, and names verb and resource', async (context) => {
    const shop = await openShop(world, context, { user: BLIND });
    const watch = shop.watch();
    expect(await watch.closed).toEqual({ code: 1, signal: null });
    expect(errorOf(watch.stderr)).toMatchObject({
      kind: 'forbidden',
      message: expect.stringMatching(/list.*kustomizations.*HTTP 403.*User "blind" cannot list resource/),
      hint: expect.stringContaining('"list" on kustomizations'),
      exitCode: 1,
    });
  });

  test('may read and not patch the source: the save is refused by name, and arrives once the right is given', async (context) => {
    const shop = await openShop(world, context, { user: READER });
    const watch = shop.watch('--initial');
    const { failure } = await watch.event({ machine: 'watch', type: 'StepRefused' });
    expect(failure).toMatchObject({
      kind: 'forbidden',
      message: expect.stringMatching(
        /patch ocirepositories.*"shop" in namespace shop-.*HTTP 403.*User "reader" cannot patch/,
      ),
      hint: expect.stringContaining('"patch" on ocirepositories'),
    });
    expect(watch.exit).toBeUndefined();
    expect(await shop.tokens()).toEqual({
      source: undefined,
      blog: undefined,
      docs: undefined,
      jobs: undefined,
      web: undefined,
    });

    for (const object of clusterRights(READER, DOCUMENTED_RIGHTS)) await world.apply(object);
    await shop.untilLive('docs', await saveUntilReady(shop, watch, 'docs'));
  });

  test('may patch the source and not Kustomizations: each is a dead letter that says so, though Flux runs them', async (context) => {
    const shop = await openShop(world, context, { user: PUSHER });
    const watch = shop.watch('--initial');
    // Not the status: Flux may have run the target by then, and a dead letter that is Ready is none any more.
    for (const target of ['docs', 'jobs'])
      expect(await shop.settled(watch, target, 'failed')).toMatchObject({
        reason: 'forbidden',
        message: expect.stringMatching(/patch kustomizations.*HTTP 403.*User "pusher" cannot patch/),
      });
    // The new revision makes Flux run them all the same, and what it shows is believed.
    for (const target of shop.targets) await shop.untilReady(target);
    await shop.atRest(watch);
    expect(await shop.live('docs')).toBe('one');
    expect((await shop.patches()).filter((patched) => patched !== 'source')).toEqual([]);
  });

  test('may not read a kind of source that is not needed: that is said, and all goes on', async (context) => {
    const shop = await openShop(world, context, { user: NARROW });
    const watch = await shop.settledWatch();
    expect(watch.stderr).toMatch(/Bucket objects cannot be watched: .*list.*buckets/);
    expect(await shop.live('docs')).toBe('one');
  });

  test('has rights in one namespace alone: --namespace is all it takes', async (context) => {
    const shop = await openShop(world, context, { user: LOCAL });
    const everywhere = shop.watch();
    expect(await everywhere.closed).toEqual({ code: 1, signal: null });
    expect(errorOf(everywhere.stderr)).toMatchObject({ kind: 'forbidden' });

    for (const object of namespaceRights(LOCAL, shop.namespace, DOCUMENTED_RIGHTS.slice(0, 2)))
      await world.apply(object);
    const watch = await shop.settledWatch('--namespace', shop.namespace);
    const leaf = await edit(shop, watch, () => shop.save('docs', 'two'));
    expect(leaf.asked).toEqual(['docs', 'source']);
    expect(await shop.live('docs')).toBe('two');
  });

  test('has a token that is no longer good: said with what to do, a watch that runs goes on, and the next login goes on from there', async (context) => {
    const shop = await openShop(world, context);
    const watch = await shop.settledWatch();
    await world.plane.renewToken(DEVELOPER);
    await world.plane.kill();
    await world.plane.start();
    await watch.says(/objects cannot be watched: .*HTTP 401/);
    expect(watch.stderr).toContain('log in again');
    const from = watch.lastSeq;
    shop.save('docs', 'two');
    const { failure } = await watch.event({ machine: 'watch', type: 'StepRefused' }, from);
    expect(failure).toMatchObject({
      kind: 'unauthorized',
      message: expect.stringContaining('HTTP 401'),
      hint: expect.stringContaining('log in again'),
    });
    expect(watch.exit).toBeUndefined();
    watch.signal('SIGINT');
    await watch.closed;

    const refused = shop.watch();
    expect(await refused.closed).toEqual({ code: 1, signal: null });
    expect(errorOf(refused.stderr)).toMatchObject({
      kind: 'unauthorized',
      hint: expect.stringContaining('log in again'),
    });

    shop.writeKubeconfig();
    const next = shop.watch();
    await next.started();
    const [letter] = (await shop.status()).deadLetters;
    expect(letter).toMatchObject({ id: shop.idOf('docs'), message: expect.stringContaining('HTTP 401') });
    await shop.retry('docs');
    await shop.untilLive('docs', 'two');
    await shop.atRest(next);
  });
});

interface PrintedError {
  readonly kind: string;
  readonly message: string;
  readonly hint: string;
  readonly exitCode: number;
}

/** What `--json` prints when a command fails: the last line of stderr. */
function errorOf(stderr: string): PrintedError {
  const line = stderr.trim().split('\n').at(-1) ?? '';
  return (JSON.parse(line) as { readonly error: PrintedError }).error;
}

/** RBAC takes a moment to know of a right: saves again for as long as it is refused. Returns what was saved last. */
async function saveUntilReady(shop: Shop, watch: ReturnType<Shop['watch']>, target: string): Promise<string> {
  for (let attempt = 1; ; attempt += 1) {
    const from = watch.lastSeq;
    shop.save(target, `attempt ${attempt}`);
    const answer = await watch.find('an answer to the save', () =>
      watch.events.find(
        ({ seq, machine, type, ...event }) =>
          seq > from &&
          machine === 'watch' &&
          (type === 'StepRefused' || (type === 'TargetSettled' && event.target === shop.idOf(target))),
      ),
    );
    if (answer.outcome === 'ready') return `attempt ${attempt}`;
  }
}
