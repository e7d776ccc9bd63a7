import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { startEmbeddedWorld } from '../../src/cli/embedded-world.ts';
import { createClusterClient } from '../../src/cluster/client.ts';
import { DEFAULT_LIMITS } from '../../src/domain/limits.ts';
import { application } from '../support/argo-manifests.ts';
import { configMap, kustomizationFile } from '../support/flux-manifests.ts';
import { runMain } from './run-main.ts';

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'argocd-offline-'));
  const git = { repoURL: 'https://git.example/shop.git', targetRevision: 'main' };
  const applications = [
    application('web', 'apps/web', { source: git }),
    application('plain', 'plain', { source: git }),
    application('chart', 'charts/cart', { source: { ...git, helm: { valueFiles: ['../../values.yaml'] } } }),
  ];
  for (const object of applications) write(`argo/${object.metadata.name}.yaml`, JSON.stringify(object, null, 1));
  write('argo/rollout.yaml', 'apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata: {name: r}\nspec: {}\n');
  write(
    'apps/web/kustomization.yaml',
    `${kustomizationFile('web.yaml')}helmCharts:\n- name: db\n  repo: https://charts.example\n`,
  );
  write('apps/web/web.yaml', configMap('web', 'one'));
  write('plain/map.yaml', configMap('plain', 'one'));
  write('charts/cart/Chart.yaml', 'name: cart\n');
  write('values.yaml', 'on: true\n');
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

function write(path: string, content: string): void {
  mkdirSync(dirname(join(cwd, path)), { recursive: true });
  writeFileSync(join(cwd, path), content.replaceAll('"apiVersion": ', 'apiVersion: '));
}

describe('Applications in a repository, without a cluster', () => {
  test('explain names those that a file affects', async () => {
    const files = ['apps/web/web.yaml', 'plain/map.yaml', 'charts/cart/Chart.yaml'];
    const ran = await runMain(['explain', ...files, '--offline', '--json', '--dir', '.'], { cwd });
    expect(ran).toMatchObject({ code: 0 });
    const explained = JSON.parse(ran.stdout) as {
      file: string;
      decision: string;
      targets: { kind: string; name: string }[];
    }[];
    expect(
      explained.map(({ decision, targets }) => [decision, targets.map(({ kind, name }) => `${kind} ${name}`)]),
    ).toEqual([
      ['targeted', ['Application web']],
      ['targeted', ['Application plain']],
      ['targeted', ['Application chart']],
    ]);
  });

  test('those that ApplicationSets make are among them; which only a cluster knows is said', async () => {
    const repoURL = 'https://git.example/shop.git';
    const template = (name: string, path: string) => ({
      metadata: { name },
      spec: { project: 'default', source: { repoURL, path }, destination: { namespace: name } },
    });
    const sets = {
      teams: {
        generators: [{ git: { repoURL, directories: [{ path: 'teams/*' }, { path: 'teams/old', exclude: true }] } }],
        template: template('{{path.basename}}', '{{path}}'),
      },
      regions: {
        goTemplate: true,
        generators: [{ list: { elements: [{ region: 'eu' }, { region: 'us' }] } }],
        template: template('region-{{.region}}', 'regions/{{.region}}'),
      },
      everywhere: { generators: [{ clusters: {} }], template: template('{{name}}', 'teams/red') },
      foreign: {
        generators: [{ git: { repoURL: 'https://git.example/other', directories: [{ path: '*' }] } }],
        template: template('{{path.basename}}', '{{path}}'),
      },
    };
    for (const [name, spec] of Object.entries(sets)) {
      const set = { apiVersion: 'argoproj.io/v1alpha1', kind: 'ApplicationSet', metadata: { name }, spec };
      write(`sets/${name}.yaml`, JSON.stringify(set, null, 1));
    }
    const files = ['teams/red/map.yaml', 'teams/old/map.yaml', 'regions/us/map.yaml'];
    for (const file of files) write(file, configMap('made', 'one'));
    const ran = await runMain(['explain', ...files, '--offline', '--json', '--dir', '.'], { cwd });
    const explained = JSON.parse(ran.stdout) as { targets: { name: string }[] }[];
    expect(explained.map(({ targets }) => targets.map(({ name }) => name))).toEqual([['red'], [], ['region-us']]);
    expect(ran.stderr).toContain(
      'sets/everywhere.yaml: the Applications of ApplicationSet everywhere are known to a cluster only: generator clusters is not known',
    );
    expect(ran.stderr).toContain('its git generator reads https://git.example/other, which is elsewhere');
  });

  test('graph shows what they are built from, plain directories and charts too, and takes helmCharts', async () => {
    const ran = await runMain(['graph', '.', '--json'], { cwd });
    const entries = JSON.parse(ran.stdout) as { path: string; files: string[]; errors: string[] }[];
    expect(entries).toMatchObject([
      { path: 'apps/web', files: ['apps/web/kustomization.yaml', 'apps/web/web.yaml'], errors: [] },
      { path: 'charts/cart', files: ['charts/cart/Chart.yaml', 'values.yaml'] },
      { path: 'plain', files: ['plain/map.yaml'] },
    ]);
  });
});

test('an embedded world reads them from its own registry, whatever they read before', async () => {
  rmSync(join(cwd, 'argo/chart.yaml'));
  const world = await startEmbeddedWorld({ dir: cwd, entry: undefined, limits: DEFAULT_LIMITS, source: undefined });
  onTestFinished(() => world.stop());
  expect(world.fed).toMatch(/^OCISource\/\/oci:\/\/127\.0\.0\.1:\d+\/shop:latest$/);
  expect(world.notes.join()).toContain('GitSource//https://git.example/shop.git@main is pushed to oci://127.0.0.1:');
  const client = createClusterClient(world.connection);
  onTestFinished(() => client.close());
  const { items } = await client.list({ group: 'argoproj.io', version: 'v1alpha1', plural: 'applications' });
  expect(items.map(({ metadata }) => metadata.name)).toEqual(['plain', 'web']);
  expect(items[0]?.spec).toMatchObject({
    source: { repoURL: expect.stringMatching(/^oci:/), targetRevision: 'latest', path: 'plain' },
  });
});
