import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { artifactConfig, contentDigestOf } from '../../src/effects/push-artifact.ts';
import { type EmbeddedRegistry, type RegistryOptions, startRegistry } from '../../src/embedded/testing.ts';
import { createRegistryClient } from '../../src/registry/client.ts';
import { customDefinition } from '../support/custom-definition.ts';
import { startReachedCluster } from '../support/embedded-client.ts';
import { writeTree } from '../support/embedded-watch.ts';
import { configMap, kustomizationFile } from '../support/flux-manifests.ts';
import { until } from '../support/poll.ts';
import { type Ran, runMain } from './run-main.ts';

const hasKubectl = spawnSync('kubectl', ['version', '--client']).status === 0;
const MANIFEST = { method: 'PUT', kind: 'manifest' } as const;
const LAMP = 'apiVersion: example.org/v1\nkind: Lamp\nmetadata:\n  name: a\nspec:\n  watts: bright\n';
const QUICK = ['--limit', 'attemptBackoffMsMin=5'];

interface PushWorld {
  readonly registry: EmbeddedRegistry;
  readonly home: string;
  /** `oci://host/shop` */
  readonly url: string;
  write(files: Readonly<Record<string, string>>): void;
  push(...argv: string[]): Promise<Ran>;
}

const FILES = {
  'k8s/apps/kustomization.yaml': kustomizationFile('configmap.yaml'),
  'k8s/apps/configmap.yaml': configMap('apps', 'first'),
};

async function pushWorld(
  files: Readonly<Record<string, string>> = FILES,
  options?: RegistryOptions,
): Promise<PushWorld> {
  const home = realpathSync(mkdtempSync(join(tmpdir(), 'reconcile-machine-push-')));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  writeTree(home, files);
  const registry = await startRegistry(options);
  onTestFinished(() => registry.stop());
  const env = { HOME: home, PATH: process.env.PATH ?? '', DOCKER_CONFIG: join(home, 'docker') };
  return {
    registry,
    home,
    url: `oci://${registry.host}/shop`,
    write: (more) => writeTree(home, more),
    push: (...argv) => runMain(['push', ...argv], { env, cwd: home }),
  };
}

describe('push', () => {
  it('pushes k8s/, and sends nothing when the content is the same', async () => {
    const { push, url, registry } = await pushWorld();
    const first = await push(`${url}:v1`);
    expect(first).toMatchObject({ code: 0, stderr: '' });
    expect(first.stdout).toMatch(/^pushed 2 files as oci:\/\/\S+\/shop:v1@sha256:[0-9a-f]{64} \(.* sent\)\n$/);
    registry.requests.reset();
    const second = await push(`${url}:v1`);
    expect(second.stdout).toContain('unchanged: oci://');
    expect(second.stdout).toContain('nothing was sent');
    expect(Object.keys(registry.requests.counts()).filter((name) => /PUT|POST/.test(name))).toEqual([]);
  });

  it('sends nothing either when the content came by a watch, which notes its targets beside it', async () => {
    const { push, url, registry } = await pushWorld();
    const own = JSON.parse((await push(`${url}:v1`, '--json')).stdout);
    const client = createRegistryClient({ reference: url, credentials: 'anonymous' });
    onTestFinished(() => client.close());
    const content = contentDigestOf((await client.readConfig('v1'))?.config) ?? '';
    const targets = { 'Kustomization/flux-system/apps': 'sha256:1' };
    const file = {
      path: 'apps/configmap.yaml',
      mode: 0o644,
      read: () => Buffer.from(FILES['k8s/apps/configmap.yaml']),
    };
    const { digest } = await client.pushArtifact({
      files: [file],
      tag: 'v1',
      config: artifactConfig(content, targets),
    });
    registry.requests.reset();
    const again = JSON.parse((await push(`${url}:v1`, '--json')).stdout);
    expect(again).toMatchObject({ unchanged: true, digest });
    expect(again.digest).not.toBe(own.digest);
    expect(Object.keys(registry.requests.counts()).filter((name) => /PUT|POST/.test(name))).toEqual([]);
    expect(JSON.parse((await push(`${url}:v2`, '--json')).stdout)).toMatchObject({ unchanged: false });
  });

  it('makes the same bytes of the same content, whenever and wherever', async () => {
    const [one, two] = [await pushWorld(), await pushWorld()];
    utimesSync(join(two.home, 'k8s/apps/configmap.yaml'), new Date(0), new Date(0));
    const digests = await Promise.all(
      [one, two].map(async ({ push, url }) => JSON.parse((await push(url, '--json')).stdout).digest),
    );
    expect(digests[0]).toBe(digests[1]);
  });

  it('lists with --dry-run what would go in, and the digest that it would have', async () => {
    const { push, url, registry } = await pushWorld();
    const dry = await push(url, '--dry-run');
    expect(dry.stdout).toContain('apps/configmap.yaml\n');
    expect(registry.requests.count()).toBe(0);
    const { digest } = JSON.parse((await push(url, '--json')).stdout);
    expect(dry.stdout).toContain(`would push 2 files as ${url}:dev@${digest}`);
  });

  it('leaves out what Flux would leave out', async () => {
    const { push, url } = await pushWorld({ ...FILES, 'k8s/.sourceignore': 'secret/\n', 'k8s/secret/a.txt': 'x' });
    expect(JSON.parse((await push(url, '--dry-run', '--json')).stdout).files).toEqual([
      '.sourceignore',
      'apps/configmap.yaml',
      'apps/kustomization.yaml',
    ]);
  });

  it('pushes nothing of an empty directory', async () => {
    const { push, url } = await pushWorld({ 'k8s/.git/HEAD': 'ref' });
    const ran = await push(url);
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain('holds no file that Flux lets through');
  });
});

