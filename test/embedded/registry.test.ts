// What the contract (test/contract/registry) does not hold: faults, tokens, and where the embedded registry keeps to the
// distribution specification while docker-registry 2.8 does not.
import { afterEach, describe, expect, test } from 'vitest';
import { sha256 } from '../../src/embedded/flux/archive.ts';
import { type EmbeddedRegistry, type RegistryOptions, startRegistry } from '../../src/embedded/testing.ts';
import { createRegistryClient } from '../../src/registry/client.ts';
import { pushFiles } from './push-files.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function registry(options: RegistryOptions = {}): Promise<EmbeddedRegistry> {
  const started = await startRegistry(options);
  closing.push(started.stop);
  return started;
}

const BLOB = 'hello';
const DIGEST = sha256(BLOB);

async function codeOf(response: Response): Promise<string> {
  const body = (await response.json()) as { errors: { code: string }[] };
  return body.errors[0]?.code ?? '';
}

describe('by the specification', () => {
  test('a blob can be pushed in one request', async () => {
    const at = await registry();
    const url = `${at.url}/v2/team/app/blobs/uploads/?digest=${DIGEST}`;
    const pushed = await fetch(url, { method: 'POST', body: BLOB });
    expect([pushed.status, pushed.headers.get('docker-content-digest')]).toEqual([201, DIGEST]);
    const refused = await fetch(url, { method: 'POST', body: 'other' });
    expect([refused.status, await codeOf(refused)]).toEqual([400, 'DIGEST_INVALID']);
  });

  test('a chunk must follow the one before', async () => {
    const at = await registry();
    const begun = await fetch(`${at.url}/v2/team/app/blobs/uploads/`, { method: 'POST' });
    const location = begun.headers.get('location') ?? '';
    const patch = (chunk: string, range: string) =>
      fetch(location, { method: 'PATCH', body: chunk, headers: { 'Content-Range': range } });
    await patch('he', '0-1');
    const refused = await patch('lo', '3-4');
    expect([refused.status, refused.headers.get('range'), await codeOf(refused)]).toEqual([
      416,
      '0-1',
      'RANGE_INVALID',
    ]);
    expect((await patch('llo', '2-4')).status).toBe(202);
  });

  test('tags are listed in order and in pages', async () => {
    const at = await registry();
    for (const tag of ['v1', 'latest']) await pushFiles(at, 'team/app', { 'a.yaml': 'a' }, tag);
    const page = await fetch(`${at.url}/v2/team/app/tags/list?n=1`);
    expect(await page.json()).toEqual({ name: 'team/app', tags: ['latest'] });
    expect(page.headers.get('link')).toBe('</v2/team/app/tags/list?last=latest&n=1>; rel="next"');
  });
});

describe('tokens', () => {
  const credentials = { username: 'me', password: 'secret' };

  test('are asked for with the scope that the request needs', async () => {
    const at = await registry({ credentials, challenge: 'bearer' });
    const refused = await fetch(`${at.url}/v2/team/app/blobs/uploads/`, { method: 'POST' });
    expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([
      401,
      `Bearer realm="${at.url}/token",service="embedded",scope="repository:team/app:pull,push"`,
    ]);
    const anonymous = await fetch(`${at.url}/token?service=embedded&scope=repository:team/app:pull`);
    expect(anonymous.status).toBe(401);
  });

  test('let a client push, and are fetched anew when they have expired', async () => {
    const at = await registry({ credentials, challenge: 'bearer' });
    const client = createRegistryClient({
      reference: `oci://${at.host}/team/app`,
      credentials: { kind: 'basic', ...credentials },
    });
    closing.push(async () => client.close());
    const push = (content: string) =>
      client.pushArtifact({
        tag: 'v1',
        config: {},
        files: [{ path: 'a.yaml', mode: 0o644, read: () => Buffer.from(content) }],
      });
    const first = await push('a: 1');
    expect(at.resolveTag('team/app', 'v1')).toBe(first.digest);
    at.expireTokens();
    const second = await push('a: 2');
    expect(at.resolveTag('team/app', 'v1')).toBe(second.digest);
  });

  test('hold for their repository and actions only', async () => {
    const at = await registry({ challenge: 'bearer' });
    const given = await fetch(`${at.url}/token?service=embedded&scope=repository:team/app:pull`);
    const { token } = (await given.json()) as { token: string };
    const statusOf = async (method: string, path: string): Promise<number> =>
      (await fetch(at.url + path, { method, headers: { Authorization: `Bearer ${token}` } })).status;
    expect(await statusOf('GET', '/v2/')).toBe(200);
    expect(await statusOf('GET', `/v2/team/app/blobs/${DIGEST}`)).toBe(404);
    expect(await statusOf('POST', '/v2/team/app/blobs/uploads/')).toBe(401);
    expect(await statusOf('GET', `/v2/team/other/blobs/${DIGEST}`)).toBe(401);
  });
});

test('the same files give the same digest', async () => {
  const at = await registry();
  const files = { 'b.yaml': 'b', 'a.yaml': 'a' };
  expect(await pushFiles(at, 'team/app', files)).toBe(await pushFiles(at, 'team/app', files));
});

test('a push whose answer is lost has happened, and the client finds out', async () => {
  const at = await registry();
  const client = createRegistryClient({ reference: `oci://${at.host}/team/app`, credentials: 'anonymous' });
  closing.push(async () => client.close());
  const push = () =>
    client.pushArtifact({
      tag: 'v1',
      config: {},
      files: [{ path: 'a.yaml', mode: 0o644, read: () => Buffer.from('a: 1') }],
    });
  at.faults.next({ match: { method: 'PUT', kind: 'manifest' }, lostAnswer: true });
  const { digest } = await push();
  expect(at.resolveTag('team/app', 'v1')).toBe(digest);
  expect(at.requests.counts()).toMatchObject({ 'PUT manifest': 2 });
  expect(await push()).toMatchObject({ digest, unchanged: true });
});

test('faults hit what they match, and requests are counted', async () => {
  const at = await registry();
  at.faults.next({ match: { method: 'PUT', kind: 'manifest' }, status: 503 });
  await expect(pushFiles(at, 'team/app', { 'a.yaml': 'a' })).rejects.toThrow('manifest refused: 503');
  await pushFiles(at, 'team/app', { 'a.yaml': 'a' });
  expect(at.requests.counts()).toEqual({ 'POST upload': 4, 'PUT manifest': 2 });
});
