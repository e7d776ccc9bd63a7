import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { FLUX_RESOURCES } from '../../src/cluster/flux-resources.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { clientOf, connectionTo, failureOf, json, startScriptedApi, statusOf, until } from './scripted-api.ts';

const KUSTOMIZATIONS = { group: 'kustomize.toolkit.fluxcd.io', version: 'v1', plural: 'kustomizations' };
const APPS = { ...KUSTOMIZATIONS, namespace: 'flux-system', name: 'apps' };
const object = (name: string) => ({ metadata: { name, namespace: 'flux-system', uid: name } });

describe('requests', () => {
  it('annotate with one merge patch, in the name of this tool', async () => {
    const api = await startScriptedApi((_, response) => json(response, 200, object('apps')));
    await clientOf(connectionTo(api.server)).annotate(APPS, { 'reconcile.fluxcd.io/requestedAt': 't', gone: null });
    expect(api.seen).toHaveLength(1);
    expect(api.seen[0]).toMatchObject({
      method: 'PATCH',
      path: '/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/flux-system/kustomizations/apps',
      headers: { 'content-type': 'application/merge-patch+json' },
      body: '{"metadata":{"annotations":{"reconcile.fluxcd.io/requestedAt":"t","gone":null}}}',
    });
    expect(api.seen[0]?.query.get('fieldManager')).toBe('reconcile-machine');
  });

  it('list a page, and give items the kind that lists leave out', async () => {
    const api = await startScriptedApi((_, response) =>
      json(response, 200, {
        apiVersion: 'v1',
        kind: 'NamespaceList',
        metadata: { resourceVersion: '7', continue: 'next' },
        items: [{ metadata: { name: 'a' } }],
      }),
    );
    const page = await clientOf(connectionTo(api.server)).list(
      { group: '', version: 'v1', plural: 'namespaces' },
      { limit: 1 },
    );
    expect(page).toEqual({
      items: [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'a' } }],
      resourceVersion: '7',
      continueToken: 'next',
    });
    expect(api.seen[0]?.query.get('limit')).toBe('1');
  });

  it('keep to the path prefix of a server behind a proxy', async () => {
    const api = await startScriptedApi((_, response) => json(response, 200, object('apps')));
    await clientOf(connectionTo(`${api.server}/k8s/clusters/c-1`)).get(APPS);
    expect(api.seen[0]?.path).toMatch(/^\/k8s\/clusters\/c-1\/apis\//);
  });

  it('share one connection when they come one after the other', async () => {
    const api = await startScriptedApi((_, response) => json(response, 200, object('apps')));
    const client = clientOf(connectionTo(api.server));
    for (let index = 0; index < 5; index += 1) await client.get(APPS);
    expect(new Set(api.seen.map(({ remotePort }) => remotePort)).size).toBe(1);
  });

  it('are sent once more when an idle connection was closed just then', async () => {
    let connections = 0;
    const answer = JSON.stringify(object('apps'));
    // Answers the first request of a connection; on the first connection, the second request finds the door shut.
    const server = net.createServer((socket) => {
      connections += 1;
      const first = connections === 1;
      let requests = 0;
      socket.on('error', () => {});
      socket.on('data', () => {
        requests += 1;
        if (first && requests === 2) socket.resetAndDestroy();
        else
          socket.write(
            `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${answer.length}\r\n\r\n${answer}`,
          );
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const client = clientOf(connectionTo(`http://127.0.0.1:${(server.address() as net.AddressInfo).port}`));
    await client.get(APPS);
    expect((await client.get(APPS)).metadata.name).toBe('apps');
    expect(connections).toBe(2);
    client.close();
  });
});

describe('credentials', () => {
  it('are a token, or user and password', async () => {
    const api = await startScriptedApi((_, response) => json(response, 200, object('apps')));
    await clientOf(connectionTo(api.server, { token: 'secret' })).get(APPS);
    await clientOf(connectionTo(api.server, { basic: { username: 'u', password: 'p' } })).get(APPS);
    expect(api.seen.map(({ headers }) => headers.authorization)).toEqual(['Bearer secret', `Basic ${btoa('u:p')}`]);
  });

  it('are read again from a token file after a minute, and after a 401', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'token-'));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    const tokenFile = join(directory, 'token');
    const api = await startScriptedApi(({ headers }, response) =>
      headers.authorization === 'Bearer revoked'
        ? json(response, 401, statusOf(401, 'Unauthorized'))
        : json(response, 200, object('apps')),
    );
    const clock = new VirtualClock();
    const client = clientOf(connectionTo(api.server, { tokenFile }), { clock });
    const ask = async (token: string) => {
      writeFileSync(tokenFile, `${token}\n`);
      await client.get(APPS).catch(() => undefined);
      return api.seen.at(-1)?.headers.authorization;
    };
    expect(await ask('one')).toBe('Bearer one');
    expect(await ask('two')).toBe('Bearer one');
    clock.advance(60_000);
    expect(await ask('revoked')).toBe('Bearer revoked');
    expect(await ask('four')).toBe('Bearer four');
  });

  it('that are missing as a file are named with the file', async () => {
    const client = clientOf(connectionTo('http://127.0.0.1:9', { tokenFile: '/nonexistent/token' }));
    expect(await failureOf(client.get(APPS))).toMatchObject({
      kind: 'not-found',
      message: expect.stringContaining('/nonexistent/token'),
    });
  });
});

