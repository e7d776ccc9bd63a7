import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../src/domain/kube-object.ts';
import {
  asked,
  configMap,
  decided,
  fluxKustomization,
  idOf,
  kustomization,
  MappedRepository,
} from '../support/mapped-repository.ts';

const APPS = {
  'apps/a/kustomization.yaml': kustomization('a.yaml'),
  'apps/a/a.yaml': configMap('a'),
  'apps/b/kustomization.yaml': kustomization('b.yaml'),
  'apps/b/b.yaml': configMap('b'),
};

const twoApps = (a: Record<string, unknown> = {}, b: Record<string, unknown> = {}): KubeObject[] => [
  fluxKustomization('a', './apps/a', a),
  fluxKustomization('b', './apps/b', b),
];

describe('which targets match', () => {
  it('asks every target on one path, in whatever namespace', () => {
    const repository = new MappedRepository({
      files: APPS,
      objects: [...twoApps(), fluxKustomization('a-too', 'apps/a/', { namespace: 'team' })],
    });
    expect(asked(repository.save({ 'apps/a/a.yaml': configMap('a', '2') }))).toEqual([
      'a by closure',
      'a-too by closure',
    ]);
  });

  it('leaves a target alone that has the same path on another source', () => {
    const other = fluxKustomization('elsewhere', './apps/a', { sourceRef: { kind: 'OCIRepository', name: 'other' } });
    const repository = new MappedRepository({ files: APPS, objects: [...twoApps(), other] });
    expect(asked(repository.save({ 'apps/a/a.yaml': configMap('a', '2') }))).toEqual(['a by closure']);
    expect(Object.keys(repository.workspace.digests())).toEqual([idOf('a'), idOf('b')]);
  });

  it('names a suspended target instead of asking it', () => {
    const repository = new MappedRepository({ files: APPS, objects: twoApps({ suspend: true }) });
    const resolution = repository.save({ 'apps/a/a.yaml': configMap('a', '2') });
    expect(asked(resolution)).toEqual([]);
    expect(resolution.suspended).toEqual([idOf('a')]);
  });

  it('takes up targets that appear, and forgets those that vanish', () => {
    const repository = new MappedRepository({ files: APPS, objects: twoApps().slice(0, 1) });
    repository.define(twoApps().slice(1));
    expect(
      asked(repository.save({ 'apps/a/a.yaml': configMap('a', '2'), 'apps/b/b.yaml': configMap('b', '2') })),
    ).toContain('b by closure');
    expect(Object.keys(repository.workspace.digests())).toEqual([idOf('b')]);
  });

  it('follows a target whose spec.path changes', () => {
    const repository = new MappedRepository({ files: APPS, objects: twoApps() });
    repository.define([fluxKustomization('a', './apps/b'), fluxKustomization('b', './apps/b')]);
    repository.reconciled();
    expect(asked(repository.save({ 'apps/b/b.yaml': configMap('b', '2') }))).toEqual(['a by closure', 'b by closure']);
  });

  it('reads spec.components, also one that is missing until it appears', () => {
    const repository = new MappedRepository({
      files: APPS,
      objects: twoApps({ components: ['../../components/tls'] }),
    });
    const component = `apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nlabels:\n  - pairs: {tls: "on"}\n`;
    expect(asked(repository.save({ 'components/tls/kustomization.yaml': component }))).toEqual(['a by closure']);
  });
});

