import { expect, it } from 'vitest';
import { ask, digestOf, errorCodes, newRepository, pushBlob, type RegistrySubject } from './subject.ts';

const basic = (password: string): Readonly<Record<string, string>> => ({
  Authorization: `Basic ${Buffer.from(`dev:${password}`).toString('base64')}`,
});

/** The base endpoint, paths and methods that do not exist, logins, and a registry that takes no writes. */
export function describeRequests(subject: () => RegistrySubject): void {
  it.each(['GET', 'HEAD'])('says by %s /v2/ that it speaks the protocol', async (method) => {
    const { status, headers, body } = await ask(subject().host, method, '/v2/');
    expect([status, headers['docker-distribution-api-version']]).toEqual([200, 'registry/2.0']);
    expect(String(body)).toBe(method === 'HEAD' ? '' : '{}');
  });

  it('leads from /v2 to /v2/', async () => {
    const { status, headers } = await ask(subject().host, 'GET', '/v2');
    expect([status, headers.location]).toEqual([301, '/v2/']);
  });

  it.each([
    ['an endpoint that does not exist', 'GET', '/v2/foo'],
    ['the protocol before', 'GET', '/v1/'],
    ['a repository name in capitals', 'GET', '/v2/UPPER/tags/list'],
    ['a tag with characters that no tag has', 'PUT', '/v2/team/app/manifests/-bad!'],
  ])('has no page for %s', async (_name, method, path) => {
    const { status, headers, body } = await ask(subject().host, method, path);
    expect([status, headers['content-type'], String(body)]).toEqual([
      404,
      'text/plain; charset=utf-8',
      '404 page not found\n',
    ]);
  });

  it('does not know the tags of a repository without any', async () => {
    const repository = newRepository();
    await pushBlob(subject().host, repository, 'blob');
    const refused = await ask(subject().host, 'GET', `/v2/${repository}/tags/list`);
    expect([refused.status, JSON.parse(String(refused.body))]).toEqual([
      404,
      {
        errors: [
          { code: 'NAME_UNKNOWN', message: 'repository name not known to registry', detail: { name: repository } },
        ],
      },
    ]);
  });

  it.each([
    ['POST', '/v2/team/app/tags/list', 'GET'],
    ['PUT', `/v2/team/app/blobs/${digestOf('x')}`, 'DELETE, GET, HEAD'],
    ['POST', '/v2/team/app/manifests/v1', 'DELETE, GET, HEAD, PUT'],
  ])('allows no %s of %s', async (method, path, allow) => {
    const { status, headers } = await ask(subject().host, method, path);
    expect([status, headers.allow]).toEqual([405, allow]);
  });

  it.each([
    ['the base', 'GET', '/v2/', null],
    [
      'a pull',
      'GET',
      '/v2/team/app/manifests/v1',
      [{ Type: 'repository', Class: '', Name: 'team/app', Action: 'pull' }],
    ],
    [
      'a push',
      'POST',
      '/v2/team/app/blobs/uploads/',
      [
        { Type: 'repository', Class: '', Name: 'team/app', Action: 'pull' },
        { Type: 'repository', Class: '', Name: 'team/app', Action: 'push' },
      ],
    ],
  ])('asks for a login before %s', async (_name, method, path, detail) => {
    const refused = await ask(subject().lockedHost, method, path);
    expect([refused.status, refused.headers['www-authenticate']]).toEqual([
      401,
      expect.stringMatching(/^Basic realm="\w+"$/),
    ]);
    expect(JSON.parse(String(refused.body))).toEqual({
      errors: [{ code: 'UNAUTHORIZED', message: 'authentication required', detail }],
    });
  });

  it('refuses a wrong password and lets the right one in', async () => {
    const refused = await ask(subject().lockedHost, 'GET', '/v2/', { headers: basic('wrong') });
    expect([refused.status, errorCodes(refused)]).toEqual([401, ['UNAUTHORIZED']]);
    expect((await ask(subject().lockedHost, 'GET', '/v2/', { headers: basic('secret') })).status).toBe(200);
  });

  it.each([
    ['POST', '/v2/team/app/blobs/uploads/'],
    ['PUT', '/v2/team/app/manifests/v1'],
    ['DELETE', `/v2/team/app/manifests/${digestOf('x')}`],
  ])('takes no %s while it is read-only', async (method, path) => {
    const { status, headers } = await ask(subject().readOnlyHost, method, path);
    expect([status, headers.allow]).toEqual([405, 'GET, HEAD']);
    expect((await ask(subject().readOnlyHost, 'GET', '/v2/')).status).toBe(200);
  });
}
