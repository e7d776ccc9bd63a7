import { expect, test } from 'vitest';
import { inventoryOf, statusOf } from './observed-status.ts';
import type { FluxSubject } from './subject.ts';
import { openWorld } from './world.ts';

const PATHS: readonly (readonly [path: string, names: readonly string[]])[] = [
  ['./apps', ['apps']],
  ['apps', ['apps']],
  ['/apps', ['apps']],
  ['apps/', ['apps']],
  ['./apps/../data', ['data']],
  ['../../apps', ['apps']],
  ['./', ['apps', 'data']],
  ['.', ['apps', 'data']],
  ['', ['apps', 'data']],
  ['/', ['apps', 'data']],
];

/** Which manifests a path stands for. */
export function describePaths(subject: () => FluxSubject): void {
  test.for(PATHS)('spec.path %j takes %j', async ([path, names], context) => {
    const world = await openWorld(subject(), context);
    const revision = await world.feed('repo', {
      'apps/cm.yaml': world.configMap('apps'),
      'data/cm.yaml': world.configMap('data'),
    });
    await world.fedKustomization('all', { path, sourceRef: { kind: 'GitRepository', name: 'repo' } });
    const ready = await world.ready('all', revision);
    expect(inventoryOf(ready)).toEqual(names.map((name) => `${world.namespace}_${name}__ConfigMap v1`));
  });

  test('a generated kustomization takes every .yaml and .yml, hidden ones too, and nothing else', async (context) => {
    const world = await openWorld(subject(), context);
    const revision = await world.feed('all', {
      'b.yml': world.configMap('b'),
      'a.yaml': world.configMap('a'),
      '.hidden.yaml': world.configMap('hidden'),
      '.dir/c.yaml': world.configMap('in-hidden'),
      'deep/er/d.yaml': world.configMap('deep'),
      'README.md': '# not a manifest',
      'data.json': world.configMap('json'),
      'A.YAML': world.configMap('upper'),
    });
    await world.fedKustomization('all');
    const names = inventoryOf(await world.ready('all', revision)).map((entry) => entry.split('_')[1]);
    expect(names).toEqual(['a', 'b', 'deep', 'hidden', 'in-hidden']);
  });

  test('a nested directory with a kustomization file of its own is one resource', async (context) => {
    const world = await openWorld(subject(), context);
    const revision = await world.feed('all', {
      'a.yaml': world.configMap('a'),
      'nested/kustomization.yaml': 'resources: [b.yaml]\nnamePrefix: pre-\n',
      'nested/b.yaml': world.configMap('b'),
      'nested/left-out.yaml': 'this: is no object\n',
      'other/Kustomization': 'resources: [c.yaml]\n',
      'other/c.yaml': world.configMap('c'),
    });
    await world.fedKustomization('all');
    const names = inventoryOf(await world.ready('all', revision)).map((entry) => entry.split('_')[1]);
    expect(names).toEqual(['a', 'c', 'pre-b']);
  });

  test('a values.yaml among the manifests fails a generated kustomization as a whole', async (context) => {
    const world = await openWorld(subject(), context);
    const revision = await world.feed('all', { 'a.yaml': world.configMap('a'), 'chart/values.yaml': 'replicas: 2\n' });
    await world.fedKustomization('all');
    const failed = await world.failed('all', 'BuildFailed');
    expect(world.message(failed)).toBe(
      'failed to decode Kubernetes YAML from ROOT/chart/values.yaml: missing Resource metadata <nil>',
    );
    expect(statusOf(failed).lastAttemptedRevision).toBe(revision);
    expect(await world.value('a')).toBeUndefined();
  });

  test('broken YAML is BuildFailed, and names the file', async (context) => {
    const world = await openWorld(subject(), context);
    await world.feed('all', { 'a.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n data: {}\n' });
    await world.fedKustomization('all');
    const failed = await world.failed('all', 'BuildFailed');
    expect(world.message(failed)).toMatch(
      /^failed to decode Kubernetes YAML from ROOT\/a\.yaml: MalformedYAMLError: yaml: line \d+: .* <nil>$/,
    );
  });

  test('a file that is named and missing is BuildFailed', async (context) => {
    const world = await openWorld(subject(), context);
    await world.feed('all', { 'kustomization.yaml': 'resources: [gone.yaml]\n' });
    await world.fedKustomization('all');
    const message = world.message(await world.failed('all', 'BuildFailed'));
    expect(message).toMatch(
      /^kustomize build failed: accumulating resources: accumulation err='accumulating resources from 'gone\.yaml': /,
    );
  });

  test('a missing path is ArtifactFailed before the revision counts as attempted', async (context) => {
    const world = await openWorld(subject(), context);
    await world.feed('repo', { 'apps/a.yaml': world.configMap('a') });
    await world.fedKustomization('gone', { path: './gone', sourceRef: { kind: 'GitRepository', name: 'repo' } });
    const failed = await world.failed('gone', 'ArtifactFailed');
    expect(world.message(failed)).toBe('kustomization path not found: stat ROOT/gone: no such file or directory');
    expect(statusOf(failed).lastAttemptedRevision).toBeUndefined();
    expect(statusOf(failed).observedGeneration).toBe(-1);
    expect(world.trail('gone').at(-1)).toBe(
      'Reconciling=True/ProgressingWithRetry (Fetching manifests) Ready=False/ArtifactFailed observed=-1',
    );
  });

  test('a path that is a file is refused', async (context) => {
    const world = await openWorld(subject(), context);
    await world.feed('repo', { 'apps/a.yaml': world.configMap('a') });
    await world.fedKustomization('file', { path: './apps/a.yaml', sourceRef: { kind: 'GitRepository', name: 'repo' } });
    const failed = await world.failed('file', 'BuildFailed');
    expect(world.message(failed)).toBe('open ROOT/apps/a.yaml/kustomization.yaml: not a directory <nil>');
  });

  test('no manifests at all build to nothing, which prunes everything', async (context) => {
    const world = await openWorld(subject(), context);
    const first = await world.feed('all', { 'a.yaml': world.configMap('a') });
    await world.fedKustomization('all');
    await world.ready('all', first);
    const second = await world.feed('all', { 'README.md': 'nothing here' }, 'main@sha1:0002');
    const ready = await world.ready('all', second);
    expect(inventoryOf(ready)).toEqual([]);
    expect(await world.value('a')).toBeUndefined();
  });

  test('an empty kustomization file builds to nothing too', async (context) => {
    const world = await openWorld(subject(), context);
    const revision = await world.feed('all', {
      'kustomization.yaml': 'resources: []\n',
      'a.yaml': world.configMap('a'),
    });
    await world.fedKustomization('all');
    expect(inventoryOf(await world.ready('all', revision))).toEqual([]);
  });

  test('a field that kustomize does not know is dropped from the file at the path', async (context) => {
    const world = await openWorld(subject(), context);
    const revision = await world.feed('all', {
      'kustomization.yaml': 'resources: [a.yaml]\nresorces: [typo.yaml]\n',
      'a.yaml': world.configMap('a'),
    });
    await world.fedKustomization('all');
    expect(inventoryOf(await world.ready('all', revision))).toHaveLength(1);
  });

  test('… and refused in one below it', async (context) => {
    const world = await openWorld(subject(), context);
    await world.feed('all', {
      'kustomization.yaml': 'resources: [below]\n',
      'below/kustomization.yaml': 'resources: [a.yaml]\nresorces: [typo.yaml]\n',
      'below/a.yaml': world.configMap('a'),
    });
    await world.fedKustomization('all');
    const message = world.message(await world.failed('all', 'BuildFailed'));
    expect(message).toContain('unknown field "resorces"');
  });

  test('a field of the wrong type fails the build', async (context) => {
    const world = await openWorld(subject(), context);
    await world.feed('all', { 'kustomization.yaml': 'resources: a.yaml\n', 'a.yaml': world.configMap('a') });
    await world.fedKustomization('all');
    const message = world.message(await world.failed('all', 'BuildFailed'));
    expect(message).toBe(
      'error unmarshaling JSON: while decoding JSON: json: cannot unmarshal string into Go struct field Kustomization.resources of type []string <nil>',
    );
  });

  test('a kustomization without resources says in annotations where its objects come from', async (context) => {
    const world = await openWorld(subject(), context);
    const options = 'generatorOptions: {disableNameSuffixHash: true}';
    const revision = await world.feed('all', {
      'kustomization.yaml': `namespace: ${world.namespace}\nconfigMapGenerator: [{name: made, literals: [value=one]}]\n${options}\n`,
    });
    await world.fedKustomization('all');
    await world.ready('all', revision);
    const made = await world.get('ConfigMap', 'made');
    expect(made?.metadata.annotations).toEqual({
      'config.kubernetes.io/origin':
        'configuredIn: kustomization.yaml\nconfiguredBy:\n  apiVersion: builtin\n  kind: ConfigMapGenerator\n',
    });
  });

  test('a build reads outside its directory, and not outside the artifact', async (context) => {
    const world = await openWorld(subject(), context);
    const sourceRef = { kind: 'GitRepository', name: 'repo' };
    const revision = await world.feed('repo', {
      'base/a.yaml': world.configMap('a'),
      'base/shared.env': 'value=one\n',
      'in/kustomization.yaml':
        'resources: [../base/a.yaml]\nconfigMapGenerator: [{name: made, envs: [../base/shared.env]}]\n',
      'out/kustomization.yaml': 'resources: [../../outside.yaml]\n',
    });
    await world.fedKustomization('in', { path: './in', targetNamespace: world.namespace, sourceRef });
    await world.fedKustomization('out', { path: './out', sourceRef });
    expect(inventoryOf(await world.ready('in', revision))).toHaveLength(2);
    const message = world.message(await world.failed('out', 'BuildFailed'));
    expect(message).toMatch(
      /^kustomize build failed: accumulating resources: accumulation err='accumulating resources from '\.\.\/\.\.\/outside\.yaml': /,
    );
  });

  test('helmCharts are a build error', async (context) => {
    const world = await openWorld(subject(), context);
    await world.feed('all', { 'kustomization.yaml': 'helmCharts: [{name: web, repo: "https://charts.invalid"}]\n' });
    await world.fedKustomization('all');
    const message = world.message(await world.failed('all', 'BuildFailed'));
    expect(message).toBe(
      'kustomize build failed: trouble configuring builtin HelmChartInflationGenerator with config: `\nname: web\nrepo: https://charts.invalid\n`: must specify --enable-helm',
    );
  });
}