describe('digests decide', () => {
  it('a revert before the reconcile leaves nothing to do', () => {
    const repository = new MappedRepository({ files: APPS, objects: twoApps() });
    expect(asked(repository.save({ 'apps/a/a.yaml': configMap('a', '2') }))).toEqual(['a by closure']);
    const resolution = repository.save({ 'apps/a/a.yaml': configMap('a') });
    expect(asked(resolution)).toEqual([]);
    expect(decided(resolution)).toEqual(['none: unchanged']);
  });

  it('a target whose digest differs is owed, although no path points there', () => {
    const repository = new MappedRepository({ files: APPS, objects: twoApps() });
    repository.known = { ...repository.known, [idOf('b')]: 'of an earlier time' };
    expect(asked(repository.resolve([]))).toEqual(['b by owed']);
    expect(asked(repository.save({ 'apps/a/a.yaml': configMap('a', '2') }))).toEqual(['a by closure', 'b by owed']);
  });

  it('a target without a known digest is asked only when touched, and stays owed until it is known', () => {
    const repository = new MappedRepository({ files: APPS, objects: twoApps() });
    repository.known = {};
    expect(asked(repository.resolve([]))).toEqual([]);
    expect(asked(repository.save({ 'apps/a/a.yaml': configMap('a', '2') }))).toEqual(['a by closure']);
    expect(asked(repository.resolve([]))).toEqual(['a by owed']);
    repository.reconciled();
    expect(asked(repository.resolve([]))).toEqual([]);
  });

  it('a held target stays held while it is broken, and goes on when it is mended', () => {
    const repository = new MappedRepository({ files: APPS, objects: twoApps() });
    repository.known = {};
    repository.save({ 'apps/a/a.yaml': 'a: b: c\n' });
    expect(repository.save({ 'apps/b/b.yaml': configMap('b', '2') }).held.map(({ id }) => id)).toEqual([idOf('a')]);
    const mended = repository.save({ 'apps/a/a.yaml': configMap('a', '3') });
    expect(mended.held).toEqual([]);
    expect(asked(mended)).toEqual(['a by closure', 'b by owed']);
  });

  it('a target that was broken from the start holds nothing up until it is touched', () => {
    const files = { ...APPS, 'apps/a/a.yaml': 'a: b: c\n' };
    const repository = new MappedRepository({ files, objects: twoApps() });
    expect(repository.save({ 'apps/b/b.yaml': configMap('b', '2') }).held).toEqual([]);
    expect(repository.save({ 'apps/a/kustomization.yaml': kustomization('a.yaml', 'a2.yaml') }).held).toHaveLength(1);
  });

  it('everything is looked at when the root itself is named', () => {
    const repository = new MappedRepository({ files: APPS, objects: twoApps() });
    repository.write({ 'apps/a/a.yaml': configMap('a', '2'), 'apps/b/new.yaml': configMap('new') });
    const resolution = repository.resolve(['.']);
    expect(resolution.decisions.map(({ path }) => path).sort()).toEqual(['apps/a/a.yaml', 'apps/b/new.yaml']);
    expect(asked(resolution)).toEqual(['a by closure', 'b by nearest-owner']);
  });

  it('a directory that is moved away and back counts file by file', () => {
    const repository = new MappedRepository({
      files: { ...APPS, 'apps/a/sub/kustomization.yaml': kustomization() },
      objects: twoApps(),
    });
    repository.write({ 'apps/a/sub/kustomization.yaml': undefined });
    expect(repository.resolve(['apps/a/sub']).decisions.map(({ path }) => path)).toEqual([
      'apps/a/sub/kustomization.yaml',
    ]);
  });
});

describe('followers and order', () => {
  const follower = (namespace?: string) =>
    fluxKustomization('b', './apps/b', {
      postBuild: { substituteFrom: [{ kind: 'ConfigMap', name: 'a' }] },
      ...(namespace === undefined ? {} : { namespace }),
    });

  it('asks a target that substitutes from an object which an affected target makes, after that one', () => {
    const repository = new MappedRepository({ files: APPS, objects: [follower(), fluxKustomization('a', './apps/a')] });
    const resolution = repository.save({ 'apps/a/a.yaml': configMap('a', '2') });
    expect(asked(resolution)).toEqual(['a by closure', 'b by follower']);
    expect(resolution.affected[1]?.follows).toEqual([idOf('a')]);
  });

  it('asks no follower of an object that is made in another namespace, or under another name', () => {
    const elsewhere = {
      ...APPS,
      'apps/a/a.yaml': configMap('a').replace('name: a\n', 'name: a\n  namespace: elsewhere\n'),
    };
    const repository = new MappedRepository({
      files: elsewhere,
      objects: [follower(), fluxKustomization('a', './apps/a')],
    });
    expect(asked(repository.save({ 'apps/a/a.yaml': `${elsewhere['apps/a/a.yaml']}# edited\n` }))).toEqual([
      'a by closure',
    ]);
  });

  it('knows generated objects and name prefixes', () => {
    const files = {
      ...APPS,
      'apps/a/kustomization.yaml': 'namePrefix: shop-\nconfigMapGenerator:\n  - name: vars\n    files: [vars.txt]\n',
      'apps/a/vars.txt': '1',
    };
    const reads = fluxKustomization('b', './apps/b', {
      postBuild: { substituteFrom: [{ kind: 'ConfigMap', name: 'shop-vars' }] },
    });
    const repository = new MappedRepository({ files, objects: [fluxKustomization('a', './apps/a'), reads] });
    expect(asked(repository.save({ 'apps/a/vars.txt': '2' }))).toEqual(['a by closure', 'b by follower']);
  });

  it('reports a dependsOn circle and still asks everyone once', () => {
    const repository = new MappedRepository({
      files: APPS,
      objects: twoApps({ dependsOn: [{ name: 'b' }] }, { dependsOn: [{ name: 'a' }] }),
    });
    const resolution = repository.resolve([], { reason: 'initial', detail: 'at start' });
    expect(asked(resolution).sort()).toEqual(['a by full', 'b by full']);
    expect(resolution.warnings?.join()).toMatch(/dependsOn goes in a circle.*a.*b.*a/);
  });
});

