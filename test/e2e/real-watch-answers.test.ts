import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { controlPlaneExecutable, kustomizeControllerExecutable, whySkipped } from '../control-plane/executables.ts';
import { edit, story } from './real/edit.ts';
import { eventually } from './real/eventually.ts';
import { type RealWorld, startRealWorld } from './real/real-world.ts';
import { openShop } from './real/shop.ts';
import { configMap, deployment, kustomizationFile } from './real/shop-files.ts';
import { messageOf } from './real/shop-objects.ts';

const skipped = whySkipped(controlPlaneExecutable(), kustomizeControllerExecutable());
// Two cores may be shared with all the other tests.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

describe.skipIf(skipped !== undefined)('what the real kustomize-controller answers', () => {
  let world: RealWorld;
  beforeAll(async () => {
    world = await startRealWorld();
  }, 120_000);
  afterAll(() => world?.stop());

  test.for([
    {
      what: 'what the API server does not take',
      path: 'docs/docs.yaml',
      broken: deployment('docs', { selector: 'another' }),
      reason: 'ReconciliationFailed',
      says: /Deployment\/.*docs dry-run failed \(Invalid\): .*`selector` does not match template `labels`/,
    },
    {
      what: 'what kustomize does not build',
      path: 'docs/kustomization.yaml',
      broken: `${kustomizationFile('docs.yaml')}patches:\n- patch: |\n    - {op: remove, path: /data/missing}\n  target: {kind: ConfigMap}\n`,
      reason: 'BuildFailed',
      says: /kustomize build failed: .*missing/s,
    },
  ])('$what is a dead letter in the words of Flux, and the next sound save brings it back', async (given, context) => {
    const { path, broken, reason, says } = given;
    const shop = await openShop(world, context);
    const watch = await shop.settledWatch();
    const refused = await edit(shop, watch, () => shop.write(path, broken), { docs: 'dead-letter' });
    expect(refused.asked).toEqual(['docs', 'source']);
    const [letter, ...others] = (await shop.status()).deadLetters;
    expect(others).toEqual([]);
    expect(letter).toMatchObject({ id: shop.idOf('docs'), reason, message: expect.stringMatching(says) });
    // Flux tries again meanwhile, and says so for a moment.
    const words = letter?.message ?? 'none';
    await eventually(
      `Flux saying "${words}"`,
      async () => messageOf(await shop.kustomization('docs')).includes(words),
      async () => messageOf(await shop.kustomization('docs')),
    );
    // The others go on, also from the artifact that holds what is refused.
    const elsewhere = await edit(shop, watch, () => shop.save('jobs', 'two'), { docs: 'dead-letter' });
    expect(elsewhere.asked).toEqual(['jobs', 'source']);
    expect([await shop.live('jobs'), await shop.live('docs')]).toEqual(['two', 'one']);

    const sound = await edit(shop, watch, () => {
      shop.write('docs/kustomization.yaml', kustomizationFile('docs.yaml'));
      shop.save('docs', 'three');
    });
    expect(sound.asked).toEqual(['docs', 'source']);
    await shop.untilReady('docs');
    expect(await shop.live('docs')).toBe('three');
    expect((await shop.status()).deadLetters).toEqual([]);
  });

  test('what depends on a refused one is held, by name, and goes on by itself once that one is mended', async (context) => {
    const shop = await openShop(world, context);
    const watch = await shop.settledWatch();
    const refused = await edit(
      shop,
      watch,
      () => {
        shop.saveBase('two');
        shop.write('blog/blog.yaml', deployment('blog', { selector: 'another' }));
      },
      { blog: 'dead-letter', web: 'held' },
    );
    expect(refused.asked).toEqual(['blog', 'source']);
    const { held } = await shop.status();
    expect(held.map(({ id, reason, message }) => [id, reason, message.includes(shop.idOf('blog'))])).toEqual([
      [shop.idOf('web'), 'DependencyFailed', true],
    ]);
    const mended = await edit(shop, watch, () => shop.save('blog', 'two'));
    expect(mended.patches).toEqual(['source', 'blog', 'web']);
    for (const target of shop.targets) await shop.untilReady(target);
    expect([await shop.live('blog-settings'), await shop.live('web-settings')]).toEqual(['two', 'two']);
  });

  test('one that is suspended is reported and not asked; resumed, it gets what it missed', async (context) => {
    const shop = await openShop(world, context);
    const watch = await shop.settledWatch();
    const from = watch.lastSeq;
    await shop.kustomize('docs', { suspend: true });
    await watch.find('docs being seen suspended', () =>
      watch.events.find(
        ({ seq, machine, observation }) =>
          seq > from &&
          machine === `target/${shop.idOf('docs')}` &&
          (observation as { suspended?: boolean } | undefined)?.suspended === true,
      ),
    );
    const suspended = await edit(shop, watch, () => shop.save('docs', 'two'), { docs: 'suspended' });
    expect(suspended.patches.filter((patched) => patched === 'docs')).toEqual([]);
    const [told] = (await shop.status()).targets.filter(({ state }) => state === 'suspended');
    expect(told).toMatchObject({ id: shop.idOf('docs'), message: expect.stringContaining('flux resume') });
    expect(await shop.live('docs')).toBe('one');
    const other = await edit(shop, watch, () => shop.save('jobs', 'two'), { docs: 'suspended' });
    expect(other.asked).toEqual(['jobs', 'source']);
    expect(await shop.live('docs')).toBe('one');

    await shop.kustomize('docs', { suspend: false });
    await shop.untilLive('docs', 'two');
    await shop.atRest(watch);
  });

  test('a rollout that is waited for is in flight until its object is healthy, and holds up no save elsewhere', async (context) => {
    const shop = await openShop(world, context, {
      targets: { docs: { wait: true }, jobs: {} },
      files: {
        'docs/kustomization.yaml': kustomizationFile('docs.yaml'),
        'docs/docs.yaml': configMap('docs', 'one'),
        'jobs/kustomization.yaml': kustomizationFile('jobs.yaml'),
        'jobs/jobs.yaml': configMap('jobs', 'one'),
      },
    });
    const watch = await shop.settledWatch();
    const from = watch.lastSeq;
    shop.write('docs/docs.yaml', deployment('docs'));
    await eventually('the Deployment', () => world.get('Deployment', shop.namespace, 'docs'));
    shop.save('jobs', 'two');
    await shop.settled(watch, 'jobs', 'ready', from);
    expect(await shop.live('jobs')).toBe('two');
    const states = (await shop.status()).targets.map(({ id, state }) => [id, state]);
    expect(states).toEqual([
      [shop.idOf('docs'), 'progressing'],
      [shop.idOf('jobs'), 'settled'],
    ]);
    await shop.rollOut('docs');
    await shop.settled(watch, 'docs', 'ready', from);
    await shop.atRest(watch);
    expect(story(watch.events.filter(({ seq }) => seq > from)).filter((line) => line.startsWith('ask'))).toEqual([
      'ask docs',
      'ask jobs',
    ]);
  });

  test("somebody else's request at rest asks nothing of the watch, and the next save goes its way", async (context) => {
    const shop = await openShop(world, context);
    const watch = await shop.settledWatch();
    const [from, patched] = [watch.lastSeq, await shop.patches()];
    const token = await shop.askAsSomebodyElse('docs');
    await watch.find('the answer to somebody else', () =>
      watch.events.find(
        ({ seq, observation }) =>
          seq > from &&
          (observation as { lastHandledReconcileAt?: string } | undefined)?.lastHandledReconcileAt === token,
      ),
    );
    await shop.atRest(watch);
    expect(await shop.patches()).toEqual(patched);
    const next = await edit(shop, watch, () => shop.save('docs', 'two'));
    expect(next.patches).toEqual(['source', 'docs']);
    expect(await shop.live('docs')).toBe('two');
  });
});
