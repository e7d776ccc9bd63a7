import { expect, test } from 'vitest';
import type { KubeObject } from '../../../src/domain/kube-object.ts';
import { application, SHOP_SOURCE } from '../../support/argo-manifests.ts';
import { asked, configMap, decided, kustomization, MappedRepository } from '../../support/mapped-repository.ts';

function repository(files: Record<string, string>, ...objects: KubeObject[]): MappedRepository {
  return new MappedRepository({ files, objects, source: SHOP_SOURCE });
}

test('an edit concerns the Applications whose kustomize builds read it', () => {
  const shop = repository(
    {
      'base/kustomization.yaml': kustomization('map.yaml'),
      'base/map.yaml': configMap('base'),
      'apps/web/kustomization.yaml': kustomization('../../base', 'own.yaml'),
      'apps/web/own.yaml': configMap('web'),
      'apps/cart/kustomization.yaml': kustomization('../../base'),
    },
    application('web', 'apps/web'),
    application('cart', 'apps/cart'),
  );
  expect(asked(shop.save({ 'apps/web/own.yaml': configMap('web', 'new') }))).toEqual(['web by closure']);
  shop.reconciled();
  expect(asked(shop.save({ 'base/map.yaml': configMap('base', 'new') })).sort()).toEqual([
    'cart by closure',
    'web by closure',
  ]);
  shop.reconciled();
  expect(shop.save({ 'README.yaml': 'a: b\n' }).full?.reason).toBe('root-level');
});

test('a plain directory is made of the manifests in it, and needs no kustomization file', () => {
  const shop = repository(
    { 'apps/web/map.yaml': configMap('web'), 'apps/web/sub/deep.yaml': configMap('deep'), 'apps/web/notes.txt': 'x' },
    application('web', 'apps/web'),
    application('all', 'apps/web', { source: { directory: { recurse: true } } }),
  );
  expect(asked(shop.save({ 'apps/web/map.yaml': configMap('web', 'new') })).sort()).toEqual([
    'all by closure',
    'web by closure',
  ]);
  shop.reconciled();
  expect(asked(shop.save({ 'apps/web/sub/deep.yaml': configMap('deep', 'new') }))).toEqual(['all by closure']);
  shop.reconciled();
  expect(
    asked(shop.save({ 'apps/web/sub/new.json': '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"n"}}' })),
  ).toEqual(['all by closure']);
});

test('include and exclude decide which manifests of a directory count', () => {
  const shop = repository(
    { 'env/a.yaml': configMap('a'), 'env/a-test.yaml': configMap('t'), 'env/b.json': '{}' },
    application('env', 'env', { source: { directory: { include: '*.yaml', exclude: '*-test.yaml' } } }),
  );
  expect(shop.workspace.filesOf('Application/argocd/env')?.map(({ path }) => path)).toEqual(['env/a.yaml']);
});

