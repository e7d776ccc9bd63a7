import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import net, { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { FailureError, isRetryable } from '../../src/domain/failure.ts';
import { startRegistry } from '../../src/embedded/testing.ts';
import { createRegistryClient } from '../../src/registry/client.ts';
import { dockerRegistryInstalled, startDockerRegistry } from '../contract/registry/subjects.ts';

/** Incompressible, so that as many bytes go over the wire. */
const artifact = (bytes: number) => {
  const content = randomBytes(bytes);
  return { files: [{ path: 'a.bin', mode: 0o644, read: () => content }], config: {} };
};

async function failureOfPush(host: string, bytes: number) {
  const client = createRegistryClient({ reference: `oci://${host}/team/apps`, credentials: 'anonymous' });
  onTestFinished(() => client.close());
  try {
    await client.pushArtifact(artifact(bytes));
  } catch (error) {
    if (error instanceof FailureError) return error.failure;
    throw error;
  }
  throw new Error('expected the push to fail, it did not');
}

/** Before `port`, until so many bytes went in: then everything ends at once, the registry too. */
async function endingAfter(bytesMax: number, host: string, end: () => Promise<void>): Promise<string> {
  const { hostname, port } = new URL(`http://${host}`);
  const sockets = new Set<net.Socket>();
  let bytes = 0;
  let ended: Promise<void> | undefined;
  const proxy = net.createServer((client) => {
    const server = net.connect(Number(port), hostname);
    for (const socket of [client, server]) sockets.add(socket.on('error', () => {}));
    server.pipe(client);
    client.on('data', (chunk) => {
      bytes += chunk.length;
      if (bytes < bytesMax) {
        server.write(chunk);
        return;
      }
      ended ??= end();
      for (const socket of sockets) socket.destroy();
    });
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    await ended;
    proxy.close();
  });
  return `127.0.0.1:${(proxy.address() as AddressInfo).port}`;
}

/** A file system of 256 KiB; undefined where none may be mounted. */
function smallStorage(): string | undefined {
  const directory = mkdtempSync(join(tmpdir(), 'small-storage-'));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', directory]).status === 0;
  onTestFinished(() => {
    if (mounted) spawnSync('umount', ['--lazy', directory]);
    rmSync(directory, { recursive: true, force: true });
  });
  return mounted ? directory : undefined;
}

const READ_ONLY = { kind: 'forbidden', statusCode: 405, hint: expect.stringContaining('read-only') };

describe('the embedded registry', () => {
  async function started(options: Parameters<typeof startRegistry>[0] = {}) {
    const registry = await startRegistry(options);
    onTestFinished(() => registry.stop());
    return registry;
  }

  it('that is full says so, and the push is worth another attempt', async () => {
    const registry = await started();
    registry.faults.next({ match: { method: 'PUT', kind: 'upload' }, status: 507, times: 2 });
    const failure = await failureOfPush(registry.host, 1_000);
    expect(failure).toMatchObject({ kind: 'unavailable', statusCode: 507, hint: expect.stringContaining('full') });
    expect(isRetryable(failure)).toBe(true);
  });

  it('that forbids the push, or finds it too large, says so, and is not asked again', async () => {
    const registry = await started();
    registry.faults.next({ match: { method: 'POST', kind: 'upload' }, status: 403, times: 2 });
    const forbidden = await failureOfPush(registry.host, 1_000);
    expect(forbidden).toMatchObject({ kind: 'forbidden', hint: expect.stringContaining('docker login') });
    registry.faults.clear();
    registry.faults.next({ match: { method: 'PUT', kind: 'upload' }, status: 413, times: 2 });
    const tooLarge = await failureOfPush(registry.host, 1_000);
    expect(tooLarge).toMatchObject({ kind: 'invalid', hint: expect.stringContaining('larger') });
    expect([forbidden, tooLarge].some(isRetryable)).toBe(false);
  });

  it('that is read-only says so', async () => {
    const registry = await started({ readOnly: true });
    expect(await failureOfPush(registry.host, 1_000)).toMatchObject(READ_ONLY);
  });

  it.each([false, true])(
    'whose answer to an upload is lost has the blob, and the push goes on (warmed up: %s)',
    async (warm) => {
      const registry = await started();
      const client = createRegistryClient({ reference: `oci://${registry.host}/team/apps`, credentials: 'anonymous' });
      onTestFinished(() => client.close());
      await client.pushArtifact(artifact(1_000));
      if (warm) await client.warm();
      registry.faults.next({ match: { method: 'PUT', kind: 'upload' }, lostAnswer: true });
      const { digest } = await client.pushArtifact(artifact(1_000));
      expect((await client.getManifest(digest))?.digest).toBe(digest);
    },
  );

  it('that goes in the middle of an upload is away, not broken', async () => {
    const registry = await startRegistry();
    const host = await endingAfter(1_000_000, registry.host, () => registry.stop());
    expect(await failureOfPush(host, 4_000_000)).toMatchObject({ kind: 'unavailable', dependency: 'registry' });
  });
});

describe.skipIf(!dockerRegistryInstalled)("Debian's docker-registry", () => {
  it('that is full says so, and the push is worth another attempt', async (test) => {
    const storage = smallStorage();
    if (storage === undefined) return test.skip('no file system can be mounted here');
    const registry = await startDockerRegistry('open', storage);
    onTestFinished(() => registry.stop());
    const failure = await failureOfPush(registry.host, 1_000_000);
    expect(failure).toMatchObject({ dependency: 'registry', hint: expect.stringContaining('full disk') });
    expect(isRetryable(failure)).toBe(true);
  });

  it('that is read-only says so', async () => {
    const registry = await startDockerRegistry('read-only');
    onTestFinished(() => registry.stop());
    expect(await failureOfPush(registry.host, 1_000)).toMatchObject(READ_ONLY);
  });

  it('that goes in the middle of an upload is away, not broken', async () => {
    const registry = await startDockerRegistry();
    const host = await endingAfter(1_000_000, registry.host, () => registry.stop());
    expect(await failureOfPush(host, 4_000_000)).toMatchObject({ kind: 'unavailable', dependency: 'registry' });
  });
});
