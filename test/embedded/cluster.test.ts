import { execFile } from 'node:child_process';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { detectBuilder } from '../../src/embedded/flux/kustomize-build.ts';
import { type ClusterOptions, type EmbeddedCluster, startCluster } from '../../src/embedded/testing.ts';
import { VirtualClock } from './virtual-clock.ts';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** Plain HTTP: fetch trusts no certificate made here. */
async function cluster(options: ClusterOptions = {}): Promise<EmbeddedCluster> {
  const started = await startCluster({ tls: false, ...options });
  closing.push(() => started.stop());
  return started;
}

const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
const KUSTOMIZATIONS = '/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/default/kustomizations';

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: an answer of an API is asserted, not used.
  readonly body: any;
}

async function call(
  at: EmbeddedCluster,
  method: string,
  path: string,
  body?: unknown,
  contentType = 'application/json',
): Promise<Answer> {
  const response = await fetch(`${at.url}${path}`, {
    method,
    headers: { Authorization: `Bearer ${at.token}`, 'Content-Type': contentType },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') === true;
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
}

function configMap(name: string, data: Record<string, string> = { a: '1' }, metadata: Record<string, unknown> = {}) {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, ...metadata }, data };
}

function kustomization(name: string, spec: Record<string, unknown> = {}) {
  return {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name },
    spec: { interval: '1m', ...spec },
  };
}

interface Watch {
  /** The next event; undefined at the end of the stream. */
  next(): Promise<
    { type: string; object: { code?: number; metadata: { name: string; resourceVersion: string } } } | undefined
  >;
  close(): Promise<void>;
}

async function watch(at: EmbeddedCluster, path: string): Promise<Watch> {
  const response = await fetch(`${at.url}${path}`, { headers: { Authorization: `Bearer ${at.token}` } });
  if (response.body === null || !response.ok) throw new Error(`no watch: ${response.status} ${await response.text()}`);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let buffered = '';
  return {
    async next() {
      for (;;) {
        const end = buffered.indexOf('\n');
        if (end >= 0) {
          const line = buffered.slice(0, end);
          buffered = buffered.slice(end + 1);
          return JSON.parse(line);
        }
        // A dropped connection is an end like any other.
        const chunk = await reader.read().catch(() => ({ done: true, value: undefined }));
        if (chunk.done) return undefined;
        buffered += chunk.value;
      }
    },
    close: () => reader.cancel().catch(() => undefined),
  };
}

describe('a new cluster', () => {
  test('starts fast, beside others, and leaves nothing running', async () => {
    const started = performance.now();
    const [one, two] = await Promise.all([startCluster(), startCluster()]);
    expect(performance.now() - started).toBeLessThan(10_000);
    expect(one.url).not.toBe(two.url);
    expect(one.uid).not.toBe(two.uid);
    await Promise.all([one.stop(), two.stop()]);
    await one.stop();
    await expect(fetch(`${one.url}/version`)).rejects.toThrow();
  });

  test('says who uses a port that is taken', async () => {
    const at = await cluster();
    await expect(startCluster({ port: Number(new URL(at.url).port) })).rejects.toThrow(/port \d+ is in use/);
  });

  test('writes a kubeconfig only its owner can read', async () => {
    const at = await cluster({ contextName: 'demo' });
    const directory = await mkdtemp(join(tmpdir(), 'kubeconfig-'));
    closing.push(() => rm(directory, { recursive: true }));
    await at.writeKubeconfig(join(directory, 'config'));
    expect((await stat(join(directory, 'config'))).mode & 0o777).toBe(0o600);
    expect(parse(at.kubeconfig)).toMatchObject({
      'current-context': 'demo',
      clusters: [{ cluster: { server: at.url } }],
      users: [{ user: { token: at.token } }],
    });
  });

  test('has the namespaces and the discovery of a real one', async () => {
    const at = await cluster();
    const names = (await call(at, 'GET', '/api/v1/namespaces')).body.items.map(
      (o: { metadata: { name: string } }) => o.metadata.name,
    );
    expect(names).toEqual(['default', 'kube-node-lease', 'kube-public', 'kube-system']);
    expect((await call(at, 'GET', '/readyz')).body).toBe('ok');
    expect((await call(at, 'GET', '/version')).body.major).toBe('1');
    const groups = (await call(at, 'GET', '/apis')).body.groups.map((group: { name: string }) => group.name);
    expect(groups).toContain('kustomize.toolkit.fluxcd.io');
    const resources = (await call(at, 'GET', '/apis/kustomize.toolkit.fluxcd.io/v1')).body.resources;
    expect(resources.map((each: { name: string }) => each.name)).toEqual(['kustomizations', 'kustomizations/status']);
  });
});

