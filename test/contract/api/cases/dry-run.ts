import { expect } from 'vitest';
import { APPLY_PATCH, type Api, JSON_PATCH, MERGE_PATCH, STRATEGIC_PATCH } from '../api.ts';
import type { Contract } from '../contract.ts';
import type { Answer } from '../exchange.ts';
import { CRONTABS, configMap, crontab, DEFINITIONS, definition, deployment } from '../objects.ts';

const MAPS = '/api/v1/namespaces/{ns}/configmaps';
const DEPLOYMENTS = '/apis/apps/v1/namespaces/{ns}/deployments';
const DRY = 'dryRun=All';

/** A write that must leave everything as it was. */
type DryWrite = readonly [it: string, status: number, write: (api: Api) => Promise<Answer>];

const DRY_WRITES: readonly DryWrite[] = [
  ['create', 201, (api) => api.post(`${MAPS}?${DRY}`, configMap('new'))],
  ['create of a name that is taken', 409, (api) => api.post(`${MAPS}?${DRY}`, configMap('a'))],
  ['create that is invalid', 422, (api) => api.post(`${MAPS}?${DRY}`, configMap('Capital'))],
  ['replace', 200, (api) => api.put(`${MAPS}/a?${DRY}`, configMap('a', { k: 'w' }))],
  ['stale replace', 409, (api) => api.put(`${MAPS}/a?${DRY}`, configMap('a', {}, { resourceVersion: '1' }))],
  ['merge patch', 200, (api) => api.patch(`${MAPS}/a?${DRY}`, MERGE_PATCH, { data: { k: 'w' } })],
  ['JSON patch', 200, (api) => api.patch(`${MAPS}/a?${DRY}`, JSON_PATCH, [{ op: 'remove', path: '/data/k' }])],
  ['strategic patch', 200, (api) => api.patch(`${MAPS}/a?${DRY}`, STRATEGIC_PATCH, { data: { k: 'w' } })],
  [
    'apply',
    200,
    (api) =>
      api.patch(`${MAPS}/a?${DRY}&fieldManager=m&force=true`, APPLY_PATCH, {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        data: { k: 'w' },
      }),
  ],
  [
    'apply that conflicts',
    409,
    (api) =>
      api.patch(`${MAPS}/a?${DRY}&fieldManager=m`, APPLY_PATCH, {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        data: { k: 'w' },
      }),
  ],
  ['delete', 200, (api) => api.delete(`${MAPS}/a?${DRY}`)],
  ['delete by its body', 200, (api) => api.delete(`${MAPS}/a`, { dryRun: ['All'] })],
  ['delete of an object that a finalizer holds', 200, (api) => api.delete(`${MAPS}/held?${DRY}`)],
  ['delete of the collection', 200, (api) => api.delete(`${MAPS}?${DRY}`)],
  ['status patch', 200, (api) => api.patch(`${DEPLOYMENTS}/a/status?${DRY}`, MERGE_PATCH, { status: { replicas: 3 } })],
  ['scale patch', 200, (api) => api.patch(`${DEPLOYMENTS}/a/scale?${DRY}`, MERGE_PATCH, { spec: { replicas: 3 } })],
  ['create of a custom resource', 201, (api) => api.post(`${CRONTABS}?${DRY}`, crontab('new'))],
  ['create of a definition', 201, (api) => api.post(`${DEFINITIONS}?${DRY}`, definition())],
  ['create of a namespace', 201, (api) => api.post(`/api/v1/namespaces?${DRY}`, { metadata: { name: 'new-{ns}' } })],
];

/** Everything in the namespace, and what the rows could have made beside it. */
async function everything(api: Api): Promise<unknown> {
  const kept = [MAPS, DEPLOYMENTS, CRONTABS];
  const lists = await Promise.all(kept.map(async (path) => (await api.read(path)).items));
  const made = [`${DEFINITIONS}/${api.filled('crontabs.{ns}.example.com')}`, '/api/v1/namespaces/new-{ns}'];
  return [lists, await Promise.all(made.map(async (path) => (await api.get(path)).status))];
}

/** `dryRun=All` on every write. */
export function describeDryRun(contract: Contract): void {
  for (const [it, status, write] of DRY_WRITES) {
    contract.case(`a dry ${it} answers ${status} and changes nothing`, async (api) => {
      await api.created(MAPS, configMap('a', { k: 'v' }));
      await api.created(MAPS, configMap('held', {}, { finalizers: ['example.com/hold'] }));
      await api.created(DEPLOYMENTS, deployment('a'));
      const before = await everything(api);
      const answer = await write(api);
      expect(answer.status, answer.text).toBe(status);
      expect(await everything(api)).toEqual(before);
    });
  }

  contract.case('a dry create shows what would be there, without a resourceVersion', async (api) => {
    const { object } = await api.post(`${DEPLOYMENTS}?${DRY}`, deployment('a'));
    expect(object.metadata.uid).toMatch(/^[0-9a-f-]{36}$/);
    expect(object.metadata.creationTimestamp).toBeDefined();
    expect(object.metadata.resourceVersion).toBeUndefined();
    expect(object.spec).toMatchObject({ replicas: 1 });
  });

  contract.case('a dry patch shows what would be there, with the resourceVersion of what is', async (api) => {
    const before = await api.created(MAPS, configMap('a', { k: 'v' }));
    const { object } = await api.patch(`${MAPS}/a?${DRY}`, MERGE_PATCH, { data: { k: 'w' } });
    expect(object.data).toEqual({ k: 'w' });
    expect(object.metadata.resourceVersion).toBe(before.metadata.resourceVersion);
  });

  contract.case('a dry write is not told to a watch', async (api) => {
    const watch = await api.watch(`${MAPS}?watch=true`);
    await api.post(`${MAPS}?${DRY}`, configMap('a'));
    await api.created(MAPS, configMap('b'));
    expect((await watch.next()).object.metadata.name).toBe('b');
    watch.close();
  });
}
