import { expect, it } from 'vitest';
import { ask, digestOf, errorCodes, newRepository, pushBlob, type RegistrySubject } from './subject.ts';

const CONTENT = 'hello world';
const DIGEST = digestOf(CONTENT);
const OCTETS = { 'Content-Type': 'application/octet-stream' };

/** Uploads in every form, mounts, reads, ranges, and what is refused. */
export function describeBlobs(subject: () => RegistrySubject): void {
  async function begin(repository: string): Promise<URL> {
    const begun = await ask(subject().host, 'POST', `/v2/${repository}/blobs/uploads/`);
    expect([begun.status, begun.headers.range]).toEqual([202, '0-0']);
    return new URL(begun.headers.location ?? '', `http://${subject().host}`);
  }
  const at = (location: URL): string => location.pathname + location.search;
  const withDigest = (location: URL, digest: string): string => {
    const finished = new URL(location);
    finished.searchParams.set('digest', digest);
    return at(finished);
  };

  it('takes a blob in one request after the start, and names it by its digest', async () => {
    const repository = newRepository();
    const location = await begin(repository);
    const done = await ask(subject().host, 'PUT', withDigest(location, DIGEST), { body: CONTENT, headers: OCTETS });
    expect([done.status, done.headers['docker-content-digest'], done.headers['content-length']]).toEqual([
      201,
      DIGEST,
      '0',
    ]);
    expect(new URL(done.headers.location ?? '', 'http://x').pathname).toBe(`/v2/${repository}/blobs/${DIGEST}`);
    expect(String((await ask(subject().host, 'GET', `/v2/${repository}/blobs/${DIGEST}`)).body)).toBe(CONTENT);
  });

  it('gives the location of an upload as an absolute URL of the host that was asked', async () => {
    const begun = await ask(subject().host, 'POST', `/v2/${newRepository()}/blobs/uploads/`);
    expect(begun.headers.location).toMatch(
      new RegExp(`^http://${subject().host}/v2/team/\\w+/blobs/uploads/[-\\w]+\\?_state=`),
    );
    expect(begun.headers['docker-upload-uuid']).toMatch(/^[-0-9a-f]{36}$/);
  });

  it('takes a blob in chunks and tells how far it is', async () => {
    const repository = newRepository();
    let location = await begin(repository);
    for (const [chunk, range, sofar] of [
      ['hello ', '0-5', '0-5'],
      ['world', '6-10', '0-10'],
    ] as const) {
      const headers = { ...OCTETS, 'Content-Range': range };
      const taken = await ask(subject().host, 'PATCH', at(location), { body: chunk, headers });
      expect([taken.status, taken.headers.range]).toEqual([202, sofar]);
      location = new URL(taken.headers.location ?? '', location);
      const told = await ask(subject().host, 'GET', at(location));
      expect([told.status, told.headers.range]).toEqual([204, sofar]);
    }
    const done = await ask(subject().host, 'PUT', withDigest(location, DIGEST));
    expect([done.status, done.headers['docker-content-digest']]).toEqual([201, DIGEST]);
    const again = await ask(subject().host, 'PUT', withDigest(location, DIGEST));
    expect([again.status, errorCodes(again)]).toEqual([404, ['BLOB_UPLOAD_UNKNOWN']]);
  });

  it('refuses content of another digest and stores nothing', async () => {
    const repository = newRepository();
    const other = digestOf('other');
    const location = await begin(repository);
    const refused = await ask(subject().host, 'PUT', withDigest(location, other), { body: CONTENT, headers: OCTETS });
    expect([refused.status, JSON.parse(String(refused.body))]).toEqual([
      400,
      {
        errors: [
          {
            code: 'DIGEST_INVALID',
            message: 'provided digest did not match uploaded content',
            detail: { Digest: other, Reason: {} },
          },
        ],
      },
    ]);
    for (const digest of [other, DIGEST]) {
      expect((await ask(subject().host, 'HEAD', `/v2/${repository}/blobs/${digest}`)).status).toBe(404);
    }
  });

  it.each([
    ['no digest', undefined, 'digest missing'],
    ['a digest that is none', 'sha256:zz', 'digest parsing failed'],
  ])('refuses to end an upload with %s', async (_name, digest, detail) => {
    const location = await begin(newRepository());
    const path = digest === undefined ? at(location) : withDigest(location, digest);
    const refused = await ask(subject().host, 'PUT', path, { body: CONTENT, headers: OCTETS });
    const { errors } = JSON.parse(String(refused.body)) as { errors: { code: string; detail: string }[] };
    expect([refused.status, errors.map((error) => [error.code, error.detail])]).toEqual([
      400,
      [['DIGEST_INVALID', detail]],
    ]);
  });

  it('forgets an upload that is cancelled', async () => {
    const location = await begin(newRepository());
    expect((await ask(subject().host, 'DELETE', at(location))).status).toBe(204);
    for (const method of ['GET', 'PATCH', 'DELETE']) {
      const refused = await ask(subject().host, method, at(location));
      expect([method, refused.status, errorCodes(refused)]).toEqual([method, 404, ['BLOB_UPLOAD_UNKNOWN']]);
    }
  });

  it('knows an upload in its own repository only', async () => {
    const repository = newRepository();
    const location = await begin(repository);
    const refused = await ask(subject().host, 'PATCH', at(location).replace(repository, newRepository()), {
      body: 'x',
    });
    expect([refused.status, errorCodes(refused)]).toEqual([404, ['BLOB_UPLOAD_INVALID']]);
  });

  it('mounts a blob of another repository without its bytes', async () => {
    const [from, to] = [newRepository(), newRepository()];
    await pushBlob(subject().host, from, CONTENT);
    expect((await ask(subject().host, 'HEAD', `/v2/${to}/blobs/${DIGEST}`)).status).toBe(404);
    const mounted = await ask(subject().host, 'POST', `/v2/${to}/blobs/uploads/?mount=${DIGEST}&from=${from}`);
    expect([mounted.status, mounted.headers['docker-content-digest']]).toEqual([201, DIGEST]);
    expect((await ask(subject().host, 'HEAD', `/v2/${to}/blobs/${DIGEST}`)).status).toBe(200);
  });

  it.each([
    ['a blob that is not there', (from: string) => `mount=${digestOf('nowhere')}&from=${from}`],
    ['a repository that is not there', () => `mount=${DIGEST}&from=none/at-all`],
    ['no repository', () => `mount=${DIGEST}`],
    ['a digest that is none', (from: string) => `mount=foo&from=${from}`],
  ])('begins an upload where a mount names %s', async (_name, query) => {
    const from = newRepository();
    await pushBlob(subject().host, from, CONTENT);
    const begun = await ask(subject().host, 'POST', `/v2/${newRepository()}/blobs/uploads/?${query(from)}`);
    expect([begun.status, begun.headers.range]).toEqual([202, '0-0']);
  });

  it('tells size, type and digest of a blob without its content', async () => {
    const repository = newRepository();
    await pushBlob(subject().host, repository, CONTENT);
    const { status, headers, body } = await ask(subject().host, 'HEAD', `/v2/${repository}/blobs/${DIGEST}`);
    expect([status, body.length]).toEqual([200, 0]);
    expect(headers).toMatchObject({
      'content-length': '11',
      'content-type': 'application/octet-stream',
      'docker-content-digest': DIGEST,
      'accept-ranges': 'bytes',
      etag: `"${DIGEST}"`,
    });
  });

  it.each([
    ['bytes=0-4', 'hello', 'bytes 0-4/11'],
    ['bytes=6-', 'world', 'bytes 6-10/11'],
    ['bytes=-5', 'world', 'bytes 6-10/11'],
    ['bytes=6-99', 'world', 'bytes 6-10/11'],
  ])('serves the range %s', async (range, part, contentRange) => {
    const repository = newRepository();
    await pushBlob(subject().host, repository, CONTENT);
    const path = `/v2/${repository}/blobs/${DIGEST}`;
    const { status, headers, body } = await ask(subject().host, 'GET', path, { headers: { Range: range } });
    expect([status, String(body), headers['content-range']]).toEqual([206, part, contentRange]);
  });

  it.each(['bytes=50-60', 'foo'])('refuses the range %s', async (range) => {
    const repository = newRepository();
    await pushBlob(subject().host, repository, CONTENT);
    const path = `/v2/${repository}/blobs/${DIGEST}`;
    expect((await ask(subject().host, 'GET', path, { headers: { Range: range } })).status).toBe(416);
  });

  it('sends nothing to a client that has the blob', async () => {
    const repository = newRepository();
    await pushBlob(subject().host, repository, CONTENT);
    const headers = { 'If-None-Match': `"${DIGEST}"` };
    const { status, body } = await ask(subject().host, 'GET', `/v2/${repository}/blobs/${DIGEST}`, { headers });
    expect([status, body.length]).toEqual([304, 0]);
  });

  it('deletes a blob once', async () => {
    const repository = newRepository();
    await pushBlob(subject().host, repository, CONTENT);
    const path = `/v2/${repository}/blobs/${DIGEST}`;
    expect((await ask(subject().host, 'DELETE', path)).status).toBe(202);
    const again = await ask(subject().host, 'DELETE', path);
    expect([again.status, errorCodes(again)]).toEqual([404, ['BLOB_UNKNOWN']]);
    expect((await ask(subject().host, 'GET', path)).status).toBe(404);
  });

  it.each([
    ['a blob that is not there', 'GET', `/v2/none/blobs/${DIGEST}`, 404, ['BLOB_UNKNOWN']],
    ['a digest that is none', 'GET', '/v2/none/blobs/sha256:abc', 400, ['DIGEST_INVALID']],
    ['an upload without an id', 'GET', '/v2/none/blobs/uploads/', 404, ['BLOB_UPLOAD_UNKNOWN']],
  ])('refuses %s', async (_name, method, path, status, codes) => {
    const refused = await ask(subject().host, method, path);
    expect([refused.status, errorCodes(refused)]).toEqual([status, codes]);
  });

  it('answers HEAD for a missing blob with 404 and no body', async () => {
    const { status, body } = await ask(subject().host, 'HEAD', `/v2/none/blobs/${DIGEST}`);
    expect([status, body.length]).toEqual([404, 0]);
  });
}