describe('requests that are refused', () => {
  test('without a good token, 401 as a Status', async () => {
    const at = await cluster({ anonymous: 'refused' });
    for (const headers of [{}, { Authorization: 'Bearer wrong' }]) {
      const response = await fetch(`${at.url}${CONFIG_MAPS}`, { headers });
      expect(response.status).toBe(401);
      expect(await response.json()).toMatchObject({
        kind: 'Status',
        status: 'Failure',
        reason: 'Unauthorized',
        code: 401,
      });
    }
    const open = await cluster({ anonymous: true });
    expect((await fetch(`${open.url}${CONFIG_MAPS}`)).status).toBe(200);
    expect((await fetch(`${open.url}${CONFIG_MAPS}`, { headers: { Authorization: 'Bearer wrong' } })).status).toBe(401);
  });

  test('what a rule denies, 403 in the words of RBAC', async () => {
    const at = await cluster({
      deny: [
        { verb: 'list', resource: 'kustomizations' },
        { verb: 'patch', resource: 'configmaps', namespace: 'default' },
      ],
    });
    const listed = await call(at, 'GET', '/apis/kustomize.toolkit.fluxcd.io/v1/kustomizations');
    expect(listed.status).toBe(403);
    expect(listed.body.message).toBe(
      'kustomizations.kustomize.toolkit.fluxcd.io is forbidden: User "embedded-user" cannot list resource "kustomizations" in API group "kustomize.toolkit.fluxcd.io" at the cluster scope',
    );
    const patched = await call(at, 'PATCH', `${CONFIG_MAPS}/a`, {}, 'application/merge-patch+json');
    expect(patched.body.message).toBe(
      'configmaps "a" is forbidden: User "embedded-user" cannot patch resource "configmaps" in API group "" in the namespace "default"',
    );
  });

  test.each([
    ['an unknown resource', 'GET', '/api/v1/widgets', undefined, 404, 'NotFound'],
    ['a missing object', 'GET', `${CONFIG_MAPS}/none`, undefined, 404, 'NotFound'],
    ['a missing namespace', 'POST', '/api/v1/namespaces/none/configmaps', configMap('a'), 404, 'NotFound'],
    ['malformed JSON', 'POST', CONFIG_MAPS, '{"a":', 400, 'BadRequest'],
    ['another kind', 'POST', CONFIG_MAPS, kustomization('a'), 400, 'BadRequest'],
    ['another namespace', 'POST', CONFIG_MAPS, configMap('a', {}, { namespace: 'kube-system' }), 400, 'BadRequest'],
    ['an invalid name', 'POST', CONFIG_MAPS, configMap('Not_Valid'), 422, 'Invalid'],
    ['no name', 'POST', CONFIG_MAPS, configMap(''), 422, 'Invalid'],
    [
      'a body beyond 3 MiB',
      'POST',
      CONFIG_MAPS,
      configMap('a', { a: 'x'.repeat(3 * 1024 * 1024) }),
      413,
      'RequestEntityTooLarge',
    ],
    ['a wrong method', 'POST', `${CONFIG_MAPS}/a`, configMap('a'), 405, 'MethodNotAllowed'],
    ['an unknown patch type', 'PATCH', `${CONFIG_MAPS}/a`, {}, 415, 'UnsupportedMediaType'],
    [
      'a bad label selector',
      'GET',
      `${CONFIG_MAPS}?labelSelector=${encodeURIComponent('a in b')}`,
      undefined,
      400,
      'BadRequest',
    ],
    ['a foreign continue token', 'GET', `${CONFIG_MAPS}?continue=nonsense`, undefined, 400, 'BadRequest'],
  ])('%s', async (_case, method, path, body, status, reason) => {
    const at = await cluster();
    const answer = await call(at, method, path, body);
    expect(answer.body).toMatchObject({ kind: 'Status', reason, code: status });
    expect(answer.status).toBe(status);
  });
});

