import { describe, expect, onTestFinished, test } from 'vitest';
import { type ClusterOptions, type EmbeddedCluster, startCluster } from '../../src/embedded/testing.ts';
import { httpCall } from './http-call.ts';

const MAPS = '/api/v1/namespaces/default/configmaps';
const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments';
const NOBODY = { name: 'dev', allow: [] };

async function started(options: ClusterOptions): Promise<EmbeddedCluster> {
  const cluster = await startCluster({ tls: false, ...options });
  onTestFinished(() => cluster.stop());
  return cluster;
}

async function messageFor(at: EmbeddedCluster, user: string, method: string, path: string): Promise<string> {
  const { status, json } = await httpCall(at, method, path, { token: at.tokenFor(user) });
  expect([status, json.reason, json.code]).toEqual([403, 'Forbidden', 403]);
  return json.message;
}

describe('who may do nothing is refused in the words of the real server', () => {
  const core = (what: string) => `cannot ${what} in API group "" in the namespace "default"`;
  test.each([
    ['GET', `${MAPS}/one`, `configmaps "one" is forbidden: User "dev" ${core('get resource "configmaps"')}`],
    ['GET', MAPS, `configmaps is forbidden: User "dev" ${core('list resource "configmaps"')}`],
    ['GET', `${MAPS}?watch=1`, `configmaps is forbidden: User "dev" ${core('watch resource "configmaps"')}`],
    ['DELETE', MAPS, `configmaps is forbidden: User "dev" ${core('deletecollection resource "configmaps"')}`],
    [
      'GET',
      '/api/v1/namespaces/default/pods/x/log',
      `pods "x" is forbidden: User "dev" ${core('get resource "pods/log"')}`,
    ],
    [
      'PATCH',
      `${DEPLOYMENTS}/x/status`,
      'deployments.apps "x" is forbidden: User "dev" cannot patch resource "deployments/status" in API group "apps" in the namespace "default"',
    ],
    [
      'GET',
      '/api/v1/nodes',
      'nodes is forbidden: User "dev" cannot list resource "nodes" in API group "" at the cluster scope',
    ],
    [
      'GET',
      '/api/v1/namespaces/default',
      `namespaces "default" is forbidden: User "dev" ${core('get resource "namespaces"')}`,
    ],
    [
      'GET',
      '/apis/nope.example.com/v1/things',
      'things.nope.example.com is forbidden: User "dev" cannot list resource "things" in API group "nope.example.com" at the cluster scope',
    ],
    ['GET', '/metrics', 'forbidden: User "dev" cannot get path "/metrics"'],
  ])('%s %s', async (method, path, message) => {
    const at = await started({ users: [NOBODY] });
    expect(await messageFor(at, 'dev', method, path)).toBe(message);
  });

  test.each(['/api', '/apis/apps/v1', '/version', '/healthz', '/openapi/v3'])(
    'yet everybody may read %s',
    async (path) => {
      const at = await started({ users: [NOBODY] });
      expect((await httpCall(at, 'GET', path, { token: at.tokenFor('dev') })).status).toBe(200);
    },
  );

  test('the details name what is known of the object', async () => {
    const at = await started({ users: [NOBODY] });
    const details = async (path: string) =>
      (await httpCall(at, 'GET', path, { token: at.tokenFor('dev') })).json.details;
    expect(await details(`${DEPLOYMENTS}/x`)).toEqual({ name: 'x', group: 'apps', kind: 'deployments' });
    expect(await details(MAPS)).toEqual({ kind: 'configmaps' });
  });
});

