import { describe, expect, it } from 'vitest';
import { definitionsFromObjects } from '../../src/domain/definitions-from-objects.ts';
import type { KubeObject } from '../../src/domain/kube-object.ts';

function object(apiVersion: string, kind: string, name: string, spec: unknown, namespace?: string): KubeObject {
  return {
    apiVersion,
    kind,
    metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
    spec: spec as Record<string, unknown>,
  };
}

const kustomization = (spec: Record<string, unknown>, namespace = 'team'): KubeObject =>
  object('kustomize.toolkit.fluxcd.io/v1', 'Kustomization', 'app', spec, namespace);

const onlyTarget = (value: KubeObject) => {
  const [target] = definitionsFromObjects([{ object: value }]).targets;
  if (target === undefined) throw new Error('expected a target, found none');
  return target;
};

describe('spec.path', () => {
  it.each([
    ['./apps', 'apps'],
    ['apps', 'apps'],
    ['/apps', 'apps'],
    ['apps/', 'apps'],
    ['./apps//web/', 'apps/web'],
    ['./', '.'],
    ['', '.'],
    ['/', '.'],
    [undefined, '.'],
    ['apps/../infra', 'infra'],
  ])('%j counts as %j', (path, expected) => {
    expect(onlyTarget(kustomization({ path })).path).toBe(expected);
  });

  it.each([
    '../outside',
    'apps/../../x',
    'clusters/__PROVIDER__/apps',
    ['./apps/$', '{CLUSTER}'].join(''),
    'apps/{{ .env }}',
  ])('%j names no directory, and is kept as it is written', (path) => {
    expect(onlyTarget(kustomization({ path }))).toMatchObject({ path: undefined, rawPath: path });
  });

  it('keeps underscores that are no placeholder', () => {
    expect(onlyTarget(kustomization({ path: './apps/my__app' })).path).toBe('apps/my__app');
  });
});

describe('a Flux Kustomization', () => {
  it('is read in both versions of its API', () => {
    for (const version of ['v1', 'v1beta2']) {
      const value = object(`kustomize.toolkit.fluxcd.io/${version}`, 'Kustomization', 'app', {}, 'team');
      expect(onlyTarget(value).id).toBe('Kustomization/team/app');
    }
  });

  it('takes its own namespace for what names none', () => {
    const target = onlyTarget(
      kustomization({
        path: 'apps',
        sourceRef: { kind: 'GitRepository', name: 'repo' },
        dependsOn: [{ name: 'infra' }, { name: 'crds', namespace: 'flux-system' }],
        postBuild: {
          substituteFrom: [
            { kind: 'ConfigMap', name: 'vars' },
            { kind: 'Secret', name: 'keys' },
          ],
        },
        components: ['../components/tls', '../../../leaves/the/root'],
        suspend: true,
        timeout: '1m30s',
      }),
    );
    expect(target).toMatchObject({
      source: 'GitRepository/team/repo',
      dependsOn: ['Kustomization/team/infra', 'Kustomization/flux-system/crds'],
      substituteFrom: ['ConfigMap/team/vars', 'Secret/team/keys'],
      components: ['components/tls'],
      suspended: true,
      timeoutMs: 90_000,
    });
  });

  it('follows a source reference into another namespace', () => {
    const target = onlyTarget(
      kustomization({ sourceRef: { kind: 'OCIRepository', name: 'repo', namespace: 'flux-system' } }),
    );
    expect(target.source).toBe('OCIRepository/flux-system/repo');
  });

  it('is in namespace default when it names none', () => {
    expect(onlyTarget(object('kustomize.toolkit.fluxcd.io/v1', 'Kustomization', 'app', {})).namespace).toBe('default');
  });

  it('survives fields of any shape', () => {
    const target = onlyTarget(
      kustomization({
        path: 7,
        sourceRef: 'repo',
        dependsOn: { name: 'x' },
        components: [1, null],
        postBuild: [],
        timeout: 'soon',
      }),
    );
    expect(target).toMatchObject({ path: '7', source: '/team/', dependsOn: [], substituteFrom: [] });
    expect(target.timeoutMs).toBeUndefined();
  });
});

