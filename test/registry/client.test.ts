import { createHash } from 'node:crypto';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { FailureError } from '../../src/domain/failure.ts';
import { mayReceiveCredentials } from '../../src/registry/registry-auth.ts';
import { clientOf, scriptedRegistry } from './clients.ts';
import { startScriptedRegistry } from './scripted-registry.ts';

const file = (path: string, content: string) => ({ path, mode: 0o644, read: () => Buffer.from(content) });
const FILES = [file('apps/one.yaml', 'kind: A\n'), file('apps/two.yaml', 'kind: B\n')];

async function failureOf(promise: Promise<unknown>) {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof FailureError)) throw new Error(`expected a FailureError, found ${String(error)}`);
  return error.failure;
}

describe('pushing an artifact', () => {
  it('stores layer, config and manifest, and names the revision as source-controller will', async () => {
    const { host, blobs, manifests } = await scriptedRegistry();
    const pushed = await clientOf(host).pushArtifact({
      files: FILES,
      tag: 'dev',
      config: { targets: { b: '2', a: '1' } },
      annotations: { 'org.opencontainers.image.source': 'here' },
    });
    const stored = manifests.get('dev') ?? Buffer.alloc(0);
    expect(pushed).toMatchObject({
      digest: `sha256:${createHash('sha256').update(stored).digest('hex')}`,
      revision: `dev@${pushed.digest}`,
      unchanged: false,
    });
    const manifest = JSON.parse(stored.toString());
    expect(manifest).toMatchObject({
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      config: { mediaType: 'application/vnd.cncf.flux.config.v1+json' },
      layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip' }],
      annotations: { 'org.opencontainers.image.source': 'here' },
    });
    expect(blobs.get(manifest.config.digest)?.toString()).toBe('{"targets":{"a":"1","b":"2"}}');
    expect(blobs.get(manifest.layers[0].digest)?.length).toBe(manifest.layers[0].size);
  });

  it('sends nothing when the tag points at the same content already', async () => {
    const { host, seen } = await scriptedRegistry();
    const client = clientOf(host);
    const first = await client.pushArtifact({ files: FILES, tag: 'dev', config: {} });
    const before = seen.length;
    const second = await client.pushArtifact({ files: [...FILES].reverse(), tag: 'dev', config: {} });
    expect(second).toEqual({ ...first, unchanged: true, bytesSent: 0 });
    expect(seen.slice(before).filter(({ method }) => method === 'PUT' || method === 'POST')).toEqual([]);
  });

  it('does not send a blob again that the registry has', async () => {
    const { host, seen } = await scriptedRegistry();
    const client = clientOf(host);
    await client.pushArtifact({ files: FILES, tag: 'dev', config: {} });
    const before = seen.length;
    const pushed = await client.pushArtifact({ files: FILES, tag: 'other', config: {} });
    const sent = seen.slice(before).filter(({ method }) => method === 'PUT');
    expect(sent.map(({ path }) => path)).toEqual(['/v2/team/apps/manifests/other']);
    expect(pushed.bytesSent).toBe(sent[0]?.bytes);
  });

  it('follows a relative upload location and keeps its query', async () => {
    const { host, blobs } = await scriptedRegistry(undefined, { relativeLocation: true });
    await clientOf(host).pushArtifact({ files: FILES, tag: 'dev', config: {} });
    expect(blobs.size).toBe(2);
  });

  it('sends an upload to a storage elsewhere, without the credentials', async () => {
    const storage = await scriptedRegistry();
    const { host } = await scriptedRegistry((request) => {
      if (request.authorization === undefined)
        return { status: 401, headers: { 'www-authenticate': 'Basic realm="r"' } };
      if (request.method !== 'POST') return undefined;
      return { status: 202, headers: { location: `http://${storage.host}/v2/team/apps/blobs/uploads/far?state=x` } };
    });
    const credentials = { kind: 'basic', username: 'u', password: 'p' } as const;
    await clientOf(host, { credentials }).pushArtifact({ files: FILES, tag: 'dev', config: {} });
    expect(storage.blobs.size).toBe(2);
    expect(storage.seen.map(({ authorization }) => authorization)).toEqual([undefined, undefined]);
  });
});

