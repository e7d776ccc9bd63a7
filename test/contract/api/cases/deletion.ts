import { expect } from 'vitest';
import { MERGE_PATCH } from '../api.ts';
import type { Contract } from '../contract.ts';
import { CRONTABS, configMap, crontab, deployment, pod, service } from '../objects.ts';
import { invalid, notFound } from '../refusal.ts';

const CORE = '/api/v1/namespaces/{ns}';
const MAPS = `${CORE}/configmaps`;
const PODS = `${CORE}/pods`;
const DEPLOYMENTS = '/apis/apps/v1/namespaces/{ns}/deployments';
const held = { finalizers: ['example.com/hold'] };

/** Deletion: at once, held by finalizers, as a collection. */
export function describeDeletion(contract: Contract): void {
  contract.case('a deletion answers with a Status that names the object', async (api) => {
    const { metadata } = await api.created(MAPS, configMap('a'));
    const answer = await api.delete(`${MAPS}/a`);
    expect(answer.status).toBe(200);
    expect(answer.object).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Success',
      details: { name: 'a', kind: 'configmaps', uid: metadata.uid },
    });
    api.expectRefusal(await api.get(`${MAPS}/a`), notFound('configmaps', 'a'));
  });

  contract.case('a deletion of a named group names the group', async (api) => {
    const { metadata } = await api.created(DEPLOYMENTS, deployment('a'));
    const answer = await api.delete(`${DEPLOYMENTS}/a`);
    expect(answer.object.details).toEqual({ name: 'a', group: 'apps', kind: 'deployments', uid: metadata.uid });
  });

  contract.case('a Pod that runs nowhere goes at once and is answered with', async (api) => {
    await api.created(PODS, pod('a'));
    const answer = await api.delete(`${PODS}/a`);
    expect(answer.status).toBe(200);
    expect(answer.object.kind).toBe('Pod');
    expect((await api.get(`${PODS}/a`)).status).toBe(404);
  });

  contract.case('a Pod on a node stays for its grace period', async (api) => {
    await api.created(PODS, pod('a', {}, { nodeName: 'n' }));
    const answer = await api.delete(`${PODS}/a`);
    expect(answer.status).toBe(200);
    const left = await api.read(`${PODS}/a`);
    expect(left.metadata.deletionTimestamp).toBeDefined();
    expect(left.metadata.deletionGracePeriodSeconds).toBe(30);
    expect(left.metadata.generation).toBe(2);
  });

  contract.case('a Pod on a node goes at once without a grace period', async (api) => {
    await api.created(PODS, pod('a', {}, { nodeName: 'n' }));
    await api.delete(`${PODS}/a?gracePeriodSeconds=0`);
    expect((await api.get(`${PODS}/a`)).status).toBe(404);
  });

  contract.case('a Service is answered with when it goes', async (api) => {
    await api.created(`${CORE}/services`, service('a'));
    const answer = await api.delete(`${CORE}/services/a`);
    expect(answer.object.kind).toBe('Service');
  });

  contract.case('an object with a finalizer stays, with its deletionTimestamp', async (api) => {
    const before = await api.created(MAPS, configMap('a', {}, held));
    const answer = await api.delete(`${MAPS}/a`);
    expect(answer.status).toBe(200);
    expect(answer.object.kind).toBe('ConfigMap');
    expect(answer.object.metadata).toMatchObject({ ...held, deletionGracePeriodSeconds: 0, uid: before.metadata.uid });
    expect(answer.object.metadata.deletionTimestamp).toBeDefined();
    expect(answer.object).toEqual(await api.read(`${MAPS}/a`));
  });

  contract.case('an object goes when its last finalizer does', async (api) => {
    await api.created(MAPS, configMap('a', {}, { finalizers: ['example.com/one', 'example.com/two'] }));
    await api.delete(`${MAPS}/a`);
    await api.patch(`${MAPS}/a`, MERGE_PATCH, { metadata: { finalizers: ['example.com/two'] } });
    expect((await api.get(`${MAPS}/a`)).status).toBe(200);
    const answer = await api.patch(`${MAPS}/a`, MERGE_PATCH, { metadata: { finalizers: null } });
    expect(answer.status).toBe(200);
    expect((await api.get(`${MAPS}/a`)).status).toBe(404);
  });

  contract.case('an object goes when a replacement has no finalizer', async (api) => {
    await api.created(MAPS, configMap('a', {}, held));
    await api.delete(`${MAPS}/a`);
    expect((await api.put(`${MAPS}/a`, configMap('a'))).status).toBe(200);
    expect((await api.get(`${MAPS}/a`)).status).toBe(404);
  });

  contract.case('a second deletion changes nothing', async (api) => {
    await api.created(MAPS, configMap('a', {}, held));
    const first = await api.delete(`${MAPS}/a`);
    const second = await api.delete(`${MAPS}/a`);
    expect(second.object.metadata).toEqual(first.object.metadata);
  });

  contract.case('no finalizer is added to an object that is being deleted', async (api) => {
    await api.created(MAPS, configMap('a', {}, held));
    await api.delete(`${MAPS}/a`);
    const finalizers = [...held.finalizers, 'example.com/late'];
    const what =
      'Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"example.com/late"}';
    api.expectRefusal(
      await api.patch(`${MAPS}/a`, MERGE_PATCH, { metadata: { finalizers } }),
      invalid('ConfigMap', 'a', ['metadata.finalizers', what], ['metadata.finalizers', what]),
    );
  });

  contract.case('an object that is being deleted can still be changed', async (api) => {
    await api.created(MAPS, configMap('a', {}, held));
    await api.delete(`${MAPS}/a`);
    const answer = await api.patch(`${MAPS}/a`, MERGE_PATCH, { data: { k: 'v' } });
    expect(answer.object).toMatchObject({ data: { k: 'v' }, metadata: held });
  });

  contract.case('the generation of a custom resource rises when it is being deleted', async (api) => {
    await api.created(CRONTABS, crontab('a', undefined, held));
    const answer = await api.delete(`${CRONTABS}/a`);
    expect(answer.object.metadata.generation).toBe(2);
  });

  contract.case('a name that is free again holds another object', async (api) => {
    const first = await api.created(MAPS, configMap('a'));
    await api.delete(`${MAPS}/a`);
    const second = await api.created(MAPS, configMap('a'));
    expect(second.metadata.uid).not.toBe(first.metadata.uid);
  });

  contract.case('a name is taken while its object is being deleted', async (api) => {
    await api.created(MAPS, configMap('a', {}, held));
    await api.delete(`${MAPS}/a`);
    const answer = await api.post(MAPS, configMap('a'));
    expect(answer.status).toBe(409);
    expect(answer.object.reason).toBe('AlreadyExists');
    expect(answer.object.message).toBe('object is being deleted: configmaps "a" already exists');
  });

  contract.case('a deletion takes preconditions that hold', async (api) => {
    const { metadata } = await api.created(MAPS, configMap('a'));
    const preconditions = { uid: metadata.uid, resourceVersion: metadata.resourceVersion };
    expect((await api.delete(`${MAPS}/a`, { preconditions })).status).toBe(200);
  });

  contract.case('orphaning leaves a finalizer for the garbage collector', async (api) => {
    await api.created(CRONTABS, crontab('a', undefined, held));
    await api.delete(`${CRONTABS}/a?propagationPolicy=Orphan`);
    expect((await api.read(`${CRONTABS}/a`)).metadata.finalizers).toEqual(['example.com/hold', 'orphan']);
  });

  contract.case('a foreground deletion leaves a finalizer for the garbage collector', async (api) => {
    await api.created(CRONTABS, crontab('a', undefined, held));
    await api.delete(`${CRONTABS}/a`, { propagationPolicy: 'Foreground' });
    expect((await api.read(`${CRONTABS}/a`)).metadata.finalizers).toEqual(['example.com/hold', 'foregroundDeletion']);
  });

  contract.case('a collection is deleted whole, and answered with', async (api) => {
    for (const name of ['a', 'b']) await api.created(DEPLOYMENTS, deployment(name));
    const answer = await api.delete(DEPLOYMENTS);
    expect(answer.status).toBe(200);
    expect(answer.object.kind).toBe('DeploymentList');
    expect(answer.object.items?.map(({ metadata }) => metadata.name)).toEqual(['a', 'b']);
    expect((await api.read(DEPLOYMENTS)).items).toEqual([]);
  });

  contract.case('a collection is deleted as far as the selector goes', async (api) => {
    await api.created(MAPS, configMap('a', {}, { labels: { l: 'x' } }));
    await api.created(MAPS, configMap('b', {}, { labels: { l: 'y' } }));
    await api.delete(`${MAPS}?labelSelector=l%3Dx`);
    expect((await api.read(MAPS)).items?.map(({ metadata }) => metadata.name)).toEqual(['b']);
  });

  contract.case('a collection is deleted by a field', async (api) => {
    for (const name of ['a', 'b']) await api.created(MAPS, configMap(name));
    await api.delete(`${MAPS}?fieldSelector=metadata.name%3Da`);
    expect((await api.read(MAPS)).items?.map(({ metadata }) => metadata.name)).toEqual(['b']);
  });

  contract.case('a collection that is deleted honours finalizers', async (api) => {
    await api.created(MAPS, configMap('a', {}, held));
    await api.delete(MAPS);
    expect((await api.read(`${MAPS}/a`)).metadata.deletionTimestamp).toBeDefined();
  });
}