describe('never pruning by accident', () => {
  it('warns of an empty tree', () => {
    const repository = new MappedRepository({ files: APPS, objects: twoApps() });
    const nothing = Object.fromEntries(Object.keys(APPS).map((path) => [path, undefined]));
    expect(repository.save(nothing)).toMatchObject({
      fileCount: 0,
      pruneRisk: expect.stringMatching(/absent or empty/),
    });
  });

  it('warns of a watched directory that is gone, though the rest of the source is there', () => {
    const repository = new MappedRepository({
      files: { 'k8s/a.yaml': configMap('a'), 'docs/b.yaml': configMap('b') },
      objects: [fluxKustomization('a', './k8s')],
      watchedDir: 'k8s',
    });
    expect(repository.save({ 'k8s/a.yaml': undefined }).pruneRisk).toMatch(/k8s is absent or empty/);
  });

  it('warns of a target that had manifests and has none left, until it has some again', () => {
    const repository = new MappedRepository({ files: APPS, objects: twoApps() });
    const emptied = repository.save({ 'apps/a/kustomization.yaml': kustomization() });
    expect(emptied.pruneRisk).toMatch(/Kustomization\/flux-system\/a had manifests and has none left/);
    expect(repository.save({ 'apps/b/b.yaml': configMap('b', '2') }).pruneRisk).toMatch(/has none left/);
    expect(repository.save({ 'apps/a/kustomization.yaml': kustomization('a.yaml') }).pruneRisk).toBeUndefined();
  });

  it('sees that a manifest was cut down to nothing', () => {
    const repository = new MappedRepository({ files: APPS, objects: twoApps() });
    expect(repository.save({ 'apps/a/a.yaml': '# nothing left\n' }).pruneRisk).toMatch(/flux-system\/a had/);
  });

  it('forgets the danger once the emptiness is what is reconciled', () => {
    const repository = new MappedRepository({ files: APPS, objects: twoApps() });
    repository.save({ 'apps/a/kustomization.yaml': kustomization() });
    repository.reconciled();
    expect(repository.resolve([]).pruneRisk).toBeUndefined();
  });

  it('remembers while the directory is gone that a target came emptied', () => {
    const repository = new MappedRepository({
      files: { ...APPS, 'apps/a/kustomization.yaml': kustomization() },
      objects: twoApps(),
    });
    repository.known = new MappedRepository({ files: APPS, objects: twoApps() }).known;
    expect(repository.resolve([]).pruneRisk).toMatch(/flux-system\/a had/);
    repository.save({ 'apps/a/kustomization.yaml': undefined, 'apps/a/a.yaml': undefined });
    expect(repository.save({ 'apps/a/kustomization.yaml': kustomization() }).pruneRisk).toMatch(/flux-system\/a had/);
  });

  it('lets a target that is reconciled as empty stay empty in another way', () => {
    const repository = new MappedRepository({ files: APPS, objects: twoApps() });
    repository.save({ 'apps/a/kustomization.yaml': kustomization() });
    repository.reconciled();
    repository.resolve([]);
    expect(repository.save({ 'apps/a/kustomization.yaml': 'namespace: default\n' }).pruneRisk).toBeUndefined();
  });

  it('says nothing with allowPrune', () => {
    const repository = new MappedRepository({ files: APPS, objects: twoApps(), allowPrune: true });
    expect(repository.save({ 'apps/a/kustomization.yaml': kustomization() }).pruneRisk).toBeUndefined();
  });
});

describe('charts in the source', () => {
  const release = (more: Record<string, unknown> = {}): KubeObject => ({
    apiVersion: 'helm.toolkit.fluxcd.io/v2',
    kind: 'HelmRelease',
    metadata: { name: 'web', namespace: 'flux-system' },
    spec: { chart: { spec: { chart: './charts/web', sourceRef: { kind: 'GitRepository', name: 'repo' }, ...more } } },
  });
  const files = {
    'charts/web/Chart.yaml': 'name: web\nversion: 1.0.0\ndependencies:\n  - name: lib\n    repository: file://../lib\n',
    'charts/web/templates/web.yaml': 'kind: {{ .Values.kind }}\n',
    'charts/lib/Chart.yaml': 'name: lib\nversion: 0.1.0\n',
    'env/prod.yaml': 'replicas: 2\n',
  };
  const repository = (more?: Record<string, unknown>) =>
    new MappedRepository({ files, objects: [release(more)], source: 'GitRepository/flux-system/repo' });

  it('belong to their HelmRelease, and a version bump is asked for', () => {
    const resolution = repository().save({ 'charts/web/templates/web.yaml': 'kind: {{ .Values.other }}\n' });
    expect(asked(resolution)).toEqual(['web by chart']);
    expect(resolution.warnings?.join()).toMatch(/new version in charts\/web\/Chart\.yaml \(still 1\.0\.0\)/);
  });

  it('need no bump when the version was raised, or with reconcileStrategy Revision', () => {
    const raised = repository().save({
      'charts/web/Chart.yaml': files['charts/web/Chart.yaml'].replace('1.0.0', '1.0.1'),
    });
    expect(raised.warnings).toEqual([]);
    const byRevision = repository({ reconcileStrategy: 'Revision' });
    expect(byRevision.save({ 'charts/web/templates/web.yaml': 'kind: x\n' }).warnings).toEqual([]);
  });

  it('include charts they depend on by file, and values files', () => {
    const withValues = repository({ valuesFiles: ['env/prod.yaml'] });
    expect(asked(withValues.save({ 'charts/lib/values.yaml': 'x: 1\n' }))).toEqual(['web by chart']);
    withValues.reconciled();
    expect(asked(withValues.save({ 'env/prod.yaml': 'replicas: 3\n' }))).toEqual(['web by chart']);
  });
});

