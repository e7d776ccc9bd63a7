import { expect } from 'vitest';
import type { Contract } from '../contract.ts';
import { configMap, pod } from '../objects.ts';

const NAMESPACE = '/api/v1/namespaces/{ns}';
const MAPS = `${NAMESPACE}/configmaps`;

/** Paths that few ask for. */
export function describeRarePaths(contract: Contract): void {
  contract.case('a path may end with a slash', async (api) => {
    await api.created(MAPS, configMap('a'));
    expect((await api.read(`${MAPS}/`)).items).toHaveLength(1);
    expect((await api.read(`${MAPS}/a/`)).metadata.name).toBe('a');
    expect((await api.read('/apis/apps/')).kind).toBe('APIGroup');
  });

  contract.case('the log of a Pod that runs nowhere is empty', async (api) => {
    await api.created(`${NAMESPACE}/pods`, pod('a'));
    const answer = await api.get(`${NAMESPACE}/pods/a/log`);
    expect([answer.status, answer.text]).toEqual([204, '']);
  });

  contract.case('a revision of 0 makes a limit count for nothing', async (api) => {
    for (const name of ['a', 'b', 'c']) await api.created(MAPS, configMap(name));
    expect((await api.read(`${MAPS}?limit=1&resourceVersion=0`)).items).toHaveLength(3);
  });

  contract.case('a service account gets a token', async (api) => {
    await api.created(`${NAMESPACE}/serviceaccounts`, { metadata: { name: 'a' } });
    const answer = await api.post(`${NAMESPACE}/serviceaccounts/a/token`, {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: { audiences: [] },
    });
    expect(answer.status).toBe(201);
    expect(answer.object).toMatchObject({ kind: 'TokenRequest', status: { token: expect.any(String) } });
  });

  contract.case('a Pod that is evicted is gone', async (api) => {
    await api.created(`${NAMESPACE}/pods`, pod('a'));
    const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'a' } };
    expect((await api.post(`${NAMESPACE}/pods/a/eviction`, eviction)).status).toBe(201);
    expect((await api.get(`${NAMESPACE}/pods/a`)).status).toBe(404);
  });
}
