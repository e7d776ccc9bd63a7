import { execFile, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readManifests } from '../../src/cli/cluster-manifests.ts';
import { isJsonObject, type JsonObject } from '../../src/embedded/json-value.ts';
import { type Ran, runMain } from './run-main.ts';

const hasKubectl = spawnSync('kubectl', ['version', '--client']).status === 0;

const CONFIG_MAP = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\n  namespace: shop\ndata:\n  a: b\n';
const NAMESPACE = 'apiVersion: v1\nkind: Namespace\nmetadata:\n  name: shop\n';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'cluster-command-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function write(name: string, text: string): void {
  mkdirSync(join(directory, name, '..'), { recursive: true });
  writeFileSync(join(directory, name), text);
}

/** Serves until `use` is through with it, then presses Ctrl-C. */
async function served(
  argv: readonly string[],
  use: (serving: JsonObject) => Promise<void> | void = () => {},
): Promise<Ran> {
  const interrupt = new AbortController();
  let used: Promise<void> | undefined;
  const ran = await runMain(['cluster', '--json', ...argv], {
    cwd: directory,
    signal: interrupt.signal,
    onStdout: (printed) => {
      const serving: unknown = JSON.parse(printed);
      if (!isJsonObject(serving)) throw new Error(`expected a JSON object, found ${printed}`);
      used ??= (async () => use(serving))().finally(() => interrupt.abort());
    },
  });
  await used;
  return ran;
}

async function kubectl(kubeconfig: unknown, ...arguments_: readonly string[]): Promise<string> {
  const env = { ...process.env, KUBECONFIG: String(kubeconfig), HOME: directory };
  const { stdout } = await promisify(execFile)('kubectl', [...arguments_], { env });
  return stdout;
}

describe('cluster serves until Ctrl-C', () => {
  test('and says in one line of JSON where, with a kubeconfig that only its owner reads', async () => {
    let path = '';
    const ran = await served(['--registry'], ({ url, kubeconfig, registry, flux, loaded }) => {
      path = String(kubeconfig);
      expect(url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
      expect(registry).toMatch(/^127\.0\.0\.1:\d+$/);
      expect({ flux, loaded }).toEqual({ flux: false, loaded: 0 });
      expect(statSync(path).mode & 0o777).toBe(0o600);
      expect(readFileSync(path, 'utf8')).toContain(String(url));
    });
    expect(ran).toMatchObject({ code: 130, stderr: '' });
    expect(existsSync(join(path, '..'))).toBe(false);
  });

  test('and tells people what to export', async () => {
    const interrupt = new AbortController();
    const ran = await runMain(['cluster', '--kubeconfig', 'my config.yaml'], {
      cwd: directory,
      signal: interrupt.signal,
      onStdout: (printed) => printed.includes('Ctrl-C') && interrupt.abort(),
    });
    expect(ran.code).toBe(130);
    expect(ran.stdout).toContain(`export KUBECONFIG='${join(directory, 'my config.yaml')}'\n`);
    expect(readdirSync(directory)).toEqual([]);
  });

  test.skipIf(!hasKubectl)('with what files, directories and List objects hold, namespaces first', async () => {
    write('deploy/a.yaml', `${CONFIG_MAP}---\n# nothing\n---\n${NAMESPACE}`);
    write(
      'deploy/deep/list.json',
      JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [role('one'), role('two')] }),
    );
    write('deploy/kustomization.yaml', 'resources: [a.yaml]\n');
    write('deploy/notes.txt', 'no manifest');
    write('more.yml', CONFIG_MAP.replace('settings', 'more'));
    const ran = await served(['deploy', '--load', 'more.yml'], async ({ kubeconfig, loaded }) => {
      expect(loaded).toBe(5);
      const found = await kubectl(kubeconfig, 'get', 'cm,role', '-n', 'shop', '-o', 'name');
      expect(found.trim().split('\n').sort()).toEqual([
        'configmap/more',
        'configmap/settings',
        'role.rbac.authorization.k8s.io/one',
        'role.rbac.authorization.k8s.io/two',
      ]);
    });
    expect(ran.code).toBe(130);
  });

  test.skipIf(!hasKubectl)("with Flux's controllers, which act on what is applied", async () => {
    write(
      'source.yaml',
      'apiVersion: source.toolkit.fluxcd.io/v1\nkind: OCIRepository\nmetadata:\n  name: apps\nspec:\n  interval: 1m\n  url: oci://127.0.0.1:9/none\n  insecure: true\n',
    );
    await served(['--flux', 'source.yaml'], async ({ kubeconfig, flux }) => {
      expect(flux).toBe(true);
      await kubectl(kubeconfig, 'get', 'namespace', 'flux-system');
      await kubectl(kubeconfig, 'wait', '--for=condition=Ready=False', 'ocirepository/apps', '--timeout=20s');
    });
  });

  test.skipIf(!hasKubectl)("with Argo CD's controllers, which act on Applications", async () => {
    write(
      'application.yaml',
      'apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata:\n  name: apps\n  namespace: argocd\nspec:\n  project: default\n  source:\n    repoURL: oci://127.0.0.1:9/none\n    targetRevision: dev\n    path: .\n  destination:\n    server: https://kubernetes.default.svc\n    namespace: shop\n',
    );
    await served(['--argocd', 'application.yaml'], async ({ kubeconfig, argocd, loaded }) => {
      expect({ argocd, loaded }).toEqual({ argocd: true, loaded: 1 });
      const conditions = '--for=jsonpath={.status.conditions[0].type}=ComparisonError';
      await kubectl(kubeconfig, 'wait', '-n', 'argocd', conditions, 'application/apps', '--timeout=20s');
    });
  });
});

