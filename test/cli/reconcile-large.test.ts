import { describe, expect, it } from 'vitest';
import { startReconcileWorld } from '../support/reconcile-world.ts';

/** Five levels of 40, each on one of the level before. */
const TARGETS = Object.fromEntries(
  Array.from({ length: 200 }, (_, index) => {
    const level = Math.floor(index / 40);
    const dependsOn = level === 0 ? [] : [{ name: `l${level - 1}-${(index * 7) % 40}` }];
    return [`l${level}-${index % 40}`, level === 0 ? {} : { dependsOn }];
  }),
);

describe('a reconcile of 200 Kustomizations in five levels', () => {
  it('sends at most one request a resource and holds one watch a kind', async () => {
    const world = await startReconcileWorld({
      targets: TARGETS,
      // Looked at again by Flux in the moment when it is asked, one runs twice, and what depends on it is sent away once more.
      flux: { workers: { kustomize: 8 }, latency: { apply: 2 }, dependencyRequeueMs: 600_000 },
    });
    expect((await world.run('reconcile')).code).toBe(0);
    for (const isPushed of [false, true]) {
      if (isPushed) await world.push('second');
      world.cluster.requests.reset();
      const { code, lines } = await world.runJson('reconcile');
      expect(code).toBe(0);
      expect(lines.at(-1)).toMatchObject({ ready: 200 });
      expect(world.patches('ocirepositories')).toEqual({ shop: 1 });
      const asked = Object.values(world.patches('kustomizations'));
      expect(asked.every((count) => count === 1)).toBe(true);
      expect(asked.length).toBe(isPushed ? asked.length : 200);
      expect(Object.values(world.watches()).every((count) => count === 1)).toBe(true);
    }
  });
});
