import { describe, expect, it, onTestFinished } from 'vitest';
import { startRegistry } from '../../src/embedded/testing.ts';
import type { Artifact } from '../../src/registry/client.ts';
import { dockerRegistryInstalled, startDockerRegistry } from '../contract/registry/subjects.ts';
import { clientOf, scriptedRegistry } from './clients.ts';
import { type ScriptedRegistry, startScriptedRegistry } from './scripted-registry.ts';

const artifact = (content: string, rest: Partial<Artifact> = {}): Artifact => ({
  files: [{ path: 'a.yaml', mode: 0o644, read: () => Buffer.from(content) }],
  config: {},
  ...rest,
});

const sent = (registry: ScriptedRegistry, method: string, path: string) =>
  registry.seen.filter((request) => request.method === method && request.path.includes(path)).length;

describe('a push without a tag', () => {
  it('stores the manifest under its digest, and is known by that alone', async () => {
    const { host, manifests } = await scriptedRegistry();
    const pushed = await clientOf(host).pushArtifact(artifact('a'));
    expect(pushed).toMatchObject({ revision: pushed.digest, unchanged: false });
    expect([...manifests.keys()]).toEqual([pushed.digest]);
  });

  it('sends nothing when the manifest is there, whoever brought it', async () => {
    const registry = await scriptedRegistry();
    const first = await clientOf(registry.host).pushArtifact(artifact('a'));
    const before = registry.seen.length;
    const again = await clientOf(registry.host).pushArtifact(artifact('a'));
    expect(again).toEqual({ ...first, unchanged: true, bytesSent: 0 });
    expect(registry.seen.slice(before).map(({ method }) => method)).not.toContain('PUT');
  });
});

describe('pushes at the same time', () => {
  it('bring a blob and a manifest that they share once', async () => {
    const registry = await scriptedRegistry();
    const client = clientOf(registry.host);
    const pushed = await Promise.all([
      client.pushArtifact(artifact('a')),
      client.pushArtifact(artifact('a')),
      client.pushArtifact(artifact('a', { tag: 'one' })),
      client.pushArtifact(artifact('b', { tag: 'two' })),
    ]);
    expect(pushed[1]?.digest).toBe(pushed[0]?.digest);
    expect(sent(registry, 'POST', '/blobs/uploads/')).toBe(3);
    expect(sent(registry, 'PUT', '/manifests/sha256:')).toBe(1);
    expect(registry.manifests.size).toBe(3);
  });

  it('that wait for one upload all fail with it', async () => {
    const registry = await scriptedRegistry(({ method }) => (method === 'POST' ? { status: 503 } : undefined));
    const client = clientOf(registry.host);
    const outcomes = await Promise.allSettled([1, 2, 3].map(() => client.pushArtifact(artifact('a'))));
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    // One for the layer, one for the config blob.
    expect(sent(registry, 'POST', '/blobs/uploads/')).toBeLessThanOrEqual(2);
  });
});

describe('what a registry is known to have', () => {
  it('is not asked for again', async () => {
    const registry = await scriptedRegistry();
    const client = clientOf(registry.host);
    await client.pushArtifact(artifact('a'));
    const before = registry.seen.length;
    await client.pushArtifact(artifact('b'));
    const heads = registry.seen
      .slice(before)
      .filter(({ method, path }) => method === 'HEAD' && path.includes('/blobs/'));
    // The layer is new, the config blob is not.
    expect(heads).toHaveLength(1);
  });

  it('is brought again where the registry was emptied since', async () => {
    let emptied = false;
    const registry = await scriptedRegistry(({ method, path }) => {
      const isManifest = method === 'PUT' && path.includes('/manifests/');
      if (!isManifest || !emptied) return undefined;
      emptied = false;
      return {
        status: 400,
        body: '{"errors":[{"code":"MANIFEST_BLOB_UNKNOWN","message":"blob unknown to registry"}]}',
      };
    });
    const client = clientOf(registry.host);
    await client.pushArtifact(artifact('a'));
    emptied = true;
    registry.empty();
    const pushed = await client.pushArtifact(artifact('b'));
    expect(registry.manifests.has(pushed.digest)).toBe(true);
    expect(registry.blobs.size).toBe(2);
  });

  it('a blob that vanishes under the push is a failure that is worth another attempt', async () => {
    const { host } = await scriptedRegistry(({ method, path }) =>
      method === 'PUT' && path.includes('/manifests/')
        ? { status: 400, body: '{"errors":[{"code":"MANIFEST_BLOB_UNKNOWN"}]}' }
        : undefined,
    );
    await expect(clientOf(host).pushArtifact(artifact('a'))).rejects.toMatchObject({ failure: { kind: 'conflict' } });
  });
});

