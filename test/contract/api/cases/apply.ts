import { expect } from 'vitest';
import { APPLY_PATCH, type Api, MERGE_PATCH } from '../api.ts';
import type { Contract } from '../contract.ts';
import type { Answer } from '../exchange.ts';
import { configMap } from '../objects.ts';
import { data, dataMadeWith, owners } from '../owners.ts';

const MAPS = '/api/v1/namespaces/{ns}/configmaps';

function apply(api: Api, manager: string, data: object | undefined, query = ''): Promise<Answer> {
  const body = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'a' },
    ...(data === undefined ? {} : { data }),
  };
  return api.patch(`${MAPS}/a?fieldManager=${manager}${query}`, APPLY_PATCH, body);
}

/** Server-side apply: who owns what. */
export function describeApply(contract: Contract): void {
  contract.case('an apply makes what is not there', async (api) => {
    const answer = await apply(api, 'one', { k: 'v' });
    expect(answer.status).toBe(201);
    expect(answer.object.data).toEqual({ k: 'v' });
    expect(owners(answer.object)).toEqual([['one', 'Apply', data('k')]]);
  });

  contract.case('an apply of the same changes nothing', async (api) => {
    const first = await apply(api, 'one', { k: 'v' });
    const second = await apply(api, 'one', { k: 'v' });
    expect(second.status).toBe(200);
    expect(second.object).toEqual(first.object);
  });

  contract.case('an apply takes away what its manager alone owned and no longer says', async (api) => {
    await apply(api, 'one', { k: 'v', l: 'w' });
    const { object } = await apply(api, 'one', { k: 'v' });
    expect(object.data).toEqual({ k: 'v' });
    expect(owners(object)).toEqual([['one', 'Apply', data('k')]]);
  });

  contract.case('an apply leaves what another manager owns too', async (api) => {
    await apply(api, 'one', { k: 'v', l: 'w' });
    await apply(api, 'two', { l: 'w' });
    const { object } = await apply(api, 'one', { k: 'v' });
    expect(object.data).toEqual({ k: 'v', l: 'w' });
    expect(owners(object)).toEqual([
      ['one', 'Apply', data('k')],
      ['two', 'Apply', data('l')],
    ]);
  });

  contract.case('two managers share a field that they agree on', async (api) => {
    await apply(api, 'one', { k: 'v' });
    const { status, object } = await apply(api, 'two', { k: 'v' });
    expect(status).toBe(200);
    expect(owners(object)).toEqual([
      ['one', 'Apply', data('k')],
      ['two', 'Apply', data('k')],
    ]);
  });

  contract.case('an apply against another apply is a conflict that names manager and field', async (api) => {
    await apply(api, 'one', { k: 'v' });
    api.expectRefusal(await apply(api, 'two', { k: 'w' }), {
      code: 409,
      reason: 'Conflict',
      message: 'Apply failed with 1 conflict: conflict with "one": .data.k',
      details: { causes: [{ reason: 'FieldManagerConflict', message: 'conflict with "one"', field: '.data.k' }] },
    });
  });

  contract.case('conflicts with two managers are all named', async (api) => {
    await apply(api, 'one', { k: 'v' });
    await apply(api, 'two', { l: 'v' });
    const answer = await apply(api, 'three', { k: 'w', l: 'w' });
    expect(answer.object.message).toBe(
      'Apply failed with 2 conflicts: conflicts with "one":\n- .data.k\nconflicts with "two":\n- .data.l',
    );
  });

  contract.case('force takes a field over', async (api) => {
    await apply(api, 'one', { k: 'v', l: 'w' });
    const { status, object } = await apply(api, 'two', { k: 'w' }, '&force=true');
    expect(status).toBe(200);
    expect(object.data).toEqual({ k: 'w', l: 'w' });
    expect(owners(object)).toEqual([
      ['one', 'Apply', data('l')],
      ['two', 'Apply', data('k')],
    ]);
  });

  contract.case('a manager that lost every field is gone', async (api) => {
    await apply(api, 'one', { k: 'v' });
    const { object } = await apply(api, 'two', { k: 'w' }, '&force=true');
    expect(owners(object)).toEqual([['two', 'Apply', data('k')]]);
  });

  contract.case('an update takes over what it changes', async (api) => {
    await apply(api, 'one', { k: 'v', l: 'w' });
    const { object } = await api.patch(`${MAPS}/a?fieldManager=two`, MERGE_PATCH, { data: { k: 'w' } });
    expect(owners(object)).toEqual([
      ['one', 'Apply', data('l')],
      ['two', 'Update', data('k')],
    ]);
  });

  contract.case('an update that changes nothing owns nothing', async (api) => {
    const before = await apply(api, 'one', { k: 'v' });
    const { object } = await api.patch(`${MAPS}/a?fieldManager=two`, MERGE_PATCH, { data: { k: 'v' } });
    expect(object).toEqual(before.object);
  });

  contract.case('an apply of nothing owns nothing', async (api) => {
    await api.created(MAPS, configMap('a', { k: 'v' }));
    const { status, object } = await apply(api, 'one', undefined);
    expect(status).toBe(200);
    expect(owners(object)).toEqual([['unknown', 'Update', dataMadeWith('k')]]);
  });

  contract.case('who applies and updates has two entries', async (api) => {
    await apply(api, 'one', { k: 'v' });
    const { object } = await api.patch(`${MAPS}/a?fieldManager=one`, MERGE_PATCH, { data: { l: 'w' } });
    expect(object.metadata.managedFields?.map(({ operation, fieldsV1 }) => [operation, fieldsV1])).toEqual([
      ['Apply', data('k')],
      ['Update', data('l')],
    ]);
  });

  contract.case('updates of one manager are one entry', async (api) => {
    await api.post(`${MAPS}?fieldManager=one`, configMap('a', { k: 'v' }));
    const { object } = await api.patch(`${MAPS}/a?fieldManager=one`, MERGE_PATCH, { data: { l: 'w' } });
    expect(owners(object)).toEqual([['one', 'Update', dataMadeWith('k', 'l')]]);
  });

  contract.case('the manager is the first part of the user agent when nobody says', async (api) => {
    const { object } = await api.post(MAPS, configMap('a', { k: 'v' }), { headers: { 'User-Agent': 'tool/1.2 (x)' } });
    expect(owners(object)).toEqual([['tool', 'Update', dataMadeWith('k')]]);
  });

  contract.case('labels and annotations are owned one by one', async (api) => {
    const metadata = { name: 'a', labels: { l: 'v' }, annotations: { 'example.com/n': 'v' } };
    const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata };
    const { object } = await api.patch(`${MAPS}/a?fieldManager=one`, APPLY_PATCH, body);
    const fields = { 'f:annotations': { 'f:example.com/n': {} }, 'f:labels': { 'f:l': {} } };
    expect(owners(object)).toEqual([['one', 'Apply', { 'f:metadata': fields }]]);
  });

  contract.case('finalizers are owned as a set', async (api) => {
    const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', finalizers: ['example.com/hold'] } };
    const { object } = await api.patch(`${MAPS}/a?fieldManager=one`, APPLY_PATCH, body);
    expect(owners(object)).toEqual([
      ['one', 'Apply', { 'f:metadata': { 'f:finalizers': { 'v:"example.com/hold"': {} } } }],
    ]);
  });

  contract.case('managed fields are cleared by an empty entry', async (api) => {
    await apply(api, 'one', { k: 'v' });
    const { object } = await api.patch(`${MAPS}/a`, MERGE_PATCH, { metadata: { managedFields: [{}] } });
    expect(object.metadata.managedFields).toBeUndefined();
  });

  contract.case('an apply takes YAML', async (api) => {
    const body = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  k: v # why\n';
    expect((await api.patch(`${MAPS}/a?fieldManager=one`, APPLY_PATCH, body)).object.data).toEqual({ k: 'v' });
  });

  contract.case('an apply that is a dry run leaves nothing', async (api) => {
    const answer = await api.patch(`${MAPS}/b?fieldManager=one&dryRun=All`, APPLY_PATCH, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'b' },
    });
    expect(answer.status).toBe(201);
    expect((await api.get(`${MAPS}/b`)).status).toBe(404);
  });

  contract.case('an owner is kept over a change of the value by itself', async (api) => {
    await apply(api, 'one', { k: 'v' });
    const { object } = await apply(api, 'one', { k: 'w' });
    expect(object.data).toEqual({ k: 'w' });
    expect(owners(object)).toEqual([['one', 'Apply', data('k')]]);
  });
}
