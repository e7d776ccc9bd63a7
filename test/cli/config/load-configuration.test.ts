import { chownSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findConfiguration } from '../../../src/cli/config/find-configuration.ts';
import { loadConfiguration } from '../../../src/cli/config/load-configuration.ts';
import { environmentName } from '../../../src/cli/config/setting.ts';
import { SETTINGS } from '../../../src/cli/config/settings.ts';
import { UsageError } from '../../../src/cli/errors.ts';
import { repository } from './repository.ts';

async function problemOf(work: Promise<unknown>): Promise<{ message: string; hint: string }> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof UsageError) return { message: error.message, hint: error.hint ?? '' };
  throw new Error(`no usage error, found ${String(error)}`);
}

describe('the file', () => {
  test('is found upwards from the directory, the nearest one', async () => {
    const root = repository({
      'reconcile-machine.yaml': 'workload:\n  tag: outer\n',
      'team/reconcile-machine.yaml': 'workload:\n  tag: inner\n',
      'team/deploy/apps/a.yaml': '',
    });
    const found = await loadConfiguration(join(root, 'team/deploy/apps'), {});
    expect(found.file).toBe(join(root, 'team/reconcile-machine.yaml'));
    expect(found.tag?.value).toBe('inner');
    expect((await loadConfiguration(root, {})).tag?.value).toBe('outer');
  });

  test('is found for a directory that does not exist yet', async () => {
    const root = repository({ 'reconcile-machine.yml': 'workload:\n  tag: outer\n' });
    expect((await loadConfiguration(join(root, 'not/there'), {})).tag?.value).toBe('outer');
  });

  test('tells the place of each value', async () => {
    const root = repository({ 'reconcile-machine.yaml': '# mine\nworkload:\n  tag: v1\n  ignore:\n    - "*.txt"\n' });
    const { settings } = await loadConfiguration(root, {});
    const file = join(root, 'reconcile-machine.yaml');
    expect(settings.find(({ setting }) => setting.key === 'workload.tag')).toMatchObject({
      values: ['v1'],
      origin: { from: 'file', file, line: 3, column: 8 },
    });
    expect(settings.find(({ setting }) => setting.key === 'workload.ignore')).toMatchObject({ values: ['*.txt'] });
    expect(settings.find(({ setting }) => setting.key === 'watch.poll')).toMatchObject({ origin: { from: 'default' } });
  });

  test('has paths that count from it, or from the home directory', async () => {
    const root = repository({
      'reconcile-machine.yaml': 'workload:\n  directory: deploy\ncluster:\n  kubeconfig: ~/.kube/dev\n',
    });
    const configuration = await loadConfiguration(join(root, 'elsewhere'), {});
    expect(configuration.text('workload.directory')).toBe(join(root, 'deploy'));
    expect(configuration.text('cluster.kubeconfig')).toBe(join(homedir(), '.kube/dev'));
  });

  test('may be empty', async () => {
    const root = repository({ 'reconcile-machine.yaml': '# nothing yet\n' });
    expect((await loadConfiguration(root, {})).tag).toBeUndefined();
  });

  test('of another user, in a directory above, is passed over and named', () => {
    const root = repository({ 'reconcile-machine.yaml': 'watch:\n  hooks: ["rm -rf ."]\n', 'deploy/a.yaml': '' });
    const file = join(root, 'reconcile-machine.yaml');
    const isRoot = process.getuid?.() === 0;
    // Root may give a file away, and files of root are trusted; anybody else looks as somebody else.
    if (isRoot) chownSync(file, 12_345, 12_345);
    const warnings: string[] = [];
    const look = (directory: string) => findConfiguration(directory, (text) => warnings.push(text), 4_000_000);
    expect(look(join(root, 'deploy'))).toBeUndefined();
    expect(warnings).toEqual([expect.stringContaining(`${file} is not read: it belongs to another user`)]);
    expect(look(root)?.file).toBe(file);
  });

  test('that is named is read instead, and must be there', async () => {
    const root = repository({
      'reconcile-machine.yaml': 'workload:\n  tag: near\n',
      'ci.yaml': 'workload:\n  tag: ci\n',
    });
    expect((await loadConfiguration(root, {}, { file: 'ci.yaml', cwd: root })).tag?.value).toBe('ci');
    const byVariable = await loadConfiguration(root, { RECONCILE_MACHINE_CONFIG: join(root, 'ci.yaml') });
    expect(byVariable.tag?.value).toBe('ci');
    expect(await problemOf(loadConfiguration(root, {}, { file: 'c.yaml', cwd: root }))).toMatchObject({
      message: '--config c.yaml: there is no such file',
    });
  });
});

