import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { explainFiles, formatExplanation } from '../../src/cli/explain.ts';
import { KustomizationGraph } from '../../src/domain/kustomization-graph.ts';
import { DEFAULT_LIMITS } from '../../src/domain/limits.ts';
import { ROOT } from '../../src/domain/paths.ts';
import { findKustomizeBuilder, type KustomizeBuilder } from '../../src/effects/kustomize-build.ts';
import { offlineDefinitions } from '../../src/effects/offline-definitions.ts';
import { DiskTree } from '../../src/streams/disk-tree.ts';

const roots: string[] = [];
afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true, force: true });
});

function repository(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'offline-'));
  roots.push(root);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

async function read(
  files: Readonly<Record<string, string>>,
  options: { entry?: string; builder?: KustomizeBuilder | null } = {},
) {
  const rootDir = repository(files);
  const tree = new DiskTree(rootDir);
  const graph = new KustomizationGraph(tree, { limits: DEFAULT_LIMITS });
  const { entries, problems } = await offlineDefinitions({ rootDir, tree, graph, limits: DEFAULT_LIMITS, ...options });
  const explain = (...paths: string[]) =>
    explainFiles({ files: paths, tree, watchedDir: ROOT, limits: DEFAULT_LIMITS, entries });
  return { entries, problems, explain };
}

