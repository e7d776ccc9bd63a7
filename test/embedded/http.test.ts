import { fork } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { gunzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { duplicateFields } from '../../src/embedded/api/duplicate-fields.ts';
import { goJsonError } from '../../src/embedded/api/go-json-error.ts';
import { selfSignedCertificate } from '../../src/embedded/self-signed-certificate.ts';
import { type ClusterOptions, type EmbeddedCluster, startCluster } from '../../src/embedded/testing.ts';
import { httpCall } from './http-call.ts';

const MAPS = '/api/v1/namespaces/default/configmaps';
const PODS = '/api/v1/namespaces/default/pods';
const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments';

async function started(options: ClusterOptions = {}): Promise<EmbeddedCluster> {
  const cluster = await startCluster({ tls: false, ...options });
  onTestFinished(() => cluster.stop());
  return cluster;
}

function configMap(name: string, data: Readonly<Record<string, string>> = { a: '1' }) {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data };
}

const container = (name: string) => ({ name, image: 'x' });
const pod = (name: string, ...containers: string[]) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name },
  spec: { containers: containers.map(container) },
});
const deployment = (name: string) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: { containers: [container('main')] } },
  },
});

describe('TLS', () => {
  test('a cluster is served with a certificate that its kubeconfig trusts, for every name of this machine', async () => {
    const at = await startCluster();
    onTestFinished(() => at.stop());
    expect(at.url).toMatch(/^https:/);
    expect((await httpCall(at, 'GET', '/version')).status).toBe(200);
    const [entry] = parse(at.kubeconfig).clusters;
    const authority = Buffer.from(entry.cluster['certificate-authority-data'], 'base64').toString();
    expect(authority).toBe(at.certificateAuthority);
    expect(new X509Certificate(authority).subjectAltName).toBe(
      'DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1',
    );
  });

  test.each(['2026-01-01T00:00:00Z', '2049-12-31T23:59:59Z', '2060-06-01T00:00:00Z'])(
    'a certificate made at %s is valid from the day before on, and signs itself',
    (at) => {
      const certificate = new X509Certificate(selfSignedCertificate(Date.parse(at)).certificate);
      expect(Date.parse(certificate.validFrom)).toBe(Date.parse(at) - 86_400_000);
      expect(certificate.verify(certificate.publicKey)).toBe(true);
      expect(certificate.ca).toBe(true);
    },
  );

  test('a connection that never finishes its handshake does not hold up a stop', async () => {
    const at = await startCluster();
    const socket = connect(Number(new URL(at.url).port), '127.0.0.1');
    socket.on('error', () => {});
    await once(socket, 'connect');
    await at.stop();
    await at.stop();
    if (!socket.closed) await once(socket, 'close');
  });

  test('a client that speaks plain HTTP is cut off, and the server goes on', async () => {
    const at = await startCluster();
    onTestFinished(() => at.stop());
    const plain = new Promise((_resolve, reject) =>
      httpRequest(at.url.replace('https', 'http')).on('error', reject).end(),
    );
    await expect(plain).rejects.toThrow();
    const trusting = connectTls({ port: Number(new URL(at.url).port), host: '127.0.0.1', ca: at.certificateAuthority });
    await once(trusting, 'secureConnect');
    trusting.destroy();
  });
});

test('a process that forgets to stop its cluster ends all the same', async () => {
  const child = fork(new URL('./http-forgotten-stop.ts', import.meta.url), { stdio: 'pipe' });
  const [code] = await once(child, 'exit');
  expect(code).toBe(0);
});