describe('the tag of a push', () => {
  const tagOf = async (world: PushWorld, ...argv: string[]): Promise<unknown> =>
    JSON.parse((await world.push('--dry-run', '--json', ...argv)).stdout).tag;

  it('is the one on the command line, then workload.tag, then that of the registry, then dev', async () => {
    const world = await pushWorld();
    expect(await tagOf(world, world.url)).toBe('dev');
    world.write({ 'reconcile-machine.yaml': `workload:\n  registry: ${world.url}:from-registry\n` });
    expect(await tagOf(world)).toBe('from-registry');
    expect(await tagOf(world, world.url)).toBe('from-registry');
    world.write({ 'reconcile-machine.yaml': `workload:\n  registry: ${world.url}:from-registry\n  tag: from-tag\n` });
    expect(await tagOf(world)).toBe('from-tag');
    expect(await tagOf(world, '--tag', 'typed')).toBe('typed');
    expect(await tagOf(world, `${world.url}:given`)).toBe('given');
  });

  it.each([
    [['oci://localhost:1/UPPER'], 'is no OCI reference'],
    [['localhost:1/apps'], 'expected oci://HOST/REPOSITORY[:TAG]'],
    [['localhost:1/apps'], 'write oci://localhost:1/apps'],
    [['oci://localhost:1/apps:v3', '--tag', 'v9'], 'has the tag v3, found --tag v9'],
    [['oci://me:hunter2@localhost:1/apps'], '"oci://…@localhost:1/apps" is no OCI reference: expected no credentials'],
    [[`oci://localhost:1/apps@sha256:${'0'.repeat(64)}`], 'names a digest'],
    [['oci://localhost:1/apps', '--tag', 'a b'], '--tag expects an OCI tag'],
    [
      ['oci://localhost:1/apps', '--registry', 'oci://localhost:1/other'],
      'found oci://localhost:1/apps and --registry',
    ],
    [['oci://localhost:1/apps', '--timeout', '0'], '--timeout expects a duration above 0'],
    [['oci://localhost:1/apps', '--path', 'nowhere'], 'expected a directory'],
    [[], 'where to push is not known'],
  ])('%j is a usage error that says what was expected', async (argv, message) => {
    const { push } = await pushWorld();
    const ran = await push(...argv);
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain(message);
    expect(ran.stderr).not.toContain('hunter2');
  });
});

