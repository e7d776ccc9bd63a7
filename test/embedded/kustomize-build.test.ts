import { afterAll, describe, expect, test } from 'vitest';
import type { KubeObject } from '../../src/domain/kube-object.ts';
import type { ArtifactFiles } from '../../src/embedded/flux/archive.ts';
import {
  type BuilderName,
  detectBuilder,
  type KustomizeBuilder,
  kustomizeBuilder as startBuilder,
} from '../../src/embedded/flux/kustomize-build.ts';

const started: KustomizeBuilder[] = [];
afterAll(async () => {
  for (const builder of started) await builder.stop();
});

function kustomizeBuilder(name: BuilderName): KustomizeBuilder {
  const builder = startBuilder(name);
  started.push(builder);
  return builder;
}

function files(texts: Readonly<Record<string, string>>): ArtifactFiles {
  return new Map(Object.entries(texts).map(([path, text]) => [path, { content: Buffer.from(text), mode: 0o644 }]));
}

const cm = (name: string): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n  namespace: default\ndata:\n  mode: "0644"\n`;
const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: default, annotations: {on: "yes"}}
spec:
  template: &t
    spec:
      volumes: [{name: v, secret: {secretName: s, defaultMode: 0400}}]
      containers: [{name: app, image: "app:1.10", args: [on, "off", 1e3, ~]}]
  other: *t
`;

const byName = (objects: readonly KubeObject[]): readonly KubeObject[] =>
  [...objects].sort((a, b) => (`${a.kind}/${a.metadata.name}` < `${b.kind}/${b.metadata.name}` ? -1 : 1));

const PLAIN = {
  'apps/kustomization.yaml': 'resources: [../base, web.yaml, two.yaml]\n',
  'apps/web.yaml': DEPLOYMENT,
  'apps/two.yaml': `---\n${cm('two')}---\n---\n${cm('three')}`,
  'base/kustomization.yaml':
    'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n- cm.yaml\n',
  'base/cm.yaml': cm('base'),
};

describe('a build without transformations', () => {
  test('needs no tool and gives what the tool gives', async ({ skip }) => {
    const name = await detectBuilder();
    if (name === 'plain') skip('neither kubectl nor kustomize is installed');
    const builder = kustomizeBuilder(name);
    const fast = await builder.build(files(PLAIN), { path: './apps' });
    expect(builder.spawned()).toBe(0);
    // A name prefix that is empty changes nothing, but cannot be known to without the tool.
    const forced = {
      ...PLAIN,
      'apps/kustomization.yaml': 'resources: [../base, web.yaml, two.yaml]\nnamePrefix: ""\n',
    };
    const slow = await builder.build(files(forced), { path: 'apps/' });
    expect(builder.spawned()).toBe(1);
    expect(byName(fast)).toEqual(byName(slow));
    expect(fast.map((object) => object.metadata.name).sort()).toEqual(['base', 'three', 'two', 'web']);
  });

  test.each([
    ['a namespace', { 'apps/kustomization.yaml': 'namespace: team\nresources: [cm.yaml]\n' }],
    ['labels', { 'apps/kustomization.yaml': 'labels: [{pairs: {a: b}}]\nresources: [cm.yaml]\n' }],
    [
      'a patch',
      {
        'apps/kustomization.yaml':
          'resources: [cm.yaml]\npatches: [{patch: "{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: default}, data: {x: y}}"}]\n',
      },
    ],
    [
      'a generator',
      { 'apps/kustomization.yaml': 'resources: [cm.yaml]\nconfigMapGenerator: [{name: g, literals: [a=b]}]\n' },
    ],
    [
      'a component',
      {
        'apps/kustomization.yaml': 'resources: [cm.yaml]\ncomponents: [../c]\n',
        'c/kustomization.yaml': 'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nnamePrefix: c-\n',
      },
    ],
    [
      'a list of objects',
      {
        'apps/kustomization.yaml': 'resources: [cm.yaml, list.yaml]\n',
        'apps/list.yaml': `apiVersion: v1\nkind: ConfigMapList\nitems:\n- ${cm('l').trim().replaceAll('\n', '\n  ')}\n`,
      },
    ],
  ])('but %s does need the tool', async (_case, texts) => {
    const name = await detectBuilder();
    const builder = kustomizeBuilder(name);
    const objects = await builder.build(files({ 'apps/cm.yaml': cm('a'), ...texts }), { path: 'apps' });
    expect(objects.length).toBeGreaterThan(0);
    expect(builder.spawned()).toBe(name === 'plain' ? 0 : 1);
  });

  test.each([
    ['a missing file', { 'apps/kustomization.yaml': 'resources: [none.yaml]\n' }, /none\.yaml/],
    [
      'two objects of one name',
      { 'apps/kustomization.yaml': 'resources: [cm.yaml, again.yaml]\n', 'apps/again.yaml': cm('a') },
      /already registered id/,
    ],
    [
      'a file that does not parse',
      { 'apps/kustomization.yaml': 'resources: [bad.yaml]\n', 'apps/bad.yaml': 'a: [1\n' },
      /bad\.yaml/,
    ],
    [
      'a loop',
      { 'apps/kustomization.yaml': 'resources: [../b]\n', 'b/kustomization.yaml': 'resources: [../apps]\n' },
      /cycle/,
    ],
  ])('fails in the words of the tool for %s', async (_case, texts, words) => {
    const name = await detectBuilder();
    if (name === 'plain') return;
    const building = kustomizeBuilder(name).build(files({ 'apps/cm.yaml': cm('a'), ...texts }), { path: 'apps' });
    await expect(building).rejects.toThrow(words);
    await expect(building).rejects.not.toThrow(/\/tmp\/(?!kustomization-0)/);
  });
});

