import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { graphReport } from '../../src/cli/graph.ts';
import { DEFAULT_LIMITS } from '../../src/domain/limits.ts';
import { missingTools, tracedBuild } from './opened-files.ts';

const roots: string[] = [];
afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true, force: true });
});

function treeOf(files: Readonly<Record<string, string>>): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'graph-')));
  roots.push(root);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

/** Builds every directory for real and compares. Returns the directories whose build succeeded. */
function expectAgreement(root: string, note = ''): string[] {
  const succeeded: string[] = [];
  for (const entry of graphReport(root, DEFAULT_LIMITS)) {
    const build = tracedBuild(root, entry.path);
    const context = `${note}${entry.path}: ${build.stderr}`;
    if (build.succeeded) {
      expect(entry.files, context).toEqual(build.opened);
      expect(entry.errors, context).toEqual([]);
      succeeded.push(entry.path);
    } else {
      // A build that fails stops somewhere: what it opened by then is a part of what is named.
      expect(entry.errors, context).not.toEqual([]);
      expect(
        build.opened.filter((file) => !entry.files.includes(file)),
        context,
      ).toEqual([]);
    }
  }
  return succeeded;
}

const object = (name: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\ndata:\n  a: b\n`;
const list = (field: string, ...items: string[]) =>
  `${field}:\n${items.map((item) => `- ${JSON.stringify(item)}\n`).join('')}`;
const component = 'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n';
const missing = missingTools();

describe.skipIf(missing !== undefined)(
  `graph agrees with what kubectl kustomize opens${missing === undefined ? '' : ` (${missing})`}`,
  () => {
    it('on overlays, bases and components', () => {
      const root = treeOf({
        'base/kustomization.yaml': list('resources', 'web.yaml', './db.yml'),
        'base/web.yaml': object('web'),
        'base/db.yml': object('db'),
        'base/unread.yaml': object('unread'),
        'parts/tls/kustomization.yaml': `${component}${list('resources', 'cert.yaml')}patches:\n- path: patch.yaml\n  target: {kind: ConfigMap, name: web}\n`,
        'parts/tls/cert.yaml': object('cert'),
        'parts/tls/patch.yaml': object('web'),
        'old/kustomization.yml': list('bases', '../base'),
        'overlays/prod/Kustomization': `${list('resources', '../../base/', 'own.json')}${list('components', '../../parts/tls')}namePrefix: prod-\n`,
        'overlays/prod/own.json': '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"own"}}',
        'overlays/all/kustomization.yaml': list('resources', '../prod', '../../old/'),
      });
      expect(expectAgreement(root)).toEqual(['base', 'old', 'overlays/all', 'overlays/prod', 'parts/tls']);
    });

    it('on every way to name a file', () => {
      const plugin = (kind: string, name: string, rest: string) =>
        `apiVersion: builtin\nkind: ${kind}\nmetadata: {name: ${name}}\n${rest}`;
      const indent = (text: string) => text.replaceAll(/^/gm, '  ').trimEnd();
      const root = treeOf({
        'a/kustomization.yaml': [
          list('resources', 'x.yaml', 'crd-object.yaml'),
          list('crds', 'crd.json'),
          list('configurations', 'conf.yaml'),
          'patches:\n- path: patch.yaml\n- path: ops.json\n  target: {kind: ConfigMap, name: x}\n- patch: |-\n    - op: add\n      path: /data/i\n      value: "1"\n  target: {kind: ConfigMap, name: x}\n',
          'patchesJson6902:\n- path: ops6902.yaml\n  target: {version: v1, kind: ConfigMap, name: x}\n',
          `patchesStrategicMerge:\n- strategic.yaml\n- |-\n${indent(object('x'))}\n`,
          'replacements:\n- path: replacement.yaml\n',
          'openapi:\n  path: schema.json\n',
          'configMapGenerator:\n- name: c\n  files: [f.txt, key=dir/g.txt, k2=../shared/h.txt]\n  envs: [one.env]\n  env: two.env\n',
          'secretGenerator:\n- name: s\n  files: [secret.bin]\n  type: Opaque\n',
          `generators:\n- gens\n- gen.yaml\n- |-\n${indent(plugin('ConfigMapGenerator', 'inline', 'files: [inline.txt]\nenv: passed-over.env\n'))}\n`,
          `transformers:\n- transform.yaml\n- |-\n${indent(plugin('PatchTransformer', 'it', 'path: inline-patch.yaml\ntarget: {kind: ConfigMap, name: x}\n'))}\n`,
          list('validators', 'validate.yaml'),
        ].join(''),
        'a/x.yaml': object('x'),
        'a/crd-object.yaml': 'apiVersion: my.io/v1\nkind: Mine\nmetadata: {name: m}\n',
        'a/crd.json': '{"my.io/v1.Mine": {"Schema": {"properties": {}}}}',
        'a/conf.yaml': 'nameReference: []\n',
        'a/patch.yaml': object('x'),
        'a/ops.json': '[{"op": "add", "path": "/data/o", "value": "1"}]',
        'a/ops6902.yaml': '- op: add\n  path: /data/p\n  value: "1"\n',
        'a/strategic.yaml': object('x'),
        'a/replacement.yaml':
          'source: {kind: ConfigMap, name: x, fieldPath: data.a}\ntargets:\n- select: {kind: ConfigMap, name: x}\n  fieldPaths: [data.a]\n',
        'a/schema.json': '{"definitions": {}}',
        'a/f.txt': 'f',
        'a/dir/g.txt': 'g',
        'shared/h.txt': 'h',
        'a/one.env': 'A=1',
        'a/two.env': 'B=2',
        'a/secret.bin': '\u0000binary',
        'a/inline.txt': 'i',
        'a/passed-over.env': 'C=3',
        'a/gens/kustomization.yaml': list('resources', 'g.yaml'),
        'a/gens/g.yaml': plugin('ConfigMapGenerator', 'g', 'files: [from-gens.txt]\nenvs: [gens.env]\n'),
        'a/gens/from-gens.txt': 'not read from here',
        'a/from-gens.txt': 'read',
        'a/gens.env': 'D=4',
        'a/gen.yaml': plugin('SecretGenerator', 'sec', 'files: [k=gen.txt]\n'),
        'a/gen.txt': 'g',
        'a/transform.yaml': [
          plugin('PatchStrategicMergeTransformer', 't1', `paths: [strategic2.yaml]\n`),
          plugin(
            'PatchJson6902Transformer',
            't2',
            'target: {version: v1, kind: ConfigMap, name: x}\npath: ops2.json\n',
          ),
          plugin('ReplacementTransformer', 't3', 'replacements: [{path: replacement2.yaml}]\n'),
          plugin('NamespaceTransformer', 't4', ''),
        ].join('---\n'),
        'a/strategic2.yaml': object('x'),
        'a/ops2.json': '[{"op": "add", "path": "/data/q", "value": "1"}]',
        'a/replacement2.yaml':
          '- source: {kind: ConfigMap, name: x, fieldPath: data.a}\n  targets:\n  - select: {kind: ConfigMap, name: x}\n    fieldPaths: [data.a]\n',
        'a/inline-patch.yaml': object('x'),
        'a/validate.yaml': plugin('LabelTransformer', 'v', 'labels: {}\n'),
      });
      expect(expectAgreement(root)).toEqual(['a', 'a/gens']);
    });

    it('on hostile trees', () => {
      const deep = Array.from({ length: 40 }, (_, index) => `d${index}`).join('/');
      const root = treeOf({
        'with space/kustomization.yaml': list(
          'resources',
          'a b.yaml',
          './../ünï côdé/日本.yaml',
          '../x/../with space/./c.yaml',
        ),
        'with space/a b.yaml': object('ab'),
        'with space/c.yaml': object('c'),
        'ünï côdé/日本.yaml': object('jp'),
        'ünï côdé/kustomization.yaml': `${list('resources', '日本.yaml', 'e\u0301.yaml')}`,
        'ünï côdé/e\u0301.yaml': object('combining'),
        [`${deep}/kustomization.yaml`]: list('resources', `${'../'.repeat(40)}with space`, 'x.yaml'),
        [`${deep}/x.yaml`]: object('deep'),
        'diamond/kustomization.yaml': list('resources', '../left', '../right'),
        'left/kustomization.yaml': `${list('resources', '../with space')}namePrefix: left-\n`,
        'right/kustomization.yaml': `${list('resources', '../with space')}namePrefix: right-\n`,
        'missing-component/kustomization.yaml': list('resources', '../with space') + list('components', '../nowhere'),
        'equals/kustomization.yaml': 'configMapGenerator:\n- name: x\n  files: ["a=b=c.txt"]\n',
        'equals/b=c.txt': '',
        'equals-path/kustomization.yaml':
          'configMapGenerator:\n- name: x\n  files: ["k=in dir/v 1.txt"]\n  envs: ["a=b.env"]\n',
        'equals-path/in dir/v 1.txt': 'v',
        'equals-path/a=b.env': 'A=1',
        'links/kustomization.yaml': list('resources', 'link.yaml', 'linked dir'),
        'link-target/kustomization.yaml': list('resources', 'y.yaml'),
        'link-target/y.yaml': object('y'),
        'loop/a/kustomization.yaml': list('resources', '../b'),
        'loop/b/kustomization.yaml': list('resources', '../a'),
        'inside/kustomization.yaml': list('resources', 'x.yaml'),
        'inside/x.yaml': object('x'),
        'inside/overlay/kustomization.yaml': list('resources', '..'),
        'twice/kustomization.yaml': list('resources', 'x.yaml'),
        'twice/kustomization.yml': list('resources', 'x.yaml'),
        'twice/x.yaml': object('x'),
        'named/kustomization.yaml/x.yaml': object('a directory of that name'),
        'named/Kustomization': list('resources', 'kustomization.yaml/x.yaml'),
        'broken/kustomization.yaml': list('resources', 'x.yaml', 'y.yaml'),
        'broken/x.yaml': 'kind: [\n',
        'broken/y.yaml': object('y'),
        'values/kustomization.yaml': list('resources', 'values.yaml'),
        'values/values.yaml': 'replicas: 3\n',
        'duplicate-key/kustomization.yaml': list('resources', 'gone.yaml') + list('resources', 'x.yaml'),
        'duplicate-key/x.yaml': object('x'),
        'empty/kustomization.yaml': '',
        'helm/kustomization.yaml': 'helmCharts:\n- name: x\n  valuesFile: v.yaml\n',
        'helm/v.yaml': '',
        'bom/kustomization.yaml': '\ufeffresources:\r\n- x.yaml\r\n',
        'bom/x.yaml': `\ufeff${object('x').replaceAll('\n', '\r\n')}`,
        'anchors/kustomization.yaml': 'configMapGenerator:\n- &g {name: a, files: [x.txt]}\n- {<<: *g, name: b}\n',
        'anchors/x.txt': 'x',
      });
      symlinkSync('../link-target/y.yaml', join(root, 'links/link.yaml'));
      symlinkSync('../with space', join(root, 'links/linked dir'));
      const succeeded = expectAgreement(root);
      expect(succeeded).toEqual(
        [
          'anchors',
          'bom',
          deep,
          'diamond',
          'duplicate-key',
          'equals-path',
          'inside',
          'left',
          'link-target',
          'links',
          'named',
          'right',
          'with space',
          'ünï côdé',
        ].sort(),
      );
    });

    it('on generated trees', () => {
      const directory = fc.record({
        name: fc.constantFrom('kustomization.yaml', 'kustomization.yml', 'Kustomization'),
        files: fc.integer({ min: 0, max: 3 }),
        generated: fc.constantFrom('', 'files', 'envs', 'document'),
        patch: fc.constantFrom('', 'patches', 'json', 'strategic'),
        /** Which of the earlier directories it includes. */
        bases: fc.array(fc.nat(), { maxLength: 3 }),
        component: fc.boolean(),
        nested: fc.boolean(),
        mistake: fc.constantFrom('', '', '', '', '', '', 'missing', 'broken', 'unknown'),
      });
      const seed = Number(process.env.GRAPH_SEED ?? Date.now() % 2_147_483_647);
      let builds = 0;
      fc.assert(
        fc.property(fc.array(directory, { minLength: 1, maxLength: 5 }), (directories) => {
          const files: Record<string, string> = {
            'part/kustomization.yaml': `${component}patches:\n- path: p.yaml\n  target: {kind: None}\n`,
            'part/p.yaml': object('p'),
          };
          const paths: string[] = [];
          for (const [index, one] of directories.entries()) {
            const path = one.nested ? `n/m${index}` : `m${index}`;
            const up = one.nested ? '../..' : '..';
            const bases = [...new Set(one.bases.filter(() => index > 0).map((base) => `${up}/${paths[base % index]}`))];
            const manifests = Array.from({ length: one.files }, (_, file) => `f${file}.yaml`);
            for (const [file, manifest] of manifests.entries())
              files[`${path}/${manifest}`] = object(`f${index}-${file}`);
            if (one.mistake === 'missing') manifests.push('gone.yaml');
            if (one.mistake === 'broken') {
              files[`${path}/broken.yaml`] = 'a: [';
              manifests.push('broken.yaml');
            }
            let text = `namePrefix: p${index}-\n${one.mistake === 'unknown' ? 'unknown: 1\n' : ''}`;
            if (manifests.length + bases.length > 0) text += list('resources', ...manifests, ...bases);
            if (one.component) text += list('components', `${up}/part`);
            if (one.generated === 'files' || one.generated === 'envs') {
              text += `configMapGenerator:\n- name: g${index}\n  ${one.generated}: [input.env]\n`;
              files[`${path}/input.env`] = 'A=1';
            }
            if (one.generated === 'document') {
              text += list('generators', 'gen.yaml');
              files[`${path}/gen.yaml`] =
                `apiVersion: builtin\nkind: SecretGenerator\nmetadata: {name: s${index}}\nfiles: [k=input.env]\n`;
              files[`${path}/input.env`] = 'A=1';
            }
            if (one.patch === 'patches') text += 'patches:\n- path: patch.yaml\n  target: {kind: None}\n';
            if (one.patch === 'json')
              text += 'patchesJson6902:\n- path: patch.yaml\n  target: {version: v1, kind: ConfigMap, name: nobody}\n';
            if (one.patch === 'strategic' && one.files > 0) text += list('patchesStrategicMerge', 'patch.yaml');
            files[`${path}/patch.yaml`] = one.patch === 'json' ? '[]' : object(`f${index}-0`);
            files[`${path}/${one.name}`] = text;
            paths.push(path);
          }
          const root = treeOf(files);
          for (const entry of graphReport(root, DEFAULT_LIMITS)) {
            const build = tracedBuild(root, entry.path);
            const context = `${entry.path}: ${build.stderr}\n${entry.errors.join('\n')}`;
            if (build.succeeded) {
              builds += 1;
              expect(entry.errors, context).toEqual([]);
              expect(entry.files, context).toEqual(build.opened);
            } else
              expect(
                build.opened.filter((file) => !entry.files.includes(file)),
                context,
              ).toEqual([]);
            if (entry.errors.length > 0) expect(build.succeeded, context).toBe(false);
          }
        }),
        { numRuns: 10, seed },
      );
      expect(builds, `seed ${seed}`).toBeGreaterThan(3);
    }, 120_000);
  },
);

const trees = process.env.RECONCILE_MACHINE_TREES;

describe.skipIf(trees === undefined)('graph agrees with recorded builds of real repositories', () => {
  const names =
    trees === undefined || !existsSync(trees)
      ? []
      : readdirSync(trees).filter((name) => existsSync(join(trees, `${name}.opened.json`)));
  it.each(names)('%s', (name) => {
    const directory = join(trees ?? '', name);
    const recorded: unknown = JSON.parse(readFileSync(`${directory}.opened.json`, 'utf8'));
    const entries = new Map(graphReport(directory, DEFAULT_LIMITS).map((entry) => [entry.path, entry.files]));
    expect(Array.isArray(recorded) && recorded.length > 0).toBe(true);
    for (const build of recorded as {
      readonly dir: string;
      readonly ok: boolean;
      readonly files: readonly string[];
    }[]) {
      if (build.ok) expect(entries.get(build.dir), build.dir).toEqual(build.files);
    }
  });
});