describe('a push that fails', () => {
  it.each([503, 429, 500, 502] as const)('is tried again after HTTP %d, with a warning each time', async (status) => {
    const { push, url, registry } = await pushWorld();
    registry.faults.next({ match: MANIFEST, status });
    registry.faults.next({ match: MANIFEST, status });
    const ran = await push(url, ...QUICK);
    expect(ran.code).toBe(0);
    expect(ran.stderr.match(/^warning: attempt \d of 3 failed/gm)).toHaveLength(2);
    expect(ran.stderr).toContain(`HTTP ${status}`);
  });

  it('is tried again when the connection is cut', async () => {
    const { push, url, registry } = await pushWorld();
    registry.faults.next({ match: { method: 'HEAD' }, dropConnection: true, times: 3 });
    const ran = await push(url, ...QUICK);
    expect(ran.code).toBe(0);
    expect(ran.stderr.match(/attempt \d of 3/g)).toHaveLength(1);
  });

  it('is given up after three attempts, with exit code 1', async () => {
    const { push, url, registry } = await pushWorld();
    const fault = registry.faults.next({ status: 503, times: 100 });
    const ran = await push(url, ...QUICK);
    fault.cancel();
    expect(ran.code).toBe(1);
    expect(ran.stderr.match(/attempt \d of 3/g)).toHaveLength(2);
    expect(ran.stderr).toMatch(/error: cannot push to oci:.*HTTP 503/);
  });

  it.each([401, 403] as const)('is given up at once after HTTP %d, with the name of the registry', async (status) => {
    const { push, url, registry } = await pushWorld();
    registry.faults.next({ status, times: 100 });
    const ran = await push(url);
    expect(ran.code).toBe(1);
    expect(ran.stderr).not.toContain('attempt');
    expect(ran.stderr).toContain(registry.host);
  });

  it('ends an attempt that hangs after --timeout', async () => {
    const { push, url, registry } = await pushWorld();
    registry.faults.next({ match: MANIFEST, silent: true });
    const ran = await push(url, '--timeout', '3s', ...QUICK);
    expect(ran.code).toBe(0);
    expect(ran.stderr).toContain('not done within');
  });

  it('ends at once with 130 when it is interrupted between two attempts', async () => {
    const { url, registry, home } = await pushWorld();
    registry.faults.next({ status: 503, times: 100 });
    const abort = new AbortController();
    const ran = runMain(['push', url], { env: { HOME: home }, cwd: home, signal: abort.signal });
    const before = performance.now();
    await until('a request', () => registry.requests.count() > 0);
    abort.abort();
    expect((await ran).code).toBe(130);
    expect(performance.now() - before).toBeLessThan(4_000);
  });
});

describe('what a push checks first', () => {
  const fluxKustomization = (path: string): string =>
    `apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata:\n  name: apps\n  namespace: flux-system\nspec:\n  interval: 10m\n  prune: true\n  path: ${path}\n  sourceRef:\n    kind: OCIRepository\n    name: shop\n`;

  it('is YAML, with the place of the mistake', async () => {
    const { push, url, registry } = await pushWorld({ ...FILES, 'k8s/apps/broken.yaml': 'a: 1\nb: [1,\n' });
    const ran = await push(url);
    expect(ran.code).toBe(1);
    expect(ran.stderr).toMatch(/apps\/broken\.yaml:\d+:\d+/);
    expect(registry.requests.count()).toBe(0);
    expect((await push(url, '--no-validate')).code).toBe(0);
  });

  it('is that the targets read what is there', async () => {
    const { push, url } = await pushWorld({
      'k8s/clusters/apps.yaml': fluxKustomization('./apps'),
      'k8s/apps/kustomization.yaml': kustomizationFile('missing.yaml'),
    });
    const ran = await push(url);
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain('missing.yaml');
  });

  it('is that a spec.path exists', async () => {
    const { push, url } = await pushWorld({ ...FILES, 'k8s/clusters/apps.yaml': fluxKustomization('./nowhere') });
    const ran = await push(url);
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain('nowhere');
  });

  it.skipIf(!hasKubectl)('is the build of every target, where kubectl is installed', async () => {
    const { push, url } = await pushWorld({
      'k8s/clusters/apps.yaml': fluxKustomization('./apps'),
      'k8s/apps/kustomization.yaml': `${kustomizationFile('configmap.yaml')}patches:\n- patch: |\n    apiVersion: v1\n    kind: ConfigMap\n    metadata: {name: another}\n`,
      'k8s/apps/configmap.yaml': configMap('apps', 'first'),
    });
    const ran = await push(url);
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain('the build of apps fails');
  });

  it.skipIf(!hasKubectl)('is the schema of each object, and no variable or encrypted value is a mistake', async () => {
    const deployment = (replicas: string): string =>
      `apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  replicas: ${replicas}\n  selector:\n    matchLabels: {app: web}\n  template:\n    metadata:\n      labels: {app: web}\n    spec:\n      containers:\n      - name: web\n        image: nginx\n`;
    const files = {
      'k8s/clusters/apps.yaml': fluxKustomization('./apps'),
      'k8s/apps/kustomization.yaml': kustomizationFile('web.yaml', 'secret.yaml'),
      'k8s/apps/secret.yaml':
        'apiVersion: v1\nkind: Secret\nmetadata:\n  name: s\ndata:\n  key: ENC[AES256_GCM,data:abc,type:str]\nsops:\n  version: 3.9.0\n',
    };
    const { push, url, write } = await pushWorld({ ...files, 'k8s/apps/web.yaml': deployment('many') });
    const wrong = await push(url);
    expect(wrong.code).toBe(1);
    expect(wrong.stderr).toContain('apps/web.yaml:6:3: Deployment default/web');
    write({ 'k8s/apps/web.yaml': deployment('$' + '{REPLICAS}') });
    expect(await push(url)).toMatchObject({ code: 0, stderr: '' });
  });

  it.skipIf(!hasKubectl)('is the schema of a CustomResourceDefinition in the repository', async () => {
    const definition = `apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: lamps.example.org\nspec:\n  group: example.org\n  scope: Namespaced\n  names: {kind: Lamp, plural: lamps, singular: lamp}\n  versions:\n  - name: v1\n    served: true\n    storage: true\n    schema:\n      openAPIV3Schema:\n        type: object\n        properties:\n          spec:\n            type: object\n            properties:\n              watts: {type: integer}\n`;
    const { push, url } = await pushWorld({
      'k8s/clusters/apps.yaml': fluxKustomization('./apps'),
      'k8s/apps/kustomization.yaml': kustomizationFile('definition.yaml', 'lamp.yaml'),
      'k8s/apps/definition.yaml': definition,
      'k8s/apps/lamp.yaml': LAMP,
    });
    const ran = await push(url);
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain('spec.watts');
  });
});

