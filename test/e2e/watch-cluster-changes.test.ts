import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../src/domain/kube-object.ts';
import { type EmbeddedWatch, startEmbeddedWatch } from '../support/embedded-watch.ts';
import { configMap, kustomization, kustomizationFile, NAMESPACE, ociRepository } from '../support/flux-manifests.ts';

const DIRECTORIES = ['blog', 'docs', 'web'];

function shop(...objects: KubeObject[]): Promise<EmbeddedWatch> {
  return startEmbeddedWatch({
    files: Object.fromEntries(
      DIRECTORIES.flatMap((name) => [
        [`${name}/kustomization.yaml`, kustomizationFile(`${name}.yaml`)],
        [`${name}/${name}.yaml`, configMap(name, 'one')],
      ]),
    ),
    objects,
  });
}

/** Lets the watch see a change of the cluster's objects. */
async function untilSeen(watch: EmbeddedWatch, change: () => void): Promise<void> {
  const from = watch.events.length;
  change();
  await watch.until('the watch having seen it', () =>
    watch.events.slice(from).some(({ type }) => type === 'DefinitionsChanged'),
  );
  await watch.atRest();
}

const save = (watch: EmbeddedWatch, name: string, value: string) => (): void =>
  watch.write(`${name}/${name}.yaml`, configMap(name, value));

describe('Kustomizations that change while watching', () => {
  test('one that appears is asked from then on', async () => {
    const watch = await shop(kustomization('web'));
    const unmapped = await watch.edit(save(watch, 'docs', 'two'));
    expect(unmapped).toMatchObject({ asked: ['web'], full: true });
    expect(unmapped.text).toContain('unmapped');
    await untilSeen(watch, () => watch.cluster.objects.apply(kustomization('docs')));
    const cycle = await watch.edit(save(watch, 'docs', 'three'));
    expect(cycle).toMatchObject({ asked: ['docs'], full: false });
    expect(watch.live('docs')).toBe('three');
  });

  test('one that moves to another path is asked for that path, and no longer for the old one', async () => {
    const watch = await shop(kustomization('site', { path: './blog' }), kustomization('web'));
    const key = { kind: 'Kustomization', namespace: NAMESPACE, name: 'site' };
    await untilSeen(watch, () => watch.cluster.objects.patch(key, { spec: { path: './docs' } }));
    const moved = await watch.edit(save(watch, 'docs', 'two'));
    expect(moved).toMatchObject({ asked: ['site'], full: false });
    expect(watch.live('docs')).toBe('two');
    const left = await watch.edit(save(watch, 'blog', 'two'));
    expect(left.decisions).toEqual({ 'blog/blog.yaml': 'unmapped' });
  });

  test('one that vanishes is asked no more', async () => {
    const watch = await shop(kustomization('docs'), kustomization('web'), kustomization('web-copy', { path: 'web' }));
    await untilSeen(watch, () => watch.cluster.objects.delete('Kustomization', NAMESPACE, 'web-copy'));
    const cycle = await watch.edit(save(watch, 'web', 'two'));
    expect(cycle).toMatchObject({ asked: ['web'], full: false });
  });

  test('one that is suspended is not asked and that is said; resumed, it gets what it missed', async () => {
    const watch = await shop(kustomization('docs'), kustomization('web'));
    const key = { kind: 'Kustomization', namespace: NAMESPACE, name: 'web' };
    await untilSeen(watch, () => watch.cluster.objects.patch(key, { spec: { suspend: true } }));
    const suspended = await watch.edit(save(watch, 'web', 'two'));
    expect(suspended.asked).toEqual([]);
    expect(suspended.text).toMatch(/suspended.*flux-system\/web|flux-system\/web.*suspended/);
    const other = await watch.edit(save(watch, 'docs', 'two'));
    expect(other.asked).toEqual(['docs']);
    expect(watch.live('web')).toBe('one');
    await watch.during(async () => {
      watch.cluster.objects.patch(key, { spec: { suspend: false } });
      await watch.until('what it missed', () => watch.live('web') === 'two');
    });
    await watch.allReady();
  });

  test('one that is suspended while its reconcile is in flight ends the wait, with a word', async () => {
    const watch = await shop(kustomization('docs'), kustomization('web'));
    const key = { kind: 'Kustomization', namespace: NAMESPACE, name: 'web' };
    const cycle = await watch.edit(async () => {
      watch.gated.add('web');
      save(watch, 'web', 'two')();
      await watch.until('the reconcile', () => watch.gate.waiting() === 1);
      watch.cluster.objects.patch(key, { spec: { suspend: true } });
      await watch.untilShown('flux-system/web is suspended');
    });
    expect(cycle.text).toContain('flux resume kustomization');
    watch.gate.open();
  });

  test('one that is deleted while its reconcile is in flight ends the wait, with a word', async () => {
    const watch = await shop(kustomization('docs'), kustomization('web'));
    await watch.edit(async () => {
      watch.gated.add('web');
      save(watch, 'web', 'two')();
      await watch.until('the reconcile', () => watch.gate.waiting() === 1);
      watch.cluster.objects.delete('Kustomization', NAMESPACE, 'web');
      watch.gate.open();
      await watch.untilShown('flux-system/web is no longer in the cluster');
    });
    const next = await watch.edit(save(watch, 'docs', 'two'));
    expect(next.asked).toEqual(['docs']);
  });
});

