import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { dockerRegistryInstalled } from '../contract/registry/subjects.ts';
import { controlPlaneExecutable, kustomizeControllerExecutable, whySkipped } from '../control-plane/executables.ts';
import { eventually } from './real/eventually.ts';
import { type RealWorld, startRealWorld } from './real/real-world.ts';
import { withoutAskedAgain } from './real/sent-away.ts';
import { openShop, type Shop, type ShopOptions } from './real/shop.ts';
import { configMap, deployment, kustomizationFile, SHOP_TARGETS } from './real/shop-files.ts';
import type { PrintedEvent, WatchProcess } from './watch-process.ts';

const skipped = whySkipped(controlPlaneExecutable(), kustomizeControllerExecutable());

// Two cores may be shared with all the other tests, and an API server that is away is looked for at ever longer intervals.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 });

/** Flux that cannot write down how a run ended, as the server is away, tries again after this, or else after the whole interval of ten minutes. */
const RETRIED = { retryInterval: '2s' };
const SHOP: ShopOptions = {
  targets: Object.fromEntries(Object.entries(SHOP_TARGETS).map(([name, spec]) => [name, { ...spec, ...RETRIED }])),
};
/** docs is waited for until its objects are healthy. */
const ROLLOUT: ShopOptions = {
  targets: { docs: { ...RETRIED, wait: true }, jobs: RETRIED },
  files: {
    'docs/kustomization.yaml': kustomizationFile('docs.yaml'),
    'docs/docs.yaml': configMap('docs', 'one'),
    'jobs/kustomization.yaml': kustomizationFile('jobs.yaml'),
    'jobs/jobs.yaml': configMap('jobs', 'one'),
  },
};

function eventsSince({ events }: WatchProcess, from: number): readonly PrintedEvent[] {
  return events.filter(({ seq }) => seq > from);
}

