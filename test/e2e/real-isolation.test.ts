import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { KubeObject } from '../../src/domain/kube-object.ts';
import { LEASES } from '../../src/effects/session-lease.ts';
import { controlPlaneExecutable, kustomizeControllerExecutable, whySkipped } from '../control-plane/executables.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { eventually } from './real/eventually.ts';
import { ISOLATOR, startIsolatingWorld } from './real/isolating-world.ts';
import type { RealWorld } from './real/real-world.ts';
import { resourceFor } from './real/resources.ts';
import { openShop, type Shop } from './real/shop.ts';
import { runCli } from './watch-process.ts';

const skipped = whySkipped(controlPlaneExecutable(), kustomizeControllerExecutable());
/** Each takes some seconds; CI makes more of them with the embedded cluster, and 50 of single requests with this one. */
const KILLS = 4;

describe.skipIf(skipped !== undefined)(
  'watch --isolate on a real cluster, for a user with the documented rights',
  () => {
    let world: RealWorld;
    beforeAll(async () => {
      world = await startIsolatingWorld();
    }, 120_000);
    afterAll(() => world?.stop());

    test(`kill -9 at ${KILLS} random moments: restore leaves every object as it was`, {
      timeout: 600_000,
    }, async (context) => {
      const seed = Number(process.env.ISOLATION_SEED ?? Math.floor(Math.random() * 2 ** 32));
      const random = seededRandom(seed);
      const shop = await openShop(world, context, { user: ISOLATOR });
      const first = await shop.settledWatch('--isolate=off');
      first.signal('SIGINT');
      await first.closed;
      const before = await declared(shop);
      const uids = await shop.configMapUids();
      let left = 0;
      for (let kill = 1; kill <= KILLS; kill += 1) {
        const where = () => `ISOLATION_SEED=${seed} kill ${kill}`;
        const watch = shop.watch('--isolate');
        await watch.started();
        shop.save(kill % 2 === 0 ? 'docs' : 'jobs', `kill ${kill}`);
        if (random() < 0.5) shop.saveBase(`kill ${kill}`);
        // On a slow machine none of the random moments may come after the first change of the cluster, and this would show nothing.
        if (kill === 1) await watch.event({ type: 'TargetSwitched' });
        else await new Promise((resolve) => setTimeout(resolve, 100 + random() * 900));
        await watch.kill();
        left += JSON.stringify(await declared(shop)) === JSON.stringify(before) ? 0 : 1;
        await expireLeases(shop);
        const { code, stdout, stderr } = await restoreElsewhere(shop);
        expect(code, `${where()}\n${stdout}${stderr}`).toBe(0);
        await eventually(
          `all as before (${where()})`,
          async () => JSON.stringify(await declared(shop)) === JSON.stringify(before),
          async () => JSON.stringify(await declared(shop)),
        );
        expect(await leases(shop), where()).toEqual([]);
      }
      expect(left).toBeGreaterThan(0);
      for (const name of ['blog', 'docs', 'jobs', 'web', 'blog-settings']) await shop.untilLive(name, 'one');
      expect(await shop.configMapUids()).toEqual(uids);
    });
  },
);

/** `restore` on a machine that knows the cluster and nothing else. */
async function restoreElsewhere(shop: Shop) {
  const home = mkdtempSync(join(tmpdir(), 'another-machine-'));
  try {
    const kubeconfig = join(shop.dir, '..', 'kubeconfig');
    const env: NodeJS.ProcessEnv = { PATH: process.env.PATH, HOME: home, NO_COLOR: '1' };
    return await runCli(['restore', '--yes', '--kubeconfig', kubeconfig], { cwd: home, env });
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

/** Spec, labels and annotations of all Kustomizations and sources of the shop, but for what Flux is asked by. */
async function declared(shop: Shop): Promise<unknown> {
  const { client } = shop.world;
  const lists = await Promise.all(
    ['Kustomization', 'OCIRepository'].map((kind) => client.list(resourceFor(kind), { namespace: shop.namespace })),
  );
  return lists.flatMap(({ items }) =>
    items.map(({ metadata: { name, labels, annotations }, spec }: KubeObject) => {
      const { 'reconcile.fluxcd.io/requestedAt': _, ...others } = annotations ?? {};
      return { name, labels, annotations: others, spec };
    }),
  );
}

async function leases(shop: Shop): Promise<readonly string[]> {
  const { items } = await shop.world.client.list(LEASES, { namespace: shop.namespace });
  return items.map(({ metadata }) => metadata.name);
}

async function expireLeases(shop: Shop): Promise<void> {
  const renewTime = new Date(Date.now() - 3_600_000).toISOString().replace('Z', '000Z');
  for (const name of await leases(shop)) {
    await shop.world.client.patch({ ...LEASES, namespace: shop.namespace, name }, { spec: { renewTime } });
  }
}