describe('reading an artifact', () => {
  it('gives the config that was pushed, by tag and by digest', async () => {
    const { host } = await scriptedRegistry();
    const client = clientOf(host);
    const { digest } = await client.pushArtifact({ files: FILES, tag: 'dev', config: { digests: { a: 'x' } } });
    expect(await client.readConfig('dev')).toEqual({ digest, config: { digests: { a: 'x' } } });
    expect((await client.getManifest('dev'))?.digest).toBe(digest);
  });

  it('says undefined for a tag or repository that is not there', async () => {
    const { host } = await scriptedRegistry();
    expect(await clientOf(host).getManifest('dev')).toBeUndefined();
    expect(await clientOf(host).readConfig('dev')).toBeUndefined();
  });

  it('refuses a manifest that does not have the digest asked for, and a document that is no manifest', async () => {
    const wanted = `sha256:${'0'.repeat(64)}`;
    const { host } = await scriptedRegistry(({ path }) => {
      if (path.endsWith(wanted)) return { status: 200, body: '{"config":{"digest":"x"},"layers":[]}' };
      return path.endsWith('/index') ? { status: 200, body: '{"manifests":[]}' } : undefined;
    });
    expect(await failureOf(clientOf(host).getManifest(wanted))).toMatchObject({
      kind: 'invalid',
      dependency: 'registry',
    });
    expect((await failureOf(clientOf(host).getManifest('index'))).message).toContain(
      'expected index to be an OCI image manifest',
    );
  });

  it('follows a redirect to a blob storage', async () => {
    const storage = await scriptedRegistry((request) =>
      request.path === '/far' ? { status: 200, body: '{"from":"far"}' } : undefined,
    );
    const { host } = await scriptedRegistry((request) =>
      request.method === 'GET' && request.path.includes('/blobs/')
        ? { status: 307, headers: { location: `http://${storage.host}/far` } }
        : undefined,
    );
    const client = clientOf(host);
    await client.pushArtifact({ files: FILES, tag: 'dev', config: {} });
    expect((await client.readConfig('dev'))?.config).toEqual({ from: 'far' });
  });
});

describe('authentication', () => {
  it('answers a Bearer challenge once, with the credentials, for pull and push', async () => {
    let realm = '';
    const { host, seen } = await scriptedRegistry((request, query) => {
      if (request.path === '/token') {
        expect(query.get('service')).toBe('reg');
        return { status: 200, body: JSON.stringify({ token: `for ${query.get('scope')}` }) };
      }
      if (request.authorization === 'Bearer for repository:team/apps:pull,push') return undefined;
      return {
        status: 401,
        headers: { 'www-authenticate': `Bearer realm="${realm}",service="reg",scope="repository:team/apps:pull"` },
      };
    });
    realm = `http://${host}/token`;
    const client = clientOf(host, { credentials: { kind: 'basic', username: 'u', password: 'p' } });
    await client.pushArtifact({ files: FILES, tag: 'dev', config: {} });
    await client.pushArtifact({ files: FILES, tag: 'two', config: {} });
    const asked = seen.filter(({ path }) => path === '/token');
    expect(asked.map(({ authorization }) => authorization)).toEqual([`Basic ${Buffer.from('u:p').toString('base64')}`]);
  });

  it('exchanges an identity token at the token service', async () => {
    let realm = '';
    const { host, seen } = await scriptedRegistry((request) => {
      if (request.path === '/token') return { status: 200, body: '{"access_token":"t"}' };
      if (request.authorization === 'Bearer t') return undefined;
      return { status: 401, headers: { 'www-authenticate': `Bearer realm="${realm}"` } };
    });
    realm = `http://${host}/token`;
    const client = clientOf(host, { credentials: { kind: 'identity-token', token: 'refresh' } });
    expect(await client.getManifest('dev')).toBeUndefined();
    expect(seen.find(({ path }) => path === '/token')?.method).toBe('POST');
  });

  it('says how to log in when nothing answers the challenge', async () => {
    const { host } = await scriptedRegistry(() => ({
      status: 401,
      headers: { 'www-authenticate': 'Basic realm="r"' },
    }));
    expect(await failureOf(clientOf(host).getManifest('dev'))).toMatchObject({
      kind: 'unauthorized',
      statusCode: 401,
      message: expect.stringContaining(host),
      hint: `Log in: docker login ${host}`,
    });
  });

  it('tells a login that is missing from one that is refused', async () => {
    const { host } = await scriptedRegistry(() => ({
      status: 401,
      headers: { 'www-authenticate': 'Basic realm="r"' },
    }));
    const refused = clientOf(host, { credentials: { kind: 'basic', username: 'u', password: 'old' } });
    expect(await failureOf(refused.getManifest('dev'))).toMatchObject({
      hint: `The login for ${host} in the Docker config is wrong, or has expired: docker login ${host}`,
    });
    vi.stubEnv('DOCKER_CONFIG', '/nonexistent');
    onTestFinished(() => void vi.unstubAllEnvs());
    expect(await failureOf(clientOf(host, { credentials: undefined }).getManifest('dev'))).toMatchObject({
      hint: `There is no login for ${host} in the Docker config: docker login ${host}`,
    });
  });

  it('tells a login that may not from none at all', async () => {
    const { host } = await scriptedRegistry(() => ({ status: 403 }));
    const known = clientOf(host, { credentials: { kind: 'basic', username: 'u', password: 'p' } });
    expect(await failureOf(known.getManifest('dev'))).toMatchObject({
      hint: `The login for ${host} may not read this repository: use another with docker login ${host}.`,
    });
    vi.stubEnv('DOCKER_CONFIG', '/nonexistent');
    onTestFinished(() => void vi.unstubAllEnvs());
    expect(await failureOf(clientOf(host, { credentials: undefined }).getManifest('dev'))).toMatchObject({
      hint: `There is no login for ${host} in the Docker config, and without one nobody may read this repository: docker login ${host}`,
    });
  });

  it('refuses a realm that is no URL', async () => {
    const { host } = await scriptedRegistry(() => ({
      status: 401,
      headers: { 'www-authenticate': 'Bearer realm="nonsense"' },
    }));
    expect((await failureOf(clientOf(host).getManifest('dev'))).message).toContain('expected a URL as realm');
  });
});