describe('writes', () => {
  test('create, get, update, delete; a stale resourceVersion is a conflict', async () => {
    const at = await cluster();
    const created = await call(at, 'POST', CONFIG_MAPS, configMap('a'));
    expect(created.status).toBe(201);
    expect(created.body.metadata).toMatchObject({
      namespace: 'default',
      uid: expect.any(String),
      creationTimestamp: expect.any(String),
    });
    expect((await call(at, 'POST', CONFIG_MAPS, configMap('a'))).body.reason).toBe('AlreadyExists');
    const updated = await call(at, 'PUT', `${CONFIG_MAPS}/a`, { ...created.body, data: { a: '2' } });
    expect(updated.body.data).toEqual({ a: '2' });
    const stale = await call(at, 'PUT', `${CONFIG_MAPS}/a`, { ...created.body, data: { a: '3' } });
    expect(stale.body).toMatchObject({ code: 409, reason: 'Conflict' });
    expect((await call(at, 'DELETE', `${CONFIG_MAPS}/a`)).status).toBe(200);
    expect((await call(at, 'GET', `${CONFIG_MAPS}/a`)).status).toBe(404);
  });

  test('a write that changes nothing makes no new version', async () => {
    const at = await cluster();
    const created = await call(at, 'POST', CONFIG_MAPS, configMap('a'));
    const same = await call(at, 'PATCH', `${CONFIG_MAPS}/a`, { data: { a: '1' } }, 'application/merge-patch+json');
    expect(same.body.metadata.resourceVersion).toBe(created.body.metadata.resourceVersion);
  });

  test('the generation counts changes of the spec only, and the status has its own door', async () => {
    const at = await cluster();
    const created = await call(at, 'POST', KUSTOMIZATIONS, { ...kustomization('a'), status: { ignored: true } });
    expect(created.body).toMatchObject({ metadata: { generation: 1 }, status: { observedGeneration: -1 } });
    const path = `${KUSTOMIZATIONS}/a`;
    const merge = 'application/merge-patch+json';
    const annotated = await call(
      at,
      'PATCH',
      path,
      { metadata: { annotations: { x: 'y' } }, status: { ignored: true } },
      merge,
    );
    expect(annotated.body).toMatchObject({
      metadata: { generation: 1, annotations: { x: 'y' } },
      status: { observedGeneration: -1 },
    });
    const status = await call(
      at,
      'PATCH',
      `${path}/status`,
      { status: { observedGeneration: 1 }, spec: { interval: '9m' } },
      merge,
    );
    expect(status.body).toMatchObject({
      metadata: { generation: 1 },
      spec: { interval: '1m' },
      status: { observedGeneration: 1 },
    });
    const changed = await call(at, 'PATCH', path, { spec: { interval: '2m' } }, merge);
    expect(changed.body.metadata.generation).toBe(2);
    const older = await call(at, 'GET', path.replace('/v1/', '/v1beta2/'));
    expect(older.body.apiVersion).toBe('kustomize.toolkit.fluxcd.io/v1beta2');
  });

  test('JSON, merge and strategic merge patches', async () => {
    const at = await cluster();
    await call(at, 'POST', CONFIG_MAPS, configMap('a', { a: '1', b: '2' }));
    const json = 'application/json-patch+json';
    const patched = await call(
      at,
      'PATCH',
      `${CONFIG_MAPS}/a`,
      [
        { op: 'test', path: '/data/a', value: '1' },
        { op: 'remove', path: '/data/b' },
        { op: 'add', path: '/metadata/annotations', value: { 'x/y': 'z' } },
        { op: 'replace', path: '/metadata/annotations/x~1y', value: 'w' },
      ],
      json,
    );
    expect(patched.body).toMatchObject({ data: { a: '1' }, metadata: { annotations: { 'x/y': 'w' } } });
    expect(
      (await call(at, 'PATCH', `${CONFIG_MAPS}/a`, [{ op: 'test', path: '/data/a', value: '9' }], json)).status,
    ).toBe(422);
    expect(
      (await call(at, 'PATCH', `${CONFIG_MAPS}/a`, { data: { a: null, c: '3' } }, 'application/merge-patch+json')).body
        .data,
    ).toEqual({ c: '3' });

    const deployments = '/apis/apps/v1/namespaces/default/deployments';
    const container = (name: string, image: string) => ({ name, image });
    await call(at, 'POST', deployments, {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web' },
      spec: {
        selector: { matchLabels: { app: 'web' } },
        template: {
          metadata: { labels: { app: 'web' } },
          spec: { containers: [container('app', '1'), container('side', '1')] },
        },
      },
    });
    const strategic = await call(
      at,
      'PATCH',
      `${deployments}/web`,
      { spec: { template: { spec: { containers: [container('app', '2')] } } } },
      'application/strategic-merge-patch+json',
    );
    expect(strategic.body.spec.template.spec.containers).toMatchObject([container('app', '2'), container('side', '1')]);
  });

  test('server-side apply creates, merges, and removes what its manager no longer applies', async () => {
    const at = await cluster();
    const apply = (manager: string, data: Record<string, string>) =>
      call(
        at,
        'PATCH',
        `${CONFIG_MAPS}/a?fieldManager=${manager}&force=true`,
        configMap('a', data),
        'application/apply-patch+yaml',
      );
    expect((await apply('one', { a: '1', b: '1' })).status).toBe(201);
    expect((await apply('two', { b: '2', c: '2' })).body.data).toEqual({ a: '1', b: '2', c: '2' });
    expect((await apply('one', { a: '1' })).body.data).toEqual({ a: '1', b: '2', c: '2' });
    expect((await apply('two', { c: '3' })).body.data).toEqual({ a: '1', c: '3' });
    const nameless = await call(at, 'PATCH', `${CONFIG_MAPS}/a`, configMap('a'), 'application/apply-patch+yaml');
    expect(nameless.status).toBe(422);
  });

  test('an object with finalizers is marked, and goes with its last finalizer', async () => {
    const at = await cluster();
    await call(at, 'POST', CONFIG_MAPS, configMap('a', {}, { finalizers: ['x/y'] }));
    const marked = await call(at, 'DELETE', `${CONFIG_MAPS}/a`);
    expect(marked.body.metadata.deletionTimestamp).toEqual(expect.any(String));
    expect((await call(at, 'GET', `${CONFIG_MAPS}/a`)).status).toBe(200);
    await call(at, 'PATCH', `${CONFIG_MAPS}/a`, { metadata: { finalizers: null } }, 'application/merge-patch+json');
    expect((await call(at, 'GET', `${CONFIG_MAPS}/a`)).status).toBe(404);
  });

  test('a namespace takes its objects with it, a dry run changes nothing', async () => {
    const at = await cluster();
    await call(at, 'POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team' } });
    await call(at, 'POST', '/api/v1/namespaces/team/configmaps', configMap('a'));
    expect((await call(at, 'POST', '/api/v1/namespaces/team/configmaps?dryRun=All', configMap('b'))).status).toBe(201);
    expect((await call(at, 'GET', '/api/v1/namespaces/team/configmaps')).body.items).toHaveLength(1);
    await call(at, 'DELETE', '/api/v1/namespaces/team');
    expect((await call(at, 'GET', '/api/v1/configmaps')).body.items).toEqual([]);
  });

  test('a custom resource is served as soon as it is defined, and no longer than that', async () => {
    const at = await cluster();
    const definition = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'widgets.example.com' },
      spec: {
        group: 'example.com',
        scope: 'Namespaced',
        names: { kind: 'Widget', plural: 'widgets' },
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            subresources: { status: {} },
            schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
          },
        ],
      },
    };
    const widgets = '/apis/example.com/v1/namespaces/default/widgets';
    expect((await call(at, 'GET', widgets)).status).toBe(404);
    await call(at, 'POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', definition);
    const created = await call(at, 'POST', widgets, {
      apiVersion: 'example.com/v1',
      kind: 'Widget',
      metadata: { name: 'w' },
      spec: {},
    });
    expect(created.body.metadata.generation).toBe(1);
    await call(at, 'DELETE', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.example.com');
    expect((await call(at, 'GET', widgets)).status).toBe(404);
  });
});

