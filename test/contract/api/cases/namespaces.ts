import { expect } from 'vitest';
import { MERGE_PATCH } from '../api.ts';
import type { Contract } from '../contract.ts';
import { configMap } from '../objects.ts';
import { forbidden, notFound } from '../refusal.ts';

const NAMESPACE = '/api/v1/namespaces/{ns}';
const MAPS = `${NAMESPACE}/configmaps`;

interface Namespace {
  readonly spec: { readonly finalizers?: readonly string[] };
  readonly status: { readonly phase: string };
}

/** Namespaces on their way out, as far as they go without a namespace controller. */
export function describeNamespaces(contract: Contract): void {
  contract.case('a namespace that is deleted is Terminating until it is finalized', async (api) => {
    const answer = await api.delete(NAMESPACE);
    expect(answer.status).toBe(200);
    expect(answer.object.kind).toBe('Namespace');
    expect(answer.object.metadata.deletionTimestamp).toBeDefined();
    const left = (await api.read(NAMESPACE)) as unknown as Namespace;
    expect(left.status.phase).toBe('Terminating');
    expect(left.spec.finalizers).toEqual(['kubernetes']);
  });

  contract.case('nothing is made in a namespace that is Terminating', async (api) => {
    await api.delete(NAMESPACE);
    const { details, ...refusal } = forbidden(
      'configmaps',
      'a',
      'unable to create new content in namespace {ns} because it is being terminated',
    );
    const causes = [
      { reason: 'NamespaceTerminating', message: 'namespace {ns} is being terminated', field: 'metadata.namespace' },
    ];
    const withCauses = { ...(details as object), causes };
    api.expectRefusal(await api.post(MAPS, configMap('a')), { ...refusal, details: withCauses });
  });

  contract.case('what is in a namespace that is Terminating can be changed and deleted', async (api) => {
    await api.created(MAPS, configMap('a'));
    await api.delete(NAMESPACE);
    expect((await api.patch(`${MAPS}/a`, MERGE_PATCH, { data: { k: 'v' } })).status).toBe(200);
    expect((await api.delete(`${MAPS}/a`)).status).toBe(200);
  });

  contract.case('a namespace that is Terminating goes when it is finalized', async (api) => {
    await api.delete(NAMESPACE);
    const answer = await api.put(`${NAMESPACE}/finalize`, { metadata: { name: '{ns}' }, spec: { finalizers: [] } });
    expect(answer.status).toBe(200);
    api.expectRefusal(await api.get(NAMESPACE), notFound('namespaces', '{ns}'));
  });

  contract.case('the namespaces of the cluster itself are not deleted', async (api) => {
    for (const name of ['default', 'kube-system', 'kube-public'])
      api.expectRefusal(
        await api.delete(`/api/v1/namespaces/${name}`),
        forbidden('namespaces', name, 'this namespace may not be deleted'),
      );
  });

  contract.case('a namespace keeps its name as a label', async (api) => {
    const metadata = { labels: { 'kubernetes.io/metadata.name': 'other', l: 'v' } };
    const { object } = await api.patch(NAMESPACE, MERGE_PATCH, { metadata });
    expect(object.metadata.labels).toEqual({ 'kubernetes.io/metadata.name': api.ns, l: 'v' });
  });
}
