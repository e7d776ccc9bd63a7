import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runMain } from './run-main.ts';

const shop = fileURLToPath(new URL('../../examples/shop', import.meta.url));

/** The explanations of `explain --offline --json` with these arguments, run in `cwd`. */
async function explained(cwd: string, ...args: string[]) {
  const ran = await runMain(['explain', '--offline', '--json', ...args], { cwd });
  expect(ran).toMatchObject({ code: 0, stderr: '' });
  return JSON.parse(ran.stdout) as {
    file: string;
    readBy: string[];
    targets: { kind: string; namespace: string; name: string; rule: string; definedIn: string }[];
    decision: string;
    reason: string;
  }[];
}

describe('explain --offline on the bundled example', () => {
  test('a leaf is one Kustomization, by closure, with the manifest that defines it', async () => {
    const [leaf] = await explained(shop, 'apps/web/web.env');
    expect(leaf).toMatchObject({ file: 'apps/web/web.env', readBy: ['apps/web'], decision: 'targeted' });
    expect(leaf?.targets).toEqual([
      {
        kind: 'Kustomization',
        namespace: 'flux-system',
        name: 'web',
        rule: 'closure',
        definedIn: 'clusters/local/web.yaml',
      },
    ]);
  });

  test('several files are answered in the order they were given, under the names that were typed', async () => {
    const explanations = await explained(
      join(shop, 'apps'),
      '--dir',
      '..',
      '../base/server/service.yaml',
      '../kustomization.yaml',
      'shipping/README.md',
    );
    expect(explanations.map(({ file, decision, targets }) => [file, decision, targets.length])).toEqual([
      ['../base/server/service.yaml', 'targeted', 7],
      ['../kustomization.yaml', 'full', expect.any(Number)],
      ['shipping/README.md', 'none', 0],
    ]);
    expect(explanations[1]?.reason).toContain('root-level');
    expect(explanations[2]?.reason).toContain('ignored');
  });

  test('a name that is taken off the list is ignored no longer', async () => {
    const [readme] = await explained(shop, 'apps/shipping/README.md', '--ignore', '!*.md');
    expect(readme?.reason).not.toContain('ignored');
  });

  test('text for people names the decision and the targets', async () => {
    const ran = await runMain(['explain', '--offline', 'components/debug/verbose.yaml'], { cwd: shop });
    expect(ran.stdout).toContain('Kustomization flux-system/cart');
    expect(ran.stdout).toContain('Kustomization flux-system/orders');
  });
});

describe('explain --offline elsewhere', () => {
  let root: string;
  beforeEach(() => {
    root = realpathSync(mkdtempSync(join(tmpdir(), 'explain-command-')));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  function write(path: string, content: string): void {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }

  function kustomization(path: string): string {
    return `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: apps, namespace: flux-system}
spec:
  path: ${path}
  sourceRef: {kind: GitRepository, name: fleet}
`;
  }

  test('paths of a GitRepository count from the Git top level, also when a directory below it is watched', async () => {
    execFileSync('git', ['init', '-q', root]);
    write('k8s/clusters/dev/apps.yaml', kustomization('./k8s/apps'));
    write('k8s/apps/kustomization.yaml', 'resources: [web.yaml]\n');
    write('k8s/apps/web.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\n');
    const [web] = await explained(root, 'k8s/apps/web.yaml');
    expect(web).toMatchObject({ decision: 'targeted', readBy: ['k8s/apps'] });
    expect(web?.targets).toMatchObject([{ name: 'apps', definedIn: 'k8s/clusters/dev/apps.yaml' }]);
  });

  test('one of two clusters is picked with --entry', async () => {
    for (const cluster of ['dev', 'prod']) write(`clusters/${cluster}/apps.yaml`, kustomization(`./apps/${cluster}`));
    for (const cluster of ['dev', 'prod']) write(`apps/${cluster}/kustomization.yaml`, 'resources: [../base]\n');
    write('apps/base/kustomization.yaml', 'resources: [web.yaml]\n');
    write('apps/base/web.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\n');
    const definedIn = async (...args: string[]) =>
      (await explained(root, 'apps/base/web.yaml', ...args))[0]?.targets.map((target) => target.definedIn);
    expect(await definedIn()).toEqual(['clusters/dev/apps.yaml', 'clusters/prod/apps.yaml']);
    expect(await definedIn('--entry', 'clusters/prod')).toEqual(['clusters/prod/apps.yaml']);
  });

  test('an entry or a source that is not there is a usage error that names those that are', async () => {
    write('clusters/dev/apps.yaml', kustomization('./apps'));
    const entry = await runMain(['explain', '--offline', 'x', '--entry', 'clusters/prod'], { cwd: root });
    expect(entry.code).toBe(2);
    expect(entry.stderr).toContain('clusters/dev');
    const source = await runMain(['explain', '--offline', 'x', '--source', 'a/b'], { cwd: root });
    expect(source.code).toBe(2);
    expect(source.stderr).toContain('GitRepository/flux-system/fleet');
  });

  test('a repository without any Flux object is said to be one', async () => {
    write('app/kustomization.yaml', 'resources: []\n');
    const ran = await runMain(['explain', '--offline', 'app/x.yaml'], { cwd: root });
    expect(ran.code).toBe(0);
    expect(ran.stderr).toContain('no Flux Kustomization is defined');
  });

  test('a root that does not hold the watched directory is a usage error', async () => {
    mkdirSync(join(root, 'a'));
    mkdirSync(join(root, 'b'));
    const ran = await runMain(['explain', '--offline', 'x', '--dir', 'a', '--root', 'b'], { cwd: root });
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain('--root');
  });
});
