import { describe, expect, it, type TestContext } from 'vitest';
import { appliedSince, inventoryRecord } from '../../src/domain/isolation/earlier-inventory.ts';
import type { KubeObject } from '../../src/domain/kube-object.ts';
import { findIsolations } from '../../src/effects/find-isolations.ts';
import { artifactConfig } from '../../src/effects/push-artifact.ts';
import { restoredDeletions } from '../../src/effects/restored-deletions.ts';
import { startRegistry } from '../../src/embedded/testing.ts';
import { createRegistryClient } from '../../src/registry/client.ts';
import { ociRepository } from '../support/flux-manifests.ts';
import { DIGEST, type IsolatedWorld, NAMESPACE, openIsolatedWorld, setInventory } from './isolated-world.ts';

const applying = (ids: readonly string[], lastAppliedRevision?: string): KubeObject => ({
  apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
  kind: 'Kustomization',
  metadata: { name: 'cart', namespace: NAMESPACE },
  status: {
    inventory: { entries: ids.map((id) => ({ id, v: 'v1' })) },
    ...(lastAppliedRevision === undefined ? {} : { lastAppliedRevision }),
  },
});

describe('the record of what a target had applied', () => {
  it('tells what has come since, and not what has gone', () => {
    const record = inventoryRecord(applying(['shop_a__ConfigMap', 'shop_b_apps_Deployment'], 'latest@sha256:0a'));
    const now = ['shop_a__ConfigMap', '_edit:all_rbac.authorization.k8s.io_ClusterRole', 'shop_b_apps_StatefulSet'];
    expect(appliedSince(applying(now), record)).toEqual(['ClusterRole/edit:all', 'StatefulSet/shop/b']);
  });

  it('is empty for a target that has applied nothing yet', () => {
    const record = inventoryRecord(applying([]));
    expect(appliedSince(applying(['shop_a__ConfigMap']), record)).toEqual(['ConfigMap/shop/a']);
  });

  it('is not made of what an earlier session brought, nor where it is too long', () => {
    expect(inventoryRecord(applying(['shop_a__ConfigMap'], DIGEST))).toBeUndefined();
    const many = Array.from({ length: 10_000 }, (_, index) => `shop_${index}__ConfigMap`);
    expect(inventoryRecord(applying(many))).toBeUndefined();
    expect(inventoryRecord(applying(many.slice(0, 5_000)))?.length).toBeLessThan(60_000);
  });

  it('that is lost or damaged tells nothing', () => {
    for (const record of [undefined, '', '{}', '["0a'])
      expect(appliedSince(applying(['shop_a__ConfigMap']), record)).toBeUndefined();
  });
});

/** cart, isolated, has applied a ConfigMap `new`; the shared artifact in the registry says it holds `content` for it. */
async function openWorld(context: TestContext, content: string) {
  const world = await openIsolatedWorld(context);
  const registry = await startRegistry();
  context.onTestFinished(() => registry.stop());
  world.cluster.objects.apply(ociRepository('shop', registry.host));
  const client = createRegistryClient({ reference: `oci://${registry.host}/shop`, credentials: 'anonymous' });
  context.onTestFinished(() => client.close());
  const { revision } = await client.pushArtifact({
    files: [],
    tag: 'latest',
    config: artifactConfig('all', { 'Kustomization/flux-system/cart': content }),
  });
  serve(world, revision);
  await world.deadSession('cart');
  setInventory(world.cluster, 'cart', ['a', 'new'], DIGEST);
  return { world, registry };
}

function serve({ cluster }: IsolatedWorld, revision: string): void {
  const key = { kind: 'OCIRepository', namespace: NAMESPACE, name: 'shop' };
  cluster.objects.setStatus(key, { artifact: { revision } });
}

async function deletions({ client }: IsolatedWorld) {
  const clock = { now: () => Date.now() };
  const found = await findIsolations(client, { clock });
  return restoredDeletions(
    found,
    found.sessions.flatMap(({ targets }) => targets),
    clock,
  );
}

describe('what restoring deletes', () => {
  it('is nothing once the shared source serves the same files for the target', async (context) => {
    const { world } = await openWorld(context, DIGEST.slice('sha256:'.length));
    expect(await deletions(world)).toMatchObject([{ certainty: 'none' }]);
  });

  it('is at most what has come since, while the shared source holds other files', async (context) => {
    const { world } = await openWorld(context, 'other');
    const atMost = [{ certainty: 'at-most', objects: ['ConfigMap/default/new'] }];
    expect(await deletions(world)).toMatchObject(atMost);
  });

  it('is at most that while Flux has not fetched what was pushed, or the registry is away', async (context) => {
    const { world, registry } = await openWorld(context, DIGEST.slice('sha256:'.length));
    const atMost = [{ certainty: 'at-most', objects: ['ConfigMap/default/new'] }];
    serve(world, `latest@sha256:${'b'.repeat(64)}`);
    expect(await deletions(world)).toMatchObject(atMost);
    await registry.stop();
    expect(await deletions(world)).toMatchObject(atMost);
  });
});
