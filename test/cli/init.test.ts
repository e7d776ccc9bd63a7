import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, expect, onTestFinished, test } from 'vitest';
import { loadConfiguration } from '../../src/cli/config/load-configuration.ts';
import { main } from '../../src/cli/main.ts';
import { deploymentManifest } from '../support/deployment-manifest.ts';
import { startReachedCluster } from '../support/embedded-client.ts';
import { until } from '../support/poll.ts';
import { repository } from './config/repository.ts';
import { runMain } from './run-main.ts';

const DEPLOYMENT = deploymentManifest('web', 'default');

const init = (cwd: string, ...args: string[]) => runMain(['init', ...args], { cwd });
const read = (...path: string[]) => readFileSync(join(...path), 'utf8');
const filesIn = (directory: string) =>
  readdirSync(directory, { recursive: true, encoding: 'utf8', withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1))
    .sort();
const kustomize = (directory: string) =>
  execFileSync('kubectl', ['kustomize', directory], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

describe('a new project', () => {
  test('for Flux is a source, Kustomizations, a configuration and a sample app', async () => {
    const cwd = repository({});
    const ran = await init(cwd, 'shop', '--engine', 'flux', '--yes', '--registry-in-cluster', 'registry:5000');
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(filesIn(join(cwd, 'shop'))).toEqual([
      'k8s/apps/hello/deployment.yaml',
      'k8s/apps/hello/kustomization.yaml',
      'k8s/apps/hello/namespace.yaml',
      'k8s/apps/hello/page.yaml',
      'k8s/apps/hello/service.yaml',
      'k8s/apps/kustomization.yaml',
      'k8s/clusters/local/apps.yaml',
      'k8s/clusters/local/cluster.yaml',
      'k8s/clusters/local/kustomization.yaml',
      'k8s/clusters/local/source.yaml',
      'reconcile-machine.yaml',
    ]);
    expect(ran.stdout).toContain(
      'Next, with Flux in the cluster:\n  kubectl apply -k shop/k8s/clusters/local\n  reconcile-machine watch shop/k8s --initial\n',
    );
    expect(read(cwd, 'shop/k8s/clusters/local/source.yaml')).toContain(
      'url: oci://registry:5000/shop\n  insecure: true',
    );
  });

  test.each([
    ['flux', [], ['k8s/clusters/local', 'k8s/apps']],
    ['flux', ['--flux-instance'], ['k8s/clusters/local', 'k8s/apps']],
    ['argocd', [], ['k8s/argocd', 'k8s/apps']],
  ] as const)('for %s %s passes kubectl kustomize', async (engine, options, directories) => {
    const cwd = repository({});
    await init(cwd, '--engine', engine, '--yes', ...options);
    for (const directory of directories) expect(kustomize(join(cwd, directory))).toContain('kind: ');
  });

  test.each([[[]], [['--flux-instance']]])('for Flux %s works with watch --embedded at once', async (options) => {
    const cwd = repository({});
    await init(cwd, 'shop', '--engine', 'flux', '--yes', ...options);
    const ran = await runMain(['watch', '--embedded', '--once'], { cwd: join(cwd, 'shop') });
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(ran.stdout).toMatch(/flux-system\/apps Ready/);
  });

  test('has a configuration that says what was asked for, and that is read', async () => {
    const cwd = repository({});
    const line = '--yes --registry oci://localhost:5050/team/shop --registry-in-cluster registry:5000 --tag v1';
    await init(cwd, ...line.split(' '));
    const configuration = await loadConfiguration(cwd, {});
    expect(configuration).toMatchObject({ warnings: [], registry: 'oci://localhost:5050/team/shop' });
    expect(configuration.tag?.value).toBe('v1');
    expect(configuration.text('workload.directory')).toBe(join(cwd, 'k8s'));
    expect(configuration.text('workload.registryInCluster')).toBe('registry:5000');
    expect(read(cwd, 'reconcile-machine.yaml')).toMatch(/^# yaml-language-server: \$schema=https:\/\/.*schema\.json\n/);
  });

  test('keeps a tag that looks like a number a text', async () => {
    const cwd = repository({});
    await init(cwd, '--yes', '--tag', '1.10', '--engine', 'argocd');
    expect(read(cwd, 'k8s/argocd/apps-application.yaml')).toContain('targetRevision: "1.10"');
    expect((await loadConfiguration(cwd, {})).tag?.value).toBe('1.10');
  });

  test('on a registry that only this machine reaches says what that means in a cluster', async () => {
    expect((await init(repository({}), '--yes')).stdout).toContain('is each pod itself');
    const named = await init(repository({}), '--yes', '--registry', 'oci://ghcr.io/acme/deploy');
    expect(named.stdout).not.toContain('is each pod itself');
  });

  test('is told as JSON for a program', async () => {
    const printed = JSON.parse((await init(repository({}), '--yes', '--json')).stdout) as Record<string, unknown>;
    expect(printed).toMatchObject({
      engine: 'flux',
      kept: [],
      next: ['kubectl apply -k k8s/clusters/local', 'reconcile-machine watch --initial'],
    });
  });
});

test.each([
  ['nothing', {}, 'argocd/apps'],
  ['directories', { 'k8s/web/deployment.yaml': DEPLOYMENT }, 'argocd/web'],
  [
    'a kustomization file',
    { 'k8s/kustomization.yaml': 'resources: [web.yaml]\n', 'k8s/web.yaml': DEPLOYMENT },
    'argocd/shop',
  ],
  ['loose manifests', { 'web.yaml': DEPLOYMENT }, 'argocd/shop'],
] as const)('a project for Argo CD with %s works with watch --embedded at once', async (_what, files, application) => {
  const cwd = repository(files);
  await init(cwd, '--engine', 'argocd', '--yes', '--name', 'shop');
  const ran = await runMain(['watch', '--embedded', '--once'], { cwd });
  expect(ran).toMatchObject({ code: 0, stderr: '' });
  expect(ran.stdout).toContain(`Application ${application} Ready`);
});

describe('what is there already', () => {
  test('is never overwritten', async () => {
    const mine = '# mine\n';
    const cwd = repository({ 'reconcile-machine.yaml': mine, 'k8s/clusters/local/apps.yaml': mine });
    const ran = await init(cwd, '--yes');
    expect(read(cwd, 'reconcile-machine.yaml')).toBe(mine);
    expect(read(cwd, 'k8s/clusters/local/apps.yaml')).toBe(mine);
    expect(ran.stdout).toContain('kept     reconcile-machine.yaml (it is there already)');
    const again = await init(cwd, '--yes');
    expect(again.stdout).not.toContain('written');
    expect(again.stdout).toContain("Flux's objects are there already: nothing was missing\n");
  });

  test('of another engine is not claimed by two', async () => {
    const cwd = repository({});
    await init(cwd, '--yes', '--engine', 'argocd');
    const before = filesIn(cwd);
    const ran = await init(cwd, '--yes', '--engine', 'flux');
    expect(ran).toMatchObject({ code: 2, stderr: expect.stringContaining('holds objects of Argo CD already') });
    expect(ran.stderr).toContain('give --engine argocd, or another directory');
    expect(filesIn(cwd)).toEqual(before);
    expect((await init(cwd, '--yes')).stdout).toContain("Argo CD's objects are there already");
  });

  test('in directories gets a Kustomization for each, and no sample', async () => {
    const cwd = repository({ 'k8s/web/deployment.yaml': DEPLOYMENT, 'k8s/Data_Base/a/deployment.yaml': DEPLOYMENT });
    await init(cwd, '--yes');
    expect(existsSync(join(cwd, 'k8s/apps'))).toBe(false);
    expect(read(cwd, 'k8s/clusters/local/web.yaml')).toContain('path: ./web\n');
    expect(read(cwd, 'k8s/clusters/local/data-base.yaml')).toContain('path: ./Data_Base\n');
    const ran = await runMain(['watch', '--embedded', '--once'], { cwd });
    expect(ran).toMatchObject({ code: 0, stdout: expect.stringContaining('flux-system/web Ready') });
  });

  test('under a kustomization file is applied as a whole', async () => {
    const cwd = repository({
      'k8s/kustomization.yaml': 'resources: [web]\n',
      'k8s/web/kustomization.yaml': 'resources: [deployment.yaml]\n',
      'k8s/web/deployment.yaml': DEPLOYMENT,
    });
    await init(cwd, '--yes', '--name', 'shop');
    expect(filesIn(join(cwd, 'k8s/clusters'))).toEqual([
      'local/kustomization.yaml',
      'local/shop.yaml',
      'local/source.yaml',
    ]);
    expect(read(cwd, 'k8s/clusters/local/shop.yaml')).toContain('path: ./\n');
    const ran = await runMain(['watch', '--embedded', '--once'], { cwd });
    expect(ran).toMatchObject({ code: 0, stdout: expect.stringContaining('flux-system/shop Ready') });
  });

  test('as loose manifests in the directory itself is applied without the configuration beside it', async () => {
    const cwd = repository({ 'web.yaml': DEPLOYMENT });
    await init(cwd, '--yes', '--name', 'shop');
    expect(read(cwd, '.sourceignore')).toContain('/reconcile-machine.yaml');
    const ran = await runMain(['watch', '--embedded', '--once'], { cwd });
    expect(ran).toMatchObject({ code: 0, stdout: expect.stringContaining('flux-system/shop Ready') });
  });

  test("with the engine's objects needs the configuration alone", async () => {
    const cwd = repository({ 'k8s/a.yaml': 'apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n' });
    const ran = await init(cwd, '--yes');
    expect(filesIn(cwd)).toEqual(['k8s/a.yaml', 'reconcile-machine.yaml']);
    expect(ran.stdout).toContain("Flux's objects are there already");
  });
});

describe('the questions', () => {
  async function answered(cwd: string, ...lines: readonly string[]) {
    const stdin = Object.assign(new PassThrough(), { isTTY: true });
    let [stdout, stderr] = ['', ''];
    const running = main(['init'], {
      stdin,
      stdout: { write: (text: string) => (stdout += text) },
      stderr: { write: (text: string) => (stderr += text) },
      isTty: true,
      env: { TERM: 'dumb' },
      cwd,
      signal: new AbortController().signal,
    });
    stdin.end(lines.map((line) => `${line}\n`).join(''));
    return { code: await running, stdout, stderr };
  }

  test('are asked on a terminal, and a wrong answer again', async () => {
    const cwd = repository({});
    const ran = await answered(cwd, 'flax', 'argocd', 'ghcr.io/acme', 'oci://ghcr.io/acme/deploy', 'v2');
    expect(ran.code).toBe(0);
    expect(ran.stderr).toContain("expected flux or argocd, found 'flax'");
    expect(ran.stderr).toContain('expected it to begin with oci://');
    expect(read(cwd, 'k8s/argocd/apps-application.yaml')).toContain('repoURL: oci://ghcr.io/acme/deploy');
    expect(read(cwd, 'k8s/argocd/apps-application.yaml')).toContain('targetRevision: v2');
  });

  test('have answers for whoever just presses return', async () => {
    const cwd = repository({});
    expect((await answered(cwd, '', '', '', '')).code).toBe(0);
    expect(read(cwd, 'reconcile-machine.yaml')).toContain('engine: flux');
  });

  test('end with Ctrl-C, and nothing is written', async () => {
    const cwd = repository({});
    const interruption = new AbortController();
    const write = (text: string) => {
      if (text.startsWith('Which engine')) interruption.abort();
      return true;
    };
    const code = await main(['init'], {
      stdin: Object.assign(new PassThrough(), { isTTY: true }),
      stdout: { write },
      stderr: { write },
      isTty: true,
      env: {},
      cwd,
      signal: interruption.signal,
    });
    expect(code).toBe(130);
    expect(filesIn(cwd)).toEqual([]);
  });

  test('without a terminal are a usage error that names what to give, and nothing is written', async () => {
    const cwd = repository({});
    const ran = await init(cwd, '--engine', 'flux');
    expect(ran).toMatchObject({ code: 2, stderr: expect.stringContaining('give --engine flux --yes') });
    expect(filesIn(cwd)).toEqual([]);
  });
});

describe('a line that cannot be carried out', () => {
  test.each([
    ['--registry ghcr.io/acme', 'expected it to begin with oci://'],
    ['--registry oci://ghcr.io/acme/deploy:v1', 'without tag or digest'],
    ['--tag a/b', '--tag expects an OCI tag'],
    ['--name Shop_1', '--name expects lower-case letters'],
    ['--engine argo', 'expects one of flux, argocd'],
    ['--engine argocd --flux-instance', '--flux-instance is about Flux'],
    ['--local-registry 5050', '--local-registry expects HOST:PORT'],
    ['--install http://example.com/install.yaml', 'not taken over plain HTTP'],
    ['--install nothing.yaml', 'nothing.yaml: there is no such file'],
  ])('%s', async (line, message) => {
    const cwd = repository({});
    const ran = await init(cwd, '--yes', ...line.split(' '));
    expect(ran).toMatchObject({ code: 2, stderr: expect.stringContaining(message) });
    expect(filesIn(cwd)).toEqual([]);
  });

  test('into a file', async () => {
    const cwd = repository({ shop: 'a file' });
    expect(await init(cwd, 'shop', '--yes')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('found a file'),
    });
  });
});

const ENGINE = `apiVersion: example.com/v1
kind: Widget
metadata: {name: one, namespace: engine}
spec: {}
---
${deploymentManifest('controller', 'engine')}
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com}
spec:
  group: example.com
  names: {kind: Widget, plural: widgets, singular: widget, listKind: WidgetList}
  scope: Namespaced
  versions:
    - name: v1
      served: true
      storage: true
      schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
---
apiVersion: v1
kind: Namespace
metadata: {name: engine}
`;

describe('--install', () => {
  test('applies a file in the right order, and waits until the controllers answer', async () => {
    const { cluster, kubeconfig } = await startReachedCluster();
    const cwd = repository({ 'engine.yaml': ENGINE });
    let isOver = false;
    const running = init(cwd, '--yes', '--install', 'engine.yaml', '--kubeconfig', kubeconfig).finally(() => {
      isOver = true;
    });
    await until('the Deployment', () => cluster.objects.get('Deployment', 'engine', 'controller'));
    await until('a look at it', () =>
      cluster.requests.recent().some(({ verb, resource }) => verb === 'get' && resource === 'deployments'),
    );
    expect(isOver).toBe(false);
    cluster.objects.setStatus(
      { kind: 'Deployment', namespace: 'engine', name: 'controller' },
      { observedGeneration: 1, replicas: 1, readyReplicas: 1, availableReplicas: 1 },
    );
    const ran = await running;
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(ran.stdout).toContain('applied 4 objects\n1 controller answers\n');
    expect(cluster.objects.get('Widget', 'engine', 'one')).toBeDefined();
  });

  test("puts Argo CD's objects, which name no namespace, where they belong", async () => {
    const { cluster, kubeconfig } = await startReachedCluster();
    const account = 'apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: argocd-server}\n';
    const cwd = repository({ 'argo.yaml': account });
    await init(cwd, '--yes', '--engine', 'argocd', '--install', 'argo.yaml', '--kubeconfig', kubeconfig);
    expect(cluster.objects.get('ServiceAccount', 'argocd', 'argocd-server')).toBeDefined();
  });

  test('takes a URL, and says what the server of it says', async () => {
    const { kubeconfig } = await startReachedCluster();
    const server = createServer((request, response) => {
      response.statusCode = request.url === '/there.yaml' ? 200 : 404;
      response.end('apiVersion: v1\nkind: Namespace\nmetadata: {name: engine}\n');
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    onTestFinished(() => void server.close());
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const there = await init(repository({}), '--yes', '--install', `${url}/there.yaml`, '--kubeconfig', kubeconfig);
    expect(there).toMatchObject({ code: 0, stdout: expect.stringContaining('applied 1 objects') });
    const gone = await init(repository({}), '--yes', '--install', `${url}/gone.yaml`, '--kubeconfig', kubeconfig);
    expect(gone).toMatchObject({ code: 1, stderr: expect.stringContaining('HTTP 404') });
  });
});

describe('--local-registry', () => {
  test('serves a registry until Ctrl-C', async () => {
    const free = createServer();
    await new Promise<void>((done) => free.listen(0, '127.0.0.1', done));
    const { port } = free.address() as AddressInfo;
    await new Promise<void>((done) => void free.close(() => done()));
    const cwd = repository({});
    const interruption = new AbortController();
    const running = runMain(['init', '--yes', '--local-registry', `127.0.0.1:${port}`], {
      cwd,
      signal: interruption.signal,
    });
    const answer = async () => (await fetch(`http://127.0.0.1:${port}/v2/`).catch(() => undefined))?.status;
    await expect.poll(answer).toBe(200);
    expect((await loadConfiguration(cwd, {})).registry).toContain(`oci://127.0.0.1:${port}/`);
    interruption.abort();
    expect((await running).code).toBe(130);
    expect(await answer()).toBeUndefined();
  });
});