describe('a file that is wrong says where, what was expected, and what is near', () => {
  test.each([
    ['an unknown key', 'workload:\n  tga: v1\n', "2:3: unknown key 'workload.tga'", 'did you mean tag?'],
    ['an unknown group', 'wach:\n  poll: true\n', "1:1: unknown key 'wach'", 'did you mean watch?'],
    ['a key in the wrong group', 'tag: v1\n', "1:1: unknown key 'tag'", 'did you mean workload.tag?'],
    ['a key like no other', 'colour: red\n', "1:1: unknown key 'colour'", 'the keys are engine, cluster, workload'],
    ['a number for text', 'workload:\n  tag: 1.10\n', '2:8: workload.tag: expected an OCI tag', '"1.10"'],
    ['a number for a duration', 'reconcile:\n  timeout: 0\n', '2:12: reconcile.timeout: expected a duration', '5m'],
    ['a duration without its unit', 'reconcile:\n  timeout: 5\n', 'found the number 5', 'did you mean 5s?'],
    ['text for a flag', 'watch:\n  poll: "yes"\n', "2:9: watch.poll: expected true or false, found 'yes'", ''],
    ['a map for text', 'cluster:\n  context: {a: b}\n', '2:12: cluster.context: expected text, found a map', ''],
    ['nothing for text', 'cluster:\n  context:\n', '2:3: cluster.context: expected text, found nothing', ''],
    ['a list for a group', 'workload: [a]\n', '1:11: expected workload to be a map, found a list', 'directory, root'],
    ['no map at all', '- a\n', '1:1: expected a configuration to be a map, found a list', 'engine'],
    ['a duration without a unit', 'watch:\n  maxWait: "5"\n', '2:12: watch.maxWait: expected a duration', ''],
    ['a timeout of nothing', 'reconcile:\n  timeout: 0s\n', "expected a duration above 0, found '0s'", '5m'],
    ['an engine that is none', 'engine: fulx\n', "1:9: engine: expected one of flux, argocd, found 'fulx'", 'flux?'],
    [
      'a limit without its unit',
      'limits:\n  yamlBytesMax: big\n',
      '2:17: limits.yamlBytesMax: expected bytes above 0',
      '8388608',
    ],
    ['a key given twice', 'engine: flux\nengine: argocd\n', 'the same key is given twice', ''],
    ['two documents', 'engine: flux\n---\nengine: flux\n', '3:1: expected one YAML document, found a second one', ''],
    ['no YAML', 'engine: "flux\n', 'reconcile-machine.yaml:', ''],
  ])('%s', async (_name, text, message, hint) => {
    const root = repository({ 'reconcile-machine.yaml': text });
    const problem = await problemOf(loadConfiguration(root, {}));
    expect(problem.message).toContain(join(root, 'reconcile-machine.yaml'));
    expect(problem.message).toContain(message);
    expect(problem.hint).toContain(hint);
  });

  test('credentials in the registry are refused and not shown', async () => {
    const root = repository({
      'reconcile-machine.yaml': 'workload:\n  registry: oci://me:s3cret@ghcr.io/acme/deploy\n',
    });
    const problem = await problemOf(loadConfiguration(root, {}));
    expect(problem.hint).toContain('docker login');
    expect(JSON.stringify(problem)).not.toContain('s3cret');
  });
});

describe('the environment', () => {
  test('ranks above the file, and is named by the option', async () => {
    const root = repository({ 'reconcile-machine.yaml': 'workload:\n  tag: file\nwatch:\n  poll: true\n' });
    const configuration = await loadConfiguration(root, {
      RECONCILE_MACHINE_TAG: 'environment',
      RECONCILE_MACHINE_POLL: '0',
      RECONCILE_MACHINE_IGNORE: '*.txt,*.md',
      RECONCILE_MACHINE_HOOK: 'make a, b\nmake c\n',
      RECONCILE_MACHINE_LIMIT: 'treeFilesMax=5,yamlBytesMax=16Mi',
    });
    expect(configuration.tag).toEqual({
      value: 'environment',
      origin: { from: 'environment', variable: 'RECONCILE_MACHINE_TAG' },
    });
    expect(configuration.text('watch.poll')).toBe('false');
    expect(configuration.list('workload.ignore')).toEqual(['*.txt', '*.md']);
    expect(configuration.list('watch.hooks')).toEqual(['make a, b', 'make c']);
    expect(configuration.text('limits.treeFilesMax')).toBe('5');
    expect(configuration.text('limits.yamlBytesMax')).toBe('16Mi');
  });

  test('with an empty variable sets nothing', async () => {
    const root = repository({ 'reconcile-machine.yaml': 'workload:\n  tag: file\n' });
    expect((await loadConfiguration(root, { RECONCILE_MACHINE_TAG: '' })).tag?.value).toBe('file');
  });

  test('with a wrong value names the variable', async () => {
    const root = repository({});
    expect(await problemOf(loadConfiguration(root, { RECONCILE_MACHINE_TIMEOUT: 'soon' }))).toMatchObject({
      message: "RECONCILE_MACHINE_TIMEOUT expects a duration such as 75ms, 2s, 5m or 1h, found 'soon'",
    });
  });

  test('with a variable that is nearly one of ours is warned of', async () => {
    const { warnings } = await loadConfiguration(repository({}), { RECONCILE_MACHINE_CONTXT: 'a' });
    expect(warnings).toEqual([
      'the variable RECONCILE_MACHINE_CONTXT is not known: did you mean RECONCILE_MACHINE_CONTEXT?',
    ]);
  });

  test('has a name of its own for every setting but the limits', () => {
    const names = SETTINGS.filter(({ kind }) => kind !== 'limit').map(environmentName);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toContain('RECONCILE_MACHINE_QUIET_PERIOD');
    expect(names).toContain('RECONCILE_MACHINE_REPAIR');
  });
});