describe('what the Flux Kustomization adds', () => {
  const spec = {
    path: './apps',
    targetNamespace: 'team',
    components: ['../c'],
    patches: [{ target: { kind: 'ConfigMap' }, patch: '- {op: add, path: /data/x, value: added}' }],
    commonMetadata: { labels: { a: 'b' } },
  };
  const component = 'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nnameSuffix: -c\n';

  test.each([
    ['an existing kustomization', { 'apps/kustomization.yaml': 'resources: [cm.yaml]\nnamePrefix: p-\n' }, 'p-a-c'],
    ['a generated one', {}, 'a-c'],
  ])('goes into %s', async (_case, texts, expected) => {
    const name = await detectBuilder();
    if (name === 'plain') return;
    const [object] = await kustomizeBuilder(name).build(
      files({ 'apps/cm.yaml': cm('a'), 'c/kustomization.yaml': component, ...texts }),
      spec,
    );
    expect(object?.metadata).toMatchObject({ name: expected, namespace: 'team' });
    expect(object?.data).toEqual({ mode: '0644', x: 'added' });
  });
});

describe('a generated kustomization', () => {
  test('takes every manifest below, and a directory with a kustomization as one', async () => {
    const tree = {
      'apps/a.yaml': cm('a'),
      'apps/deep/b.yml': cm('b'),
      'apps/own/kustomization.yaml': 'resources: [c.yaml]\n',
      'apps/own/c.yaml': cm('c'),
      'apps/own/unused.yaml': cm('u'),
      'apps/README.md': '#',
    };
    const objects = await kustomizeBuilder('plain').build(files(tree), { path: '/apps' });
    expect(objects.map((object) => object.metadata.name).sort()).toEqual(['a', 'b', 'c']);
  });

  test('of the whole artifact, in all spellings of the root', async () => {
    for (const path of ['./', '', '.', '/']) {
      expect(await kustomizeBuilder('plain').build(files({ 'a.yaml': cm('a') }), { path })).toHaveLength(1);
    }
  });

  test('of a path that does not exist is refused', async () => {
    await expect(kustomizeBuilder('plain').build(files({ 'a.yaml': cm('a') }), { path: './gone' })).rejects.toThrow(
      'kustomization path not found: stat /tmp/kustomization-0/gone',
    );
    await expect(kustomizeBuilder('plain').build(files({ 'a.yaml': cm('a') }), { path: '../up' })).rejects.toThrow(
      'path not found',
    );
  });
});

test('without a tool, manifests are taken as they are, and a missing file still fails', async () => {
  const builder = kustomizeBuilder('plain');
  const tree = {
    'apps/kustomization.yaml': 'namespace: team\nresources: [cm.yaml, ../base]\n',
    'apps/cm.yaml': cm('a'),
    'base/kustomization.yaml': 'resources: [cm.yaml]\n',
    'base/cm.yaml': cm('b'),
  };
  const objects = await builder.build(files(tree), { path: 'apps' });
  expect(objects.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`)).toEqual(['default/a', 'default/b']);
  const broken = { ...tree, 'apps/kustomization.yaml': 'namespace: team\nresources: [none.yaml]\n' };
  await expect(builder.build(files(broken), { path: 'apps' })).rejects.toThrow(
    'apps/none.yaml: expected a file or a directory',
  );
});