describe('failures', () => {
  it.each<[number, Record<string, unknown>]>([
    [400, { kind: 'invalid' }],
    [401, { kind: 'unauthorized', hint: expect.stringContaining('expired') }],
    [404, { kind: 'not-found' }],
    [409, { kind: 'conflict' }],
    [410, { kind: 'gone' }],
    [422, { kind: 'invalid' }],
    [429, { kind: 'throttled', retryAfterMs: 3_000 }],
    [500, { kind: 'unavailable' }],
    [503, { kind: 'unavailable', retryAfterMs: 3_000 }],
  ])('HTTP %i', async (status, expected) => {
    const api = await startScriptedApi((_, response) =>
      json(response, status, statusOf(status, 'as the server says'), { 'retry-after': '3' }),
    );
    expect(await failureOf(clientOf(connectionTo(api.server)).get(APPS))).toMatchObject({
      dependency: 'api-server',
      statusCode: status,
      message: `cannot get kustomizations.kustomize.toolkit.fluxcd.io "apps" in namespace flux-system (HTTP ${status}): as the server says`,
      ...expected,
    });
  });

  it('HTTP 403 names the verb and the resource that are missing', async () => {
    const api = await startScriptedApi((_, response) => json(response, 403, statusOf(403, 'no')));
    const client = clientOf(connectionTo(api.server));
    expect(await failureOf(client.list(KUSTOMIZATIONS))).toMatchObject({
      kind: 'forbidden',
      message: 'cannot list kustomizations.kustomize.toolkit.fluxcd.io in all namespaces (HTTP 403): no',
      hint: expect.stringContaining(
        'Grant the verb "list" on kustomizations.kustomize.toolkit.fluxcd.io with a ClusterRole',
      ),
    });
    expect((await failureOf(client.annotate(APPS, {}))).hint).toContain('Grant the verb "patch"');
    const signal = new AbortController().signal;
    const path = '/apis/kustomize.toolkit.fluxcd.io/v1/kustomizations';
    expect((await failureOf(client.watch({ path, signal, onEvent: () => {} }))).message).toContain(
      'cannot watch kustomizations',
    );
  });

  it('nobody listens', async () => {
    const server = net.createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as net.AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    expect(await failureOf(clientOf(connectionTo(`http://127.0.0.1:${port}`)).get(APPS))).toMatchObject({
      kind: 'unavailable',
      dependency: 'api-server',
      hint: expect.stringContaining('is the cluster started?'),
    });
  });

  it('no answer in time, by the clock given', async () => {
    const api = await startScriptedApi(() => {});
    const clock = new VirtualClock();
    const failing = failureOf(
      clientOf(connectionTo(api.server), { clock, limits: { requestTimeoutMs: 5_000 } }).get(APPS),
    );
    await until(() => api.seen.length === 1);
    clock.advance(5_000);
    expect(await failing).toMatchObject({ kind: 'timeout', message: expect.stringContaining('within 5000 ms') });
    expect(clock.pending).toBe(0);
  });

  it('a web page where an API server should be', async () => {
    const api = await startScriptedApi((_, response) =>
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'),
    );
    expect(await failureOf(clientOf(connectionTo(api.server)).get(APPS))).toMatchObject({
      kind: 'invalid',
      message: expect.stringContaining('found text/html'),
    });
    const list = await startScriptedApi((_, response) => json(response, 200, { kind: 'Something' }));
    expect((await failureOf(clientOf(connectionTo(list.server)).list(KUSTOMIZATIONS))).message).toContain(
      'expected a list',
    );
  });
});

describe('the cluster', () => {
  it('is named by the uid of kube-system', async () => {
    const api = await startScriptedApi((_, response) =>
      json(response, 200, { metadata: { name: 'kube-system', uid: 'u-1' } }),
    );
    expect(await clientOf(connectionTo(api.server)).clusterUid()).toBe('u-1');
  });

  it('is named by its address and CA where kube-system may not be read', async () => {
    const api = await startScriptedApi((_, response) => json(response, 403, statusOf(403, 'no')));
    const [one, again, otherCa] = await Promise.all(
      [{}, {}, { caData: 'CA' }].map((more) => clientOf(connectionTo(api.server, more)).clusterUid()),
    );
    expect(one).toMatch(/^server-[0-9a-f]{32}$/);
    expect(again).toBe(one);
    expect(otherCa).not.toBe(one);
  });

  it('is not named at all while it does not answer', async () => {
    const api = await startScriptedApi((_, response) => json(response, 503, statusOf(503, 'starting')));
    expect(await failureOf(clientOf(connectionTo(api.server)).clusterUid())).toMatchObject({ kind: 'unavailable' });
  });

  it('tells which Flux resources it serves, each in the best version', async () => {
    const served: Record<string, string[]> = {
      '/apis/kustomize.toolkit.fluxcd.io/v1': ['kustomizations', 'kustomizations/status'],
      '/apis/source.toolkit.fluxcd.io/v1': ['gitrepositories'],
      '/apis/source.toolkit.fluxcd.io/v1beta2': ['gitrepositories', 'ocirepositories'],
    };
    const api = await startScriptedApi(({ path }, response) => {
      const resources = served[path]?.map((name) => ({ name }));
      json(
        response,
        resources ? 200 : 404,
        resources ? { kind: 'APIResourceList', resources } : statusOf(404, 'not found'),
      );
    });
    expect(await clientOf(connectionTo(api.server)).discover(FLUX_RESOURCES)).toEqual([
      { kind: 'Kustomization', group: 'kustomize.toolkit.fluxcd.io', version: 'v1', plural: 'kustomizations' },
      { kind: 'OCIRepository', group: 'source.toolkit.fluxcd.io', version: 'v1beta2', plural: 'ocirepositories' },
      { kind: 'GitRepository', group: 'source.toolkit.fluxcd.io', version: 'v1', plural: 'gitrepositories' },
    ]);
  });
});