describe('the tag', () => {
  const tagOf = async (text: string) => {
    const { tag, registry } = await loadConfiguration(repository({ 'reconcile-machine.yaml': text }), {});
    return { tag: tag?.value, registry };
  };

  test('of workload.tag ranks above the one in the registry', async () => {
    expect(await tagOf('workload:\n  tag: a\n  registry: oci://localhost:5050/apps:b\n')).toEqual({
      tag: 'a',
      registry: 'oci://localhost:5050/apps',
    });
  });

  test('in the registry counts where there is no other; a port is no tag', async () => {
    expect(await tagOf('workload:\n  registry: oci://localhost:5050/apps:b\n')).toEqual({
      tag: 'b',
      registry: 'oci://localhost:5050/apps',
    });
    expect(await tagOf('workload:\n  registry: oci://localhost:5050/apps\n')).toEqual({
      tag: undefined,
      registry: 'oci://localhost:5050/apps',
    });
  });
});

describe("KSail's configuration", () => {
  const KSAIL = `apiVersion: ksail.io/v1alpha1
kind: Cluster
spec:
  editor: vim
  cluster:
    distribution: Talos
    gitOpsEngine: ArgoCD
    connection:
      context: admin@talos
    localRegistry:
      registry: \${GITHUB_USER}:\${GITHUB_TOKEN}@ghcr.io/acme/deploy:prod
  workload:
    sourceDirectory: manifests
    kustomizationFile: clusters/local
`;

  test('is read where no file of ours is', async () => {
    const root = repository({ 'ksail.yaml': KSAIL, 'manifests/a.yaml': '' });
    const configuration = await loadConfiguration(join(root, 'manifests'), { GITHUB_TOKEN: 's3cret' });
    expect(configuration).toMatchObject({ file: join(root, 'ksail.yaml'), format: 'ksail' });
    expect(configuration.text('engine')).toBe('argocd');
    expect(configuration.text('cluster.context')).toBe('admin@talos');
    expect(configuration.text('workload.directory')).toBe(join(root, 'manifests'));
    expect(configuration.text('workload.entry')).toBe('clusters/local');
    expect(configuration.registry).toBe('oci://ghcr.io/acme/deploy');
    expect(configuration.tag?.value).toBe('prod');
    expect(configuration.warnings).toEqual([expect.stringContaining('credentials of its registry are not used')]);
    expect(JSON.stringify(configuration)).not.toContain('s3cret');
  });

  test('is not read beside a file of ours, however far above', async () => {
    const root = repository({ 'reconcile-machine.yaml': 'engine: flux\n', 'deep/ksail.yaml': KSAIL });
    const configuration = await loadConfiguration(join(root, 'deep'), {});
    expect(configuration.format).toBe('reconcile-machine');
    expect(configuration.tag).toBeUndefined();
  });

  test('with a local registry means the port and the repository that KSail takes', async () => {
    const registry = async (text: string) => {
      const root = repository({ 'ksail.yaml': `spec:\n  cluster:\n    localRegistry:\n      registry: ${text}\n` });
      return (await loadConfiguration(root, {})).registry;
    };
    expect(await registry('localhost')).toBe('oci://localhost:5000/k8s');
    expect(await registry('localhost:5050/\n  workload:\n    sourceDirectory: ./manifests/Kubernetes')).toBe(
      'oci://localhost:5050/manifests-kubernetes',
    );
    expect(await registry('localhost:5050')).toBe('oci://localhost:5050/k8s');
    expect(await registry('localhost:5050/apps')).toBe('oci://localhost:5050/apps');
  });

  test('with a variable that is not set says so and goes on without it', async () => {
    const root = repository({
      'ksail.yaml': `spec:\n  workload:\n    tag: \${TAG}\n    sourceDirectory: \${DIR:-apps}\n`,
    });
    const configuration = await loadConfiguration(root, {});
    expect(configuration.tag).toBeUndefined();
    expect(configuration.text('workload.directory')).toBe(join(root, 'apps'));
    expect(configuration.warnings).toEqual([expect.stringContaining('TAG is not set')]);
  });

  test('that is no YAML is an error with its place', async () => {
    const root = repository({ 'ksail.yaml': 'spec:\n  workload: "\n' });
    expect((await problemOf(loadConfiguration(root, {}))).message).toContain('ksail.yaml:3:1');
  });
});