describe('every answer', () => {
  test('carries an Audit-Id, taken over from the request where it has one, and is not to be cached', async () => {
    const at = await started();
    const { headers } = await httpCall(at, 'GET', MAPS);
    expect(headers['audit-id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(headers['cache-control']).toBe('no-cache, private');
    expect((await httpCall(at, 'GET', MAPS, { headers: { 'Audit-Id': 'mine' } })).headers['audit-id']).toBe('mine');
  });

  test('is packed from 128 KiB on, for those who take gzip', async () => {
    const at = await started();
    at.objects.apply({ ...configMap('large', { a: 'x'.repeat(200_000) }) });
    at.objects.apply(configMap('small'));
    const headers = { 'Accept-Encoding': 'gzip' };
    expect((await httpCall(at, 'GET', `${MAPS}/small`, { headers })).headers['content-encoding']).toBeUndefined();
    expect((await httpCall(at, 'GET', `${MAPS}/large`)).headers['content-encoding']).toBeUndefined();
    const response = await fetch(`${at.url}${MAPS}/large`, {
      headers: { ...headers, Authorization: `Bearer ${at.token}` },
    });
    expect(response.headers.get('content-encoding')).toBe('gzip');
    expect(((await response.json()) as { data: { a: string } }).data.a).toHaveLength(200_000);
    expect(gunzipSync).toBeDefined();
  });

  test('comes as YAML, or indented, to those who ask for it', async () => {
    const at = await started();
    at.objects.apply(configMap('a'));
    const yaml = await httpCall(at, 'GET', `${MAPS}/a`, { headers: { Accept: 'application/yaml' } });
    expect(yaml.headers['content-type']).toBe('application/yaml');
    expect(parse(yaml.text)).toMatchObject({ kind: 'ConfigMap', data: { a: '1' } });
    expect((await httpCall(at, 'GET', `${MAPS}/a?pretty=true`)).text).toContain('\n  "kind": "ConfigMap"');
    const curl = await httpCall(at, 'GET', `${MAPS}/a`, { headers: { 'User-Agent': 'curl/8.5.0' } });
    expect(curl.text).toContain('\n  "metadata": {');
  });

  test('comes as a table, of objects, lists and watches', async () => {
    const at = await started();
    at.objects.apply(configMap('a'));
    const headers = { Accept: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json' };
    expect((await httpCall(at, 'GET', MAPS, { headers })).json).toMatchObject({
      kind: 'Table',
      rows: [{ cells: ['a', 1, expect.any(String)], object: { kind: 'PartialObjectMetadata' } }],
    });
    expect((await httpCall(at, 'GET', `${MAPS}/a`, { headers })).json.rows).toHaveLength(1);
    const lines = (await httpCall(at, 'GET', `${MAPS}?watch=1&timeoutSeconds=1`, { headers })).text.trim().split('\n');
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ type: 'ADDED', object: { kind: 'Table' } });
  });

  test('says who wrote: the User-Agent up to its slash, or the field manager', async () => {
    const at = await started();
    const managerOf = async (name: string, query: string, headers: Record<string, string>) =>
      (await httpCall(at, 'POST', `${MAPS}${query}`, { body: configMap(name), headers })).json.metadata.managedFields[0]
        .manager;
    expect(await managerOf('a', '', { 'User-Agent': 'kubectl-x/v1.2 (linux)' })).toBe('kubectl-x');
    expect(await managerOf('b', '?fieldManager=me', { 'User-Agent': 'kubectl/v1' })).toBe('me');
    expect(await managerOf('c', '', { 'User-Agent': '/1' })).toBe('unknown');
  });

  test('warns of what a body has too much', async () => {
    const at = await started();
    const { headers } = await httpCall(at, 'POST', MAPS, { body: { ...configMap('a'), nope: 1 } });
    expect(headers.warning).toBe('299 - "unknown field \\"nope\\""');
  });
});

describe('what JSON.parse refuses is refused in the words of Go', () => {
  test.each([
    ['', 'unexpected end of JSON input'],
    ['{"a":', 'unexpected end of JSON input'],
    ['{"a":1,}', "invalid character '}' looking for beginning of object key string"],
    ['{"a" 1}', "invalid character '1' after object key"],
    ['{"a":1 "b"}', `invalid character '"' after object key:value pair`],
    ['[1 2]', "invalid character '2' after array element"],
    ['{} x', "invalid character 'x' after top-level value"],
    ['nul1', "invalid character '1' in literal null (expecting 'l')"],
    ['-a', "invalid character 'a' in numeric literal"],
    ['1.x', "invalid character 'x' after decimal point in numeric literal"],
    ['1e', 'unexpected end of JSON input'],
    ['"\\x"', "invalid character 'x' in string escape code"],
    ['"\\u12g4"', "invalid character 'g' in \\u hexadecimal character escape"],
    ['"a\nb"', "invalid character '\\n' in string literal"],
    ["'a'", "invalid character '\\'' looking for beginning of value"],
  ])('%j', (text, message) => {
    expect(goJsonError(text)).toBe(message);
  });

  test.each(['{}', ' [1, -2.5e+3, "\\u00e4\\n", true, null] ', '0'])('valid: %s', (text) => {
    expect(goJsonError(text)).toBeUndefined();
  });
});

test.each([
  ['{"a":1,"a":2}', ['a']],
  ['{"a":{"b":1},"c":{"b":1}}', []],
  ['{"spec":{"list":[{"x":1},{"x":1,"y":"x","x":"},{"}]}}', ['spec.list[1].x']],
  ['{"a\\"b":1,"a\\u0022b":2}', ['a"b']],
])('fields given twice in %s', (text, fields) => {
  expect(duplicateFields(text)).toEqual(fields);
});

describe('pods/log', () => {
  async function withLog(): Promise<EmbeddedCluster> {
    const at = await started();
    await httpCall(at, 'POST', PODS, { body: pod('one', 'main') });
    await httpCall(at, 'POST', PODS, { body: pod('two', 'a', 'b') });
    at.logs.set({ namespace: 'default', pod: 'one', container: 'main' }, 'first\nsecond\nthird\n');
    return at;
  }

  test.each([
    ['', 'first\nsecond\nthird\n'],
    ['?tailLines=2', 'second\nthird\n'],
    ['?tailLines=0', ''],
    ['?limitBytes=8', 'first\nse'],
    ['?container=main&sinceSeconds=3600', 'first\nsecond\nthird\n'],
    ['?follow=true', 'first\nsecond\nthird\n'],
  ])('%s', async (query, text) => {
    const at = await withLog();
    const answer = await httpCall(at, 'GET', `${PODS}/one/log${query}`);
    expect([answer.status, answer.headers['content-type'], answer.text]).toEqual([200, 'text/plain', text]);
  });

  test.each([
    ['/two/log', 400, 'a container name must be specified for pod two, choose one of: [a b]'],
    ['/one/log?container=x', 400, 'container x is not valid for pod one'],
    ['/none/log', 404, 'pods "none" not found'],
    ['/one/log?previous=true', 400, 'previous terminated container "main" in pod "one" not found'],
    [
      '/one/log?tailLines=-1',
      422,
      'PodLogOptions "one" is invalid: tailLines: Invalid value: -1: must be greater than or equal to 0',
    ],
  ])('%s is refused', async (path, code, message) => {
    const at = await withLog();
    expect((await httpCall(at, 'GET', `${PODS}${path}`)).json).toMatchObject({ code, message });
  });

  test('timestamps go before each line', async () => {
    const at = await withLog();
    const { text } = await httpCall(at, 'GET', `${PODS}/one/log?timestamps=true&tailLines=1`);
    expect(text).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]{18}Z third\n$/);
  });

  test('a follower sees each line until the log is closed', async () => {
    const at = await withLog();
    const key = { namespace: 'default', pod: 'two', container: 'b' };
    at.logs.append(key, 'one');
    const followed = httpCall(at, 'GET', `${PODS}/two/log?container=b&follow=true`);
    await expect.poll(() => at.requests.count('get pods/log')).toBe(1);
    at.logs.append(key, 'two');
    at.logs.close(key);
    expect((await followed).text).toBe('one\ntwo\n');
  });
});

