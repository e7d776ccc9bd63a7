import { describe, expect, test } from 'vitest';
import { tagDrift } from '../../src/domain/drift/tag-drift.ts';
import type { KubeObject } from '../../src/domain/kube-object.ts';

function object(kind: string, name: string, spec: Record<string, unknown>, metadata: object = {}): KubeObject {
  const groups: Record<string, string> = {
    Application: 'argoproj.io/v1alpha1',
    FluxInstance: 'fluxcd.controlplane.io/v1',
  };
  const apiVersion = groups[kind] ?? 'source.toolkit.fluxcd.io/v1';
  return { apiVersion, kind, metadata: { name, namespace: 'flux-system', ...metadata }, spec };
}

const repository = (name: string, ref: object | undefined, url = `oci://registry:5000/${name}`, metadata = {}) =>
  object('OCIRepository', name, ref === undefined ? { url } : { url, ref }, metadata);

function driftOf(objects: readonly KubeObject[], scope = {}) {
  const { drifts, same, ambiguous } = tagDrift(objects, 'dev', scope);
  return {
    drifts: drifts.map(({ field }) => `${field.id} ${field.field} ${field.live ?? '-'}`),
    same: same.map(({ id }) => id),
    ambiguous,
  };
}

describe('the tag that the cluster follows', () => {
  test('of an OCIRepository that is another one is drift, the same one is none', () => {
    expect(driftOf([repository('a', { tag: 'latest' })]).drifts).toEqual([
      'OCIRepository/flux-system/a spec.ref.tag latest',
    ]);
    expect(driftOf([repository('a', { tag: 'dev' })])).toMatchObject({
      drifts: [],
      same: ['OCIRepository/flux-system/a'],
    });
  });

  test('is latest where none is written', () => {
    expect(tagDrift([repository('a', undefined)], 'latest').drifts).toEqual([]);
    const [drift] = tagDrift([repository('a', undefined)], 'dev').drifts;
    expect(drift?.field.patchTo('dev')).toEqual([{ op: 'add', path: '/spec/ref', value: { tag: 'dev' } }]);
  });

  test('is set with a test of what was seen, and nothing beside it', () => {
    const [drift] = tagDrift([repository('a', { tag: 'latest' })], 'dev').drifts;
    expect(drift?.field.patchTo('dev')).toEqual([
      { op: 'test', path: '/spec/ref/tag', value: 'latest' },
      { op: 'add', path: '/spec/ref/tag', value: 'dev' },
    ]);
  });

  test('under a digest or a version range cannot be set right by a tag', () => {
    for (const ref of [{ tag: 'dev', semver: '1.x' }, { digest: `sha256:${'0'.repeat(64)}` }]) {
      const [drift] = tagDrift([repository('a', ref)], 'dev').drifts;
      expect(drift?.field.unrepairable).toContain('ranks above the tag');
    }
  });

  test('of a FluxInstance comes before that of the source it makes', () => {
    const sync = { kind: 'OCIRepository', url: 'oci://registry:5000/fleet', ref: 'latest', path: '.' };
    const made = {
      labels: { 'fluxcd.controlplane.io/name': 'flux', 'fluxcd.controlplane.io/namespace': 'flux-system' },
    };
    const objects = [
      repository('flux-system', { tag: 'latest' }, 'oci://registry:5000/fleet', made),
      object('FluxInstance', 'flux', { sync }),
      repository('charts', { tag: '1' }),
    ];
    expect(driftOf(objects).drifts).toEqual([
      'FluxInstance/flux-system/flux spec.sync.ref latest',
      'OCIRepository/flux-system/flux-system spec.ref.tag latest',
    ]);
    expect(driftOf(objects, { source: 'flux-system/flux-system' }).drifts).toHaveLength(2);
  });

  test('of a FluxInstance that follows Git is none', () => {
    const sync = { kind: 'GitRepository', url: 'https://git.example/fleet', ref: 'refs/heads/main' };
    expect(driftOf([object('FluxInstance', 'flux', { sync })])).toEqual({ drifts: [], same: [], ambiguous: [] });
  });

  test("of a target's own source is no drift", () => {
    const metadata = { annotations: { 'reconcile-machine.dev/isolated-from': 'OCIRepository/flux-system/a' } };
    const own = repository('own', { tag: 'latest_apps' }, 'oci://registry:5000/a', metadata);
    expect(driftOf([repository('a', { tag: 'dev' }), own]).drifts).toEqual([]);
  });

  test('of an Application is its targetRevision, where it follows OCI', () => {
    const oci = { repoURL: 'oci://registry:5000/shop', path: 'apps', targetRevision: 'latest' };
    const git = { repoURL: 'https://git.example/shop', targetRevision: 'main' };
    const many = object('Application', 'many', { sources: [git, { ...oci, path: 'b' }] });
    const objects = [
      object('Application', 'one', { source: oci }),
      many,
      object('Application', 'git', { source: git }),
    ];
    expect(driftOf(objects).drifts).toEqual([
      'Application/flux-system/many spec.sources.1.targetRevision latest',
      'Application/flux-system/one spec.source.targetRevision latest',
    ]);
    const [drift] = tagDrift([many], 'dev').drifts;
    expect(drift?.field.patchTo('dev')).toEqual([
      { op: 'test', path: '/spec/sources/1/targetRevision', value: 'latest' },
      { op: 'add', path: '/spec/sources/1/targetRevision', value: 'dev' },
    ]);
  });

  test('of an Application that an ApplicationSet makes says so', () => {
    const ownerReferences = [{ kind: 'ApplicationSet', name: 'all' }];
    const source = { repoURL: 'oci://registry:5000/shop', path: 'apps', targetRevision: 'latest' };
    const [drift] = tagDrift([object('Application', 'one', { source }, { ownerReferences })], 'dev').drifts;
    expect(drift?.field.appliedBy).toBe('ApplicationSet/flux-system/all');
  });
});

describe('which repository is ours', () => {
  const two = [repository('apps', { tag: 'latest' }), repository('charts', { tag: '7' })];

  test('is not guessed where there are several', () => {
    expect(driftOf(two)).toMatchObject({
      drifts: [],
      ambiguous: ['OCIRepository/flux-system/apps', 'OCIRepository/flux-system/charts'],
    });
  });

  test('is said by the source, or by the repository whatever its host is called', () => {
    const drifts = ['OCIRepository/flux-system/apps spec.ref.tag latest'];
    expect(driftOf(two, { source: 'flux-system/apps' }).drifts).toEqual(drifts);
    expect(driftOf(two, { registry: 'oci://localhost:5050/apps' }).drifts).toEqual(drifts);
    expect(driftOf(two, { registry: 'oci://localhost:5050/other' })).toMatchObject({ drifts: [], same: [] });
  });
});