describe('lists', () => {
  test('come in pages, and by label and field', async () => {
    const at = await cluster();
    for (let index = 0; index < 5; index += 1)
      await call(at, 'POST', CONFIG_MAPS, configMap(`c${index}`, {}, { labels: { odd: String(index % 2) } }));
    const first = await call(at, 'GET', `${CONFIG_MAPS}?limit=3`);
    expect(first.body).toMatchObject({ kind: 'ConfigMapList', metadata: { remainingItemCount: 2 } });
    const second = await call(at, 'GET', `${CONFIG_MAPS}?limit=3&continue=${first.body.metadata.continue}`);
    const names = [...first.body.items, ...second.body.items].map(
      (o: { metadata: { name: string } }) => o.metadata.name,
    );
    expect(names).toEqual(['c0', 'c1', 'c2', 'c3', 'c4']);
    expect(second.body.metadata.continue).toBeUndefined();
    expect((await call(at, 'GET', `${CONFIG_MAPS}?labelSelector=odd%3D1`)).body.items).toHaveLength(2);
    expect((await call(at, 'GET', `${CONFIG_MAPS}?labelSelector=odd+notin+(1)`)).body.items).toHaveLength(3);
    expect((await call(at, 'GET', `${CONFIG_MAPS}?fieldSelector=metadata.name%3Dc3`)).body.items).toHaveLength(1);
    at.compact();
    const late = await call(at, 'GET', `${CONFIG_MAPS}?limit=3&continue=${first.body.metadata.continue}`);
    expect(late.body).toMatchObject({ code: 410, reason: 'Expired' });
    expect((await call(at, 'DELETE', `${CONFIG_MAPS}?labelSelector=odd%3D1`)).status).toBe(200);
    expect((await call(at, 'GET', CONFIG_MAPS)).body.items).toHaveLength(3);
  });
});

