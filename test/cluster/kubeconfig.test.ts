import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { inClusterConnection } from '../../src/cluster/in-cluster.ts';
import { loadKubeconfig } from '../../src/cluster/kubeconfig.ts';
import { isLocalCluster } from '../../src/cluster/local-cluster.ts';
import { clientOf, failureOf, json, startScriptedApi } from './scripted-api.ts';

function files(content: Record<string, string>): string {
  const directory = mkdtempSync(join(tmpdir(), 'kubeconfig-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  for (const [path, text] of Object.entries(content)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), text);
  }
  return directory;
}

const kubeconfig = (user: string, cluster = '', current = 'current-context: dev\n') => `apiVersion: v1
kind: Config
${current}contexts:
- name: dev
  context: {cluster: one, user: me, namespace: team}
- name: other
  context: {cluster: one, user: me}
clusters:
- name: one
  cluster: {server: "https://127.0.0.1:6443/"${cluster}}
users:
- name: me
  user: ${user}
`;

const base64 = (text: string) => Buffer.from(text).toString('base64');

describe('a kubeconfig', () => {
  it.each<[string, string, string, Record<string, unknown>]>([
    ['token', '{token: abc}', '', { token: 'abc' }],
    ['a token of digits only', '{token: 123}', '', { token: '123' }],
    ['user and password', '{username: u, password: p}', '', { basic: { username: 'u', password: 'p' } }],
    [
      'client certificate, inline',
      `{client-certificate-data: ${base64('CERT')}, client-key-data: ${base64('KEY')}}`,
      '',
      { clientCert: 'CERT', clientKey: 'KEY' },
    ],
    [
      'client certificate, as files beside it',
      '{client-certificate: pki/crt, client-key: pki/key}',
      '',
      { clientCert: 'CRT', clientKey: 'KEYFILE' },
    ],
    ['CA inline', '{}', `, certificate-authority-data: ${base64('CA')}`, { caData: 'CA' }],
    ['CA as a file', '{}', ', certificate-authority: pki/ca', { caData: 'CAFILE' }],
    ['no verification', '{}', ', insecure-skip-tls-verify: true', { insecureSkipTlsVerify: true }],
    ['another name in the certificate', '{}', ', tls-server-name: api.internal', { tlsServerName: 'api.internal' }],
  ])('with %s', async (_what, user, cluster, expected) => {
    const directory = files({
      config: kubeconfig(user, cluster),
      'pki/crt': 'CRT',
      'pki/key': 'KEYFILE',
      'pki/ca': 'CAFILE',
    });
    const connection = await loadKubeconfig({ path: join(directory, 'config') });
    expect(connection).toEqual({
      contextName: 'dev',
      server: 'https://127.0.0.1:6443',
      namespace: 'team',
      configFiles: [join(directory, 'config')],
      ...expected,
    });
  });

  it('names a token file relative to itself', async () => {
    const directory = files({ config: kubeconfig('{tokenFile: token, token: older}') });
    expect(await loadKubeconfig({ path: join(directory, 'config') })).toMatchObject({
      tokenFile: join(directory, 'token'),
    });
  });

  it('gives the context asked for, whose namespace is default when it names none', async () => {
    const directory = files({ config: kubeconfig('{token: t}') });
    const connection = await loadKubeconfig({ path: join(directory, 'config'), context: 'other' });
    expect(connection).toMatchObject({ contextName: 'other', namespace: 'default' });
  });

  it('is looked for in the order of kubectl: option, $KUBECONFIG, home', async () => {
    const directory = files({
      option: kubeconfig('{token: option}'),
      env: kubeconfig('{token: env}'),
      '.kube/config': kubeconfig('{token: home}'),
    });
    const env = { KUBECONFIG: join(directory, 'env') };
    const at = (options: object) => loadKubeconfig({ homeDirectory: directory, env: {}, ...options });
    expect(await at({ path: join(directory, 'option'), env })).toMatchObject({ token: 'option' });
    expect(await at({ env })).toMatchObject({ token: 'env' });
    expect(await at({})).toMatchObject({ token: 'home' });
  });

  it('may be several files, of which the first to name a thing counts and missing ones do not matter', async () => {
    const directory = files({
      a: 'current-context: two\nusers: [{name: me, user: {token: first}}]\n',
      b: `${kubeconfig('{token: second}')}`,
      c: 'contexts: [{name: two, context: {cluster: one, user: me}}]\n',
    });
    const KUBECONFIG = ['a', 'missing', 'b', 'c'].map((name) => join(directory, name)).join(':');
    expect(await loadKubeconfig({ env: { KUBECONFIG } })).toMatchObject({
      contextName: 'two',
      token: 'first',
      server: 'https://127.0.0.1:6443',
    });
  });

  it.each<[string, string, RegExp, RegExp?]>([
    ['broken YAML', 'apiVersion: v1\nclusters:\n  - name: [\n', /config:4:1: expected a kubeconfig, found broken YAML/],
    ['a list', '- a\n', /config:1:1: expected a kubeconfig .* found a list/],
    [
      'an unknown context',
      kubeconfig('{}', '', 'current-context: prod\n'),
      /context "prod", which is not there/,
      /Known contexts: dev, other/,
    ],
    ['no current context', kubeconfig('{}', '', ''), /no current-context is set/, /dev, other/],
    ['an empty file', '', /no current-context is set/],
    [
      'a missing cluster',
      'current-context: a\ncontexts: [{name: a, context: {cluster: x}}]\n',
      /cluster "x", which is not there/,
      /Known clusters: none/,
    ],
    [
      'a server that is no URL',
      kubeconfig('{}').replace('https://127.0.0.1:6443/', 'nonsense'),
      /expected server to be an http\(s\) URL, found "nonsense"/,
    ],
    [
      'a proxy',
      kubeconfig('{}', ', proxy-url: "http://user:secret@proxy:3128"'),
      /proxy-url http:\/\/proxy:3128, which is not supported/,
    ],
    [
      'a certificate that is not there',
      kubeconfig('{}', ', certificate-authority: missing.crt'),
      /certificate-authority of "one" names .*missing\.crt, which cannot be read \(ENOENT\)/,
    ],
    ['a token that is a list', kubeconfig('{token: [a]}'), /expected token to be text, found a list/],
    ['contexts that are no list', 'contexts: 7\n', /expected contexts to be a list/],
    ['an entry without a name', 'users: [{user: {}}]\n', /expected each entry of users to have a name/],
  ])('with %s is refused with a clear message', async (_what, content, message, hint) => {
    const failure = await failureOf(loadKubeconfig({ path: join(files({ config: content }), 'config') }));
    expect(failure.message).toMatch(message);
    expect(failure.message).not.toContain('secret');
    if (hint !== undefined) expect(failure.hint).toMatch(hint);
  });

  it('that is missing is named', async () => {
    expect((await failureOf(loadKubeconfig({ path: '/nonexistent/config' }))).message).toBe(
      'the kubeconfig /nonexistent/config does not exist',
    );
    const nowhere = { env: {}, homeDirectory: '/nonexistent' };
    expect((await failureOf(loadKubeconfig(nowhere))).message).toBe(
      'no kubeconfig: /nonexistent/.kube/config does not exist',
    );
    expect((await failureOf(loadKubeconfig({ ...nowhere, env: { KUBECONFIG: '/nope' } }))).message).toContain(
      '$KUBECONFIG names /nope',
    );
  });

  it('with an exec plugin asks it for a token, once for several requests', async () => {
    const api = await startScriptedApi((_, response) =>
      json(response, 200, { metadata: { uid: 'u', name: 'kube-system' } }),
    );
    const credential =
      '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"from-plugin"}}';
    const directory = files({
      config: kubeconfig(
        '{exec: {apiVersion: client.authentication.k8s.io/v1, command: ./plugin, interactiveMode: Never}}',
      ).replace('https://127.0.0.1:6443/', api.server),
      plugin: `#!/bin/sh\necho run >> "$(dirname "$0")/runs"\necho '${credential}'\n`,
    });
    chmodSync(join(directory, 'plugin'), 0o755);
    const client = clientOf(await loadKubeconfig({ path: join(directory, 'config') }));
    await client.clusterUid();
    await client.clusterUid();
    expect(api.seen.map(({ headers }) => headers.authorization)).toEqual(['Bearer from-plugin', 'Bearer from-plugin']);
  });

  it("with an exec plugin that fails says which user's", async () => {
    const directory = files({
      config: kubeconfig(
        '{exec: {apiVersion: client.authentication.k8s.io/v1, command: /nonexistent/plugin, interactiveMode: Never}}',
      ),
    });
    const client = clientOf(await loadKubeconfig({ path: join(directory, 'config') }));
    expect(await failureOf(client.clusterUid())).toMatchObject({
      kind: 'unauthorized',
      message: expect.stringContaining('credential plugin of user "me" failed'),
    });
  });
});

describe('inside a pod', () => {
  it('the service account is used when there is no kubeconfig', () => {
    const directory = files({ token: 't', namespace: 'apps\n', 'ca.crt': 'CA' });
    const env = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '443' };
    expect(inClusterConnection(env, directory)).toEqual({
      contextName: 'in-cluster',
      server: 'https://[fd00::1]:443',
      namespace: 'apps',
      configFiles: [],
      caData: 'CA',
      tokenFile: join(directory, 'token'),
    });
    expect(inClusterConnection({}, directory)).toBeUndefined();
    expect(inClusterConnection(env, '/nonexistent')).toBeUndefined();
  });
});

describe('a cluster is local', () => {
  it.each([
    ['kind-dev', 'https://127.0.0.1:41231', true],
    ['anything', 'https://localhost:6443', true],
    ['anything', 'https://[::1]:6443', true],
    ['k3d-dev', 'https://0.0.0.0:6445', true],
    ['docker-desktop', 'https://kubernetes.docker.internal:6443', true],
    ['minikube', 'https://192.168.49.2:8443', true],
    ['colima-work', 'https://192.168.106.2:6443', true],
    ['orbstack', 'https://k8s.orb.local:26443', true],
    ['rancher-desktop', 'https://172.20.1.2:6443', true],
    ['kind-prod', 'https://203.0.113.7:6443', false],
    ['minikube', 'https://api.prod.example.com', false],
    ['production', 'https://10.0.0.1:6443', false],
    ['production', 'https://192.168.1.10:6443', false],
    ['minikubernetes', 'https://192.168.1.10:6443', false],
    ['kind-x', 'https://127.0.0.1.evil.example', false],
    ['kind-x', 'https://172.32.0.1', false],
    ['kind-x', 'no url', false],
  ])('context %s at %s: %s', (contextName, server, expected) => {
    expect(isLocalCluster({ contextName, server })).toBe(expected);
  });
});