const kustomization = (name: string, path: string, source: string, extra = '') => `
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: ${name}
  namespace: flux-system
spec:
  path: ${path}
  sourceRef: {kind: ${source.split('/')[0]}, name: ${source.split('/')[1]}}
${extra}---
`;
const configMap = (name: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n`;

const generator = (cluster: string) => `
apiVersion: source.extensions.fluxcd.io/v1beta1
kind: ArtifactGenerator
metadata: {name: parts, namespace: flux-system}
spec:
  sources: [{alias: mono, kind: GitRepository, name: flux-system}]
  artifacts:
    - name: platform
      copy: [{from: "@mono/platform/**", to: "@artifact/"}]
    - name: services
      copy:
        - {from: "@mono/services/common/**", to: "@artifact/common/"}
        - {from: "@mono/services/${cluster}/**", to: "@artifact/${cluster}/"}
`;

const service = (cluster: string) => ({
  [`services/${cluster}/kustomization.yaml`]:
    'resources: [../common/web]\npatches: [{path: size.yaml, target: {kind: ConfigMap}}]\n',
  [`services/${cluster}/size.yaml`]: configMap('web'),
  [`clusters/${cluster}/services.yaml`]: kustomization('services', `./${cluster}`, 'ExternalArtifact/services'),
  [`clusters/${cluster}/platform.yaml`]:
    kustomization('controllers', './controllers', 'ExternalArtifact/platform') +
    kustomization('settings', './settings', 'ExternalArtifact/platform', '  dependsOn: [{name: controllers}]\n'),
  [`clusters/${cluster}/parts.yaml`]: generator(cluster),
  [`clusters/${cluster}/flux-system/kustomization.yaml`]: 'resources: [sync.yaml]\n',
  [`clusters/${cluster}/flux-system/sync.yaml`]: configMap('to-be-bootstrapped'),
});

/** Two clusters; each composes its artifacts from one repository, as Flux's own example does. */
const COMPOSED = {
  '.sourceignore': '/*\n!/services/\n!/clusters/\n!/platform/\n',
  'README.md': '# Read me\n',
  'services/common/web/kustomization.yaml': 'resources: [web.yaml]\n',
  'services/common/web/web.yaml': configMap('web'),
  'platform/controllers/kustomization.yaml': 'resources: [controller.yaml]\n',
  'platform/controllers/controller.yaml': configMap('controller'),
  'platform/settings/kustomization.yaml': 'resources: [gate.yaml]\n',
  'platform/settings/gate.yaml': configMap('gate'),
  ...service('live'),
  ...service('trial'),
};

const names = (explanations: ReturnType<typeof explainFiles>) =>
  explanations.map(({ targets }) => targets.map(({ name, definedIn }) => `${name} in ${definedIn}`));

describe('a repository with two clusters and composed artifacts', () => {
  it('names the targets of both clusters for a common file, and of one for its own', async () => {
    const { entries, explain } = await read(COMPOSED);
    expect(entries.map(({ entry }) => entry)).toEqual(['clusters/live', 'clusters/trial']);
    const [common, trial, gate] = explain(
      'services/common/web/web.yaml',
      'services/trial/size.yaml',
      'platform/settings/gate.yaml',
    );
    expect(common).toEqual({
      file: 'services/common/web/web.yaml',
      readBy: ['services/common/web', 'services/live', 'services/trial'],
      targets: ['live', 'trial'].map((cluster) => ({
        kind: 'Kustomization',
        namespace: 'flux-system',
        name: 'services',
        rule: 'closure',
        definedIn: `clusters/${cluster}/services.yaml`,
      })),
      decision: 'targeted',
      reason: 'closure: read by Kustomization/flux-system/services',
    });
    expect(trial && names([trial])).toEqual([['services in clusters/trial/services.yaml']]);
    expect(gate && names([gate])).toEqual([
      ['settings in clusters/live/platform.yaml', 'settings in clusters/trial/platform.yaml'],
    ]);
  });

  it('picks one cluster with entry', async () => {
    const { entries, explain } = await read(COMPOSED, { entry: './clusters/trial/' });
    expect(entries).toHaveLength(1);
    expect(names(explain('services/common/web/web.yaml'))).toEqual([['services in clusters/trial/services.yaml']]);
    expect(explain('services/live/size.yaml')[0]).toMatchObject({ decision: 'full', targets: [] });
  });

  it('says which entries there are when the one asked for is none', async () => {
    const { entries, problems } = await read(COMPOSED, { entry: 'clusters/test' });
    expect(entries).toEqual([]);
    expect(problems[0]?.message).toBe(
      'entry clusters/test: no objects of Flux or Argo CD there; entries found: clusters/live, clusters/trial',
    );
  });

  it('tells why a file reconciles nothing, or everything', async () => {
    const { explain } = await read(COMPOSED);
    const [ignored, root, outside] = explain('README.md', 'clusters/live/services.yaml', '../elsewhere.yaml');
    expect(ignored).toMatchObject({
      decision: 'none',
      readBy: [],
      reason: expect.stringMatching(/^ignored: .*\.sourceignore/),
    });
    expect(root).toMatchObject({ decision: 'full', reason: expect.stringMatching(/^root-level: /) });
    expect(outside).toMatchObject({ decision: 'none', reason: 'ignored: outside of the source root' });
  });

  it('reads well', async () => {
    const { explain } = await read(COMPOSED, { entry: 'clusters/live' });
    expect(explain('services/live/size.yaml').map(formatExplanation)).toEqual([
      [
        'services/live/size.yaml',
        '  decision  only these are reconciled (closure: read by Kustomization/flux-system/services)',
        '  read by   services/live',
        '  affects   Kustomization flux-system/services (closure, defined in clusters/live/services.yaml)',
      ].join('\n'),
    ]);
  });
});

describe('where the entry is', () => {
  it('is the directory that its own Kustomization applies, with everything those apply in turn', async () => {
    const { entries } = await read({
      'fleet/one/flux-system/kustomization.yaml': 'resources: [sync.yaml]\n',
      'fleet/one/flux-system/sync.yaml': kustomization('flux-system', './fleet/one', 'GitRepository/flux-system'),
      'fleet/one/tenants/kustomization.yaml': 'resources: [tenants.yaml]\n',
      'fleet/one/tenants/tenants.yaml': kustomization('tenants', './tenants', 'GitRepository/flux-system'),
      'tenants/kustomization.yaml': 'resources: [team.yaml]\n',
      'tenants/team.yaml': kustomization('team', './teams/a', 'GitRepository/flux-system'),
      'teams/a/a.yaml': configMap('a'),
    });
    expect(
      entries.map(({ entry, definitions }) => [entry, definitions.targets.map(({ name }) => name).sort()]),
    ).toEqual([['fleet/one', ['flux-system', 'team', 'tenants']]]);
  });

  it('is nowhere in a repository without Flux objects, and every change is a full reconcile', async () => {
    const { entries, explain } = await read({
      'app/kustomization.yaml': 'resources: [a.yaml]\n',
      'app/a.yaml': configMap('a'),
    });
    expect(entries).toEqual([]);
    expect(explain('app/a.yaml')[0]).toMatchObject({
      readBy: ['app'],
      decision: 'full',
      reason: expect.stringMatching(/^unmapped/),
    });
  });
});

/** Flux objects with a placeholder in their path, that each cluster's kustomization patches. */
const PATCHED = {
  'base/kustomization.yaml': 'resources: [apps.yaml]\n',
  'base/apps.yaml': kustomization('apps', 'providers/__PROVIDER__/apps', 'GitRepository/flux-system'),
  'clusters/east/kustomization.yaml': `resources: [../../base]
patches:
  - target: {kind: Kustomization, name: apps}
    patch: '[{"op": "replace", "path": "/spec/path", "value": "./providers/metal/apps"}]'
`,
  'providers/metal/apps/kustomization.yaml': 'resources: [a.yaml]\n',
  'providers/metal/apps/a.yaml': configMap('a'),
};

describe('Flux objects that a kustomization patches into shape', () => {
  it.skipIf(findKustomizeBuilder() === undefined)('are built, and still name the manifest they come from', async () => {
    const { entries, problems, explain } = await read(PATCHED);
    expect(problems).toEqual([]);
    expect(entries.map(({ entry }) => entry)).toEqual(['clusters/east']);
    expect(names(explain('providers/metal/apps/a.yaml'))).toEqual([['apps in base/apps.yaml']]);
  });

  it('are read as they are without a builder, and both that and the placeholder are said', async () => {
    const { entries, problems } = await read(PATCHED, { builder: null });
    expect(entries[0]?.definitions.targets[0]).toMatchObject({ name: 'apps', path: undefined });
    expect(problems.map(({ message }) => message)).toEqual([
      'clusters/east: its objects are read as they are written, since neither kubectl nor kustomize is installed',
      'base/apps.yaml: the path "providers/__PROVIDER__/apps" of Kustomization/flux-system/apps still holds __PROVIDER__; its files cannot be told',
    ]);
  });

  it('are read as they are when the build fails, with what the builder said', async () => {
    const program = join(repository({ builder: '#!/bin/sh\necho "no such thing" >&2\nexit 3\n' }), 'builder');
    chmodSync(program, 0o755);
    const { problems } = await read(PATCHED, { builder: { program, leadingArguments: [] } });
    expect(problems[0]?.message).toMatch(/the build fails: no such thing$/);
  });

  it('are not built when that would fetch something', async () => {
    const remote = {
      ...PATCHED,
      'base/kustomization.yaml': 'resources: [apps.yaml, "https://example.invalid/crds.yaml"]\n',
    };
    const { problems } = await read(remote);
    expect(problems[0]?.message).toMatch(/building would fetch https:\/\/example\.invalid/);
  });
});
