import { expect, test } from 'vitest';
import { readingFrom } from '../../../src/domain/argo/application-definition.ts';
import { definitionsFromObjects } from '../../../src/domain/definitions-from-objects.ts';
import type { KubeObject } from '../../../src/domain/kube-object.ts';
import { application } from '../../support/argo-manifests.ts';

function targetOf(object: KubeObject, syncsManual = false) {
  const [target] = definitionsFromObjects([{ object }], { syncsManual }).targets;
  if (target === undefined) throw new Error('expected a target');
  return target;
}

test('an Application reads its repoURL at its targetRevision', () => {
  const { targets, sources } = definitionsFromObjects([{ object: application('web', './apps/web') }]);
  expect(targets).toMatchObject([
    {
      id: 'Application/argocd/web',
      kind: 'Application',
      source: 'OCISource//oci://registry.example/shop:dev',
      path: 'apps/web',
      suspended: false,
    },
  ]);
  expect(sources).toMatchObject([
    {
      kind: 'OCISource',
      name: 'oci://registry.example/shop:dev',
      url: 'oci://registry.example/shop',
      ref: { tag: 'dev' },
    },
  ]);
});

test.each([
  ['oci://host/apps', undefined, 'OCISource//oci://host/apps:latest'],
  ['oci://host/apps/', '1.2.3', 'OCISource//oci://host/apps:1.2.3'],
  ['oci://host/apps', '1.x', 'OCISource//oci://host/apps:1.x'],
  ['https://git.example/shop.git', 'main', 'GitSource//https://git.example/shop.git@main'],
  ['https://git.example/shop.git', undefined, 'GitSource//https://git.example/shop.git@HEAD'],
])('repoURL %s at %s is the source %s', (repoURL, targetRevision, source) => {
  expect(targetOf(application('web', 'web', { source: { repoURL, targetRevision } })).source).toBe(source);
});

test('what an Application reads is named, and shown, without the password in its URL', () => {
  const repoURL = 'https://ann:s3cret@git.example/shop.git';
  const { targets, sources } = definitionsFromObjects([{ object: application('web', 'web', { source: { repoURL } }) }]);
  expect(targets[0]?.source).toBe('GitSource//https://…@git.example/shop.git@dev');
  expect(JSON.stringify([targets, sources])).not.toContain('s3cret');
});

test('a version constraint and a digest are no tag that could be pushed', () => {
  const refOf = (targetRevision: string) =>
    definitionsFromObjects([{ object: application('web', 'web', { source: { targetRevision } }) }]).sources[0]?.ref;
  expect(refOf('>=1.0 <2')).toEqual({ semver: '>=1.0 <2' });
  expect(refOf(`sha256:${'a'.repeat(64)}`)).toEqual({ digest: `sha256:${'a'.repeat(64)}` });
  expect(refOf('1.2.3')).toEqual({ tag: '1.2.3' });
});

test('several sources are parts in their order, and each can be looked at', () => {
  const target = targetOf(
    application('web', '', {
      source: undefined,
      sources: [
        {
          repoURL: 'https://charts.example',
          chart: 'web',
          targetRevision: '1.0.0',
          helm: { valueFiles: ['$env/web.yaml'] },
        },
        { repoURL: 'oci://registry.example/shop', targetRevision: 'dev', ref: 'env' },
        { repoURL: 'oci://registry.example/extra', targetRevision: 'dev', path: 'extra' },
      ],
    }),
  );
  expect(target).toMatchObject({ source: 'OCISource//oci://registry.example/extra:dev', path: 'extra' });
  expect(target.application?.parts.map(({ source }) => source)).toEqual([
    'HelmSource//https://charts.example/web@1.0.0',
    'OCISource//oci://registry.example/shop:dev',
    'OCISource//oci://registry.example/extra:dev',
  ]);
  expect(readingFrom(target, 'OCISource//oci://registry.example/shop:dev')).toMatchObject({
    source: 'OCISource//oci://registry.example/shop:dev',
    path: '.',
  });
});

test('without automated sync it counts as suspended, unless manual ones are to be synced', () => {
  const manual = application('web', 'web', { syncPolicy: {} });
  expect(targetOf(manual).suspended).toBe(true);
  expect(targetOf(manual, true).suspended).toBe(false);
  expect(targetOf(application('web', 'web', { syncPolicy: { automated: {} } })).suspended).toBe(false);
  expect(targetOf(application('web', 'web', { syncPolicy: { automated: { enabled: false } } })).suspended).toBe(true);
});

test('skip-reconcile suspends it whatever its sync policy', () => {
  const annotations = { 'argocd.argoproj.io/skip-reconcile': 'true' };
  expect(targetOf(application('web', 'web', {}, { annotations }), true).suspended).toBe(true);
});

test.each([
  [{ ownerReferences: [{ kind: 'ApplicationSet', name: 'all' }] }, 'ApplicationSet/argocd/all'],
  [
    { annotations: { 'argocd.argoproj.io/tracking-id': 'root:argoproj.io/Application:argocd/web' } },
    'Application/argocd/root',
  ],
  [
    { annotations: { 'argocd.argoproj.io/tracking-id': 'team_root:argoproj.io/Application:team/web' } },
    'Application/team/root',
  ],
  [{ labels: { 'app.kubernetes.io/instance': 'root' } }, 'Application/argocd/root'],
  [{}, undefined],
])('who made it is told by %j', (metadata, madeBy) => {
  expect(targetOf(application('web', 'web', {}, metadata)).application?.madeBy).toBe(madeBy);
});

test('an Application without any source is no target', () => {
  const { source: _, ...spec } = application('web', 'web').spec ?? {};
  expect(definitionsFromObjects([{ object: { ...application('web', 'web'), spec } }]).targets).toEqual([]);
});
