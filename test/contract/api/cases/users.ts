import { expect } from 'vitest';
import { MERGE_PATCH } from '../api.ts';
import type { Contract } from '../contract.ts';
import { configMap, deployment, secret } from '../objects.ts';
import { READER, STRANGER } from '../rights.ts';

const CORE = '/api/v1/namespaces/{ns}';
const MAPS = `${CORE}/configmaps`;
const DEPLOYMENTS = '/apis/apps/v1/namespaces/{ns}/deployments';
const SELF_SUBJECT = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';

interface Review {
  readonly status: { readonly allowed: boolean; readonly userInfo?: object };
}

/** What users may do, and what they are told about it. */
export function describeUsers(contract: Contract): void {
  contract.case('a reader gets, lists and watches what it may', async (api) => {
    await api.created(MAPS, configMap('a'));
    expect((await api.get(`${MAPS}/a`, { user: READER })).status).toBe(200);
    expect((await api.get(MAPS, { user: READER })).status).toBe(200);
    expect((await api.get('/api/v1/configmaps?limit=1', { user: READER })).status).toBe(200);
    const watch = await api.watch(`${MAPS}?watch=true`, { user: READER });
    expect((await watch.next()).object.metadata.name).toBe('a');
    watch.close();
  });

  contract.case('who may change a status does', async (api) => {
    await api.created(DEPLOYMENTS, deployment('a'));
    const answer = await api.patch(
      `${DEPLOYMENTS}/a/status`,
      MERGE_PATCH,
      { status: { replicas: 1 } },
      { user: READER },
    );
    expect(answer.status).toBe(200);
  });

  contract.case('who may get and update one name does', async (api) => {
    await api.created(`${CORE}/secrets`, secret('known'));
    expect((await api.get(`${CORE}/secrets/known`, { user: READER })).status).toBe(200);
    expect((await api.put(`${CORE}/secrets/known`, secret('known'), { user: READER })).status).toBe(200);
  });

  contract.case('a reader learns that an object is missing', async (api) => {
    expect((await api.get(`${MAPS}/absent`, { user: READER })).status).toBe(404);
  });

  contract.case('everybody who is known may discover', async (api) => {
    for (const path of ['/api', '/apis', '/api/v1', '/apis/apps/v1', '/version', '/healthz', '/openapi/v3'])
      expect([path, (await api.get(path, { user: STRANGER })).status]).toEqual([path, 200]);
  });

  contract.case('anonymous may see health and version', async (api) => {
    for (const path of ['/healthz', '/readyz', '/livez', '/version'])
      expect([path, (await api.get(path, { user: 'anonymous' })).status]).toEqual([path, 200]);
  });

  for (const [user, verb, resource, allowed] of [
    [READER, 'list', 'configmaps', true],
    [READER, 'create', 'configmaps', false],
    [STRANGER, 'list', 'configmaps', false],
    [undefined, 'delete', 'pods', true],
  ] as const) {
    contract.case(`${user ?? 'the administrator'} asks whether it may ${verb} ${resource}: ${allowed}`, async (api) => {
      const spec = { resourceAttributes: { namespace: '{ns}', verb, resource } };
      const answer = await api.post(SELF_SUBJECT, { spec }, user === undefined ? {} : { user });
      expect(answer.status).toBe(201);
      expect((answer.object as unknown as Review).status.allowed).toBe(allowed);
    });
  }

  contract.case('a user asks who it is', async (api) => {
    const path = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
    const answer = await api.post(
      path,
      { kind: 'SelfSubjectReview', apiVersion: 'authentication.k8s.io/v1' },
      { user: READER },
    );
    expect(answer.status).toBe(201);
    expect((answer.object as unknown as Review).status.userInfo).toMatchObject({
      username: READER,
      groups: ['readers', 'system:authenticated'],
    });
  });
}
