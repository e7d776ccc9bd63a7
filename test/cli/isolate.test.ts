import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { writeTogether } from '../../src/cli/isolate-write.ts';
import { FailureError } from '../../src/domain/failure.ts';
import type { RelativePath } from '../../src/domain/paths.ts';
import { application, kustomization, repository, SOURCE } from '../domain/isolation-fixture.ts';
import { runMain } from './run-main.ts';

const SHOP = fileURLToPath(new URL('../../examples/shop', import.meta.url));

function directoryWith(files: Readonly<Record<string, string>>): string {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'isolate-')));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), text);
  }
  return directory;
}

function contentsOf(directory: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(directory, { recursive: true, encoding: 'utf8' })
      .filter((path) => statSync(join(directory, path)).isFile())
      .map((path) => [path, readFileSync(join(directory, path), 'utf8')]),
  );
}

const isolate = (directory: string, ...options: string[]) => runMain(['isolate', directory, ...options]);

describe('isolate', () => {
  it('isolates the bundled example as a whole, once', async () => {
    const directory = directoryWith({});
    cpSync(SHOP, directory, { recursive: true });
    const first = await isolate(directory);
    expect(first).toMatchObject({ code: 0, stderr: '' });
    expect(first.stdout).toContain('\nIsolated 12 Kustomizations (0 isolated before, 0 skipped).\n');
    const after = contentsOf(directory);
    const second = await isolate(directory);
    expect(second).toMatchObject({ code: 0, stdout: 'Nothing to isolate (12 isolated before, 0 skipped).\n' });
    expect(contentsOf(directory)).toEqual(after);
  });

  it('fails a check that would change something, and writes nothing', async () => {
    const directory = directoryWith(repository('web'));
    const before = contentsOf(directory);
    const check = await isolate(directory, '--check');
    expect(check).toMatchObject({ code: 1, stderr: '' });
    expect(check.stdout).toContain('change   cluster/web.yaml\n');
    expect(contentsOf(directory)).toEqual(before);
    await isolate(directory);
    expect(await isolate(directory, '--check')).toMatchObject({ code: 0 });
  });

  it('shows the change as a diff that git applies', async () => {
    const directory = directoryWith(repository('web', 'api'));
    const other = directoryWith(repository('web', 'api'));
    const { stdout, code } = await isolate(directory, '--dry-run');
    expect(code).toBe(0);
    expect(contentsOf(directory)).toEqual(repository('web', 'api'));
    const applied = spawnSync('git', ['apply', '-'], { cwd: other, input: stdout, encoding: 'utf8' });
    expect(applied.stderr).toBe('');
    await isolate(directory);
    expect(contentsOf(other)).toEqual(contentsOf(directory));
  });

  it('tells a program what it did', async () => {
    const directory = directoryWith({ ...repository('web'), 'cluster/other.yaml': kustomization('other', './gone') });
    writeFileSync(join(directory, 'cluster/kustomization.yaml'), 'resources: [source.yaml, web.yaml, other.yaml]\n');
    const { stdout } = await isolate(directory, '--json');
    expect(JSON.parse(stdout)).toEqual({
      written: true,
      files: [
        { path: 'cluster/isolated-sources.yaml', created: true },
        { path: 'cluster/kustomization.yaml', created: false },
        { path: 'cluster/web.yaml', created: false },
      ],
      isolated: [
        {
          target: 'Kustomization/flux-system/web',
          source: 'OCIRepository/flux-system/web',
          url: 'oci://registry.test/shop',
          tag: 'main_apps.web',
          path: 'cluster/web.yaml',
          line: 11,
          column: 5,
          writtenTo: 'cluster/isolated-sources.yaml',
        },
      ],
      kept: [],
      skipped: [
        {
          target: 'Kustomization/flux-system/other',
          reason: 'unclear',
          message: expect.stringContaining('"./gone" does not exist'),
          path: 'cluster/other.yaml',
          line: 1,
          column: 1,
        },
      ],
      leftovers: [],
      unapplied: [],
    });
  });

  it('keeps the mode of a file', async () => {
    const directory = directoryWith(repository('web'));
    chmodSync(join(directory, 'cluster/web.yaml'), 0o640);
    await isolate(directory);
    expect(statSync(join(directory, 'cluster/web.yaml')).mode & 0o777).toBe(0o640);
  });

  it('names the clusters where --entry is none of them', async () => {
    const directory = directoryWith(repository('web'));
    const { code, stderr } = await isolate(directory, '--entry', 'nope');
    expect(code).toBe(2);
    expect(stderr).toBe(`error: --entry nope is none of the clusters in ${directory}\nhint: they are: cluster\n`);
  });

  it.each([
    [['--check', '--push'], '--check and --push'],
    [['--registry', 'https://registry.test/x'], 'oci://HOST/REPOSITORY'],
    [['--registry', 'oci://registry.test/x:tag'], 'without tag or digest'],
  ])('refuses %j', async (options, expected) => {
    const { code, stderr } = await isolate(directoryWith({}), ...options);
    expect(code).toBe(2);
    expect(stderr).toContain(expected);
  });

  it('warns of a manifest that does not parse, and where', async () => {
    const directory = directoryWith({ ...repository('web'), 'cluster/torn.yaml': `${kustomization('torn')}  x: [\n` });
    const { stdout, stderr } = await isolate(directory);
    expect(stderr).toMatch(/^warning: cluster\/torn\.yaml:\d+:\d+: .*; what it defines is not seen$/m);
    expect(stdout).toContain('Isolated 1 Kustomization ');
  });

  it('writes nothing where one of the files cannot be written', async () => {
    const directory = directoryWith(repository('web'));
    const before = contentsOf(directory);
    mkdirSync(join(directory, 'cluster/isolated-sources.yaml'));
    const { stdout } = await isolate(directory);
    expect(stdout).toContain('skipped  flux-system/web: expected a file or nothing at cluster/isolated-sources.yaml');
    expect(contentsOf(directory)).toEqual(before);
  });

  it('warns where there is nothing of Flux', async () => {
    const { code, stderr, stdout } = await isolate(directoryWith({ 'a.txt': '' }));
    expect(code).toBe(0);
    expect(stderr).toContain('no Flux Kustomization is defined in');
    expect(stdout).toBe('Nothing to isolate (0 isolated before, 0 skipped).\n');
  });
});

