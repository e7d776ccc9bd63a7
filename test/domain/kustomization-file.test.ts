import { describe, expect, it } from 'vitest';
import { parseKustomizationFile } from '../../src/domain/kustomization-file.ts';
import { DEFAULT_LIMITS } from '../../src/domain/limits.ts';
import type { RelativePath } from '../../src/domain/paths.ts';

const path = 'apps/kustomization.yaml' as RelativePath;
const parse = (text: string, engine: 'flux' | 'argocd' = 'flux') =>
  parseKustomizationFile(text, path, { limits: DEFAULT_LIMITS, engine });
const named = (text: string) => parse(text).entries.map(({ field, value, role }) => `${field} ${value} ${role}`);
const mistakes = (text: string) => parse(text).problems.map((problem) => problem.message);

describe('parseKustomizationFile', () => {
  it('finds every name of a file, a directory or something remote', () => {
    const text = `
resources: [a.yaml, ../base]
bases: [old]
components: [../c]
crds: [crd.json]
configurations: [conf.yaml]
openapi: {path: schema.json}
patches:
- path: p.yaml
- patch: "- op: remove\\n  path: /x"
  target: {kind: X}
patchesJson6902:
- path: j.json
  target: {version: v1, kind: X, name: x}
patchesStrategicMerge:
- s.yaml
- |-
  kind: X
replacements:
- path: r.yaml
- source: {kind: X}
  targets: []
configMapGenerator:
- name: c
  files: [f.txt, key=g.txt]
  envs: [e.env]
  env: one.env
  literals: [a=b]
secretGenerator:
- name: s
  type: Opaque
  files: [h.txt]
`;
    expect(parse(text).problems).toEqual([]);
    expect(named(text)).toEqual([
      'resources a.yaml resource',
      'resources ../base resource',
      'bases old resource',
      'components ../c component',
      'crds crd.json patch',
      'configurations conf.yaml patch',
      'openapi.path schema.json data',
      'patches[].path p.yaml patch',
      'patchesJson6902[].path j.json patch',
      'patchesStrategicMerge s.yaml patch',
      'replacements[].path r.yaml patch',
      'configMapGenerator[].files f.txt data',
      'configMapGenerator[].files g.txt data',
      'configMapGenerator[].envs e.env data',
      'configMapGenerator[].env one.env data',
      'secretGenerator[].files h.txt data',
    ]);
  });

  it('finds the files of generators and transformers that are written inline', () => {
    const text = `
generators:
- |-
  apiVersion: builtin
  kind: ConfigMapGenerator
  metadata: {name: x}
  files: [k=a.txt]
  envs: [b.env]
  env: passed-over.env
transformers:
- t.yaml
- |-
  apiVersion: builtin
  kind: PatchStrategicMergeTransformer
  metadata: {name: y}
  paths: [p.yaml, "kind: X"]
  ---
  apiVersion: builtin
  kind: ReplacementTransformer
  metadata: {name: z}
  replacements: [{path: r.yaml}]
`;
    expect(named(text)).toEqual([
      'ConfigMapGenerator.files a.txt data',
      'ConfigMapGenerator.envs b.env data',
      'transformers t.yaml plugin',
      'PatchStrategicMergeTransformer.paths p.yaml patch',
      'ReplacementTransformer.replacements[].path r.yaml patch',
    ]);
    expect(parse(text).problems).toEqual([]);
  });

  it('gives each name its line and column', () => {
    expect(parse('resources:\n- a.yaml\n-   b.yaml\n').entries).toMatchObject([
      { value: 'a.yaml', line: 2, column: 3 },
      { value: 'b.yaml', line: 3, column: 5 },
    ]);
  });

  it('takes field names in any case and the last of two equal fields, as kustomize does', () => {
    expect(named('Resources: [a.yaml]\n')).toEqual(['resources a.yaml resource']);
    expect(named('resources: [a.yaml]\nresources: [b.yaml]\n')).toEqual(['resources b.yaml resource']);
  });

  it('reads the first document only', () => {
    expect(named('resources: [a.yaml]\n---\nfoo: bar\n')).toEqual(['resources a.yaml resource']);
  });

  it('knows a Component', () => {
    expect(parse('apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nresources: [a.yaml]\n')).toMatchObject(
      { kind: 'Component', problems: [] },
    );
  });

  it.each([
    [
      'an unknown field',
      'resources: [a.yaml]\nresurces: []\n',
      'apps/kustomization.yaml:2:1: expected a kustomization field, found the unknown field "resurces"',
    ],
    [
      'a string for a list',
      'resources: a.yaml\n',
      'apps/kustomization.yaml:1:12: expected a list in resources, found the string "a.yaml"',
    ],
    [
      'a number for a path',
      'resources:\n- 12\n',
      'apps/kustomization.yaml:2:3: expected a string in resources[], found the number 12',
    ],
    [
      'an unknown field of a generator',
      'configMapGenerator:\n- name: x\n  foo: bar\n',
      'apps/kustomization.yaml:3:3: expected one of name, namespace, behavior, literals, files, envs, env, options in configMapGenerator[], found "foo"',
    ],
    [
      'a patch as a string',
      'resources: []\npatches: [a.yaml]\n',
      'apps/kustomization.yaml:2:11: expected a map in patches[], found the string "a.yaml"',
    ],
    [
      'a patch without path and patch',
      'patches:\n- target: {kind: X}\n',
      'apps/kustomization.yaml:2:3: expected either path or patch in patches, found neither',
    ],
    [
      'another kind',
      'kind: Foo\nresources: []\n',
      'apps/kustomization.yaml:1:7: expected kind Kustomization or Component, found Foo',
    ],
    [
      'another apiVersion',
      'apiVersion: v1\nresources: []\n',
      'apps/kustomization.yaml:1:13: expected apiVersion kustomize.config.k8s.io/v1beta1, found v1',
    ],
    [
      'nothing in it',
      'kind: Kustomization\n',
      'apps/kustomization.yaml:1:1: expected at least one field such as resources, found an empty kustomization',
    ],
    [
      'an empty file',
      '',
      'apps/kustomization.yaml:1:1: expected at least one field such as resources, found an empty kustomization',
    ],
    ['a list', '- a\n', 'apps/kustomization.yaml:1:1: expected a map of kustomization fields'],
    [
      'two equals signs',
      'configMapGenerator:\n- name: x\n  files: ["a=b=c"]\n',
      'apps/kustomization.yaml:3:11: configMapGenerator[].files: expected one "=" between key and path, found more in "a=b=c"',
    ],
    [
      'an empty path',
      'resources: [""]\n',
      'apps/kustomization.yaml:1:13: expected a path in resources, found an empty one',
    ],
    [
      'a plugin that is not built in',
      'generators:\n- |-\n  apiVersion: my/v1\n  kind: Mine\n  metadata: {name: x}\n',
      'apps/kustomization.yaml:2:3: expected a built-in plugin (apiVersion: builtin), found Mine; other plugins are off',
    ],
  ])('refuses %s, saying where', (_, text, message) => {
    expect(mistakes(text)).toEqual([message]);
  });

  it('refuses helmCharts for Flux and reads their values files for Argo CD', () => {
    const text = 'helmCharts:\n- name: x\n  valuesFile: v.yaml\n  additionalValuesFiles: [w.yaml]\n';
    expect(parse(text).problems).toMatchObject([
      { kind: 'unsupported', line: 2, hint: expect.stringContaining('HelmRelease') },
    ]);
    expect(parse(text, 'argocd').problems).toEqual([]);
    expect(parse(text, 'argocd').entries.map((entry) => entry.value)).toEqual(['v.yaml', 'w.yaml']);
  });

  it('names the place of broken YAML', () => {
    expect(parse('resources: [a.yaml\n').problems).toMatchObject([{ kind: 'parse', path, line: 2 }]);
  });
});