describe('subresources', () => {
  test('a scale is read, replaced and patched', async () => {
    const at = await started();
    await httpCall(at, 'POST', DEPLOYMENTS, { body: deployment('web') });
    const path = `${DEPLOYMENTS}/web/scale`;
    expect((await httpCall(at, 'GET', path)).json).toMatchObject({
      kind: 'Scale',
      spec: { replicas: 2 },
      status: { replicas: 0, selector: 'app=web' },
    });
    const headers = { 'Content-Type': 'application/merge-patch+json' };
    await httpCall(at, 'PATCH', path, { body: { spec: { replicas: 4 } }, headers });
    expect(at.objects.get('Deployment', 'default', 'web')?.spec?.replicas).toBe(4);
    const scale = { apiVersion: 'autoscaling/v1', kind: 'Scale', metadata: { name: 'web' }, spec: { replicas: 5 } };
    expect((await httpCall(at, 'PUT', path, { body: scale })).json.spec.replicas).toBe(5);
    const stale = { ...scale, metadata: { name: 'web', resourceVersion: '1' } };
    expect((await httpCall(at, 'PUT', path, { body: stale })).json).toMatchObject({ code: 409, reason: 'Conflict' });
    const negative = { ...scale, spec: { replicas: -5 } };
    expect((await httpCall(at, 'PUT', path, { body: negative })).json.message).toBe(
      'Scale.autoscaling "web" is invalid: spec.replicas: Invalid value: -5: must be greater than or equal to 0',
    );
  });

  test('a pod is bound once, and evicted', async () => {
    const at = await started();
    await httpCall(at, 'POST', PODS, { body: pod('p', 'main') });
    const binding = { apiVersion: 'v1', kind: 'Binding', metadata: { name: 'p' }, target: { kind: 'Node', name: 'n' } };
    expect((await httpCall(at, 'POST', `${PODS}/p/binding`, { body: binding })).status).toBe(201);
    expect((await httpCall(at, 'POST', `${PODS}/p/binding`, { body: binding })).json.message).toBe(
      'Operation cannot be fulfilled on pods/binding "p": pod p is already assigned to node "n"',
    );
    const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'p' } };
    expect((await httpCall(at, 'POST', `${PODS}/p/eviction`, { body: eviction })).status).toBe(201);
    expect(at.objects.get('Pod', 'default', 'p')?.metadata.deletionTimestamp).toBeDefined();
  });
});