const hasKubectl = spawnSync('kubectl', ['version', '--client']).status === 0;

describe.skipIf(!hasKubectl)('what a kustomization does to manifests on their way to the cluster', () => {
  const base = {
    'base/kustomization.yaml': 'resources:\n- web.yaml\n',
    'base/web.yaml': kustomization('web', './apps/__CLUSTER__'),
    ...application('a'),
  };
  const cluster = (extra: string) => ({
    ...base,
    'clusters/a/source.yaml': SOURCE,
    'clusters/a/kustomization.yaml': `resources:\n- source.yaml\n- ../../base\n${extra}`,
  });

  it('is respected: a patched path is not isolated', async () => {
    const patch =
      'patches:\n- patch: |-\n    - {op: replace, path: /spec/path, value: ./apps/a}\n  target: {kind: Kustomization}\n';
    const { stdout } = await isolate(directoryWith(cluster(patch)));
    expect(stdout).toContain('skipped  flux-system/web: its manifest still holds __CLUSTER__');
  });

  it('is respected: a path that differs from what is written is not isolated', async () => {
    const patch =
      'patches:\n- patch: |-\n    - {op: replace, path: /spec/path, value: ./apps/a}\n  target: {kind: Kustomization}\n';
    const files = { ...cluster(patch), 'base/web.yaml': kustomization('web', './apps/b') };
    const { stdout } = await isolate(directoryWith(files));
    expect(stdout).toContain('skipped  flux-system/web: its path or sourceRef is patched');
  });

  it('is respected: a patched source is not copied', async () => {
    const files = cluster(
      'patches:\n- patch: |-\n    - {op: add, path: /spec/insecure, value: true}\n  target: {kind: OCIRepository}\n',
    );
    const { stdout } = await isolate(directoryWith({ ...files, 'base/web.yaml': kustomization('web', './apps/a') }));
    expect(stdout).toContain('skipped  flux-system/web: its source is patched on the way from clusters/a/source.yaml');
  });

  it('is respected: a namespace comes from the kustomization', async () => {
    const files = {
      ...application('a'),
      'clusters/a/source.yaml': SOURCE.replace('  namespace: flux-system\n', ''),
      'clusters/a/web.yaml': kustomization('web', './apps/a').replace('  namespace: flux-system\n', ''),
      'clusters/a/kustomization.yaml': 'namespace: team-a\nresources:\n- source.yaml\n- web.yaml\n',
    };
    const directory = directoryWith(files);
    expect((await isolate(directory)).stdout).toContain('\nIsolated 1 Kustomization (');
    const own = readFileSync(join(directory, 'clusters/a/isolated-sources.yaml'), 'utf8');
    expect(own).not.toMatch(/^ {2}namespace:/m);
    expect(await isolate(directory, '--check')).toMatchObject({ code: 0 });
  });
});

describe('files are written together', () => {
  const change = (path: string, before: string | undefined, after: string) => ({
    path: path as RelativePath,
    before,
    after,
  });

  it('or not at all, when one cannot be', () => {
    const directory = directoryWith({ 'a.yaml': 'a', 'b.yaml': 'b' });
    // A directory stands where the last file is to go.
    mkdirSync(join(directory, 'c.yaml'));
    const changes = [change('a.yaml', 'a', 'A'), change('new.yaml', undefined, 'N'), change('c.yaml', undefined, 'C')];
    expect(() => writeTogether(directory, changes)).toThrow(FailureError);
    expect(contentsOf(directory)).toEqual({ 'a.yaml': 'a', 'b.yaml': 'b' });
  });

  it('and not over a change made meanwhile', () => {
    const directory = directoryWith({ 'a.yaml': 'changed', 'b.yaml': 'b' });
    expect(() => writeTogether(directory, [change('b.yaml', 'b', 'B'), change('a.yaml', 'a', 'A')])).toThrow(
      'nothing was written: a.yaml changed in the meantime',
    );
    expect(contentsOf(directory)).toEqual({ 'a.yaml': 'changed', 'b.yaml': 'b' });
  });
});
