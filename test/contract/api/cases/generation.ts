import { expect } from 'vitest';
import { JSON_PATCH, MERGE_PATCH } from '../api.ts';
import type { Contract } from '../contract.ts';
import {
  CRONTABS,
  configMap,
  crontab,
  DEFINITIONS,
  definition,
  deployment,
  OWN_CRONTABS,
  OWN_GROUP,
} from '../objects.ts';
import { invalid } from '../refusal.ts';

const DEPLOYMENTS = '/apis/apps/v1/namespaces/{ns}/deployments';
const A = `${DEPLOYMENTS}/a`;

interface Scaled {
  readonly spec: { readonly replicas: number };
  readonly status: object;
}

/** Generations, the status and the scale. */
export function describeGeneration(contract: Contract): void {
  contract.case('a change of spec raises the generation', async (api) => {
    await api.created(DEPLOYMENTS, deployment('a'));
    expect((await api.patch(A, MERGE_PATCH, { spec: { replicas: 2 } })).object.metadata.generation).toBe(2);
    expect((await api.put(A, deployment('a', { replicas: 3 }))).object.metadata.generation).toBe(3);
  });

  contract.case('labels and finalizers leave the generation alone', async (api) => {
    await api.created(DEPLOYMENTS, deployment('a'));
    const metadata = { labels: { l: 'v' }, finalizers: ['example.com/hold'] };
    expect((await api.patch(A, MERGE_PATCH, { metadata })).object.metadata.generation).toBe(1);
  });

  contract.case('annotations raise the generation of a Deployment, and of no custom resource', async (api) => {
    const metadata = { annotations: { n: 'v' } };
    await api.created(DEPLOYMENTS, deployment('a'));
    expect((await api.patch(A, MERGE_PATCH, { metadata })).object.metadata.generation).toBe(2);
    await api.created(CRONTABS, crontab('a'));
    expect((await api.patch(`${CRONTABS}/a`, MERGE_PATCH, { metadata })).object.metadata.generation).toBe(1);
  });

  contract.case('a spec that says the same leaves generation and resourceVersion alone', async (api) => {
    const before = await api.created(DEPLOYMENTS, deployment('a', { replicas: 2 }));
    const { metadata } = (await api.patch(A, MERGE_PATCH, { spec: { replicas: 2 } })).object;
    expect(metadata.generation).toBe(1);
    expect(metadata.resourceVersion).toBe(before.metadata.resourceVersion);
  });

  contract.case('a generation is not set by who writes', async (api) => {
    await api.created(DEPLOYMENTS, deployment('a'));
    expect((await api.patch(A, MERGE_PATCH, { metadata: { generation: 9 } })).object.metadata.generation).toBe(1);
  });

  contract.case('a ConfigMap has no generation', async (api) => {
    const made = await api.created('/api/v1/namespaces/{ns}/configmaps', configMap('a'));
    expect(made.metadata.generation).toBeUndefined();
  });

  contract.case('any change of a custom resource outside of metadata and status raises its generation', async (api) => {
    await api.created(CRONTABS, crontab('a'));
    const path = `${CRONTABS}/a`;
    expect((await api.patch(path, MERGE_PATCH, { spec: { replicas: 2 } })).object.metadata.generation).toBe(2);
    expect((await api.patch(path, MERGE_PATCH, { metadata: { labels: { l: 'v' } } })).object.metadata.generation).toBe(
      2,
    );
    expect(
      (await api.patch(`${path}/status`, MERGE_PATCH, { status: { phase: 'Up' } })).object.metadata.generation,
    ).toBe(2);
  });

  contract.case('a status is changed on its own path only', async (api) => {
    await api.created(DEPLOYMENTS, deployment('a'));
    const ignored = await api.patch(A, MERGE_PATCH, { status: { replicas: 5 } });
    expect(ignored.status).toBe(200);
    expect(ignored.object.status).toEqual({});
    const taken = await api.patch(`${A}/status`, MERGE_PATCH, { status: { replicas: 5, observedGeneration: 1 } });
    expect(taken.object.status).toEqual({ observedGeneration: 1, replicas: 5 });
    expect(taken.object.metadata.generation).toBe(1);
  });

  contract.case('the path of the status leaves the spec alone', async (api) => {
    await api.created(DEPLOYMENTS, deployment('a'));
    const answer = await api.patch(`${A}/status`, MERGE_PATCH, { spec: { replicas: 7 }, status: { replicas: 7 } });
    expect(answer.object.spec).toMatchObject({ replicas: 1 });
    expect(answer.object.status).toEqual({ replicas: 7 });
  });

  contract.case('the status is replaced with PUT', async (api) => {
    const before = await api.created(DEPLOYMENTS, deployment('a'));
    const answer = await api.put(`${A}/status`, { ...before, status: { readyReplicas: 1, replicas: 1 } });
    expect(answer.status).toBe(200);
    expect(answer.object.status).toEqual({ readyReplicas: 1, replicas: 1 });
  });

  contract.case('the status is read with the whole object', async (api) => {
    const made = await api.created(DEPLOYMENTS, deployment('a'));
    expect(await api.read(`${A}/status`)).toEqual(made);
  });

  contract.case('the status of a custom resource leaves spec and labels alone', async (api) => {
    await api.created(CRONTABS, crontab('a', { schedule: '*' }));
    const body = { metadata: { labels: { l: 'v' } }, spec: { schedule: '1' }, status: { phase: 'Up' } };
    const { object } = await api.patch(`${CRONTABS}/a/status`, MERGE_PATCH, body);
    expect(object.spec).toEqual({ schedule: '*', replicas: 1 });
    expect(object.status).toEqual({ phase: 'Up' });
    expect(object.metadata.labels).toBeUndefined();
  });

  contract.case('the status given with a new custom resource is dropped', async (api) => {
    const made = await api.created(CRONTABS, { ...crontab('a'), status: { phase: 'Up' } });
    expect(made.status).toBeUndefined();
  });

  contract.case('a status is patched with a JSON patch', async (api) => {
    await api.created(DEPLOYMENTS, deployment('a'));
    const answer = await api.patch(`${A}/status`, JSON_PATCH, [{ op: 'add', path: '/status/replicas', value: 2 }]);
    expect(answer.object.status).toEqual({ replicas: 2 });
  });

  contract.case('a Deployment has a scale', async (api) => {
    const { metadata } = await api.created(DEPLOYMENTS, deployment('a', { replicas: 2 }));
    expect(await api.read(`${A}/scale`)).toEqual({
      kind: 'Scale',
      apiVersion: 'autoscaling/v1',
      metadata: {
        name: 'a',
        namespace: api.ns,
        uid: metadata.uid,
        resourceVersion: metadata.resourceVersion,
        creationTimestamp: metadata.creationTimestamp,
      },
      spec: { replicas: 2 },
      status: { replicas: 0, selector: 'app=a' },
    });
  });

  contract.case('a scale that is changed changes the Deployment', async (api) => {
    await api.created(DEPLOYMENTS, deployment('a'));
    const patched = await api.patch(`${A}/scale`, MERGE_PATCH, { spec: { replicas: 4 } });
    expect((patched.object as unknown as Scaled).spec.replicas).toBe(4);
    const scale = await api.read(`${A}/scale`);
    await api.put(`${A}/scale`, { ...scale, spec: { replicas: 5 } });
    const changed = await api.read(A);
    expect((changed as unknown as Scaled).spec.replicas).toBe(5);
    expect(changed.metadata.generation).toBe(3);
  });

  contract.case('a scale below nothing is invalid', async (api) => {
    await api.created(DEPLOYMENTS, deployment('a'));
    api.expectRefusal(
      await api.patch(`${A}/scale`, MERGE_PATCH, { spec: { replicas: -1 } }),
      invalid('Scale.autoscaling', 'a', ['spec.replicas', 'Invalid value: -1: must be greater than or equal to 0']),
    );
  });

  contract.case('a custom resource has the scale that its definition declares', async (api) => {
    const paths = {
      specReplicasPath: '.spec.replicas',
      statusReplicasPath: '.status.replicas',
      labelSelectorPath: '.status.selector',
    };
    await api.created(DEFINITIONS, definition({ subresources: { status: {}, scale: paths } }));
    await api.created(OWN_CRONTABS, crontab('a', undefined, {}, OWN_GROUP));
    await api.patch(`${OWN_CRONTABS}/a/status`, MERGE_PATCH, { status: { replicas: 3, selector: 'a=b' } });
    const answer = await api.patch(`${OWN_CRONTABS}/a/scale`, MERGE_PATCH, { spec: { replicas: 2 } });
    expect(answer.object).toMatchObject({
      kind: 'Scale',
      spec: { replicas: 2 },
      status: { replicas: 3, selector: 'a=b' },
    });
    expect(await api.read(`${OWN_CRONTABS}/a`)).toMatchObject({ metadata: { generation: 2 }, spec: { replicas: 2 } });
  });

  contract.case('without a status path the status is a field like any other', async (api) => {
    await api.created(DEFINITIONS, definition({ subresources: undefined }));
    const made = await api.created(OWN_CRONTABS, {
      ...crontab('a', undefined, {}, OWN_GROUP),
      status: { phase: 'Up' },
    });
    expect(made.status).toEqual({ phase: 'Up' });
    expect((await api.get(`${OWN_CRONTABS}/a/status`)).status).toBe(404);
    const { object } = await api.patch(`${OWN_CRONTABS}/a`, MERGE_PATCH, { status: { phase: 'Down' } });
    expect(object.metadata.generation).toBe(2);
  });
}
