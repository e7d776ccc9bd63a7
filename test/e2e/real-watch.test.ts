import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { controlPlaneExecutable, kustomizeControllerExecutable, whySkipped } from '../control-plane/executables.ts';
import { type RealWorld, startRealWorld } from './real/real-world.ts';
import { openShop } from './real/shop.ts';

const skipped = whySkipped(controlPlaneExecutable(), kustomizeControllerExecutable());

describe.skipIf(skipped !== undefined)('a watch on a real API server and the real kustomize-controller', () => {
  let world: RealWorld;
  beforeAll(async () => {
    world = await startRealWorld();
  }, 120_000);
  afterAll(() => world?.stop());

  test('--initial brings everything into the cluster and ends at rest, each asked once', { timeout: 60_000 }, async (context) => {
    const shop = await openShop(world, context);
    const watch = await shop.settledWatch();
    for (const name of ['blog', 'blog-settings', 'docs', 'jobs', 'jobs-size', 'web', 'web-settings'])
      expect([name, await shop.live(name)]).toEqual([name, 'one']);
    for (const target of shop.targets) await shop.untilReady(target);
    const patches = await shop.patches();
    expect(patches[0]).toBe('source');
    expect(patches.slice(1).sort()).toEqual(['blog', 'docs', 'jobs', 'web']);
    expect(watch.stderr).toBe('x');
  });
});