describe('watches', () => {
  test('resume from a resourceVersion and miss nothing', async () => {
    const at = await cluster();
    const list = await call(at, 'GET', CONFIG_MAPS);
    await call(at, 'POST', CONFIG_MAPS, configMap('a'));
    const stream = await watch(at, `${CONFIG_MAPS}?watch=true&resourceVersion=${list.body.metadata.resourceVersion}`);
    await call(at, 'PATCH', `${CONFIG_MAPS}/a`, { data: { a: '2' } }, 'application/merge-patch+json');
    await call(at, 'DELETE', `${CONFIG_MAPS}/a`);
    const events = [await stream.next(), await stream.next(), await stream.next()];
    expect(events.map((event) => event?.type)).toEqual(['ADDED', 'MODIFIED', 'DELETED']);
    const versions = events.map((event) => Number(event?.object.metadata.resourceVersion));
    expect(versions).toEqual([...versions].sort((a, b) => a - b));
    expect(new Set(versions).size).toBe(3);
    await stream.close();
  });

  test('an object that leaves or enters a selector is DELETED or ADDED', async () => {
    const at = await cluster();
    await call(at, 'POST', CONFIG_MAPS, configMap('a', {}, { labels: { on: 'yes' } }));
    const stream = await watch(at, `${CONFIG_MAPS}?watch=true&labelSelector=on%3Dyes`);
    expect((await stream.next())?.type).toBe('ADDED');
    for (const on of ['no', 'yes'])
      await call(at, 'PATCH', `${CONFIG_MAPS}/a`, { metadata: { labels: { on } } }, 'application/merge-patch+json');
    expect([(await stream.next())?.type, (await stream.next())?.type]).toEqual(['DELETED', 'ADDED']);
    await stream.close();
  });

  test('a forgotten revision is 410 in the stream, at its start or when the server says so', async () => {
    const at = await cluster();
    const { resourceVersion } = (await call(at, 'GET', CONFIG_MAPS)).body.metadata;
    at.compact();
    const late = await watch(at, `${CONFIG_MAPS}?watch=true&resourceVersion=${resourceVersion}`);
    expect(await late.next()).toMatchObject({ type: 'ERROR', object: { code: 410, reason: 'Expired' } });
    const fresh = (await call(at, 'GET', CONFIG_MAPS)).body.metadata.resourceVersion;
    const stream = await watch(at, `${CONFIG_MAPS}?watch=true&resourceVersion=${fresh}`);
    at.expireWatches();
    expect(await stream.next()).toMatchObject({ type: 'ERROR', object: { code: 410, reason: 'Expired' } });
    expect(await stream.next()).toBeUndefined();
  });

  test('bookmarks carry the newest revision to those who asked', async () => {
    const at = await cluster();
    const { resourceVersion } = (await call(at, 'GET', CONFIG_MAPS)).body.metadata;
    const stream = await watch(
      at,
      `${CONFIG_MAPS}?watch=true&resourceVersion=${resourceVersion}&allowWatchBookmarks=true`,
    );
    const other = await call(at, 'POST', KUSTOMIZATIONS, kustomization('a'));
    at.sendBookmarks();
    expect(await stream.next()).toMatchObject({
      type: 'BOOKMARK',
      object: { metadata: { resourceVersion: other.body.metadata.resourceVersion } },
    });
    await stream.close();
  });

  test('a streaming list ends with the bookmark that says so', async () => {
    const at = await cluster();
    await call(at, 'POST', CONFIG_MAPS, configMap('a'));
    const query = 'watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true';
    const stream = await watch(at, `${CONFIG_MAPS}?${query}`);
    expect((await stream.next())?.type).toBe('ADDED');
    expect(await stream.next()).toMatchObject({
      type: 'BOOKMARK',
      object: { metadata: { annotations: { 'k8s.io/initial-events-end': 'true' } } },
    });
    await stream.close();
  });

  test('end after timeoutSeconds, and when they are dropped', async () => {
    const clock = new VirtualClock();
    const at = await cluster({ clock });
    const timed = await watch(at, `${CONFIG_MAPS}?watch=true&timeoutSeconds=1`);
    const dropped = await watch(at, `${CONFIG_MAPS}?watch=true`);
    expect(at.openWatches()).toBe(2);
    clock.advance(1_000);
    expect(await timed.next()).toBeUndefined();
    at.dropWatches();
    expect(await dropped.next()).toBeUndefined();
    expect(at.openWatches()).toBe(0);
  });

  test('one change reaches a thousand watchers', async () => {
    const at = await cluster();
    const { resourceVersion } = (await call(at, 'GET', CONFIG_MAPS)).body.metadata;
    const path = `${CONFIG_MAPS}?watch=true&resourceVersion=${resourceVersion}`;
    const streams = await Promise.all(Array.from({ length: 1_000 }, () => watch(at, path)));
    await call(at, 'POST', CONFIG_MAPS, configMap('a'));
    const events = await Promise.all(streams.map((stream) => stream.next()));
    expect(events.every((event) => event?.object.metadata.name === 'a')).toBe(true);
    await Promise.all(streams.map((stream) => stream.close()));
  });
});

