import { expect } from 'vitest';
import { APPLY_PATCH, type Api, MERGE_PATCH } from '../api.ts';
import type { Contract } from '../contract.ts';
import type { Answer } from '../exchange.ts';
import { CRONTABS, crontab, deployment } from '../objects.ts';
import { owners } from '../owners.ts';

const DEPLOYMENTS = '/apis/apps/v1/namespaces/{ns}/deployments';

function applyDeployment(api: Api, manager: string, spec: object, query = ''): Promise<Answer> {
  const body = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'a' }, spec };
  return api.patch(`${DEPLOYMENTS}/a?fieldManager=${manager}${query}`, APPLY_PATCH, body);
}

function applyCrontab(api: Api, manager: string, spec: object): Promise<Answer> {
  return api.patch(`${CRONTABS}/a?fieldManager=${manager}`, APPLY_PATCH, crontab('a', spec));
}

/** Server-side apply by schema: keyed lists, sets, defaults, the status. */
export function describeKeyedApply(contract: Contract): void {
  contract.case('containers are merged and owned by name', async (api) => {
    await api.created(DEPLOYMENTS, deployment('a'));
    const side = { name: 'side', image: 'i' };
    const { status, object } = await applyDeployment(api, 'one', { template: { spec: { containers: [side] } } });
    expect(status).toBe(200);
    expect(object.spec).toMatchObject({ template: { spec: { containers: [{ name: 'app' }, side] } } });
    const entry = object.metadata.managedFields?.find(({ manager }) => manager === 'one');
    expect(entry?.fieldsV1).toEqual({
      'f:spec': {
        'f:template': {
          'f:spec': { 'f:containers': { 'k:{"name":"side"}': { '.': {}, 'f:image': {}, 'f:name': {} } } },
        },
      },
    });
  });

  contract.case('a container that its manager no longer applies is gone', async (api) => {
    await api.created(DEPLOYMENTS, deployment('a'));
    await applyDeployment(api, 'one', { template: { spec: { containers: [{ name: 'side', image: 'i' }] } } });
    const { object } = await applyDeployment(api, 'one', { replicas: 1 });
    expect(object.spec).toMatchObject({ template: { spec: { containers: [{ name: 'app' }] } } });
    expect(JSON.stringify(object.spec)).not.toContain('side');
  });

  contract.case('a conflict in a keyed list names the key', async (api) => {
    await api.post(`${DEPLOYMENTS}?fieldManager=maker`, deployment('a'));
    const containers = [{ name: 'app', image: 'other' }];
    const answer = await applyDeployment(api, 'one', { template: { spec: { containers } } });
    expect(answer.status).toBe(409);
    expect(answer.object.message).toBe(
      'Apply failed with 1 conflict: conflict with "maker" using apps/v1: .spec.template.spec.containers[name="app"].image',
    );
  });

  contract.case('ports are keyed by number and the default protocol', async (api) => {
    const container = { name: 'app', image: 'i', ports: [{ containerPort: 80 }] };
    await api.created(DEPLOYMENTS, deployment('a'));
    const { object } = await applyDeployment(
      api,
      'one',
      { template: { spec: { containers: [container] } } },
      '&force=true',
    );
    const entry = object.metadata.managedFields?.find(({ manager }) => manager === 'one');
    expect(JSON.stringify(entry?.fieldsV1)).toContain('k:{\\"containerPort\\":80,\\"protocol\\":\\"TCP\\"}');
  });

  contract.case('the status is applied on its own path', async (api) => {
    await api.created(DEPLOYMENTS, deployment('a'));
    const body = { apiVersion: 'apps/v1', kind: 'Deployment', status: { replicas: 2 } };
    const { status, object } = await api.patch(`${DEPLOYMENTS}/a/status?fieldManager=one`, APPLY_PATCH, body);
    expect(status).toBe(200);
    expect(object.status).toEqual({ replicas: 2 });
    expect(owners(object)).toContainEqual(['one', 'Apply status', { 'f:status': { 'f:replicas': {} } }]);
  });

  contract.case('an update of the status is an entry of its own', async (api) => {
    await api.created(DEPLOYMENTS, deployment('a'));
    const { object } = await api.patch(`${DEPLOYMENTS}/a/status`, MERGE_PATCH, { status: { replicas: 2 } });
    expect(owners(object)).toContainEqual(['unknown', 'Update status', { 'f:status': { 'f:replicas': {} } }]);
  });

  contract.case('a keyed list of a custom resource is merged by its key', async (api) => {
    await applyCrontab(api, 'one', { schedule: '*', steps: [{ name: 'a', image: 'i' }] });
    const { object } = await applyCrontab(api, 'two', { schedule: '*', steps: [{ name: 'b', image: 'j' }] });
    expect(object.spec).toMatchObject({
      steps: [
        { name: 'a', image: 'i' },
        { name: 'b', image: 'j' },
      ],
    });
  });

  contract.case('a set of a custom resource is merged by value', async (api) => {
    await applyCrontab(api, 'one', { schedule: '*', tags: ['a'] });
    const { object } = await applyCrontab(api, 'two', { schedule: '*', tags: ['b'] });
    expect(object.spec).toMatchObject({ tags: ['a', 'b'] });
  });

  contract.case('what a schema keeps unknown is owned as deep as it goes, lists whole', async (api) => {
    const { object } = await applyCrontab(api, 'one', { schedule: '*', free: { a: { b: 1 }, c: [1] } });
    const free = { 'f:a': { '.': {}, 'f:b': {} }, 'f:c': {} };
    expect(owners(object)).toEqual([['one', 'Apply', { 'f:spec': { 'f:free': free, 'f:schedule': {} } }]]);
  });

  contract.case('a schema default belongs to nobody who applies', async (api) => {
    const { object } = await applyCrontab(api, 'one', { schedule: '*' });
    expect(object.spec).toEqual({ schedule: '*', replicas: 1 });
    expect(owners(object)).toEqual([['one', 'Apply', { 'f:spec': { 'f:schedule': {} } }]]);
  });
}
