import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { collectionPath, objectPath } from '../../src/cluster/resource.ts';
import type { KubeObject } from '../../src/domain/kube-object.ts';
import { controlPlaneExecutable, kustomizeControllerExecutable, whySkipped } from '../control-plane/executables.ts';
import { AGE_KEY, ENCRYPTED_SECRET } from './real/encrypted-secret.ts';
import { eventually } from './real/eventually.ts';
import { ISOLATOR, startIsolatingWorld } from './real/isolating-world.ts';
import type { RealWorld } from './real/real-world.ts';
import { resourceFor } from './real/resources.ts';
import { openShop, type Shop } from './real/shop.ts';
import { configMap, kustomizationFile, SHOP_FILES, SHOP_TARGETS } from './real/shop-files.ts';
import type { WatchProcess } from './watch-process.ts';

const skipped = whySkipped(controlPlaneExecutable(), kustomizeControllerExecutable());
// Two cores may be shared with all the other tests.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

/** Spec, labels and annotations of all that a session may change; requests are nobody's to take back. */
async function specsOf(shop: Shop): Promise<Record<string, unknown>> {
  const found: Record<string, unknown> = {};
  for (const kind of ['Kustomization', 'OCIRepository']) {
    const path = collectionPath(resourceFor(kind), shop.namespace);
    const { json } = await shop.world.client.request({ method: 'GET', path });
    for (const { metadata, spec } of (json as { items: readonly KubeObject[] }).items) {
      const { 'reconcile.fluxcd.io/requestedAt': _, ...annotations } = metadata.annotations ?? {};
      found[`${kind}/${metadata.name}`] = { spec, labels: metadata.labels, annotations };
    }
  }
  return found;
}

async function sourceOf(shop: Shop, target: string): Promise<unknown> {
  const { spec } = await shop.kustomization(target);
  return (spec?.sourceRef as { readonly name?: unknown } | undefined)?.name;
}

/** Saves, and waits until the watch says that the target is Ready. */
async function saved(shop: Shop, watch: WatchProcess, target: string, value: string): Promise<void> {
  const from = watch.lastSeq;
  shop.save(target, value);
  await shop.settled(watch, target, 'ready', from);
  expect(await shop.live(target)).toBe(value);
}

async function interrupted(watch: WatchProcess): Promise<void> {
  watch.signal('SIGINT');
  expect((await watch.closed).code, watch.stderr).toBe(130);
}