describe('targets on composed artifacts', () => {
  const generator = (copy: readonly Record<string, unknown>[]): KubeObject => ({
    apiVersion: 'source.extensions.fluxcd.io/v1beta1',
    kind: 'ArtifactGenerator',
    metadata: { name: 'parts', namespace: 'flux-system' },
    spec: { sources: [{ alias: 'repo', kind: 'OCIRepository', name: 'shop' }], artifacts: [{ name: 'part', copy }] },
  });
  const onArtifact = (path: string) =>
    fluxKustomization('part', path, { sourceRef: { kind: 'ExternalArtifact', name: 'part' } });

  it('count spec.path from the artifact, and are asked for the local files behind it', () => {
    const repository = new MappedRepository({
      files: APPS,
      objects: [generator([{ from: '@repo/apps/**', to: '@artifact/all/' }]), onArtifact('./all/a')],
    });
    expect(asked(repository.save({ 'apps/a/a.yaml': configMap('a', '2') }))).toEqual(['part by closure']);
    repository.reconciled();
    expect(asked(repository.save({ 'apps/a/extra.yaml': configMap('x') }))).toEqual(['part by nearest-owner']);
    expect(decided(repository.save({ 'apps/b/b.yaml': configMap('b', '2') }))).toEqual(['full: unmapped']);
  });

  it('are asked in a full reconcile of the source', () => {
    const repository = new MappedRepository({
      files: APPS,
      objects: [
        generator([{ from: '@repo/apps/**', to: '@artifact/' }]),
        onArtifact('a'),
        fluxKustomization('b', 'apps/b'),
      ],
    });
    expect(asked(repository.save({ 'top.yaml': configMap('top') })).sort()).toEqual(['b by full', 'part by full']);
  });

  it('are uncertain when a tarball is unpacked into the artifact', () => {
    const repository = new MappedRepository({
      files: { ...APPS, 'apps/a/bundle.tgz': 'one' },
      objects: [
        generator([
          { from: '@repo/apps/a/**', to: '@artifact/' },
          { from: '@repo/apps/a/bundle.tgz', to: '@artifact/', strategy: 'Extract' },
        ]),
        onArtifact('./'),
      ],
    });
    const resolution = repository.save({ 'apps/a/bundle.tgz': 'two' });
    expect(decided(resolution)).toEqual(['full: ambiguous']);
    expect(resolution.full?.detail).toMatch(/unpacked into ExternalArtifact\/flux-system\/part/);
  });

  it('are held while the artifact cannot be composed', () => {
    const repository = new MappedRepository({
      files: APPS,
      objects: [
        generator([
          { from: '@repo/apps/a/**', to: '@artifact/' },
          { from: '@repo/apps/b/b.yaml', to: '@artifact/' },
        ]),
        onArtifact('./'),
      ],
    });
    const resolution = repository.save({ 'apps/b/b.yaml': undefined, 'apps/a/a.yaml': configMap('a', '2') });
    expect(resolution.held[0]?.problem.message).toMatch(/cannot be composed: copy from @repo\/apps\/b\/b\.yaml/);
  });
});

describe('what a push would hold', () => {
  it('is everything the source lets through, with a digest that follows every byte', () => {
    const repository = new MappedRepository({ files: { ...APPS, 'picture.png': 'x' }, objects: twoApps() });
    expect(repository.workspace.filesToPush().map(({ path }) => path)).toEqual(Object.keys(APPS).sort());
    const before = repository.resolve([]).contentDigest;
    const after = repository.save({ 'apps/a/a.yaml': configMap('a', '2') }).contentDigest;
    expect(after).not.toBe(before);
    expect(repository.save({ 'apps/a/a.yaml': configMap('a') })).toMatchObject({ contentDigest: before, fileCount: 4 });
  });
});