test('a file that is no manifest is passed over, a broken manifest holds its Application', () => {
  const shop = repository(
    { 'apps/web/map.yaml': configMap('web'), 'apps/web/values.yaml': 'replicas: 2\n' },
    application('web', 'apps/web'),
  );
  expect(shop.workspace.digests()['Application/argocd/web']).toBeDefined();
  const broken = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: [\n';
  expect(shop.save({ 'apps/web/map.yaml': broken }).held.map(({ id }) => id)).toEqual(['Application/argocd/web']);
});

test('a chart is its directory and the value files that the Application names', () => {
  const shop = repository(
    {
      'charts/web/Chart.yaml': 'name: web\nversion: 1.0.0\n',
      'charts/web/templates/map.yaml': '{{ if .Values.on }}kind: ConfigMap{{ end }}',
      'values/dev.yaml': 'on: true\n',
      'values/prod.yaml': 'on: false\n',
    },
    application('web', 'charts/web', { source: { helm: { valueFiles: ['../../values/dev.yaml'] } } }),
  );
  expect(asked(shop.save({ 'charts/web/templates/map.yaml': 'kind: Secret' }))).toEqual(['web by closure']);
  shop.reconciled();
  const values = shop.save({ 'values/dev.yaml': 'on: false\n' });
  expect(asked(values)).toEqual(['web by closure']);
  expect(values.full).toBeUndefined();
  shop.reconciled();
  expect(shop.save({ 'values/prod.yaml': 'on: true\n' }).full?.reason).toBe('root-level');
});

test('a value file that is missing holds the Application, unless missing ones are ignored', () => {
  const files = { 'charts/web/Chart.yaml': 'name: web\n' };
  const helm = { valueFiles: ['dev.yaml'] };
  const held = repository(files, application('web', 'charts/web', { source: { helm } })).save({
    'charts/web/Chart.yaml': 'name: web2\n',
  });
  expect(held.held[0]?.problem.message).toContain('dev.yaml');
  const lax = { ...helm, ignoreMissingValueFiles: true };
  const shop = repository(files, application('web', 'charts/web', { source: { helm: lax } }));
  expect(asked(shop.save({ 'charts/web/dev.yaml': 'a: 1\n' }))).toEqual(['web by closure']);
});

test('value files that a chart from elsewhere names as $ref are what the Application reads here', () => {
  const sources = [
    {
      repoURL: 'https://charts.example',
      chart: 'web',
      targetRevision: '1.0.0',
      helm: { valueFiles: ['$env/web/dev.yaml'] },
    },
    { repoURL: 'oci://registry.example/shop', targetRevision: 'dev', ref: 'env' },
  ];
  const shop = repository(
    { 'web/kustomization.yaml': kustomization(), 'web/dev.yaml': 'a: 1\n' },
    application('web', '', { source: undefined, sources }),
  );
  expect(asked(shop.save({ 'web/dev.yaml': 'a: 2\n' }))).toEqual(['web by closure']);
});

test('helmCharts of a kustomization are allowed, and a chart beside it belongs to the build', () => {
  const shop = repository(
    {
      'apps/web/kustomization.yaml': 'helmCharts:\n  - name: web\n    valuesFile: values.yaml\n',
      'apps/web/values.yaml': 'a: 1\n',
      'apps/web/charts/web/Chart.yaml': 'name: web\n',
    },
    application('web', 'apps/web'),
  );
  for (const path of ['apps/web/values.yaml', 'apps/web/charts/web/Chart.yaml']) {
    expect(asked(shop.save({ [path]: 'name: other\n' }))).toEqual(['web by closure']);
    shop.reconciled();
  }
});

test('manifest-generate-paths adds to what concerns the Application', () => {
  const annotations = { 'argocd.argoproj.io/manifest-generate-paths': '.;/shared;../*.env' };
  const shop = repository(
    {
      'apps/web/kustomization.yaml': kustomization('map.yaml'),
      'apps/web/map.yaml': configMap('web'),
      'apps/web/script.sh': 'a',
      'apps/dev.env': 'A=1',
      'shared/deep/lib.txt': 'a',
    },
    application('web', 'apps/web', {}, { annotations }),
  );
  for (const path of ['apps/web/script.sh', 'shared/deep/lib.txt', 'shared/new.txt', 'apps/dev.env', 'apps/prod.env']) {
    expect(asked(shop.save({ [path]: `${path} changed` }))).toEqual(['web by closure']);
    shop.reconciled();
  }
});

test('Jsonnet and plugins cannot be followed: a full reconcile that says so', () => {
  const shop = repository(
    { 'apps/web/main.jsonnet': '{}', 'apps/cart/tool.cue': 'a: 1' },
    application('web', 'apps/web'),
    application('cart', 'apps/cart', { source: { plugin: { name: 'cue' } } }),
  );
  const jsonnet = shop.save({ 'apps/web/main.jsonnet': '{a: 1}' });
  expect(jsonnet.full).toMatchObject({ reason: 'ambiguous', detail: expect.stringContaining('Jsonnet') });
  const plugin = shop.save({ 'apps/cart/tool.cue': 'a: 2' });
  expect(plugin.full).toMatchObject({ reason: 'ambiguous', detail: expect.stringContaining('plugin') });
});

test('a kustomization file that comes to a plain directory changes what it is built with', () => {
  const shop = repository(
    { 'apps/web/a.yaml': configMap('a'), 'apps/web/b.yaml': configMap('b') },
    application('web', 'apps/web'),
  );
  expect(asked(shop.save({ 'apps/web/kustomization.yaml': kustomization('a.yaml') }))).toEqual(['web by closure']);
  shop.reconciled();
  expect(decided(shop.save({ 'apps/web/b.yaml': configMap('b', 'new') }))).toEqual(['targeted: nearest-owner']);
});

test('a path that does not exist is a full reconcile, and other Applications are found by their own', () => {
  const shop = repository(
    { 'apps/web/a.yaml': configMap('a') },
    application('web', 'apps/web'),
    application('gone', 'apps/gone'),
  );
  expect(asked(shop.save({ 'apps/web/a.yaml': configMap('a', 'new') }))).toEqual(['web by closure']);
});