describe.skipIf(skipped !== undefined)(
  'watch --isolate, on a real API server and the real kustomize-controller',
  () => {
    let world: RealWorld;
    beforeAll(async () => {
      world = await startIsolatingWorld({ registry: 'docker-registry' });
    }, 120_000);
    afterAll(() => world?.stop());

    test('a leaf moves alone, by one patch; at the end all is as it was, and at what is on the disk', async (context) => {
      const shop = await openShop(world, context, { user: ISOLATOR });
      const watch = await shop.settledWatch('--isolate');
      const before = await specsOf(shop);
      for (const target of shop.targets) await shop.untilReady(target);
      const runs = await shop.runs();
      expect(Object.values(runs).every((count) => count > 0)).toBe(true);
      const requests = (await shop.patches()).length;
      await saved(shop, watch, 'docs', 'two');
      expect((await shop.patches()).slice(requests)).toEqual(['docs']);
      await saved(shop, watch, 'docs', 'three');
      expect((await shop.patches()).slice(requests)).toEqual(['docs', 'source']);
      const { docs, ...others } = await shop.runs();
      expect(others).toEqual({ blog: runs.blog, jobs: runs.jobs, web: runs.web });
      expect(docs).toBeGreaterThanOrEqual((runs.docs ?? 0) + 2);
      expect(await sourceOf(shop, 'docs')).toBe('docs-isolated');
      await interrupted(watch);
      expect(await specsOf(shop)).toEqual(before);
      await shop.untilReady('docs');
      expect(await shop.live('docs')).toBe('three');
      expect((await shop.requests()).filter(({ code }) => code === 403)).toEqual([]);
    });

    test('dependents move once their dependencies are Ready, and Flux sends none of them away', async (context) => {
      const shop = await openShop(world, context, { user: ISOLATOR });
      const watch = await shop.settledWatch('--isolate');
      for (const value of ['two', 'three']) {
        const from = watch.lastSeq;
        shop.saveBase(value);
        await shop.settled(watch, 'web', 'ready', from);
        expect([await shop.live('blog-settings'), await shop.live('web-settings')]).toEqual([value, value]);
        const order = watch.events
          .filter(({ seq, type }) => seq > from && type === 'TargetSettled')
          .map(({ target }) => String(target).split('/').at(-1));
        expect(order).toEqual(['blog', 'web']);
      }
      await interrupted(watch);
    });

    test('variables, a target namespace and what is pruned go on as they did', async (context) => {
      const variable = ['$', '{colour}'].join('');
      const shop = await openShop(world, context, {
        user: ISOLATOR,
        targets: {
          ...SHOP_TARGETS,
          docs: {
            postBuild: { substitute: { colour: 'blue' }, substituteFrom: [{ kind: 'ConfigMap', name: 'jobs' }] },
          },
        },
        files: {
          ...SHOP_FILES,
          'docs/docs.yaml': configMap('docs', variable),
          'docs/kustomization.yaml': kustomizationFile('docs.yaml', 'more.yaml'),
          'docs/more.yaml': configMap('more', 'one'),
        },
      });
      const watch = await shop.settledWatch('--isolate');
      expect(await shop.live('docs')).toBe('blue');
      const from = watch.lastSeq;
      shop.write('docs/docs.yaml', configMap('docs', `dark ${variable}`));
      shop.write('docs/kustomization.yaml', kustomizationFile('docs.yaml'));
      await shop.settled(watch, 'docs', 'ready', from);
      expect(await shop.live('docs')).toBe('dark blue');
      expect(await sourceOf(shop, 'docs')).toBe('docs-isolated');
      await eventually('the ConfigMap more being pruned', async () => (await shop.live('more')) === undefined);
      await interrupted(watch);
      await shop.untilReady('docs');
      expect(await shop.live('docs')).toBe('dark blue');
    });

    test('decryption, variables of an object, a target namespace and a kubeconfig of its own go on as they did', async (context) => {
      const variable = ['$', '{value}'].join('');
      const shop = await openShop(world, context, {
        user: ISOLATOR,
        targets: {
          ...SHOP_TARGETS,
          docs: {
            decryption: { provider: 'sops', secretRef: { name: 'sops-age' } },
            kubeConfig: { secretRef: { name: 'remote' } },
            postBuild: { substituteFrom: [{ kind: 'ConfigMap', name: 'colours' }] },
          },
        },
        files: {
          ...SHOP_FILES,
          'docs/kustomization.yaml': kustomizationFile('docs.yaml', 'login.yaml'),
          'docs/docs.yaml': configMap('docs', variable),
          'docs/login.yaml': ENCRYPTED_SECRET,
        },
      });
      const { namespace } = shop;
      const addSecret = (name: string, stringData: Readonly<Record<string, string>>) =>
        world.apply({ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, stringData } as KubeObject);
      await addSecret('sops-age', { 'age.agekey': AGE_KEY });
      const decrypted = async (): Promise<string> => {
        const { data } = (await world.get('Secret', namespace, 'login')) as KubeObject & {
          readonly data: { readonly word: string };
        };
        return Buffer.from(data.word, 'base64').toString();
      };
      await addSecret('remote', { value: world.plane.kubeconfig() });
      await world.apply({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'colours', namespace },
        data: { value: 'blue' },
      } as KubeObject);
      const watch = await shop.settledWatch('--isolate');
      expect([await shop.live('docs'), await decrypted()]).toEqual(['blue', 'only for tests']);
      const before = await specsOf(shop);
      const others = await shop.runs();
      for (const shade of ['dark', 'light']) {
        const from = watch.lastSeq;
        // Made again by the run to come, of what the artifact of its own holds.
        const path = objectPath({ ...resourceFor('Secret'), namespace, name: 'login' });
        await world.client.request({ method: 'DELETE', path });
        shop.write('docs/docs.yaml', configMap('docs', `${shade} ${variable}`));
        await shop.settled(watch, 'docs', 'ready', from);
        expect([await shop.live('docs'), await sourceOf(shop, 'docs')]).toEqual([`${shade} blue`, 'docs-isolated']);
        expect(await decrypted()).toBe('only for tests');
      }
      const { sourceRef: _, ...isolated } = (await shop.kustomization('docs')).spec ?? {};
      expect(before['Kustomization/docs']).toMatchObject({ spec: isolated });
      expect({ ...(await shop.runs()), docs: others.docs }).toEqual(others);
      await interrupted(watch);
      expect(await specsOf(shop)).toEqual(before);
      await shop.untilReady('docs');
      expect(await shop.live('docs')).toBe('light blue');
    });

    test('kill -9 in the middle of a move: the next watch goes on, and puts everything back at its end', async (context) => {
      const shop = await openShop(world, context, { user: ISOLATOR });
      const watch = await shop.settledWatch('--isolate');
      const before = await specsOf(shop);
      await saved(shop, watch, 'docs', 'two');
      shop.save('jobs', 'two');
      await watch.event({ type: 'EffectRequested', effect: 'createSource', machine: `isolation/${shop.idOf('jobs')}` });
      await watch.kill();
      const next = shop.watch('--isolate');
      await next.started();
      await shop.untilLive('jobs', 'two');
      await shop.settled(next, 'jobs', 'ready');
      await saved(shop, next, 'docs', 'three');
      await interrupted(next);
      expect(await specsOf(shop)).toEqual(before);
      for (const target of shop.targets) await shop.untilReady(target);
      expect([await shop.live('docs'), await shop.live('jobs')]).toEqual(['three', 'two']);
    });
  },
);
