import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { begun } from '../../src/effects/begun.ts';
import type { Artifact } from '../../src/registry/client.ts';
import { until } from '../support/poll.ts';
import { clientOf, scriptedRegistry } from './clients.ts';
import type { ScriptedRegistry } from './scripted-registry.ts';

function artifact(content: string, rest: Partial<Artifact> = {}): Artifact {
  const digest = createHash('sha256').update(content).digest('hex');
  return { files: [{ path: 'a.yaml', mode: 0o644, digest, read: () => Buffer.from(content) }], config: {}, ...rest };
}

function requestsOf(registry: ScriptedRegistry, after = 0): string[] {
  return registry.seen.slice(after).map(({ method, path }) => {
    const kind = path.includes('/uploads/') ? 'upload' : path.includes('/blobs/') ? 'blob' : 'manifest';
    return `${method} ${kind}`;
  });
}

describe('what is likely to be pushed', () => {
  it('is asked about, and not sent; its push has nothing left to ask', async () => {
    const registry = await scriptedRegistry();
    const client = clientOf(registry.host);
    await client.warm(artifact('a'));
    expect(requestsOf(registry).sort()).toEqual([
      'HEAD blob',
      'HEAD blob',
      'HEAD manifest',
      'POST upload',
      'POST upload',
    ]);
    expect([registry.blobs.size, registry.manifests.size]).toEqual([0, 0]);
    const before = registry.seen.length;
    const pushed = await client.pushArtifact(artifact('a'));
    expect(requestsOf(registry, before)).toEqual(['PUT upload', 'PUT upload', 'PUT manifest']);
    expect(pushed).toEqual(await clientOf((await scriptedRegistry()).host).pushArtifact(artifact('a')));
  });

  it('is put together once', async () => {
    const registry = await scriptedRegistry();
    const client = clientOf(registry.host);
    let reads = 0;
    const counted = artifact('a');
    const files = counted.files.map((file) => ({
      ...file,
      read: () => {
        reads += 1;
        return file.read();
      },
    }));
    await client.warm({ ...counted, files });
    await client.pushArtifact({ ...counted, files });
    expect(reads).toBe(1);
  });

  it('is no other than what is pushed then, in mode or content', async () => {
    const registry = await scriptedRegistry();
    const client = clientOf(registry.host);
    await client.warm(artifact('a', { tag: 'dev' }));
    const executable = artifact('a').files.map((file) => ({ ...file, mode: 0o755 }));
    for (const pushed of [artifact('b', { tag: 'dev' }), artifact('a', { tag: 'dev', files: executable })]) {
      const { digest } = await client.pushArtifact(pushed);
      const alone = await clientOf((await scriptedRegistry()).host).pushArtifact(pushed);
      expect(digest).toBe(alone.digest);
      expect(registry.manifests.has('dev')).toBe(true);
    }
  });

  it('may lack its config blob yet: that one has an upload waiting for it', async () => {
    const registry = await scriptedRegistry();
    const client = clientOf(registry.host);
    const { files } = artifact('a');
    await client.warm({ files, tag: 'dev' });
    const before = registry.seen.length;
    await client.pushArtifact(artifact('a', { tag: 'dev', config: { known: 'now' } }));
    expect(requestsOf(registry, before).sort()).toEqual(['HEAD blob', 'PUT manifest', 'PUT upload', 'PUT upload']);
  });

  it('is asked about anew a little later', async () => {
    let now = 0;
    const registry = await scriptedRegistry();
    const client = clientOf(registry.host, { now: () => now });
    await client.warm(artifact('a'));
    now = 2_000;
    const before = registry.seen.length;
    await client.pushArtifact(artifact('a'));
    expect(requestsOf(registry, before).filter((request) => request.startsWith('HEAD'))).toHaveLength(3);
  });

  it('is pushed where its tag was moved since it was seen there', async () => {
    const registry = await scriptedRegistry();
    await clientOf(registry.host).pushArtifact(artifact('a', { tag: 'dev' }));
    const client = clientOf(registry.host);
    await client.warm(artifact('a', { tag: 'dev' }));
    await clientOf(registry.host).pushArtifact(artifact('b', { tag: 'dev' }));
    expect((await client.pushArtifact(artifact('a', { tag: 'dev' }))).unchanged).toBe(false);
  });

  it('is pushed where nobody answered when it was asked about', async () => {
    let isDown = true;
    const registry = await scriptedRegistry(() => (isDown ? { status: 503 } : undefined));
    const client = clientOf(registry.host);
    await expect(client.warm(artifact('a'))).resolves.toBeUndefined();
    isDown = false;
    expect((await client.pushArtifact(artifact('a'))).unchanged).toBe(false);
  });
});

describe('what the manifest has to wait for', () => {
  it('is awaited after the blobs, and before the manifest is sent', async () => {
    const registry = await scriptedRegistry();
    const { promise, resolve } = Promise.withResolvers<void>();
    const push = clientOf(registry.host).pushArtifact(artifact('a', { tag: 'dev', mayBeNamed: promise }));
    await until('both blobs', () => registry.blobs.size === 2);
    // Whatever else it sends has arrived by then.
    await clientOf(registry.host).warm();
    expect(requestsOf(registry)).not.toContain('PUT manifest');
    resolve();
    await push;
    expect(registry.manifests.has('dev')).toBe(true);
  });

  it('ends the push where it fails', async () => {
    const registry = await scriptedRegistry();
    const mayBeNamed = begun(Promise.reject(new Error('the disk is full')));
    const push = clientOf(registry.host).pushArtifact(artifact('a', { tag: 'dev', mayBeNamed }));
    await expect(push).rejects.toThrow('the disk is full');
    expect(registry.manifests.size).toBe(0);
  });
});
