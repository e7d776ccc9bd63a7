import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { KubeObject } from '../../src/domain/kube-object.ts';
import { idOf, NAMESPACE, type SmallWorld, startSmallWorld, type WorldOptions } from './small-world.ts';

const worlds: SmallWorld[] = [];

async function startWorld(options?: WorldOptions): Promise<SmallWorld> {
  const world = await startSmallWorld({ flux: { remoteSources: 'assume' }, ...options });
  worlds.push(world);
  return world;
}

afterEach(async () => {
  for (const world of worlds.splice(0)) await world.stop();
});

/** A message of its own, one for the hint, no stack; nothing on stdout. */
function expectRefusal(
  result: { readonly code: number | null; readonly stdout: string; readonly stderr: string },
  expected: { readonly code: number; readonly says: readonly string[] },
): void {
  for (const text of expected.says) expect(result.stderr).toContain(text);
  expect(result.stderr).toMatch(/^(\S.*\n)*error: .+\nhint: .+\n$/);
  expect(result.stderr).not.toMatch(/a defect of this program|\n {4}at /);
  expect(result.stdout).toBe('');
  expect(result.code).toBe(expected.code);
}

/** A kubeconfig for another server. */
function kubeconfigFor(world: SmallWorld, server: string, context = 'embedded'): string {
  const path = join(world.home, `${context}.kubeconfig`);
  writeFileSync(
    path,
    `apiVersion: v1
kind: Config
current-context: ${context}
contexts: [{ name: ${context}, context: { cluster: c, user: u } }]
clusters: [{ name: c, cluster: { server: '${server}' } }]
users: [{ name: u, user: { token: none } }]
`,
  );
  return path;
}

describe('a watch that cannot begin says what is missing and what to do, with exit code 1:', () => {
  test('no kubeconfig', async () => {
    const world = await startWorld();
    const result = await world.run('watch', world.dir);
    expectRefusal(result, { code: 1, says: ['no kubeconfig', '--kubeconfig FILE'] });
  });

  test('a cluster that is not running', async () => {
    const world = await startWorld();
    const kubeconfig = kubeconfigFor(world, 'http://127.0.0.1:1');
    const result = await world.run('watch', world.dir, '--kubeconfig', kubeconfig);
    expectRefusal(result, {
      code: 1,
      says: ['http://127.0.0.1:1 does not answer (ECONNREFUSED)', 'is the cluster started?'],
    });
  });

  test('a token that the cluster does not accept', async () => {
    const world = await startWorld();
    world.cluster.expireToken();
    const result = await world.run('watch', world.dir, '--kubeconfig', world.kubeconfig);
    expectRefusal(result, { code: 1, says: ['HTTP 401', 'log in again'] });
  });

  test('Kustomizations may not be listed: verb and resource are named', async () => {
    const world = await startWorld({ cluster: { deny: [{ verb: 'list', resource: 'kustomizations' }] } });
    const result = await world.run('watch', world.dir, '--kubeconfig', world.kubeconfig);
    expectRefusal(result, {
      code: 1,
      says: ['list', 'kustomizations', 'HTTP 403', 'Grant the verb "list" on kustomizations'],
    });
  });

  test('the cluster has no Flux', async () => {
    const world = await startWorld({ flux: false });
    const isFlux = ({ path }: { readonly path: string }): boolean => path.includes('toolkit.fluxcd.io');
    world.cluster.faults.next({ match: isFlux, status: 404, times: 1_000 });
    const result = await world.run('watch', world.dir, '--kubeconfig', world.kubeconfig);
    expectRefusal(result, { code: 1, says: ['has no Flux Kustomizations', 'flux install'] });
  });

  test('the cluster has no Kustomization', async () => {
    const world = await startWorld({ targets: [] });
    mkdirSync(world.dir);
    const result = await world.run('watch', world.dir, '--kubeconfig', world.kubeconfig);
    expectRefusal(result, { code: 1, says: ['the cluster has no Flux Kustomization', 'flux create kustomization'] });
  });

  test('no Kustomization has its path in this directory', async () => {
    const world = await startWorld();
    mkdirSync(join(world.home, 'elsewhere'));
    const result = await world.run('watch', join(world.home, 'elsewhere'), '--kubeconfig', world.kubeconfig);
    expectRefusal(result, { code: 1, says: ['none of the 3 Kustomizations', '--root'] });
  });

  test('two sources fit: both are named', async () => {
    const world = await startWorld();
    const rename = (kind: string, name: string, sourceRef?: object): void => {
      const original = world.cluster.objects.get(kind, NAMESPACE, kind === 'OCIRepository' ? 'shop' : 'apps');
      if (original === undefined) throw new Error(`no ${kind}`);
      const spec = { ...original.spec, ...(sourceRef === undefined ? {} : { sourceRef }) };
      world.cluster.objects.apply({
        apiVersion: original.apiVersion,
        kind,
        metadata: { name, namespace: NAMESPACE },
        spec,
      });
    };
    rename('OCIRepository', 'other');
    rename('Kustomization', 'apps-of-other', { kind: 'OCIRepository', name: 'other' });
    const result = await world.run('watch', world.dir, '--kubeconfig', world.kubeconfig);
    expectRefusal(result, {
      code: 1,
      says: [
        '2 sources fit',
        'OCIRepository/flux-system/shop',
        'OCIRepository/flux-system/other',
        '--source flux-system/shop',
      ],
    });
  });

  test('the tree has more files than the limit: which limit, and how to raise it', async () => {
    const world = await startWorld();
    const result = await world.run('watch', world.dir, '--kubeconfig', world.kubeconfig, '--limit', 'treeFilesMax=4');
    expectRefusal(result, { code: 1, says: ['at most 4 files', '--limit treeFilesMax='] });
  });

  test('the log cannot be written where it should be', async () => {
    const world = await startWorld();
    writeFileSync(join(world.home, 'file'), '');
    const result = await world.run(
      'watch',
      world.dir,
      '--kubeconfig',
      world.kubeconfig,
      '--log',
      join(world.home, 'file', 'events.db'),
    );
    expectRefusal(result, { code: 1, says: [join(world.home, 'file'), '--log'] });
  });
});

