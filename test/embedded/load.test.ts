import { afterEach, expect, test } from 'vitest';
import type { KubeObject } from '../../src/domain/kube-object.ts';
import { loadRepository, startCluster, startFlux, startRegistry } from '../../src/embedded/testing.ts';
import { pushFiles } from './push-files.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const git: KubeObject = {
  apiVersion: 'source.toolkit.fluxcd.io/v1',
  kind: 'GitRepository',
  metadata: { name: 'flux-system', namespace: 'flux-system' },
  spec: { interval: '1m', url: 'https://example.com/repo.git', ignore: '*.md' },
};

function kustomization(name: string, path: string, sourceName = 'flux-system'): KubeObject {
  return {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name, namespace: 'flux-system' },
    spec: { interval: '10m', path, prune: true, sourceRef: { kind: 'GitRepository', name: sourceName } },
  };
}

async function world() {
  const cluster = await startCluster();
  closing.push(() => cluster.stop());
  const registry = await startRegistry();
  closing.push(() => registry.stop());
  return { cluster, registry };
}

test('a Git source becomes an OCI source that the embedded registry feeds, and says so', async () => {
  const at = await world();
  const loaded = loadRepository({
    ...at,
    objects: [kustomization('apps', './apps'), kustomization('infra', './infra'), git],
  });
  expect(loaded.fed).toEqual(['OCIRepository/flux-system/flux-system']);
  expect(at.cluster.objects.list('GitRepository')).toEqual([]);
  expect(at.cluster.objects.get('OCIRepository', 'flux-system', 'flux-system')?.spec).toEqual({
    interval: '1m',
    url: `oci://${at.registry.host}/flux-system/flux-system`,
    insecure: true,
    ref: { tag: 'latest' },
    ignore: '*.md',
  });
  expect(at.cluster.objects.get('Kustomization', 'flux-system', 'apps')?.spec?.sourceRef).toEqual({
    kind: 'OCIRepository',
    name: 'flux-system',
  });
  expect(loaded.rewritten).toEqual([
    'Kustomization/flux-system/apps reads OCIRepository/flux-system/flux-system instead of GitRepository/flux-system/flux-system',
    'Kustomization/flux-system/infra reads OCIRepository/flux-system/flux-system instead of GitRepository/flux-system/flux-system',
    `GitRepository/flux-system/flux-system reads https://example.com/repo.git in the manifests: OCIRepository/flux-system/flux-system reads oci://${at.registry.host}/flux-system/flux-system:latest in its place`,
  ]);
});

test('a source that is defined nowhere is made, and generators are rewired too', async () => {
  const at = await world();
  const generator: KubeObject = {
    apiVersion: 'source.extensions.fluxcd.io/v1beta1',
    kind: 'ArtifactGenerator',
    metadata: { name: 'split', namespace: 'flux-system' },
    spec: { sources: [{ alias: 'mono', kind: 'GitRepository', name: 'flux-system' }], artifacts: [] },
  };
  const loaded = loadRepository({ ...at, objects: [generator] });
  expect(loaded.rewritten.at(-1)).toContain('is defined nowhere');
  expect(at.cluster.objects.get('ArtifactGenerator', 'flux-system', 'split')?.spec?.sources).toEqual([
    { alias: 'mono', kind: 'OCIRepository', name: 'flux-system' },
  ]);
});

test('a third party source stays as it is', async () => {
  const at = await world();
  const other: KubeObject = { ...git, metadata: { name: 'other', namespace: 'flux-system' } };
  const objects = [
    kustomization('a', './a'),
    kustomization('b', './b'),
    kustomization('c', './c', 'other'),
    git,
    other,
  ];
  expect(loadRepository({ ...at, objects }).fed).toEqual(['OCIRepository/flux-system/flux-system']);
  expect(at.cluster.objects.list('GitRepository').map((o) => o.metadata.name)).toEqual(['other']);
});

