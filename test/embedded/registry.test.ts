import { afterEach, describe, expect, test } from 'vitest';
import { sha256 } from '../../src/embedded/flux/archive.ts';
import { type EmbeddedRegistry, type RegistryOptions, startRegistry } from '../../src/embedded/testing.ts';
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

async function begin(at: EmbeddedRegistry, query = ''): Promise<Response> {
  return fetch(`${at.url}/v2/team/app/blobs/uploads/${query}`, { method: 'POST' });
}

describe('blobs', () => {
  test('in one request, and then readable whole, in part and by HEAD', async () => {
    const at = await registry();
    const pushed = await fetch(`${at.url}/v2/team/app/blobs/uploads/?digest=${DIGEST}`, { method: 'POST', body: BLOB });
    expect([pushed.status, pushed.headers.get('docker-content-digest')]).toEqual([201, DIGEST]);
    const url = `${at.url}/v2/team/app/blobs/${DIGEST}`;
    expect(await (await fetch(url)).text()).toBe(BLOB);
    expect((await fetch(url, { method: 'HEAD' })).headers.get('content-length')).toBe('5');
    const part = await fetch(url, { headers: { Range: 'bytes=1-3' } });
    expect([part.status, await part.text()]).toEqual([206, 'ell']);
    expect((await fetch(url.replace('team', 'other'))).status).toBe(404);
  });

  test('in chunks, which must follow one another', async () => {
    const at = await registry();
    const location = (await begin(at)).headers.get('location') ?? '';
    const patch = (chunk: string, range: string) =>
      fetch(`${at.url}${location}`, { method: 'PATCH', body: chunk, headers: { 'Content-Range': range } });
    const first = await patch('he', '0-1');
    expect([first.status, first.headers.get('range')]).toEqual([202, '0-1']);
    expect((await patch('lo', '3-4')).status).toBe(416);
    expect((await patch('llo', '2-4')).status).toBe(202);
    expect((await fetch(`${at.url}${location}?digest=${DIGEST}`, { method: 'PUT' })).status).toBe(201);
    expect((await fetch(`${at.url}${location}?digest=${DIGEST}`, { method: 'PUT' })).status).toBe(404);
  });

  test('mounted from another repository, or begun anew where it is unknown', async () => {
    const at = await registry();
    await fetch(`${at.url}/v2/team/base/blobs/uploads/?digest=${DIGEST}`, { method: 'POST', body: BLOB });
    expect((await begin(at, `?mount=${DIGEST}&from=team/base`)).status).toBe(201);
    expect((await begin(at, `?mount=${sha256('other')}&from=team/base`)).status).toBe(202);
  });

  test('whose digest does not match are refused', async () => {
    const at = await registry();
    const response = await fetch(`${at.url}/v2/team/app/blobs/uploads/?digest=${sha256('other')}`, {
      method: 'POST',
      body: BLOB,
    });
    expect([response.status, await codeOf(response)]).toEqual([400, 'DIGEST_INVALID']);
  });
});

describe('manifests', () => {
  test('a tag moves, the digest stays readable, and both can be deleted', async () => {
    const at = await registry();
    const first = await pushFiles(at, 'team/app', { 'a.yaml': 'a: 1' });
    const second = await pushFiles(at, 'team/app', { 'a.yaml': 'a: 2' });
    expect(at.resolveTag('team/app', 'latest')).toBe(second);
    const url = `${at.url}/v2/team/app/manifests`;
    const head = await fetch(`${url}/latest`, { method: 'HEAD' });
    expect(head.headers.get('docker-content-digest')).toBe(second);
    expect((await fetch(`${url}/${first}`)).status).toBe(200);
    await pushFiles(at, 'team/app', { 'a.yaml': 'a: 2' }, 'v1');
    expect(await (await fetch(`${at.url}/v2/team/app/tags/list`)).json()).toEqual({
      name: 'team/app',
      tags: ['latest', 'v1'],
    });
    const page = await fetch(`${at.url}/v2/team/app/tags/list?n=1`);
    expect(page.headers.get('link')).toContain('last=latest');
    expect((await fetch(`${url}/${second}`, { method: 'DELETE' })).status).toBe(202);
    expect(await codeOf(await fetch(`${url}/latest`))).toBe('MANIFEST_UNKNOWN');
  });

  test('the same files give the same digest', async () => {
    const at = await registry();
    const files = { 'b.yaml': 'b', 'a.yaml': 'a' };
    expect(await pushFiles(at, 'team/app', files)).toBe(await pushFiles(at, 'team/app', files));
  });

  test.each([
    [
      'a blob that is not there',
      JSON.stringify({ config: { digest: DIGEST }, layers: [] }),
      404,
      'MANIFEST_BLOB_UNKNOWN',
    ],
    ['no JSON', '{', 400, 'MANIFEST_INVALID'],
  ])('naming %s are refused', async (_case, body, status, code) => {
    const at = await registry();
    const response = await fetch(`${at.url}/v2/team/app/manifests/latest`, { method: 'PUT', body });
    expect([response.status, await codeOf(response)]).toEqual([status, code]);
  });
});

test('credentials are asked for with a challenge', async () => {
  const at = await registry({ credentials: { username: 'me', password: 'secret' } });
  const refused = await fetch(`${at.url}/v2/`);
  expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([401, 'Basic realm="embedded"']);
  const Authorization = `Basic ${Buffer.from('me:secret').toString('base64')}`;
  expect((await fetch(`${at.url}/v2/`, { headers: { Authorization } })).status).toBe(200);
});

test('a read-only registry refuses pushes and serves pulls', async () => {
  const at = await registry({ readOnly: true });
  const refused = await begin(at);
  expect([refused.status, await codeOf(refused)]).toEqual([403, 'DENIED']);
  expect((await fetch(`${at.url}/v2/`)).status).toBe(200);
});

test('faults hit what they match, and requests are counted', async () => {
  const at = await registry();
  at.faults.next({ match: { method: 'PUT', kind: 'manifest' }, status: 503 });
  await expect(pushFiles(at, 'team/app', { 'a.yaml': 'a' })).rejects.toThrow('manifest refused: 503');
  await pushFiles(at, 'team/app', { 'a.yaml': 'a' });
  expect(at.requests.counts()).toEqual({ 'POST upload': 4, 'PUT manifest': 2 });
});

test('an endpoint or a name that does not exist is told so', async () => {
  const at = await registry();
  expect((await fetch(`${at.url}/v1/`)).status).toBe(404);
  expect(await codeOf(await fetch(`${at.url}/v2/Team/app/manifests/latest`))).toBe('NAME_INVALID');
  expect(await codeOf(await fetch(`${at.url}/v2/team/none/tags/list`))).toBe('NAME_UNKNOWN');
});