describe('what was typed wrong is exit code 2:', () => {
  test.each([
    { name: 'an unknown option', argv: ['--bogus'], says: ['unknown option --bogus'] },
    { name: 'a wrong duration', argv: ['--quiet-period', 'soon'], says: ['--quiet-period', "'soon'"] },
    { name: 'a wrong limit', argv: ['--limit', 'treeFilesMax=many'], says: ['--limit treeFilesMax', "'many'"] },
    { name: 'an unknown limit', argv: ['--limit', 'treeFileMax=1'], says: ['treeFileMax', 'treeFilesMax'] },
    { name: 'a wrong tag', argv: ['--tag', 'a b'], says: ['--tag', "'a b'"] },
    { name: 'an unknown context', argv: ['--context', 'nowhere'], says: ['nowhere', 'embedded'] },
    {
      name: 'an unknown source',
      argv: ['--source', 'flux-system/nothing'],
      says: ['--source flux-system/nothing', 'OCIRepository/flux-system/shop'],
    },
    {
      name: 'a registry that is no OCI address',
      argv: ['--registry', 'https://example.org/x'],
      says: ['https://example.org/x', 'oci://'],
    },
    { name: 'a root that does not exist', argv: ['--root', 'nowhere'], says: ['found nothing at', 'nowhere'] },
  ])('$name', async ({ argv, says }) => {
    const world = await startWorld();
    expectRefusal(await world.run('watch', world.dir, '--kubeconfig', world.kubeconfig, ...argv), { code: 2, says });
  });

  test('a directory that does not exist', async () => {
    const world = await startWorld();
    const result = await world.run('watch', join(world.home, 'nowhere'), '--kubeconfig', world.kubeconfig);
    expectRefusal(result, { code: 2, says: ['expected a directory, found nothing at'] });
  });

  test('a kubeconfig that does not exist', async () => {
    const world = await startWorld();
    const result = await world.run('watch', world.dir, '--kubeconfig', join(world.home, 'nowhere'));
    expectRefusal(result, { code: 2, says: [join(world.home, 'nowhere')] });
  });

  test('a root that does not hold the watched directory', async () => {
    const world = await startWorld();
    mkdirSync(join(world.home, 'elsewhere'));
    const result = await world.run(
      'watch',
      world.dir,
      '--kubeconfig',
      world.kubeconfig,
      '--root',
      join(world.home, 'elsewhere'),
      '--source',
      'flux-system/shop',
    );
    expectRefusal(result, { code: 2, says: ['lies outside of the source root', '--root'] });
  });

  test('a log inside the watched directory', async () => {
    const world = await startWorld();
    const result = await world.run(
      'watch',
      world.dir,
      '--kubeconfig',
      world.kubeconfig,
      '--log',
      join(world.dir, 'events.db'),
    );
    expectRefusal(result, { code: 2, says: ['expected a log outside of the watched directory'] });
  });

  test('a cluster that is not local, without a yes: nothing is asked of it', async () => {
    const world = await startWorld();
    const kubeconfig = kubeconfigFor(world, 'https://cluster.example.org', 'prod');
    const result = await world.run('watch', world.dir, '--kubeconfig', kubeconfig);
    expectRefusal(result, {
      code: 2,
      says: ['the context prod (https://cluster.example.org) is not a local cluster', '--allow-context prod'],
    });
  });

  test('with --json the refusal is one line of JSON on stderr', async () => {
    const world = await startWorld();
    const { code, stdout, stderr } = await world.run(
      'watch',
      world.dir,
      '--kubeconfig',
      world.kubeconfig,
      '--context',
      'nowhere',
      '--json',
    );
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(JSON.parse(stderr)).toEqual({
      error: expect.objectContaining({
        message: expect.stringContaining('nowhere'),
        hint: expect.any(String),
        exitCode: 2,
      }),
    });
  });
});

