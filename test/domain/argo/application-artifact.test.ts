import { expect, test } from 'vitest';
import type { KubeObject } from '../../../src/domain/kube-object.ts';
import { application, SHOP_SOURCE } from '../../support/argo-manifests.ts';
import { configMap, kustomization, MappedRepository } from '../../support/mapped-repository.ts';

/** What an artifact of `apps` alone holds; a text: why there is none. */
function artifact(files: Record<string, string>, spec: Record<string, unknown> = {}): readonly string[] | string {
  const object: KubeObject = application('apps', 'apps', spec);
  const shop = new MappedRepository({ files, objects: [object], source: SHOP_SOURCE });
  const outcome = shop.workspace.artifactOf('Application/argocd/apps');
  if (outcome === undefined) return 'unknown';
  return 'artifact' in outcome ? outcome.artifact.files.map(({ path }) => path) : outcome.impossible.message;
}

const MAP = configMap('map');

test('of a kustomize build is what that reads, at the same paths', () => {
  const files = {
    'apps/kustomization.yaml': kustomization('../base', 'map.yaml'),
    'apps/map.yaml': MAP,
    'apps/notes.txt': 'not read',
    'base/kustomization.yaml': kustomization('map.yaml'),
    'base/map.yaml': configMap('base'),
    'other/map.yaml': MAP,
  };
  expect(artifact(files)).toEqual([
    'apps/kustomization.yaml',
    'apps/map.yaml',
    'base/kustomization.yaml',
    'base/map.yaml',
  ]);
});

const DIRECTORY = {
  'apps/a.yaml': MAP,
  'apps/a-test.yaml': MAP,
  'apps/below/b.yaml': configMap('b'),
  'apps/c.txt': 'x',
};

test.each<[Record<string, unknown>, readonly string[]]>([
  [{}, ['apps/a-test.yaml', 'apps/a.yaml']],
  [{ recurse: true }, ['apps/a-test.yaml', 'apps/a.yaml', 'apps/below/b.yaml']],
  [{ recurse: true, exclude: '*-test.yaml' }, ['apps/a.yaml', 'apps/below/b.yaml']],
  [{ recurse: true, include: 'below/*' }, ['apps/below/b.yaml']],
])('of a plain directory with %j is the manifests that count', (directory, paths) => {
  expect(artifact(DIRECTORY, { source: { directory } })).toEqual(paths);
});

test('of a chart is its whole directory, and the value files beside it', () => {
  const files = {
    'apps/Chart.yaml': 'apiVersion: v2\nname: apps\nversion: 1.0.0\n',
    'apps/templates/map.yaml': MAP,
    'apps/files/anything.bin': 'x',
    'values/dev.yaml': 'a: b\n',
    'values/prod.yaml': 'a: c\n',
  };
  const source = { helm: { valueFiles: ['../values/dev.yaml'] } };
  expect(artifact(files, { source })).toEqual([
    'apps/Chart.yaml',
    'apps/files/anything.bin',
    'apps/templates/map.yaml',
    'values/dev.yaml',
  ]);
});

test('of what a plugin builds, or Jsonnet, there is none: what else it reads is not known', () => {
  expect(artifact({ 'apps/a.yaml': MAP }, { source: { plugin: {} } })).toContain('config management plugin');
  expect(artifact({ 'apps/a.jsonnet': '{}' })).toContain('Jsonnet');
});