describe('the schemas of the cluster', () => {
  it.skipIf(!hasKubectl)('count too, and a cluster that does not answer is told where it was named', async () => {
    const { cluster, kubeconfig } = await startReachedCluster();
    const watts = { watts: { type: 'integer' } };
    cluster.objects.apply(customDefinition({ group: 'example.org', kind: 'Lamp', spec: watts }));
    const { push, url } = await pushWorld({
      'k8s/apps/kustomization.yaml': kustomizationFile('lamp.yaml'),
      'k8s/apps/lamp.yaml': LAMP,
    });
    const ran = await push(url, '--kubeconfig', kubeconfig);
    expect(ran).toMatchObject({ code: 1, stderr: expect.stringContaining('spec.watts') });
    await cluster.stop();
    const away = await push(url, '--kubeconfig', kubeconfig);
    expect(away).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('the schemas of the cluster were not read'),
    });
    expect(await push(`${url}:again`)).toMatchObject({ code: 0, stderr: '' });
  });
});

describe('push --provenance', () => {
  const git = (cwd: string, ...argv: string[]): void => {
    const identity = ['-c', 'user.name=dev', '-c', 'user.email=dev@example.org'];
    execFileSync('git', [...identity, ...argv], {
      cwd,
      stdio: 'ignore',
      env: { PATH: process.env.PATH, HOME: cwd, GIT_COMMITTER_DATE: '2026-01-02T03:04:05Z' },
    });
  };

  it('notes source, revision and time of the commit, never a password', async () => {
    const { push, url, home } = await pushWorld();
    git(home, 'init', '-b', 'main');
    git(home, 'remote', 'add', 'origin', 'https://dev:hunter2@example.org/acme/shop.git');
    git(home, 'add', '.');
    git(home, 'commit', '-m', 'first');
    const ran = await push(url, '--provenance', '--json');
    const { annotations } = JSON.parse(ran.stdout);
    expect(annotations).toEqual({
      'org.opencontainers.image.created': '2026-01-02T03:04:05Z',
      'org.opencontainers.image.revision': expect.stringMatching(/^main@sha1:[0-9a-f]{40}$/),
      'org.opencontainers.image.source': 'https://example.org/acme/shop.git',
    });
    expect(ran.stdout + ran.stderr).not.toContain('hunter2');
    expect(JSON.parse((await push(url, '--provenance', '--json')).stdout).unchanged).toBe(true);
  });

  it('says when the files are not those of the commit', async () => {
    const { push, url, home, write } = await pushWorld();
    git(home, 'init', '-b', 'main');
    git(home, 'add', '.');
    git(home, 'commit', '-m', 'first');
    write({ 'k8s/apps/configmap.yaml': configMap('apps', 'second') });
    expect((await push(url, '--provenance')).stderr).toContain('has changes that are in no commit');
  });

  it('fails where there is no commit', async () => {
    const { push, url } = await pushWorld();
    const ran = await push(url, '--provenance');
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain('no Git work tree with a commit');
  });
});