describe('a token service', () => {
  it.each([
    ['https://auth.example/token', 'ghcr.io', true],
    ['http://127.0.0.1:5001/token', 'reg.lan:5000', true],
    ['http://reg.lan:5001/token', 'reg.lan:5000', true],
    ['http://auth.example/token', 'ghcr.io', false],
    ['http://127.0.0.1.evil.example/token', 'ghcr.io', false],
    ['ftp://ghcr.io/token', 'ghcr.io', false],
  ])('at %s may get the credentials of %s: %s', (endpoint, registryHost, expected) => {
    expect(mayReceiveCredentials(new URL(endpoint), registryHost)).toBe(expected);
  });
});

describe('failures are told apart by status and error code', () => {
  it.each<[number, Record<string, unknown>]>([
    [403, { kind: 'forbidden', message: expect.stringContaining('DENIED: no') }],
    [404, { kind: 'not-found', hint: expect.stringContaining('created first') }],
    [405, { kind: 'forbidden', hint: expect.stringContaining('read-only') }],
    [413, { kind: 'invalid', hint: expect.stringContaining('larger') }],
    [429, { kind: 'throttled', retryAfterMs: 7_000 }],
    [500, { kind: 'unavailable' }],
    [503, { kind: 'unavailable', retryAfterMs: 7_000 }],
  ])('HTTP %i while uploading', async (status, expected) => {
    const { host } = await scriptedRegistry(({ method }) =>
      method === 'POST'
        ? { status, headers: { 'retry-after': '7' }, body: '{"errors":[{"code":"DENIED","message":"no"}]}' }
        : undefined,
    );
    const failure = await failureOf(clientOf(host).pushArtifact({ files: FILES, tag: 'dev', config: {} }));
    expect(failure).toMatchObject({ dependency: 'registry', statusCode: status, ...expected });
    expect(failure.message).toContain(`cannot push to oci://${host}/team/apps`);
  });

  it('nobody listens', async () => {
    const { host, close } = await startScriptedRegistry();
    await close();
    expect(await failureOf(clientOf(host).getManifest('dev'))).toMatchObject({
      kind: 'unavailable',
      dependency: 'registry',
      hint: `Nothing listens at ${host}: is the registry started?`,
    });
  });

  it('the connection is dropped in the middle', async () => {
    const { host } = await scriptedRegistry(({ method }) => (method === 'POST' ? 'hang-up' : undefined));
    expect(await failureOf(clientOf(host).pushArtifact({ files: FILES, tag: 'dev', config: {} }))).toMatchObject({
      kind: 'unavailable',
    });
  });

  it('an answer that never comes', async () => {
    const { host } = await scriptedRegistry(({ method }) =>
      method === 'POST' ? ({ status: 100 } as const) : undefined,
    );
    const limits = { requestTimeoutMs: 100 };
    expect(
      await failureOf(clientOf(host, { limits }).pushArtifact({ files: FILES, tag: 'dev', config: {} })),
    ).toMatchObject({ kind: 'timeout' });
  });

  it("a file that cannot be read is the disk's failure", async () => {
    const { host, seen } = await scriptedRegistry();
    const broken = {
      path: 'a.yaml',
      mode: 0o644,
      read: (): Uint8Array => {
        throw new Error('EACCES: a.yaml');
      },
    };
    expect(await failureOf(clientOf(host).pushArtifact({ files: [broken], tag: 'dev', config: {} }))).toMatchObject({
      kind: 'disk',
    });
    expect(seen).toEqual([]);
  });
});