describe('warming up', () => {
  const begun = (registry: ScriptedRegistry) => sent(registry, 'POST', '/blobs/uploads/');

  it('logs in and begins an upload ahead of the push, once for many signs of one', async () => {
    const registry = await scriptedRegistry(({ authorization }) =>
      authorization === undefined ? { status: 401, headers: { 'www-authenticate': 'Basic realm="r"' } } : undefined,
    );
    const credentials = { kind: 'basic', username: 'u', password: 'p' } as const;
    const client = clientOf(registry.host, { credentials });
    await Promise.all([client.warm(), client.warm()]);
    await client.warm();
    expect(registry.seen.map(({ method, authorization }) => [method, authorization !== undefined])).toEqual([
      ['POST', false],
      ['POST', true],
    ]);
    await client.pushArtifact(artifact('a'));
    expect(registry.seen.filter(({ authorization }) => authorization === undefined)).toHaveLength(1);
    // One blob went to the upload that was begun, the other to one of its own.
    expect(begun(registry)).toBe(3);
    expect(registry.blobs.size).toBe(2);
  });

  it('costs nothing but time where the registry has forgotten the upload', async () => {
    let forgotten = 1;
    const registry = await scriptedRegistry(({ method, path }) => {
      if (method !== 'PUT' || !path.includes('/blobs/uploads/') || forgotten === 0) return undefined;
      forgotten -= 1;
      return { status: 404, body: '{"errors":[{"code":"BLOB_UPLOAD_UNKNOWN"}]}' };
    });
    const client = clientOf(registry.host);
    await client.warm();
    expect((await client.pushArtifact(artifact('a'))).unchanged).toBe(false);
    expect(registry.blobs.size).toBe(2);
  });

  it('is done anew when it was long ago', async () => {
    let now = 0;
    const registry = await scriptedRegistry();
    const client = clientOf(registry.host, { now: () => now });
    await client.warm();
    now = 3_600_000;
    await client.warm();
    expect(begun(registry)).toBe(2);
  });

  it('is not tried over and over where the registry does not take it, and again after a while', async () => {
    let now = 0;
    const registry = await scriptedRegistry(({ method }) => (method === 'POST' ? { status: 503 } : undefined));
    const client = clientOf(registry.host, { now: () => now });
    for (let sign = 0; sign < 5; sign += 1) await client.warm();
    expect(begun(registry)).toBe(1);
    now = 6_000;
    await client.warm();
    expect(begun(registry)).toBe(2);
  });

  it('is no failure where nobody answers, and the push says what is wrong', async () => {
    const { host, close } = await startScriptedRegistry();
    await close();
    const client = clientOf(host);
    await expect(client.warm()).resolves.toBeUndefined();
    await expect(client.pushArtifact(artifact('a'))).rejects.toMatchObject({ failure: { kind: 'unavailable' } });
  });
});

describe.each([
  { name: 'the embedded registry', start: () => startRegistry(), runs: true },
  { name: "Debian's docker-registry", start: () => startDockerRegistry(), runs: dockerRegistryInstalled },
])('$name', ({ start, runs }) => {
  it.skipIf(!runs)(
    'takes forty pushes at once that share their blobs and some their manifests',
    async () => {
      const registry = await start();
      onTestFinished(() => registry.stop());
      for (let round = 0; round < 3; round += 1) {
        const client = clientOf(registry.host);
        const pushed = await Promise.all(
          Array.from({ length: 40 }, (_, index) =>
            client.pushArtifact(
              artifact(`content ${round} ${index % 8}`, {
                config: { round },
                annotations: { content: String(index % 16) },
                ...(index % 2 === 0 ? { tag: `tag-${index % 16}` } : {}),
              }),
            ),
          ),
        );
        for (const { digest, revision } of pushed) {
          const [tag = ''] = revision.split('@');
          expect((await client.getManifest(tag))?.digest).toBe(digest);
        }
      }
    },
    60_000,
  );
});