describe('a HelmRelease', () => {
  const release = (sourceRef: unknown, more = {}) =>
    object(
      'helm.toolkit.fluxcd.io/v2',
      'HelmRelease',
      'web',
      {
        chart: { spec: { chart: './charts/web', sourceRef, ...more } },
        valuesFrom: [{ kind: 'ConfigMap', name: 'values' }],
      },
      'team',
    );

  it('is a target when its chart lies in a Git or bucket source', () => {
    expect(
      onlyTarget(release({ kind: 'GitRepository', name: 'repo' }, { valuesFiles: ['./env/prod.yaml'] })),
    ).toMatchObject({
      id: 'HelmRelease/team/web',
      source: 'GitRepository/team/repo',
      path: 'charts/web',
      reconcileStrategy: 'ChartVersion',
      valuesFiles: ['env/prod.yaml'],
      substituteFrom: ['ConfigMap/team/values'],
    });
  });

  it.each(['HelmRepository', 'OCIRepository'])('is none when its chart comes from a %s', (kind) => {
    expect(definitionsFromObjects([{ object: release({ kind, name: 'repo' }) }]).targets).toEqual([]);
  });
});

describe('sources and generators', () => {
  it('reads address, reference and ignore rules', () => {
    const { sources } = definitionsFromObjects([
      {
        object: object(
          'source.toolkit.fluxcd.io/v1',
          'OCIRepository',
          'shop',
          {
            url: 'oci://registry.local:5000/shop',
            ref: { tag: 'latest' },
            insecure: true,
            ignore: '/docs/',
          },
          'flux-system',
        ),
      },
      {
        object: object(
          'source.toolkit.fluxcd.io/v1',
          'GitRepository',
          'repo',
          { url: 'https://git.local/repo' },
          'flux-system',
        ),
      },
    ]);
    expect(sources).toEqual([
      {
        id: 'OCIRepository/flux-system/shop',
        kind: 'OCIRepository',
        namespace: 'flux-system',
        name: 'shop',
        url: 'oci://registry.local:5000/shop',
        ref: { tag: 'latest' },
        insecure: true,
        ignore: '/docs/',
        suspended: false,
      },
      {
        id: 'GitRepository/flux-system/repo',
        kind: 'GitRepository',
        namespace: 'flux-system',
        name: 'repo',
        url: 'https://git.local/repo',
        suspended: false,
      },
    ]);
  });

  it('reads the copy rules of an ArtifactGenerator', () => {
    const { generators } = definitionsFromObjects([
      {
        object: object(
          'source.extensions.fluxcd.io/v1beta1',
          'ArtifactGenerator',
          'parts',
          {
            sources: [{ alias: 'repo', kind: 'GitRepository', name: 'repo' }],
            artifacts: [
              {
                name: 'apps',
                copy: [{ from: '@repo/apps/**', to: '@artifact/', exclude: ['*.md'], strategy: 'Merge' }],
              },
            ],
          },
          'flux-system',
        ),
        definedIn: 'clusters/prod/parts.yaml' as never,
      },
    ]);
    expect(generators).toEqual([
      {
        id: 'ArtifactGenerator/flux-system/parts',
        namespace: 'flux-system',
        name: 'parts',
        sources: [{ alias: 'repo', source: 'GitRepository/flux-system/repo' }],
        artifacts: [
          { name: 'apps', copy: [{ from: '@repo/apps/**', to: '@artifact/', exclude: ['*.md'], strategy: 'Merge' }] },
        ],
        definedIn: 'clusters/prod/parts.yaml',
      },
    ]);
  });

  it('passes over everything else, also a kustomize file of the same kind', () => {
    const other = object('kustomize.config.k8s.io/v1beta1', 'Kustomization', 'x', {});
    expect(definitionsFromObjects([{ object: other }, { object: object('v1', 'ConfigMap', 'x', {}) }])).toEqual({
      targets: [],
      sources: [],
      generators: [],
    });
  });
});