test('rules allow by verb, group, resource, subresource, namespace and name', async () => {
  const at = await started({
    users: [
      {
        name: 'dev',
        allow: [
          { verb: ['get', 'list'], resource: 'configmaps', namespace: 'default' },
          { verb: 'get', group: 'apps', resource: 'deployments/status' },
          { verb: '*', resource: 'secrets', name: 'mine' },
          { verb: 'get', resource: 'pods', subresource: 'log' },
        ],
        deny: [{ verb: 'get', resource: 'configmaps', name: 'hidden' }],
      },
    ],
  });
  const statusOf = async (path: string, method = 'GET') =>
    (await httpCall(at, method, path, { token: at.tokenFor('dev') })).status;
  expect(await statusOf(MAPS)).toBe(200);
  expect(await statusOf(`${MAPS}/absent`)).toBe(404);
  expect(await statusOf(`${MAPS}/hidden`)).toBe(403);
  expect(await statusOf(`${MAPS}/absent`, 'DELETE')).toBe(403);
  expect(await statusOf('/api/v1/namespaces/kube-system/configmaps')).toBe(403);
  expect(await statusOf('/api/v1/configmaps')).toBe(403);
  expect(await statusOf(`${DEPLOYMENTS}/x/status`)).toBe(404);
  expect(await statusOf(`${DEPLOYMENTS}/x`)).toBe(403);
  expect(await statusOf('/api/v1/namespaces/default/secrets/mine')).toBe(404);
  expect(await statusOf('/api/v1/namespaces/default/secrets')).toBe(403);
  expect(await statusOf('/api/v1/namespaces/default/pods/x/log')).toBe(404);
  expect(await statusOf('/api/v1/namespaces/default/pods/x')).toBe(403);
});

describe('credentials', () => {
  test.each([
    ['restricted', '/api/v1/nodes', 403],
    ['restricted', '/version', 200],
    ['refused', '/version', 401],
    ['full', '/api/v1/nodes', 200],
  ] as const)('without any, where anonymous access is %s: %s is %i', async (anonymous, path, status) => {
    const at = await started({ anonymous });
    expect((await httpCall(at, 'GET', path, { token: null })).status).toBe(status);
    expect((await httpCall(at, 'GET', path, { token: 'wrong' })).status).toBe(401);
  });

  test('an expired token is 401 until it is renewed', async () => {
    const at = await started({ users: [{ name: 'dev' }] });
    const old = at.tokenFor('dev');
    at.expireToken('dev');
    const refused = await httpCall(at, 'GET', MAPS, { token: old });
    expect([refused.status, refused.json.message]).toEqual([401, 'Unauthorized']);
    const token = at.renewToken('dev');
    expect((await httpCall(at, 'GET', MAPS, { token })).status).toBe(200);
    expect((await httpCall(at, 'GET', MAPS, { token: old })).status).toBe(401);
    expect(at.kubeconfigFor('dev')).toContain(token);
    expect(() => at.tokenFor('nobody')).toThrow('expected one of embedded-user, dev, found nobody');
  });

  test('a token of a service account stands for it', async () => {
    const at = await started({});
    const accounts = '/api/v1/namespaces/default/serviceaccounts';
    const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'robot' } };
    await httpCall(at, 'POST', accounts, { body: account });
    const { json } = await httpCall(at, 'POST', `${accounts}/robot/token`, { body: { spec: {} } });
    const reviews = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
    const who = await httpCall(at, 'POST', reviews, { body: {}, token: json.status.token });
    expect(who.json.status.userInfo).toMatchObject({
      username: 'system:serviceaccount:default:robot',
      groups: ['system:serviceaccounts', 'system:serviceaccounts:default', 'system:authenticated'],
    });
  });

  test('who may do everything may act as somebody else', async () => {
    const at = await started({ users: [NOBODY] });
    const as = { headers: { 'Impersonate-User': 'dev' } };
    expect((await httpCall(at, 'GET', MAPS, as)).json.message).toContain('User "dev" cannot list');
    const swapped = { headers: { 'Impersonate-User': 'embedded-user' }, token: at.tokenFor('dev') };
    expect((await httpCall(at, 'GET', MAPS, swapped)).status).toBe(403);
  });
});

