import { gunzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createRegistryClient } from '../../src/registry/client.ts';
import type { RegistryCredentials } from '../../src/registry/credentials.ts';
import { dockerRegistryInstalled as installed, startDockerRegistry } from '../contract/registry/subjects.ts';

/** A real registry, ended with the test. */
async function startedHost(kind: 'open' | 'auth' | 'read-only' = 'open'): Promise<string> {
  const registry = await startDockerRegistry(kind);
  onTestFinished(registry.stop);
  return registry.host;
}

function clientOf(host: string, credentials: RegistryCredentials | 'anonymous' = 'anonymous') {
  const client = createRegistryClient({ reference: `oci://${host}/team/apps`, credentials });
  onTestFinished(() => client.close());
  return client;
}

const file = (path: string, content: string) => ({ path, mode: 0o644, read: () => Buffer.from(content) });
const FILES = [file('apps/a.yaml', 'kind: A\n'), file('b/ü.yaml', 'kind: B\n')];

describe.skipIf(!installed)('a real registry (docker-registry, skipped where it is not installed)', () => {
  it('takes an artifact, serves it back, and is sent nothing twice', async () => {
    const host = await startedHost();
    const client = clientOf(host);
    expect(await client.getManifest('dev')).toBeUndefined();
    const artifact = {
      files: FILES,
      tag: 'dev',
      config: { targets: { apps: 'd1' } },
      annotations: { 'org.opencontainers.image.revision': 'main@sha1:1' },
    };
    const pushed = await client.pushArtifact(artifact);
    expect(pushed).toMatchObject({ unchanged: false, revision: `dev@${pushed.digest}` });
    expect(await client.readConfig(pushed.digest)).toEqual({ digest: pushed.digest, config: artifact.config });
    expect(await client.pushArtifact(artifact)).toEqual({ ...pushed, unchanged: true, bytesSent: 0 });
    expect((await client.pushArtifact({ ...artifact, tag: 'two' })).bytesSent).toBeLessThan(pushed.bytesSent);
    const layer = (await client.getManifest('dev'))?.manifest.layers[0];
    const blob = await fetch(`http://${host}/v2/team/apps/blobs/${layer?.digest}`);
    expect(gunzipSync(Buffer.from(await blob.arrayBuffer())).includes('kind: A')).toBe(true);
  });

  it('moves a tag to the newest content', async () => {
    const client = clientOf(await startedHost());
    const first = await client.pushArtifact({ files: FILES, tag: 'dev', config: {} });
    const second = await client.pushArtifact({ files: [file('apps/a.yaml', 'kind: C\n')], tag: 'dev', config: {} });
    expect(second.digest).not.toBe(first.digest);
    expect((await client.getManifest('dev'))?.digest).toBe(second.digest);
  });

  it('asks for a login, and takes the right one', async () => {
    const host = await startedHost('auth');
    const login = (password: string) => clientOf(host, { kind: 'basic', username: 'dev', password });
    const artifact = { files: FILES, tag: 'dev', config: {} };
    await expect(clientOf(host).pushArtifact(artifact)).rejects.toMatchObject({
      failure: { kind: 'unauthorized', statusCode: 401 },
    });
    await expect(login('wrong').pushArtifact(artifact)).rejects.toMatchObject({ failure: { kind: 'unauthorized' } });
    expect(await login('secret').pushArtifact(artifact)).toMatchObject({ unchanged: false });
  });

  it('that is read-only says so', async () => {
    const host = await startedHost('read-only');
    await expect(clientOf(host).pushArtifact({ files: FILES, tag: 'dev', config: {} })).rejects.toMatchObject({
      failure: { kind: 'forbidden', statusCode: 405, hint: expect.stringContaining('read-only') },
    });
  });
});
