import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { buildRoots } from '../../src/domain/build-root.ts';
import { closureArtifact } from '../../src/domain/closure-artifact.ts';
import { DEFAULT_LIMITS } from '../../src/domain/limits.ts';
import type { RelativePath } from '../../src/domain/paths.ts';
import { sourceView } from '../../src/domain/source-view.ts';
import type { TargetDefinition } from '../../src/domain/target.ts';
import { targetState } from '../../src/domain/target-state.ts';
import { VisibleTree } from '../../src/domain/visible-tree.ts';
import { DiskTree } from '../../src/streams/disk-tree.ts';

const SOURCE = 'OCIRepository/flux-system/shop';
const installed = spawnSync('kubectl', ['version', '--client']).status === 0;

interface Built {
  readonly succeeded: boolean;
  readonly manifests: string;
  readonly stderr: string;
}

/** As Flux builds it: without a kustomization file from one that takes every manifest below; `components` added to it. */
function build(root: string, path: string, components: readonly string[]): Built {
  const directory = join(root, path);
  if (!isDirectory(directory)) return { succeeded: false, manifests: '', stderr: `${path} not found` };
  const overlay = join(root, 'flux-build');
  mkdirSync(overlay);
  try {
    const file = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'].find((name) =>
      isFile(join(directory, name)),
    );
    const resources = file === undefined ? manifestsBelow(directory) : [directory];
    const present = components.filter((component) => isDirectory(join(root, component)));
    const lines = (field: string, paths: readonly string[]) =>
      paths.length === 0
        ? ''
        : `${field}:\n${paths.map((one) => `- ${JSON.stringify(relative(overlay, one))}\n`).join('')}`;
    const text =
      lines('resources', resources) +
      lines(
        'components',
        present.map((one) => join(root, one)),
      );
    writeFileSync(join(overlay, 'kustomization.yaml'), text);
    const run = spawnSync('kubectl', ['kustomize', '--load-restrictor', 'LoadRestrictionsNone', overlay], {
      encoding: 'utf8',
    });
    return { succeeded: run.status === 0, manifests: run.stdout, stderr: run.stderr };
  } finally {
    rmSync(overlay, { recursive: true });
  }
}

function manifestsBelow(directory: string): string[] {
  return readdirSync(directory)
    .sort()
    .flatMap((name) => {
      const path = join(directory, name);
      if (isFile(path)) return /\.ya?ml$/.test(name) ? [path] : [];
      return isFile(join(path, 'kustomization.yaml')) ? [path] : manifestsBelow(path);
    });
}

const isFile = (path: string) => statSync(path, { throwIfNoEntry: false })?.isFile() === true;
const isDirectory = (path: string) => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

function directoryOf(files: Readonly<Record<string, string | Uint8Array>>): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'closure-')));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  return root;
}

function artifactFiles(
  root: string,
  path: string,
  components: readonly string[],
): Record<string, Uint8Array> | undefined {
  const tree = new DiskTree(root);
  const target: TargetDefinition = {
    id: 'Kustomization/flux-system/x',
    kind: 'Kustomization',
    namespace: 'flux-system',
    name: 'x',
    source: SOURCE,
    path: path as RelativePath,
    rawPath: path,
    components: components as readonly RelativePath[],
    dependsOn: [],
    suspended: false,
    substituteFrom: [],
  };
  const visible = new VisibleTree(tree, sourceView({ tree, kind: 'OCIRepository' }));
  const buildRoot = buildRoots({ targets: [target], sources: [], generators: [] }, SOURCE, visible, DEFAULT_LIMITS).get(
    SOURCE,
  );
  if (buildRoot === undefined) throw new Error('no root');
  const outcome = closureArtifact(targetState(target, buildRoot));
  if ('impossible' in outcome) return undefined;
  return Object.fromEntries(outcome.artifact.files.map((file) => [file.path, file.read()]));
}