describe.skipIf(skipped !== undefined)('a watch whose cluster fails under it', () => {
  let world: RealWorld;
  beforeAll(async () => {
    world = await startRealWorld({ registry: dockerRegistryInstalled ? 'docker-registry' : 'embedded' });
  }, 120_000);
  afterAll(() => world?.stop());
  beforeEach(() => world.restartFlux());

  /** How often each was patched since `before` patches: `{ source: 1, docs: 1 }`; but for those that `events` show to be asked again. */
  async function patchesSince(
    shop: Shop,
    before: number,
    events: readonly PrintedEvent[] = [],
  ): Promise<Readonly<Record<string, number>>> {
    const counts: Record<string, number> = {};
    for (const name of withoutAskedAgain((await shop.patches()).slice(before), events))
      counts[name] = (counts[name] ?? 0) + 1;
    return counts;
  }

  test('the API server is away when a file is saved: it goes live once the server is back, asked once', async (context) => {
    const shop = await openShop(world, context, SHOP);
    const watch = await shop.settledWatch();
    const [from, patched] = [watch.lastSeq, (await shop.patches()).length];
    await world.plane.kill();
    shop.save('docs', 'two');
    await watch.event({ machine: 'watch', type: 'StepFailed' }, from);
    await world.plane.start();
    await shop.untilLive('docs', 'two');
    await shop.atRest(watch);
    const { source = 0, ...targets } = await patchesSince(shop, patched, eventsSince(watch, from));
    expect(targets).toEqual({ docs: 1 });
    // A status that source-controller could not write when the server went away has it pull again by itself: then nobody need ask it.
    expect(source).toBeLessThanOrEqual(1);
    for (const target of shop.targets) await shop.untilReady(target);
    expect(watch.stderr).toContain('objects are watched again');
    expect(watch.exit).toBeUndefined();
  });

  test('the API server is killed right after the push: the reconcile goes on where it was', async (context) => {
    const shop = await openShop(world, context, SHOP);
    const watch = await shop.settledWatch();
    const [from, patched] = [watch.lastSeq, (await shop.patches()).length];
    shop.saveBase('two');
    await watch.event({ type: 'ArtifactPushed' }, from);
    await world.plane.kill();
    await world.plane.start();
    await shop.untilLive('web-settings', 'two');
    await shop.atRest(watch);
    for (const target of shop.targets) await shop.untilReady(target);
    const since = eventsSince(watch, from);
    const { source = 0, ...targets } = await patchesSince(shop, patched, since);
    // The server may have been killed between the write and its answer: that request is not known to have arrived.
    expect(source).toBeLessThanOrEqual(2);
    expect(targets).toEqual({ blog: 1, web: 1 });
    const pushes = since.filter(({ type }) => type === 'ArtifactPushed');
    expect(pushes.filter(({ unchanged }) => unchanged !== true)).toHaveLength(1);
  });

  test('the API server is killed while a request is in flight: its answer is waited for, and it is asked again only where none comes', async (context) => {
    const shop = await openShop(world, context, ROLLOUT);
    const watch = await shop.settledWatch();
    const [from, patched] = [watch.lastSeq, (await shop.patches()).length];
    shop.write('docs/docs.yaml', deployment('docs'));
    await watch.event({ machine: `target/${shop.idOf('docs')}`, type: 'RequestAccepted' }, from);
    await eventually('the Deployment', () => world.get('Deployment', shop.namespace, 'docs'));
    await world.plane.kill();
    await world.plane.start();
    await shop.rollOut('docs');
    await shop.settled(watch, 'docs', 'ready', from, 60_000);
    await shop.atRest(watch);
    await shop.untilReady('docs');
    expect(await patchesSince(shop, patched, eventsSince(watch, from))).toEqual({ source: 1, docs: 1 });
  });

  test('the history is compacted while the watch is cut off: it lists again, and what was deleted meanwhile is gone from its status', async (context) => {
    const shop = await openShop(world, context, SHOP);
    const watch = await shop.settledWatch();
    const lists = (requests: readonly { verb: string; resource: string }[]): number =>
      requests.filter(({ verb, resource }) => verb === 'list' && resource === 'kustomizations').length;
    const before = lists(await shop.requests());
    // What happens now waits unread on a connection that is cut.
    watch.signal('SIGSTOP');
    await shop.deleteKustomization('jobs');
    await shop.kustomize('docs', { suspend: true });
    // The newest revisions are of things that no watch of ours tells, so that none of them can be taken up where it was.
    for (const name of ['later', 'later-still', 'newest'])
      await world.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: shop.namespace } });
    await world.plane.compact();
    await world.plane.kill();
    await world.plane.start();
    const from = watch.lastSeq;
    watch.signal('SIGCONT');
    await shop.atRest(watch, { jobs: 'gone' });
    await watch.event({ machine: `target/${shop.idOf('jobs')}`, type: 'TargetRemoved' }, from);
    // What was unread is read before the cut is felt.
    await eventually('another list', async () => lists(await shop.requests()) > before);

    shop.save('docs', 'two');
    await shop.atRest(watch, { jobs: 'gone', docs: 'suspended' });
    await shop.kustomize('docs', { suspend: false });
    await shop.untilLive('docs', 'two');
    await shop.atRest(watch, { jobs: 'gone' });
    expect(lists(await shop.requests())).toBe(before + 1);
  });

  test('the history is compacted between two runs of the watch: the second knows what was deleted and what was saved', async (context) => {
    const shop = await openShop(world, context, SHOP);
    const first = await shop.settledWatch();
    first.signal('SIGINT');
    await first.closed;
    const patched = (await shop.patches()).length;
    await shop.deleteKustomization('jobs');
    shop.save('docs', 'two');
    await world.plane.compact();
    await world.plane.kill();
    await world.plane.start();
    const second = shop.watch();
    await shop.untilLive('docs', 'two');
    await shop.atRest(second, { jobs: 'gone' });
    expect(await patchesSince(shop, patched)).toEqual({ source: 1, docs: 1 });
  });

  test('kustomize-controller is killed in the middle of a reconcile: the watch waits for the next one, and asks nothing anew', async (context) => {
    const shop = await openShop(world, context, ROLLOUT);
    const watch = await shop.settledWatch();
    const [from, patched] = [watch.lastSeq, (await shop.patches()).length];
    shop.write('docs/docs.yaml', deployment('docs'));
    await watch.event({ machine: `target/${shop.idOf('docs')}`, type: 'RequestAccepted' }, from);
    await eventually('the Deployment', () => world.get('Deployment', shop.namespace, 'docs'));
    await world.controller.kill();
    shop.save('jobs', 'two');
    await watch.event({ machine: `target/${shop.idOf('jobs')}`, type: 'RequestAccepted' }, from);
    await world.controller.start();
    await shop.rollOut('docs');
    await shop.settled(watch, 'docs', 'ready', from, 60_000);
    await shop.atRest(watch);
    for (const target of shop.targets) await shop.untilReady(target);
    expect(await shop.live('jobs')).toBe('two');
    expect(await patchesSince(shop, patched)).toEqual({ source: 2, docs: 1, jobs: 1 });
  });

  test("somebody else's request that overwrites one not yet taken is an answer too", async (context) => {
    const shop = await openShop(world, context, SHOP);
    const watch = await shop.settledWatch();
    const [from, patched] = [watch.lastSeq, (await shop.patches()).length];
    await world.controller.kill();
    shop.save('docs', 'two');
    await watch.event({ machine: `target/${shop.idOf('docs')}`, type: 'RequestAccepted' }, from);
    await shop.askAsSomebodyElse('docs');
    await world.controller.start();
    await shop.settled(watch, 'docs', 'ready', from, 60_000);
    await shop.atRest(watch);
    expect(await shop.live('docs')).toBe('two');
    expect(await patchesSince(shop, patched)).toEqual({ source: 1, docs: 1 });
  });
});