describe('which Kustomizations a path means', () => {
  test('all that have it, in whatever spelling and namespace', async () => {
    const watch = await shop(
      kustomization('web'),
      kustomization('web-slash', { path: 'web/', targetNamespace: 'other' }),
      kustomization('web', { path: '/web' }, 'team-a'),
      kustomization('docs'),
    );
    const cycle = await watch.edit(save(watch, 'web', 'two'));
    expect(cycle).toMatchObject({ asked: ['team-a/web', 'web', 'web-slash'], full: false });
  });

  test('not those that read the same path from another source', async () => {
    const watch = await startEmbeddedWatch({
      files: {
        'web/kustomization.yaml': kustomizationFile('web.yaml'),
        'web/web.yaml': configMap('web', 'one'),
      },
      objects: [
        kustomization('web'),
        ociRepository('elsewhere', 'registry.example.com'),
        kustomization('web-elsewhere', { path: './web', sourceRef: { kind: 'OCIRepository', name: 'elsewhere' } }),
      ],
      watch: { source: 'flux-system/shop' },
      settled: false,
    });
    await watch.atRest();
    const cycle = await watch.edit(save(watch, 'web', 'two'));
    expect(cycle).toMatchObject({ asked: ['web'], full: false });
    const elsewhere = watch.cluster.objects.get('Kustomization', NAMESPACE, 'web-elsewhere');
    expect(elsewhere?.metadata.annotations).toBeUndefined();
  });
});

describe('Kustomizations that the repository itself defines', () => {
  const child = (path: string): string =>
    `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: site
  namespace: flux-system
spec:
  interval: 10m
  prune: true
  path: ${path}
  sourceRef:
    kind: OCIRepository
    name: shop
`;

  test('a save that moves a child asks the parent; then the child is asked for its new path', async () => {
    const watch = await startEmbeddedWatch({
      files: {
        'cluster/kustomization.yaml': kustomizationFile('site.yaml'),
        'cluster/site.yaml': child('./blog'),
        'blog/kustomization.yaml': kustomizationFile('blog.yaml'),
        'blog/blog.yaml': configMap('blog', 'one'),
        'docs/kustomization.yaml': kustomizationFile('docs.yaml'),
        'docs/docs.yaml': configMap('docs', 'one'),
      },
      objects: [kustomization('cluster')],
      settled: false,
    });
    await watch.until('the child having made its objects', () => watch.live('blog') === 'one');
    await watch.atRest();
    const moved = await watch.edit(async () => {
      watch.write('cluster/site.yaml', child('./docs'));
      await watch.until('the objects of the new path', () => watch.live('docs') === 'one');
    });
    expect(moved.asked).toContain('cluster');
    expect(moved.full).toBe(false);
    const cycle = await watch.edit(save(watch, 'docs', 'two'));
    expect(cycle).toMatchObject({ asked: ['site'], full: false });
    await watch.allReady();
    expect(watch.live('blog')).toBeUndefined();
    expect(watch.live('docs')).toBe('two');
  });
});
