import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { controlPlaneExecutable, kustomizeControllerExecutable, whySkipped } from '../control-plane/executables.ts';
import { eventually } from './real/eventually.ts';
import { ISOLATOR, startIsolatingWorld } from './real/isolating-world.ts';
import type { RealWorld } from './real/real-world.ts';
import { openShop, type Shop } from './real/shop.ts';
import { configMap, kustomizationFile } from './real/shop-files.ts';
import type { WatchProcess } from './watch-process.ts';

const skipped = whySkipped(controlPlaneExecutable(), kustomizeControllerExecutable());
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const KEPT_FROM_PARENT = 'kustomize.toolkit.fluxcd.io/reconcile';

/** The manifest of the Kustomization `child`, which `clusters` applies. */
function manifest(shop: Shop, interval: string): string {
  return JSON.stringify({
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name: 'child' },
    spec: {
      interval,
      prune: true,
      path: './child',
      targetNamespace: shop.namespace,
      sourceRef: { kind: 'OCIRepository', name: 'shop' },
    },
  });
}

describe.skipIf(skipped !== undefined)(
  'a child of another Kustomization, isolated on the real kustomize-controller',
  () => {
    let world: RealWorld;
    beforeAll(async () => {
      world = await startIsolatingWorld();
    }, 120_000);
    afterAll(() => world?.stop());

    const child = (shop: Shop) => world.get('Kustomization', shop.namespace, 'child');

    /** Nothing is in flight, and the watch knows of the child, which its parent has made meanwhile. */
    function untilAtRest(shop: Shop): Promise<true> {
      return eventually('the watch at rest, with the child settled', async () => {
        const { watch, targets } = await shop.status();
        return (
          watch.state === 'idle' && targets.some(({ id, state }) => id === shop.idOf('child') && state === 'settled')
        );
      });
    }

    /** Its parent is Ready, and it reads a source of its own. */
    async function isolatedChild(
      context: Parameters<typeof openShop>[1],
    ): Promise<{ shop: Shop; watch: WatchProcess }> {
      const shop = await openShop(world, context, {
        user: ISOLATOR,
        targets: { clusters: {} },
        files: {
          'clusters/notes.yaml': configMap('notes', 'one'),
          'child/kustomization.yaml': kustomizationFile('child.yaml'),
          'child/child.yaml': configMap('child', 'one'),
        },
      });
      shop.write('clusters/child.yaml', manifest(shop, '30m'));
      shop.write('clusters/kustomization.yaml', kustomizationFile('notes.yaml', 'child.yaml'));
      const watch = shop.watch('--initial', '--isolate');
      await shop.settled(watch, 'clusters', 'ready');
      await shop.untilLive('child', 'one');
      await untilAtRest(shop);
      const from = watch.lastSeq;
      shop.save('child', 'two');
      await shop.settled(watch, 'child', 'ready', from);
      expect(await shop.live('child')).toBe('two');
      const live = await child(shop);
      expect(live?.spec?.sourceRef).toMatchObject({ name: 'child-isolated' });
      expect(live?.metadata.annotations?.[KEPT_FROM_PARENT]).toBe('disabled');
      return { shop, watch };
    }

    async function interrupted(watch: WatchProcess): Promise<void> {
      watch.signal('SIGINT');
      expect((await watch.closed).code, watch.stderr).toBe(130);
    }

    test('stays isolated while its parent runs for something else, and is its parent’s again at the end', async (context) => {
      const { shop, watch } = await isolatedChild(context);
      const from = watch.lastSeq;
      shop.write('clusters/notes.yaml', configMap('notes', 'two'));
      await shop.settled(watch, 'clusters', 'ready', from);
      expect((await child(shop))?.spec?.sourceRef).toMatchObject({ name: 'child-isolated' });
      await interrupted(watch);
      const live = await child(shop);
      expect(live?.spec?.sourceRef).toMatchObject({ name: 'shop' });
      expect(live?.metadata.annotations?.[KEPT_FROM_PARENT]).toBeUndefined();
      await eventually('its parent knowing it', async () =>
        JSON.stringify((await shop.kustomization('clusters')).status?.inventory).includes('_child_kustomize'),
      );
      await shop.untilLive('child', 'two');
    });

    test('is put back before its parent applies another manifest of it', async (context) => {
      const { shop, watch } = await isolatedChild(context);
      shop.write('clusters/child.yaml', manifest(shop, '45m'));
      await eventually('the other manifest being applied', async () => (await child(shop))?.spec?.interval === '45m');
      expect((await child(shop))?.spec?.sourceRef).toMatchObject({ name: 'shop' });
      await shop.untilLive('child', 'two');
      // Flux may run the parent by itself, before the watch has asked it: until that is answered the child stays with it.
      await untilAtRest(shop);
      const from = watch.lastSeq;
      shop.save('child', 'three');
      await shop.settled(watch, 'child', 'ready', from);
      expect((await child(shop))?.spec?.sourceRef).toMatchObject({ name: 'child-isolated' });
      await interrupted(watch);
      expect((await child(shop))?.spec).toMatchObject({ interval: '45m', sourceRef: { name: 'shop' } });
    });

    test('that the repository drops is pruned by its parent, with all that it made', async (context) => {
      const { shop, watch } = await isolatedChild(context);
      shop.write('clusters/kustomization.yaml', kustomizationFile('notes.yaml'));
      shop.remove('clusters/child.yaml');
      await eventually('the child being gone', async () => (await child(shop)) === undefined);
      await shop.untilLive('child', undefined);
      await interrupted(watch);
      expect(await world.get('OCIRepository', shop.namespace, 'child-isolated')).toBeUndefined();
    });
  },
);