const object = (name: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n`;

const directoryShape = fc.record({
  kustomization: fc.boolean(),
  manifests: fc.integer({ min: 0, max: 2 }),
  nested: fc.boolean(),
  generator: fc.constantFrom('', 'files', 'envs', 'far'),
  patch: fc.boolean(),
  /** Which earlier ones it includes. */
  bases: fc.array(fc.nat(), { maxLength: 2 }),
  component: fc.boolean(),
});
type Shape = typeof directoryShape extends fc.Arbitrary<infer Value> ? Value : never;

/** A tree of such directories, with files that no build reads strewn over it. */
function treeOf(shapes: readonly Shape[]): { files: Record<string, string>; paths: string[] } {
  const files: Record<string, string> = {
    'README.md': '# x',
    'shared/far.txt': 'far',
    'parts/p/kustomization.yaml': `apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nresources: [part.yaml]\n`,
    'parts/p/part.yaml': object('part'),
  };
  const paths: string[] = [];
  for (const [index, shape] of shapes.entries()) {
    const path = shape.nested ? `deep/d${index}` : `d${index}`;
    const up = shape.nested ? '../..' : '..';
    const names = Array.from({ length: shape.manifests }, (_, at) => `m${at}.yaml`);
    for (const name of names) files[`${path}/${name}`] = object(`o${index}-${name[1]}`);
    files[`${path}/notes.txt`] = 'unread';
    if (shape.kustomization) {
      const withFile = paths.filter((_, at) => shapes[at]?.kustomization === true);
      const bases = [...new Set(shape.bases.flatMap((base) => withFile[base % Math.max(1, withFile.length)] ?? []))];
      const listed = [...names, ...bases.map((base) => `${up}/${base}`)];
      let text = `namePrefix: p${index}-\n`;
      if (listed.length > 0) text += `resources:\n${listed.map((one) => `- ${one}\n`).join('')}`;
      if (shape.component) text += `components:\n- ${up}/parts/p\n`;
      if (shape.generator !== '') {
        const [field, source] = {
          files: ['files', 'k=in.env'],
          envs: ['envs', 'in.env'],
          far: ['files', `${up}/shared/far.txt`],
        }[shape.generator] ?? ['files', 'in.env'];
        text += `configMapGenerator:\n- name: g${index}\n  ${field}: ["${source}"]\n`;
        files[`${path}/in.env`] = 'A=1\n';
      }
      if (shape.patch) {
        text += 'patches:\n- path: patch.yaml\n  target: {kind: None}\n';
        files[`${path}/patch.yaml`] = object('patched');
        files[`${path}/unread.yaml`] = object('unread');
      }
      files[`${path}/kustomization.yaml`] = text;
    } else if (shape.component) files[`${path}/below/kustomization.yaml`] = `resources: [x.yaml]\n`;
    if (!shape.kustomization && shape.component) files[`${path}/below/x.yaml`] = object(`below${index}`);
    paths.push(path);
  }
  return { files, paths: [...paths, 'deep'] };
}

describe.skipIf(!installed)('the build of a closure artifact', () => {
  it('equals the build of the whole tree', () => {
    let builds = 0;
    const components = fc.subarray(['parts/p', 'parts/gone']);
    fc.assert(
      fc.property(fc.array(directoryShape, { minLength: 1, maxLength: 4 }), components, (shapes, added) => {
        const { files, paths } = treeOf(shapes);
        const whole = directoryOf(files);
        onTestFinished(() => rmSync(whole, { recursive: true, force: true }));
        for (const path of paths) {
          const closure = artifactFiles(whole, path, added);
          const expected = build(whole, path, added);
          // Where there is no artifact the target stays as it is; the reverse would lose something.
          if (closure === undefined) continue;
          const artifact = directoryOf(closure);
          onTestFinished(() => rmSync(artifact, { recursive: true, force: true }));
          const found = build(artifact, path, added);
          expect(found.succeeded, `${path}: ${found.stderr}\n${expected.stderr}`).toBe(expected.succeeded);
          expect(found.manifests, path).toBe(expected.manifests);
          expect(Object.keys(closure)).not.toContain('README.md');
          if (expected.succeeded) builds += 1;
        }
      }),
      { numRuns: 15 },
    );
    expect(builds).toBeGreaterThan(10);
  }, 120_000);
});