test('a parent that applies the same manifests does not put the old source back', async () => {
  const at = await world();
  const objects = [kustomization('flux-system', './clusters/dev')];
  const loaded = loadRepository({ ...at, objects });
  const flux = await startFlux({ cluster: at.cluster, builder: 'plain', rewrite: loaded.rewrite });
  closing.push(() => flux.stop());
  await pushFiles(at.registry, 'flux-system/flux-system', {
    'clusters/dev/sync.yaml': [git, objects[0], kustomization('apps', './apps')]
      .map((o) => JSON.stringify(o))
      .join('\n---\n'),
    'apps/cm.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: default}\n',
  });
  at.cluster.objects.patch(
    { kind: 'OCIRepository', namespace: 'flux-system', name: 'flux-system' },
    { metadata: { annotations: { 'reconcile.fluxcd.io/requestedAt': 't1' } } },
  );
  await at.cluster.objects.until('ConfigMap', 'default', 'a', () => true);
  expect(at.cluster.objects.list('GitRepository')).toEqual([]);
  expect(at.cluster.objects.get('Kustomization', 'flux-system', 'flux-system')?.spec?.sourceRef).toEqual({
    kind: 'OCIRepository',
    name: 'flux-system',
  });
});

test('a source of a Kustomization of its own reads its tag beside the shared one, and counts for that one', async () => {
  const at = await world();
  const shop: KubeObject = {
    ...git,
    kind: 'OCIRepository',
    metadata: { name: 'shop', namespace: 'flux-system' },
    spec: { url: 'oci://registry.test/shop', ref: { tag: 'main' } },
  };
  const own = (name: string): KubeObject => ({
    ...shop,
    metadata: {
      name,
      namespace: 'flux-system',
      annotations: { 'reconcile-machine.dev/isolated-from': 'OCIRepository/flux-system/shop' },
    },
    spec: {
      interval: '10m',
      url: 'oci://registry.test/shop',
      ref: { tag: `main_apps.${name}` },
      secretRef: { name: 'registry' },
      ignore: '!*',
    },
  });
  const isolated = (name: string): KubeObject => {
    const object = kustomization(name, `./apps/${name}`);
    return { ...object, spec: { ...object.spec, sourceRef: { kind: 'OCIRepository', name } } };
  };
  const loaded = loadRepository({
    ...at,
    objects: [
      shop,
      own('cart'),
      own('orders'),
      isolated('cart'),
      isolated('orders'),
      kustomization('infra', './infra'),
    ],
  });
  expect(loaded.fed).toEqual(['OCIRepository/flux-system/shop']);
  expect(at.cluster.objects.get('OCIRepository', 'flux-system', 'cart')).toMatchObject({
    metadata: { annotations: { 'reconcile-machine.dev/isolated-from': 'OCIRepository/flux-system/shop' } },
    spec: { url: `oci://${at.registry.host}/flux-system/shop`, ref: { tag: 'main_apps.cart' }, ignore: '!*' },
  });
  const spec = at.cluster.objects.get('OCIRepository', 'flux-system', 'cart')?.spec;
  expect(spec).not.toHaveProperty('secretRef');
  // A parent Kustomization that applies it from the files says the same.
  expect(loaded.rewrite(own('cart'))?.spec).toEqual(spec);
});

test('own sources of a Git source belong to the OCI source that stands in for it', async () => {
  const at = await world();
  const own: KubeObject = {
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'OCIRepository',
    metadata: {
      name: 'apps',
      namespace: 'flux-system',
      annotations: { 'reconcile-machine.dev/isolated-from': 'GitRepository/flux-system/flux-system' },
    },
    spec: { url: 'oci://registry.test/apps', ref: { tag: 'latest_apps' }, ignore: '!*' },
  };
  const apps = kustomization('apps', './apps');
  const isolated: KubeObject = { ...apps, spec: { ...apps.spec, sourceRef: { kind: 'OCIRepository', name: 'apps' } } };
  const loaded = loadRepository({ ...at, objects: [git, own, isolated] });
  expect(loaded.fed).toEqual(['OCIRepository/flux-system/flux-system']);
  expect(at.cluster.objects.get('OCIRepository', 'flux-system', 'apps')?.metadata.annotations).toEqual({
    'reconcile-machine.dev/isolated-from': 'OCIRepository/flux-system/flux-system',
  });
});
