import { execFile, execFileSync } from 'node:child_process';
import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startRegistry } from '../../src/embedded/testing.ts';
import { createRegistryClient } from '../../src/registry/client.ts';
import { dockerRegistryInstalled, startDockerRegistry } from '../contract/registry/subjects.ts';
import { runMain } from './run-main.ts';

const SHOP = fileURLToPath(new URL('../../examples/shop', import.meta.url));
const run = promisify(execFile);
const CLI = fileURLToPath(new URL('../../src/cli.ts', import.meta.url));

async function isolatedShop() {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'isolate-push-')));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  cpSync(SHOP, directory, { recursive: true });
  await runMain(['isolate', directory]);
  return directory;
}

async function registryAt() {
  const registry = await startRegistry();
  onTestFinished(() => registry.stop());
  const host = registry.url.replace(/^\w+:\/\//, '').replace(/\/$/, '');
  return { registry, url: `oci://${host}/shop` };
}

const push = (directory: string, url: string, ...options: string[]) =>
  runMain(['isolate', directory, '--push', '--registry', url, ...options]);

describe('isolate --push', () => {
  it('pushes an artifact for each isolated Kustomization, and nothing the next time', async () => {
    const { url } = await registryAt();
    const directory = await isolatedShop();
    const first = await push(directory, url);
    expect(first).toMatchObject({ code: 0, stderr: '' });
    expect(first.stdout).toMatch(/^12 of 12 artifacts changed, \d+ bytes sent\.$/m);
    const second = await push(directory, url);
    expect(second.stdout).toMatch(/^0 of 12 artifacts changed, 0 bytes sent\.$/m);
  });

  it('moves only the artifacts whose builds read what changed', async () => {
    const { url } = await registryAt();
    const directory = await isolatedShop();
    await push(directory, url);
    const moved = async (path: string) => {
      writeFileSync(join(directory, path), `${readFileSync(join(directory, path), 'utf8')}# changed\n`);
      const { stdout } = await push(directory, url, '--json');
      const { artifacts } = JSON.parse(stdout) as { artifacts: { tag: string; unchanged: boolean }[] };
      return artifacts.filter(({ unchanged }) => !unchanged).map(({ tag }) => tag);
    };
    expect(await moved('data/cache/service.yaml')).toEqual(['latest_data.cache']);
    expect(await moved('base/server/service.yaml')).toHaveLength(7);
    expect(await moved('README.md')).toEqual([]);
    expect(await moved('clusters/local/cart.yaml')).toEqual([]);
  });

  it('annotates an artifact with the digest of its content alone', async () => {
    const { url } = await registryAt();
    const directory = await isolatedShop();
    const { stdout } = await push(directory, url, '--json');
    const { artifacts } = JSON.parse(stdout) as { artifacts: { tag: string; content: string; digest: string }[] };
    const client = createRegistryClient({ reference: url, credentials: 'anonymous' });
    onTestFinished(() => client.close());
    for (const { tag, content, digest } of artifacts) {
      const found = await client.getManifest(tag);
      expect(found?.digest).toBe(digest);
      expect(found?.manifest.annotations).toEqual({ 'reconcile-machine.dev/content': content });
      expect(found?.manifest.layers).toHaveLength(1);
    }
  });

  it('pushes the others when one build is broken, and fails', async () => {
    const { url } = await registryAt();
    const directory = await isolatedShop();
    writeFileSync(join(directory, 'data/cache/kustomization.yaml'), 'resources:\n- gone.yaml\n');
    const { code, stdout } = await push(directory, url);
    expect(code).toBe(1);
    expect(stdout).toContain('failed     flux-system/cache: data/cache/kustomization.yaml:2:3: ');
    expect(stdout).toMatch(/^11 of 11 artifacts changed, \d+ bytes sent, 1 failed\.$/m);
  });

  it('tells once that the registry does not answer', async () => {
    const { registry, url } = await registryAt();
    const directory = await isolatedShop();
    await registry.stop();
    const { code, stdout } = await push(directory, url);
    expect(code).toBe(1);
    expect(stdout.split('\n').filter((line) => line.startsWith('failed'))).toEqual([
      expect.stringMatching(/latest_apps\.cart and 11 more: .*does not answer/),
    ]);
  });

  it('sends nothing in a dry run', async () => {
    const { stdout, code } = await push(await isolatedShop(), 'oci://127.0.0.1:1/shop', '--dry-run');
    expect(code).toBe(0);
    expect(stdout).toContain('push       oci://127.0.0.1:1/shop:latest_data.cache  3 files\n');
    expect(stdout).toMatch(/^Would push 12 artifacts\.$/m);
  });

  it('says what to do first where nothing is isolated', async () => {
    const { code, stderr } = await runMain(['isolate', SHOP, '--push']);
    expect(code).toBe(1);
    expect(stderr).toContain('has a source of its own\nhint: write them first: reconcile-machine isolate\n');
  });
});

describe.skipIf(!dockerRegistryInstalled)('isolate --push to docker-registry', () => {
  it('has every artifact taken at the first go, although all share their config blob', async () => {
    const directory = await isolatedShop();
    // The refusal that concurrent uploads of one blob meet comes in about every second run.
    for (let run = 0; run < 4; run += 1) {
      const registry = await startDockerRegistry();
      onTestFinished(() => registry.stop());
      const { stdout, code } = await push(directory, `oci://${registry.host}/shop`);
      expect(stdout).toMatch(/^12 of 12 artifacts changed, \d+ bytes sent\.$/m);
      expect(code).toBe(0);
    }
  });
});

describe('the digest of an artifact', () => {
  it('is the same from two clones, two timezones, two umasks, and after a touch of everything', async () => {
    const { url } = await registryAt();
    const directory = await isolatedShop();
    const digestsOf = async (from: string, timezone: string, umask: string) => {
      const command = `umask ${umask} && exec "${process.execPath}" "${CLI}" isolate "${from}" --push --json --registry ${url}`;
      const { stdout } = await run('sh', ['-c', command], { env: { ...process.env, TZ: timezone } });
      const { artifacts } = JSON.parse(stdout) as { artifacts: { tag: string; digest: string }[] };
      return artifacts.map(({ tag, digest }) => `${tag} ${digest}`).join('\n');
    };
    const first = await digestsOf(directory, 'UTC', '022');
    expect(first.split('\n')).toHaveLength(12);

    git(directory, 'init', '--quiet');
    git(directory, 'add', '--all');
    git(directory, '-c', 'user.name=t', '-c', 'user.email=t@example.com', 'commit', '--quiet', '--message', 'shop');
    const clone = realpathSync(mkdtempSync(join(tmpdir(), 'isolate-clone-')));
    onTestFinished(() => rmSync(clone, { recursive: true, force: true }));
    execFileSync('sh', ['-c', `umask 077 && git clone --quiet "${directory}" "${clone}/shop"`]);
    expect(statSync(join(clone, 'shop/README.md')).mode & 0o077).toBe(0);
    expect(await digestsOf(join(clone, 'shop'), 'Asia/Tokyo', '077')).toBe(first);

    for (const path of readdirSync(directory, { recursive: true, encoding: 'utf8' })) {
      utimesSync(join(directory, path), new Date(2001, 1, 1), new Date(2001, 1, 1));
    }
    expect(await digestsOf(directory, 'America/St_Johns', '000')).toBe(first);
  });
});

function git(directory: string, ...args: string[]): void {
  execFileSync('git', ['-C', directory, ...args]);
}
