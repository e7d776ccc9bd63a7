import { describe, expect, it, onTestFinished } from 'vitest';
import type { KubeObject } from '../../src/domain/kube-object.ts';
import { startRegistry } from '../../src/embedded/testing.ts';
import type { EmbeddedWatch } from '../support/embedded-watch.ts';
import { configMap, kustomization, NAMESPACE, ociRepository } from '../support/flux-manifests.ts';
import { FEW, few, filesOf, isolating, runsSince, sourceOf, specsOf } from '../support/isolating-watch.ts';

describe('a target that cannot have a source of its own', () => {
  it('goes by the shared one when its source may not be made, and that is said with the reason', async () => {
    const watch = await few();
    watch.cluster.faults.next({ match: { verb: 'create', resource: 'ocirepositories' }, status: 403, times: 9 });
    const cycle = await watch.edit(() => watch.write('a/own.yaml', configMap('a', 'two')));
    expect(watch.live('a')).toBe('two');
    expect(sourceOf(watch, 'a')).toBe('shop');
    expect(cycle.asked).toEqual(['a']);
    expect(cycle.text).toMatch(/flux-system\/a stays on the shared source: cannot create ocirepositories/);
    const next = await watch.edit(() => watch.write('a/own.yaml', configMap('a', 'three')));
    expect(watch.live('a')).toBe('three');
    expect(next.text).toMatch(/by the shared source: flux-system\/a \(cannot create/);
  });

  it('goes by the shared one when it may not be pointed elsewhere, and what was made for it is gone', async () => {
    const watch = await few();
    watch.cluster.faults.next({
      match: ({ verb, resource, name }) => verb === 'patch' && resource === 'kustomizations' && name === 'a',
      status: 403,
      times: 1,
    });
    await watch.edit(() => watch.write('a/own.yaml', configMap('a', 'two')));
    expect(watch.live('a')).toBe('two');
    expect(sourceOf(watch, 'a')).toBe('shop');
    expect(watch.cluster.objects.get('OCIRepository', NAMESPACE, 'a-isolated')).toBeUndefined();
  });

  it('goes by the shared one when the cluster knows the registry by another name, and the cure is said', async () => {
    const watch = await few({}, { watch: { registryInCluster: '127.0.0.1:1' } });
    const cycle = await watch.edit(() => watch.write('a/own.yaml', configMap('a', 'two')));
    expect(watch.live('a')).toBe('two');
    expect(sourceOf(watch, 'a')).toBe('shop');
    expect(cycle.text).toContain('--registry-in-cluster');
    expect(watch.cluster.objects.get('OCIRepository', NAMESPACE, 'a-isolated')).toBeUndefined();
  });

  it('goes by the shared one while the cluster cannot reach the registry for a moment, and is isolated by its next change', async () => {
    const watch = await few();
    const away = watch.registry.faults.next({
      match: ({ method, reference }) => method === 'GET' && reference.startsWith('sha256:'),
      status: 503,
      times: 1_000,
    });
    const cycle = await watch.edit(async () => {
      watch.write('a/own.yaml', configMap('a', 'two'));
      await watch.untilShown(/flux-system\/a stays on the shared source: the cluster cannot fetch its artifact/);
      away.cancel();
    });
    expect(cycle.text).toMatch(/its next change is another attempt/);
    expect([watch.live('a'), sourceOf(watch, 'a')]).toEqual(['two', 'shop']);
    expect(watch.cluster.objects.get('OCIRepository', NAMESPACE, 'a-isolated')).toBeUndefined();
    await watch.edit(() => watch.write('a/own.yaml', configMap('a', 'three')));
    expect([watch.live('a'), sourceOf(watch, 'a')]).toEqual(['three', 'a-isolated']);
  });

  it.each<[string, (object: KubeObject) => KubeObject, RegExp]>([
    [
      'whose source checks signatures',
      (object) => ({ ...object, spec: { ...object.spec, verify: { provider: 'cosign' } } }),
      /checks signatures/,
    ],
    [
      'whose source selects a layer',
      (object) => ({
        ...object,
        spec: { ...object.spec, layerSelector: { mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip' } },
      }),
      /selects a layer/,
    ],
    [
      'whose source follows versions',
      (object) => ({ ...object, spec: { ...object.spec, ref: { semver: '>=1.0.0' } } }),
      /follows versions/,
    ],
    [
      'whose source is pinned to a digest',
      (object) => ({ ...object, spec: { ...object.spec, ref: { digest: `sha256:${'0'.repeat(64)}` } } }),
      /pinned to a digest/,
    ],
  ])('%s: isolation is off, which the banner and the warning say', async (_, change, reason) => {
    const names = ['a', 'b'];
    const watch = await isolating({
      files: filesOf(names),
      objects: [...names.map((name) => kustomization(name))],
      watch: { full: undefined },
      prepare: () => {},
      source: change(ociRepository('shop', 'registry.invalid')),
      settled: false,
    });
    expect(watch.text()).toMatch(/isolate\s+off: /);
    expect(watch.text()).toMatch(reason);
    expect(watch.text()).toMatch(/targets stay on the shared source/);
  });

  it.each<[string, Record<string, string>, RegExp]>([
    [
      'a HelmRelease makes',
      { 'helm.toolkit.fluxcd.io/name': 'x', 'helm.toolkit.fluxcd.io/namespace': 'y' },
      /HelmRelease y\/x makes it/,
    ],
    ['a FluxInstance makes', { 'fluxcd.controlplane.io/name': 'flux' }, /FluxInstance flux makes it/],
    ['a ResourceSet makes', { 'resourceset.fluxcd.controlplane.io/name': 'apps' }, /ResourceSet apps makes it/],
  ])('that %s stays shared, with a word why', async (_, labels, reason) => {
    const object = kustomization('a');
    const watch = await few(
      {},
      {
        objects: [{ ...object, metadata: { ...object.metadata, labels } }, kustomization('b'), kustomization('c')],
      },
    );
    const cycle = await watch.edit(() => watch.write('a/own.yaml', configMap('a', 'two')));
    expect(sourceOf(watch, 'a')).toBe('shop');
    expect(watch.live('a')).toBe('two');
    expect(cycle.text).toMatch(reason);
    await watch.edit(() => watch.write('b/own.yaml', configMap('b', 'two')));
    expect(sourceOf(watch, 'b')).toBe('b-isolated');
  });

  it('that an ArtifactGenerator composes an artifact for stays with that, with a word why, beside one on its own', async () => {
    const generator: KubeObject = {
      apiVersion: 'source.extensions.fluxcd.io/v1beta1',
      kind: 'ArtifactGenerator',
      metadata: { name: 'composed', namespace: NAMESPACE },
      spec: {
        sources: [{ alias: 'repo', kind: 'OCIRepository', name: 'shop' }],
        artifacts: [{ name: 'composed', copy: [{ from: '@repo/a/**', to: '@artifact/' }] }],
      },
    };
    const sourceRef = { kind: 'ExternalArtifact', name: 'composed' };
    const watch = await isolating({
      files: filesOf(FEW, []),
      objects: [generator, kustomization('a', { path: './', sourceRef }), kustomization('b'), kustomization('c')],
    });
    const cycle = await watch.edit(() => watch.write('a/own.yaml', configMap('a', 'two')));
    expect(watch.live('a')).toBe('two');
    expect(sourceOf(watch, 'a')).toBe('composed');
    expect(cycle.text).toMatch(/by the shared source: flux-system\/a \(an ArtifactGenerator composes/);
    await watch.edit(() => watch.write('b/own.yaml', configMap('b', 'two')));
    expect([watch.live('b'), sourceOf(watch, 'b')]).toEqual(['two', 'b-isolated']);
  });

  it('that takes a chart from the source stays shared, with a word why, beside one on its own', async () => {
    const release: KubeObject = {
      apiVersion: 'helm.toolkit.fluxcd.io/v2',
      kind: 'HelmRelease',
      metadata: { name: 'chart', namespace: NAMESPACE },
      spec: {
        interval: '10m',
        chart: {
          spec: { chart: './chart', sourceRef: { kind: 'GitRepository', name: 'shop' }, reconcileStrategy: 'Revision' },
        },
      },
    };
    const watch = await gitWatch({
      objects: [release],
      files: {
        'chart/Chart.yaml': 'apiVersion: v2\nname: chart\nversion: 0.1.0\n',
        'chart/templates/c.yaml': configMap('c', 'one'),
      },
    });
    const cycle = await watch.edit(() => {
      watch.write('a/own.yaml', configMap('a', 'two'));
      watch.write('chart/templates/c.yaml', configMap('c', 'two'));
    });
    expect([watch.live('a'), sourceOf(watch, 'a')]).toEqual(['two', 'a-isolated']);
    expect(cycle.text).toMatch(/HelmRelease\/flux-system\/chart is not reconciled: a chart is packaged/);
    expect(watch.cluster.objects.list('OCIRepository').map(({ metadata }) => metadata.name)).toEqual(['a-isolated']);
  });

  it('that waits for the shared push beside one on its own: each goes its way in one cycle', async () => {
    const object = kustomization('a');
    const labels = { 'fluxcd.controlplane.io/name': 'flux' };
    const watch = await few(
      {},
      {
        objects: [{ ...object, metadata: { ...object.metadata, labels } }, kustomization('b'), kustomization('c')],
      },
    );
    const cycle = await watch.edit(() => watch.write('base/settings.yaml', configMap('settings', 'two')));
    expect(watch.live('settings')).toBe('two');
    expect(cycle.asked).toEqual(['a']);
    expect(['a', 'b', 'c'].map((name) => sourceOf(watch, name))).toEqual(['shop', 'b-isolated', 'c-isolated']);
  });
});

describe('who may not', () => {
  const files = filesOf(FEW);
  const objects = FEW.map((name) => kustomization(name));

  it('make OCIRepositories is told so at the start, and everything goes by the shared source', async () => {
    const watch = await isolating({
      files,
      objects,
      cluster: { deny: [{ verb: 'create', group: 'source.toolkit.fluxcd.io', resource: 'ocirepositories' }] },
    });
    expect(watch.text()).toMatch(/this user may not create ocirepositories\.source\.toolkit\.fluxcd\.io/);
    const before = specsOf(watch);
    const runs = { ...watch.flux.stats.runs };
    await watch.edit(() => watch.write('a/own.yaml', configMap('a', 'two')));
    expect(watch.live('a')).toBe('two');
    expect(specsOf(watch)).toEqual(before);
    expect(Object.keys(runsSince(watch, runs)).sort()).toEqual(FEW);
  });

  it('make Leases is told so, and everything goes by the shared source', async () => {
    const watch = await isolating({
      files,
      objects,
      cluster: { deny: [{ verb: 'create', group: 'coordination.k8s.io', resource: 'leases' }] },
    });
    expect(watch.text()).toMatch(/this user may not create leases/);
    await watch.edit(() => watch.write('a/own.yaml', configMap('a', 'two')));
    expect(watch.live('a')).toBe('two');
    expect(sourceOf(watch, 'a')).toBe('shop');
  });
});

describe('a source that cannot be pushed from here', () => {
  it('is used without a commit: each changed target gets its artifact from --registry', async () => {
    const watch = await gitWatch();
    expect(watch.text()).toMatch(
      /source\s+GitRepository\/flux-system\/shop → oci:\S+\/dev \(what changes, each on its own\)/,
    );
    expect(watch.text()).not.toContain('git push');
    const cycle = await watch.edit(() => watch.write('a/own.yaml', configMap('a', 'two')));
    expect(watch.live('a')).toBe('two');
    expect(cycle.text).not.toContain('git push');
    expect(sourceOf(watch, 'a')).toBe('a-isolated');
    await watch.edit(() => watch.write('a/own.yaml', configMap('a', 'three')));
    expect(watch.live('a')).toBe('three');
    const text = watch.text().length;
    await watch.session.stop();
    expect(watch.text().slice(text)).toMatch(
      /flux-system\/a will be as GitRepository\/flux-system\/shop has it: .*Commit and git push/,
    );
    expect(sourceOf(watch, 'a')).toBe('shop');
  });
});

async function gitWatch(
  more: { readonly objects?: readonly KubeObject[]; readonly files?: Readonly<Record<string, string>> } = {},
): Promise<EmbeddedWatch> {
  const registry = await startRegistry();
  onTestFinished(() => registry.stop());
  const sourceRef = { kind: 'GitRepository', name: 'shop' };
  return isolating({
    files: { ...filesOf(FEW), ...more.files },
    source: {
      apiVersion: 'source.toolkit.fluxcd.io/v1',
      kind: 'GitRepository',
      metadata: { name: 'shop', namespace: NAMESPACE },
      spec: { interval: '10m', url: 'https://git.example.com/shop.git' },
    },
    objects: [...FEW.map((name) => kustomization(name, { sourceRef })), ...(more.objects ?? [])],
    watch: { full: undefined, registry: `oci://${registry.host}/dev` },
  });
}