const role = (name: string) => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'Role',
  metadata: { name, namespace: 'shop' },
  rules: [],
});

describe('cluster refuses', () => {
  test.each([
    ['a file that is not there', ['nothing.yaml'], 'nothing.yaml: there is no such file or directory'],
    ['an empty directory', ['empty'], 'empty holds no manifests'],
    ['YAML that is none', ['broken.yaml'], 'broken.yaml:3:1: '],
    [
      'a document that is no object',
      ['values.yaml'],
      'values.yaml:1: expected a Kubernetes object, found one without apiVersion, kind, metadata.name',
    ],
    ['an object that the cluster refuses', ['refused.yaml'], 'refused.yaml:9: ConfigMap "Not_A_Name" is invalid'],
    ['a kind that nobody defines', ['unknown.yaml'], 'unknown.yaml:1: no matches for kind "Gizmo"'],
    [
      'a kubeconfig that would be overwritten',
      ['--kubeconfig', 'values.yaml'],
      '--kubeconfig values.yaml: there is such a file already',
    ],
    [
      'a kubeconfig in no directory',
      ['--kubeconfig', 'no/where'],
      '--kubeconfig no/where: it cannot be written (ENOENT)',
    ],
    ['a port that is none', ['--port', '70000'], '--port expects 1 to 65535, found 70000'],
  ])('%s', async (_what, argv, message) => {
    mkdirSync(join(directory, 'empty'));
    write('broken.yaml', 'a: 1\nb: [1\n');
    write('values.yaml', 'replicas: 3\n');
    write('refused.yaml', `${CONFIG_MAP}---\n${CONFIG_MAP.replace('settings', 'Not_A_Name')}`);
    write('unknown.yaml', 'apiVersion: example.com/v1\nkind: Gizmo\nmetadata:\n  name: x\n');
    const before = temporaryDirectories();
    const ran = await runMain(['cluster', ...argv], { cwd: directory });
    expect(ran).toMatchObject({ code: 2, stdout: '' });
    expect(ran.stderr).toContain(message);
    expect(temporaryDirectories().filter((name) => !before.includes(name))).toEqual([]);
    expect(readFileSync(join(directory, 'values.yaml'), 'utf8')).toBe('replicas: 3\n');
  });

  test('a port that is in use', async () => {
    const other = createServer();
    const port = await new Promise<number>((resolve) => {
      other.listen(0, '127.0.0.1', () => resolve((other.address() as { port: number }).port));
    });
    const ran = await runMain(['cluster', '--port', String(port)], { cwd: directory });
    other.close();
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain(`port ${port} is in use`);
    expect(ran.stderr).toContain('hint: choose another with --port');
  });
});

test('standard input is a manifest file named -', async () => {
  const stdin = new PassThrough();
  stdin.end(CONFIG_MAP);
  const io = { stdin, cwd: directory };
  expect(await readManifests(['-'], io)).toEqual([
    { place: 'standard input:1', object: expect.objectContaining({ kind: 'ConfigMap', data: { a: 'b' } }) },
  ]);
});

function temporaryDirectories(): readonly string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith('reconcile-machine-cluster-'));
}
