import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runMain } from './run-main.ts';

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'graph-command-'));
  write('deploy/app/kustomization.yaml', 'resources: [web.yaml, https://example.com/remote.yaml]\n');
  write('deploy/app/web.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\n');
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

function write(path: string, content: string): void {
  mkdirSync(dirname(join(cwd, path)), { recursive: true });
  writeFileSync(join(cwd, path), content);
}

test('--json prints one array, each entry with exactly path, files, remote and errors', async () => {
  const ran = await runMain(['graph', 'deploy', '--json'], { cwd });
  expect(ran).toMatchObject({ code: 0, stderr: '' });
  expect(JSON.parse(ran.stdout)).toEqual([
    {
      path: 'app',
      files: ['app/kustomization.yaml', 'app/web.yaml'],
      remote: ['https://example.com/remote.yaml'],
      errors: [],
    },
  ]);
});

test('as text every file and remote of a build is listed beneath its directory', async () => {
  const ran = await runMain(['graph', 'deploy'], { cwd });
  expect(ran.stdout).toBe(
    'app (2 files)\n  app/kustomization.yaml\n  app/web.yaml\n  remote: https://example.com/remote.yaml\n',
  );
});

test('a broken build is shown with its error, and is no failure of the command', async () => {
  write('deploy/app/kustomization.yaml', 'resources:\n  - missing.yaml\n');
  const ran = await runMain(['graph', 'deploy'], { cwd });
  expect(ran.code).toBe(0);
  expect(ran.stdout).toMatch(/error: .*missing\.yaml/);
});

test('Mermaid is a flowchart', async () => {
  const ran = await runMain(['graph', 'deploy', '--format', 'mermaid'], { cwd });
  expect(ran.stdout).toMatch(/^flowchart /);
  expect(ran.stdout).toContain('"app"');
});

test('a directory without any kustomization says so, and is an empty array for programs', async () => {
  mkdirSync(join(cwd, 'empty'));
  expect((await runMain(['graph', 'empty'], { cwd })).stdout).toContain('no kustomization file');
  expect((await runMain(['graph', 'empty', '--json'], { cwd })).stdout).toBe('[]\n');
});

test('no such directory is a usage error', async () => {
  const ran = await runMain(['graph', 'nowhere', '--json'], { cwd });
  expect(ran.code).toBe(2);
  expect(JSON.parse(ran.stderr).error.kind).toBe('UsageError');
});
