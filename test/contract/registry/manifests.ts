import { expect, it } from 'vitest';
import {
  ask,
  digestOf,
  errorCodes,
  MANIFEST_TYPE,
  manifestOf,
  newRepository,
  putManifest,
  type RegistrySubject,
} from './subject.ts';

const ACCEPT = { Accept: MANIFEST_TYPE };

/** Manifests by tag and digest, tags that move, lists, and what is refused. */
export function describeManifests(subject: () => RegistrySubject): void {
  async function pushed(
    tag: string,
    layer = 'layer',
  ): Promise<{ readonly repository: string; readonly manifest: string }> {
    const repository = newRepository();
    const manifest = await manifestOf(subject().host, repository, layer);
    expect((await putManifest(subject().host, repository, tag, manifest)).status).toBe(201);
    return { repository, manifest };
  }

  it('stores a manifest byte by byte, under its tag and its digest', async () => {
    const repository = newRepository();
    const manifest = await manifestOf(subject().host, repository, 'layer');
    const digest = digestOf(manifest);
    const stored = await putManifest(subject().host, repository, 'v1', manifest);
    expect([stored.status, stored.headers['docker-content-digest']]).toEqual([201, digest]);
    expect(stored.headers.location).toBe(`http://${subject().host}/v2/${repository}/manifests/${digest}`);
    for (const reference of ['v1', digest]) {
      const read = await ask(subject().host, 'GET', `/v2/${repository}/manifests/${reference}`, { headers: ACCEPT });
      expect([read.status, String(read.body)]).toEqual([200, manifest]);
      expect(read.headers).toMatchObject({
        'content-type': MANIFEST_TYPE,
        'docker-content-digest': digest,
        'content-length': String(manifest.length),
        etag: `"${digest}"`,
      });
    }
  });

  it('tells the digest of a tag without the manifest', async () => {
    const { repository, manifest } = await pushed('v1');
    const path = `/v2/${repository}/manifests/v1`;
    const { status, headers, body } = await ask(subject().host, 'HEAD', path, { headers: ACCEPT });
    expect([status, headers['docker-content-digest'], body.length]).toEqual([200, digestOf(manifest), 0]);
  });

  it('hides an OCI manifest from a client that does not name the type', async () => {
    const { repository } = await pushed('v1');
    const refused = await ask(subject().host, 'GET', `/v2/${repository}/manifests/v1`);
    expect([refused.status, JSON.parse(String(refused.body))]).toEqual([
      404,
      {
        errors: [
          {
            code: 'MANIFEST_UNKNOWN',
            message: 'OCI manifest found, but accept header does not support OCI manifests',
          },
        ],
      },
    ]);
  });

  it('sends nothing to a client that has the manifest', async () => {
    const { repository, manifest } = await pushed('v1');
    const headers = { ...ACCEPT, 'If-None-Match': `"${digestOf(manifest)}"` };
    expect((await ask(subject().host, 'GET', `/v2/${repository}/manifests/v1`, { headers })).status).toBe(304);
  });

  it('moves a tag, and keeps what it pointed at by its digest', async () => {
    const { repository, manifest } = await pushed('v1');
    const next = await manifestOf(subject().host, repository, 'another layer');
    await putManifest(subject().host, repository, 'v1', next);
    const byTag = await ask(subject().host, 'GET', `/v2/${repository}/manifests/v1`, { headers: ACCEPT });
    expect(byTag.headers['docker-content-digest']).toBe(digestOf(next));
    const old = await ask(subject().host, 'GET', `/v2/${repository}/manifests/${digestOf(manifest)}`, {
      headers: ACCEPT,
    });
    expect(String(old.body)).toBe(manifest);
  });

  it('takes a manifest by its own digest, without a tag', async () => {
    const repository = newRepository();
    const manifest = await manifestOf(subject().host, repository, 'layer');
    expect((await putManifest(subject().host, repository, digestOf(manifest), manifest)).status).toBe(201);
    const tags = await ask(subject().host, 'GET', `/v2/${repository}/tags/list`);
    expect([tags.status, errorCodes(tags)]).toEqual([404, ['NAME_UNKNOWN']]);
  });

  it.each([
    ['under another digest', digestOf('other'), (manifest: string) => manifest, MANIFEST_TYPE, ['DIGEST_INVALID']],
    ['that is no JSON', 'bad', () => 'garbage', MANIFEST_TYPE, ['MANIFEST_INVALID']],
    ['of no type', 'bad', (manifest: string) => manifest, undefined, ['MANIFEST_INVALID']],
    ['of another type', 'bad', (manifest: string) => manifest, 'text/plain', ['MANIFEST_INVALID']],
    [
      'whose blobs are not there',
      'bad',
      (manifest: string) => manifest.replaceAll(/sha256:[0-9a-f]{64}/g, digestOf('nowhere')),
      MANIFEST_TYPE,
      ['MANIFEST_BLOB_UNKNOWN', 'MANIFEST_BLOB_UNKNOWN'],
    ],
  ])('refuses a manifest %s', async (_name, reference, change, type, codes) => {
    const repository = newRepository();
    const manifest = change(await manifestOf(subject().host, repository, 'layer'));
    const headers: Record<string, string> = type === undefined ? {} : { 'Content-Type': type };
    const path = `/v2/${repository}/manifests/${reference}`;
    const refused = await ask(subject().host, 'PUT', path, { body: manifest, headers });
    expect([refused.status, errorCodes(refused)]).toEqual([400, codes]);
    expect((await ask(subject().host, 'HEAD', path, { headers: ACCEPT })).status).toBe(404);
  });

  it('lists the tags of a repository', async () => {
    const { repository, manifest } = await pushed('v1');
    for (const tag of ['v2', 'latest']) await putManifest(subject().host, repository, tag, manifest);
    const { status, body } = await ask(subject().host, 'GET', `/v2/${repository}/tags/list`);
    const list = JSON.parse(String(body)) as { name: string; tags: string[] };
    expect([status, list.name, [...list.tags].sort()]).toEqual([200, repository, ['latest', 'v1', 'v2']]);
  });

  it('lists repositories in pages', async () => {
    await pushed('v1');
    await pushed('v1');
    const first = await ask(subject().host, 'GET', '/v2/_catalog?n=1');
    const { repositories } = JSON.parse(String(first.body)) as { repositories: string[] };
    expect([first.status, repositories.length]).toEqual([200, 1]);
    const last = encodeURIComponent(repositories[0] ?? '');
    expect(first.headers.link).toBe(`</v2/_catalog?last=${last}&n=1>; rel="next"`);
    const second = await ask(subject().host, 'GET', `/v2/_catalog?n=1&last=${last}`);
    expect(JSON.parse(String(second.body))).not.toEqual({ repositories });
  });

  it('deletes a manifest by its digest, and its tags with it', async () => {
    const { repository, manifest } = await pushed('v1');
    const path = `/v2/${repository}/manifests/${digestOf(manifest)}`;
    expect((await ask(subject().host, 'DELETE', path)).status).toBe(202);
    const gone = await ask(subject().host, 'GET', path, { headers: ACCEPT });
    expect([gone.status, errorCodes(gone)]).toEqual([404, ['MANIFEST_UNKNOWN']]);
    expect((await ask(subject().host, 'HEAD', `/v2/${repository}/manifests/v1`, { headers: ACCEPT })).status).toBe(404);
    const tags = await ask(subject().host, 'GET', `/v2/${repository}/tags/list`);
    expect(JSON.parse(String(tags.body))).toEqual({ name: repository, tags: null });
  });

  it('deletes no tag by itself', async () => {
    const { repository } = await pushed('v1');
    const refused = await ask(subject().host, 'DELETE', `/v2/${repository}/manifests/v1`);
    expect([refused.status, errorCodes(refused)]).toEqual([400, ['DIGEST_INVALID']]);
  });

  it.each([
    ['a tag', 'latest', { Tag: 'latest' }],
    ['a digest', digestOf('x'), { Name: 'none', Revision: digestOf('x') }],
  ])('says which manifest it does not know by %s', async (_name, reference, detail) => {
    const refused = await ask(subject().host, 'GET', `/v2/none/manifests/${reference}`, { headers: ACCEPT });
    expect([refused.status, JSON.parse(String(refused.body))]).toEqual([
      404,
      { errors: [{ code: 'MANIFEST_UNKNOWN', message: 'manifest unknown', detail }] },
    ]);
  });
}
