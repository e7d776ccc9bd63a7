import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { controlPlaneExecutable, kustomizeControllerExecutable, whySkipped } from '../control-plane/executables.ts';
import { edit, story } from './real/edit.ts';
import { type RealWorld, startRealWorld } from './real/real-world.ts';
import { openShop } from './real/shop.ts';
import { configMap, kustomizationFile } from './real/shop-files.ts';

const skipped = whySkipped(controlPlaneExecutable(), kustomizeControllerExecutable());
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

/** Far longer than the test waits for anything: whoever is left to Flux's own next look is never through in time. */
const NEVER_MS = 600_000;
const CHAIN = ['platform', 'services', 'store'];

/** Each depends on the one before; all read one base, under names of their own. */
const FILES: Readonly<Record<string, string>> = {
  'base/kustomization.yaml': kustomizationFile('settings.yaml'),
  'base/settings.yaml': configMap('settings', 'one'),
  ...Object.fromEntries(
    [...CHAIN, 'alone'].map((name) => [
      `${name}/kustomization.yaml`,
      name === 'alone' ? kustomizationFile('alone.yaml') : `namePrefix: ${name}-\n${kustomizationFile('../base')}`,
    ]),
  ),
  'alone/alone.yaml': configMap('alone', 'one'),
};

const TARGETS = {
  alone: {},
  platform: {},
  services: { dependsOn: [{ name: 'platform' }] },
  store: { dependsOn: [{ name: 'services' }] },
};

describe.skipIf(skipped !== undefined)('a shared source and a Flux that never looks at a dependency again', () => {
  let world: RealWorld;
  beforeAll(async () => {
    world = await startRealWorld({ dependencyRequeueMs: NEVER_MS });
  }, 120_000);
  afterAll(() => world?.stop());

  test('one push, then each dependent is asked the moment what it depends on is Ready', async (context) => {
    const shop = await openShop(world, context, { targets: TARGETS, files: FILES });
    const watch = await shop.settledWatch();
    const base = await edit(shop, watch, () => shop.saveBase('two'));
    expect(base).toMatchObject({ pushes: 1, patches: ['source', ...CHAIN], full: undefined });
    expect(story(base.events)).toEqual(CHAIN.flatMap((name) => [`ask ${name}`, `ready ${name}`]));
    for (const name of CHAIN) expect(await shop.live(`${name}-settings`)).toBe('two');
    // Nothing is awaited in between: what becomes Ready and what is asked next are in the log side by side.
    const at = (type: string, name: string): number =>
      base.events.find(
        (event) =>
          event.type === type &&
          (type === 'TargetSettled' ? event.target : event.machine)?.toString().endsWith(`/${name}`),
      )?.at ?? Number.NaN;
    for (const [index, name] of CHAIN.slice(1).entries()) {
      expect(at('EffectRequested', name)).toBe(at('TargetSettled', CHAIN[index] ?? ''));
    }
  });

  test('the one that reads what was saved is asked at once, the others are left to Flux', async (context) => {
    const shop = await openShop(world, context, { targets: TARGETS, files: FILES });
    const watch = await shop.settledWatch();
    const leaf = await edit(shop, watch, () => shop.write('alone/alone.yaml', configMap('alone', 'two')));
    expect(leaf).toMatchObject({ pushes: 1, patches: ['source', 'alone'], asked: ['alone', 'source'] });
    expect(await shop.live('alone')).toBe('two');
  });
});