describe('reviews', () => {
  async function review(at: EmbeddedCluster, group: string, plural: string, spec: unknown, token = at.token) {
    return (await httpCall(at, 'POST', `/apis/${group}/v1/${plural}`, { body: { spec }, token })).json;
  }

  test('say what one may do', async () => {
    const at = await started({ users: [{ name: 'dev', allow: [{ verb: 'get', resource: 'pods' }] }] });
    const group = 'authorization.k8s.io';
    const token = at.tokenFor('dev');
    const asked = (verb: string) => ({ resourceAttributes: { verb, resource: 'pods', namespace: 'default' } });
    const own = async (verb: string) =>
      (await review(at, group, 'selfsubjectaccessreviews', asked(verb), token)).status;
    expect(await own('get')).toEqual({ allowed: true });
    expect(await own('delete')).toEqual({ allowed: false });
    const other = await review(at, group, 'subjectaccessreviews', { user: 'dev', ...asked('get') });
    expect(other.status).toEqual({ allowed: true });
    const rules = await review(at, group, 'selfsubjectrulesreviews', { namespace: 'default' }, token);
    expect(rules.status.resourceRules).toContainEqual({ verbs: ['get'], apiGroups: ['*'], resources: ['pods'] });
    expect(await review(at, group, 'selfsubjectaccessreviews', {})).toMatchObject({
      code: 422,
      message:
        '.authorization.k8s.io "" is invalid: spec.resourceAttributes: Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes must be specified',
    });
  });

  test('say whose a token is', async () => {
    const at = await started({ users: [{ name: 'dev', groups: ['team'] }] });
    const group = 'authentication.k8s.io';
    const good = await review(at, group, 'tokenreviews', { token: at.tokenFor('dev') });
    expect(good.status).toMatchObject({
      authenticated: true,
      user: { username: 'dev', groups: ['team', 'system:authenticated'] },
    });
    const bad = await review(at, group, 'tokenreviews', { token: 'nope' });
    expect(bad.status).toEqual({ user: {}, error: 'invalid bearer token' });
  });
});

describe('with authorization by RBAC', () => {
  const rbac = (kind: string, name: string, fields: Record<string, unknown>, namespace?: string) => ({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind,
    metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
    ...fields,
  });
  const reader = { rules: [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list'] }] };
  const bound = (kind: string, name: string, subject: Record<string, string>) => ({
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name },
    subjects: [subject],
  });

  test('stored roles and bindings decide, at once', async () => {
    const at = await started({ authorization: 'rbac', users: [{ name: 'dev', groups: ['team'] }] });
    const statusOf = async (path: string) => (await httpCall(at, 'GET', path, { token: at.tokenFor('dev') })).status;
    expect(await statusOf(MAPS)).toBe(403);
    at.objects.create(rbac('Role', 'reader', reader, 'default'));
    const binding = bound('Role', 'reader', { kind: 'User', name: 'dev' });
    at.objects.create(rbac('RoleBinding', 'reader', binding, 'default'));
    expect(await statusOf(MAPS)).toBe(200);
    expect(await statusOf('/api/v1/configmaps')).toBe(403);
    at.objects.delete('RoleBinding', 'default', 'reader');
    expect(await statusOf(MAPS)).toBe(403);
    at.objects.create(rbac('ClusterRole', 'reader', reader));
    at.objects.create(
      rbac('ClusterRoleBinding', 'reader', bound('ClusterRole', 'reader', { kind: 'Group', name: 'team' })),
    );
    expect(await statusOf('/api/v1/configmaps')).toBe(200);
    expect(await statusOf('/api/v1/secrets')).toBe(403);
    expect((await httpCall(at, 'GET', '/api/v1/secrets')).status).toBe(200);
  });

  test('a binding to a role that is not there is named in the refusal', async () => {
    const at = await started({ authorization: 'rbac', users: [{ name: 'dev' }] });
    at.objects.create(rbac('ClusterRoleBinding', 'b', bound('ClusterRole', 'gone', { kind: 'User', name: 'dev' })));
    expect(await messageFor(at, 'dev', 'GET', MAPS)).toBe(
      'configmaps is forbidden: User "dev" cannot list resource "configmaps" in API group "" in the namespace "default": RBAC: clusterrole.rbac.authorization.k8s.io "gone" not found',
    );
  });
});