test('--allow-context lets a cluster be used that is not local', async () => {
  const world = await startWorld();
  const kubeconfig = kubeconfigFor(world, 'http://cluster.invalid', 'prod');
  const { code, stderr } = await world.run('watch', world.dir, '--kubeconfig', kubeconfig, '--allow-context', 'prod');
  // It gets as far as the network: the name does not resolve.
  expect(stderr).toContain('http://cluster.invalid does not answer');
  expect(code).toBe(1);
});

test.each([
  { at: 'while the cluster does not answer', verb: 'get' },
  { at: 'during the first list', verb: 'list' },
])('Ctrl-C $at ends the start in order, with 130', async ({ verb }) => {
  const world = await startWorld();
  const asked = new Promise<void>((resolve) => {
    world.cluster.faults.next({
      match: (request) => {
        if (request.verb !== verb) return false;
        resolve();
        return true;
      },
      latencyMs: 60_000,
      times: 100,
    });
  });
  const watch = world.watch();
  await asked;
  watch.signal('SIGINT');
  expect(await watch.closed).toEqual({ code: 130, signal: null });
  expect(watch.stderr).toBe('');
});

describe('a source that cannot be pushed is said so, and nothing is asked in vain:', () => {
  test.each<{ name: string; object: (object: KubeObject) => KubeObject; says: string }>([
    {
      name: 'a Git repository',
      object: (object) =>
        object.kind === 'OCIRepository'
          ? { ...object, kind: 'GitRepository', spec: { url: 'https://git.example.org/shop', interval: '10m' } }
          : { ...object, spec: { ...object.spec, sourceRef: { kind: 'GitRepository', name: 'shop' } } },
      says: 'Commit and git push',
    },
    {
      name: 'a source pinned to a digest',
      object: (object) =>
        object.kind === 'OCIRepository'
          ? { ...object, spec: { ...object.spec, ref: { digest: `sha256:${'0'.repeat(64)}` } } }
          : object,
      says: 'is pinned to a digest',
    },
  ])('$name', async ({ object, says }) => {
    const world = await startWorld({ object });
    const watch = world.watch('--root', world.dir);
    await watch.started();
    world.save('apps', 'saved');
    const { wouldAsk, reason } = await watch.find('a decision about the save', () =>
      watch.events.find(
        ({ type, decisions }) => type === 'NothingToDo' && Array.isArray(decisions) && decisions.length > 0,
      ),
    );
    expect(wouldAsk).toEqual([expect.objectContaining({ id: idOf('apps') })]);
    expect(reason).toContain(says);
    expect(world.cluster.requests.count('patch kustomizations')).toBe(0);
  });
});