describe('faults on demand', () => {
  test('hit the requests they match, as often as they say', async () => {
    const at = await cluster();
    const planned = at.faults.next({
      match: { verb: 'list', resource: 'configmaps' },
      status: 429,
      retryAfterSeconds: 3,
      times: 2,
    });
    expect((await call(at, 'GET', '/api/v1/namespaces')).status).toBe(200);
    const throttled = await call(at, 'GET', CONFIG_MAPS);
    expect(throttled.headers.get('retry-after')).toBe('3');
    expect(throttled.body).toMatchObject({ code: 429, reason: 'TooManyRequests', details: { retryAfterSeconds: 3 } });
    expect(planned.remaining()).toBe(1);
    expect((await call(at, 'GET', CONFIG_MAPS)).status).toBe(429);
    expect((await call(at, 'GET', CONFIG_MAPS)).status).toBe(200);
    at.faults.next({ dropConnection: true });
    await expect(call(at, 'GET', CONFIG_MAPS)).rejects.toThrow();
    expect((await call(at, 'GET', CONFIG_MAPS)).status).toBe(200);
  });

  test('requests are counted by verb and resource', async () => {
    const at = await cluster();
    await call(at, 'POST', KUSTOMIZATIONS, kustomization('a'));
    at.requests.reset();
    await call(at, 'PATCH', `${KUSTOMIZATIONS}/a`, { spec: {} }, 'application/merge-patch+json');
    await call(at, 'PATCH', `${KUSTOMIZATIONS}/a/status`, { status: {} }, 'application/merge-patch+json');
    expect(at.requests.counts()).toEqual({ 'patch kustomizations': 1, 'patch kustomizations/status': 1 });
    expect(at.requests.recent().map(({ name }) => name)).toEqual(['a', 'a']);
  });
});

