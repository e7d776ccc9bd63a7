import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { controlPlaneExecutable, kustomizeControllerExecutable, whySkipped } from '../control-plane/executables.ts';
import { edit, story } from './real/edit.ts';
import { DEVELOPER, type RealWorld, startRealWorld } from './real/real-world.ts';
import { askedAgain, withoutAskedAgain } from './real/sent-away.ts';
import { openShop } from './real/shop.ts';
import { kustomizationFile } from './real/shop-files.ts';

const skipped = whySkipped(controlPlaneExecutable(), kustomizeControllerExecutable());
// Two cores may be shared with all the other tests.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

describe.skipIf(skipped !== undefined)('edits, on a real API server and the real kustomize-controller', () => {
  let world: RealWorld;
  beforeAll(async () => {
    world = await startRealWorld();
  }, 120_000);
  afterAll(() => world?.stop());

  test('--initial brings everything into the cluster, each target asked once, with the documented rights', async (context) => {
    const shop = await openShop(world, context);
    const watch = await shop.settledWatch();
    for (const name of ['blog', 'blog-settings', 'docs', 'jobs', 'jobs-size', 'web', 'web-settings'])
      expect([name, await shop.live(name)]).toEqual([name, 'one']);
    for (const target of shop.targets) await shop.untilReady(target);
    const [first, ...rest] = withoutAskedAgain(await shop.patches(), watch.events);
    expect(first).toBe('source');
    expect([...rest].sort()).toEqual(['blog', 'docs', 'jobs', 'web']);
    expect(watch.stderr).toBe('');
    const refused = (await shop.requests()).filter(({ code }) => code >= 400 && code !== 404);
    expect(refused).toEqual([]);
  });

  test('a leaf asks the source and the one that reads it; the others keep their requests', async (context) => {
    const shop = await openShop(world, context);
    const watch = await shop.settledWatch();
    const leaf = await edit(shop, watch, () => shop.save('docs', 'two'));
    expect(leaf).toMatchObject({ asked: ['docs', 'source'], patches: ['source', 'docs'], pushes: 1, full: undefined });
    expect(leaf.decisions).toEqual({ 'docs/docs.yaml': 'closure' });
    expect(await shop.live('docs')).toBe('two');
    const { metadata } = await shop.untilReady('docs');
    // Flux runs the others too, since the source is shared; nothing of theirs was touched.
    for (const target of shop.targets) await shop.untilReady(target);
    expect(await shop.live('jobs')).toBe('one');
    const [owner, ...others] = ownersOf(metadata.managedFields, 'f:reconcile.fluxcd.io/requestedAt');
    expect([owner, others]).toEqual(['reconcile-machine', []]);
  });

  test('a shared base asks its readers in the order of their dependencies, each at the new revision', async (context) => {
    const shop = await openShop(world, context);
    const watch = await shop.settledWatch();
    const base = await edit(shop, watch, () => shop.saveBase('two'));
    expect(base).toMatchObject({
      asked: ['blog', 'source', 'web'],
      patches: ['source', 'blog', 'web'],
      full: undefined,
    });
    expect(story(base.events)).toEqual(['ask blog', 'ready blog', 'ask web', 'ready web']);
    expect([await shop.live('blog-settings'), await shop.live('web-settings')]).toEqual(['two', 'two']);
  });

  test('the root asks everything, and says why', async (context) => {
    const shop = await openShop(world, context);
    const watch = await shop.settledWatch();
    const root = await edit(shop, watch, () =>
      shop.write('kustomization.yaml', `${kustomizationFile('blog', 'docs', 'jobs', 'web')}# all of them\n`),
    );
    expect(root).toMatchObject({ asked: ['blog', 'docs', 'jobs', 'source', 'web'], full: 'root-level' });
    expect(root.patches).toHaveLength(5);
    expect(root.decisions).toEqual({ 'kustomization.yaml': 'root-level' });
  });

  test('broken YAML is held and nothing is pushed; mended, it goes live with what waited', async (context) => {
    const shop = await openShop(world, context);
    const watch = await shop.settledWatch();
    const pushed = await shop.pushedDigest();
    const broken = await edit(shop, watch, () => shop.write('docs/docs.yaml', 'kind: [\n'), { docs: 'held' });
    expect(broken).toMatchObject({ asked: [], patches: [], pushes: 0 });
    const waiting = await edit(shop, watch, () => shop.save('jobs', 'two'), { docs: 'held', jobs: 'held' });
    expect(waiting).toMatchObject({ asked: [], patches: [], pushes: 0 });
    const { held } = await shop.status();
    expect(held.map(({ message }) => message)).toContainEqual(expect.stringMatching(/^docs\/docs\.yaml:\d+:\d+: /));
    expect(await shop.pushedDigest()).toBe(pushed);
    expect([await shop.live('docs'), await shop.live('jobs')]).toEqual(['one', 'one']);

    const mended = await edit(shop, watch, () => shop.save('docs', 'two'));
    expect(mended).toMatchObject({ asked: ['docs', 'jobs', 'source'], pushes: 1 });
    expect([await shop.live('docs'), await shop.live('jobs')]).toEqual(['two', 'two']);
  });

  test('a manifest that is deleted takes exactly its object away', async (context) => {
    const shop = await openShop(world, context);
    const watch = await shop.settledWatch();
    const before = await shop.configMapUids();
    const deleted = await edit(shop, watch, () => {
      shop.write('jobs/kustomization.yaml', kustomizationFile('jobs.yaml'));
      shop.remove('jobs/size.yaml');
    });
    expect(deleted.asked).toEqual(['jobs', 'source']);
    await shop.untilLive('jobs-size', undefined);
    const { 'jobs-size': _, ...others } = before;
    for (const target of shop.targets) await shop.untilReady(target);
    expect(await shop.configMapUids()).toEqual(others);
  });

  test('nothing but lists, watches, patches and its rights is asked of the API server, and each list once', async (context) => {
    const before = (await world.requests()).length;
    const shop = await openShop(world, context);
    const watch = await shop.settledWatch();
    await edit(shop, watch, () => shop.save('docs', 'two'));
    watch.signal('SIGINT');
    expect(await watch.closed).toEqual({ code: 130, signal: null });
    const requests = (await world.requests(DEVELOPER)).slice(before).filter(({ resource }) => resource !== '');
    const counts = new Map<string, number>();
    for (const { verb, resource } of requests)
      counts.set(`${verb} ${resource}`, (counts.get(`${verb} ${resource}`) ?? 0) + 1);
    expect(Object.fromEntries([...counts].sort())).toEqual({
      // May this user isolate?
      'create selfsubjectaccessreviews': 7,
      'get namespaces': 1,
      ...Object.fromEntries(
        ['buckets', 'externalartifacts', 'gitrepositories', 'kustomizations', 'ocirepositories'].flatMap((resource) => [
          [`list ${resource}`, 1],
          [`watch ${resource}`, 1],
        ]),
      ),
      'patch kustomizations': 5 + askedAgain(watch.events).length,
      'patch ocirepositories': 2,
    });
  });
});

/** Who owns a field of the annotations, by `metadata.managedFields`. */
function ownersOf(managedFields: unknown, annotation: string): readonly string[] {
  const entries = managedFields as readonly {
    readonly manager: string;
    readonly fieldsV1: { readonly 'f:metadata'?: { readonly 'f:annotations'?: Readonly<Record<string, unknown>> } };
  }[];
  return entries
    .filter(({ fieldsV1 }) => fieldsV1['f:metadata']?.['f:annotations']?.[annotation] !== undefined)
    .map(({ manager }) => manager);
}