test('kubectl applies, prints and patches', async ({ skip }) => {
  if ((await detectBuilder()) !== 'kubectl') skip('kubectl is not installed');
  const at = await cluster({ tls: true });
  const directory = await mkdtemp(join(tmpdir(), 'kubectl-'));
  closing.push(() => rm(directory, { recursive: true }));
  await at.writeKubeconfig(join(directory, 'config'));
  await writeFile(join(directory, 'cm.yaml'), JSON.stringify(configMap('a', { a: '1' }, { namespace: 'default' })));
  const kubectl = (...argv: string[]): Promise<string> =>
    new Promise((resolve, reject) => {
      const env = { ...process.env, KUBECONFIG: join(directory, 'config'), HOME: directory };
      execFile('kubectl', argv, { env }, (error, stdout) => (error === null ? resolve(stdout) : reject(error)));
    });
  expect(await kubectl('apply', '-f', join(directory, 'cm.yaml'))).toBe('configmap/a created\n');
  expect(await kubectl('apply', '--server-side', '-f', join(directory, 'cm.yaml'))).toBe(
    'configmap/a serverside-applied\n',
  );
  expect(await kubectl('patch', 'cm', 'a', '-p', '{"data":{"b":"2"}}')).toBe('configmap/a patched\n');
  expect(await kubectl('get', 'cm', 'a', '-o', 'jsonpath={.data}')).toBe('{"a":"1","b":"2"}');
});
