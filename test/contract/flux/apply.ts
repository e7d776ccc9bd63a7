import { expect, test } from 'vitest';
import type { KubeObject } from '../../../src/domain/kube-object.ts';
import { inventoryOf, statusOf } from './observed-status.ts';
import type { FluxSubject } from './subject.ts';
import { openWorld } from './world.ts';

const OWNER = 'kustomize.toolkit.fluxcd.io';

/** How manifests become objects. */
export function describeApply(subject: () => FluxSubject): void {
  test('objects bear their owner in labels, and belong to the field manager kustomize-controller', async (context) => {
    const world = await openWorld(subject(), context);
    const metadata = { labels: { own: 'label' }, annotations: { own: 'annotation' } };
    const revision = await world.feed('all', { 'a.yaml': world.configMap('a', 'one', metadata) });
    await world.fedKustomization('all');
    await world.ready('all', revision);
    const made = await world.get('ConfigMap', 'a');
    expect(made?.metadata.labels).toEqual({
      own: 'label',
      [`${OWNER}/name`]: 'all',
      [`${OWNER}/namespace`]: world.namespace,
    });
    expect(made?.metadata.annotations).toEqual({ own: 'annotation' });
    expect(managersOf(made)).toEqual(['kustomize-controller Apply']);
  });

  test('an object that is as it should be is not written', async (context) => {
    const world = await openWorld(subject(), context);
    const revision = await world.feed('all', { 'a.yaml': world.configMap('a') });
    await world.fedKustomization('all');
    await world.ready('all', revision);
    const before = await world.get('ConfigMap', 'a');
    await world.rerun('all');
    expect((await world.get('ConfigMap', 'a'))?.metadata.resourceVersion).toBe(before?.metadata.resourceVersion);
  });

  test('a change by hand is undone by the next run, a field of somebody else stays', async (context) => {
    const world = await openWorld(subject(), context);
    const revision = await world.feed('all', { 'a.yaml': world.configMap('a') });
    await world.fedKustomization('all');
    await world.ready('all', revision);
    await world.patch('ConfigMap', 'a', { data: { value: 'by hand', other: 'kept' } });
    await world.rerun('all');
    expect((await world.get('ConfigMap', 'a'))?.data).toEqual({ value: 'one', other: 'kept' });
  });

  test('what kubectl has added is taken away again', async (context) => {
    const world = await openWorld(subject(), context);
    const revision = await world.feed('all', { 'a.yaml': world.configMap('a') });
    await world.fedKustomization('all');
    await world.ready('all', revision);
    await world.subject.client.request({
      method: 'PATCH',
      path: `/api/v1/namespaces/${world.namespace}/configmaps/a`,
      query: { fieldManager: 'kubectl-edit' },
      body: { data: { value: 'by hand', other: 'gone' } },
    });
    await world.rerun('all');
    expect((await world.get('ConfigMap', 'a'))?.data).toEqual({ value: 'one' });
  });

  test('a field that leaves the manifest leaves the object', async (context) => {
    const world = await openWorld(subject(), context);
    const first = await world.feed('all', { 'a.yaml': world.configMap('a', 'one', { labels: { old: 'label' } }) });
    await world.fedKustomization('all');
    await world.ready('all', first);
    const second = await world.feed('all', { 'a.yaml': world.configMap('a') }, 'main@sha1:0002');
    await world.ready('all', second);
    expect(Object.keys((await world.get('ConfigMap', 'a'))?.metadata.labels ?? {})).not.toContain('old');
  });

  test('the inventory is in the order of the apply: by kind, then by name', async (context) => {
    const world = await openWorld(subject(), context);
    const { namespace } = world;
    const document = (kind: string, name: string): string =>
      JSON.stringify({ apiVersion: 'v1', kind, metadata: { name, namespace } });
    const service = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'a', namespace },
      spec: { ports: [{ port: 80 }] },
    };
    const revision = await world.feed('all', {
      '1.yaml': JSON.stringify(service),
      '2.yaml': document('Secret', 'a'),
      '3.yaml': document('ConfigMap', 'b'),
      '4.yaml': document('ConfigMap', 'a'),
      '5.yaml': document('ServiceAccount', 'z'),
      '6.yaml': JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: `${namespace}-made` } }),
    });
    await world.fedKustomization('all');
    expect(inventoryOf(await world.ready('all', revision))).toEqual([
      `_${namespace}-made__Namespace v1`,
      `${namespace}_z__ServiceAccount v1`,
      `${namespace}_a__ConfigMap v1`,
      `${namespace}_b__ConfigMap v1`,
      `${namespace}_a__Secret v1`,
      `${namespace}_a__Service v1`,
    ]);
  });

  test('an object that the API server refuses stops all of them', async (context) => {
    const world = await openWorld(subject(), context);
    const revision = await world.feed('all', {
      'a.yaml': world.configMap('a'),
      'b.yaml': world.configMap('b', 'one', { labels: { bad: 'not a label!' } }),
    });
    await world.fedKustomization('all');
    const failed = await world.failed('all', 'ReconciliationFailed');
    expect(world.message(failed)).toBe(
      `ConfigMap/NAMESPACE/b dry-run failed (Invalid): ConfigMap "b" is invalid: metadata.labels: Invalid value: "not a label!": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')\n`,
    );
    expect(statusOf(failed)).toMatchObject({ lastAttemptedRevision: revision });
    expect(statusOf(failed).inventory).toBeUndefined();
    expect(await world.value('a')).toBeUndefined();
    const remembered = await world.until('all', 'remembered', ({ status }) => status?.history !== undefined);
    expect(remembered.status?.history).toMatchObject([{ lastReconciledStatus: 'ReconciliationFailed' }]);
  });

  test('a kind that is not served is ReconciliationFailed', async (context) => {
    const world = await openWorld(subject(), context);
    const metadata = { name: 'a', namespace: world.namespace };
    await world.feed('all', {
      'a.yaml': JSON.stringify({ apiVersion: 'example.invalid/v1', kind: 'Unknown', metadata }),
    });
    await world.fedKustomization('all');
    const failed = await world.failed('all', 'ReconciliationFailed');
    expect(world.message(failed)).toBe(
      `Unknown/NAMESPACE/a dry-run failed: no matches for kind "Unknown" in version "example.invalid/v1"\n`,
    );
  });

  test('an object without a namespace is refused, and targetNamespace is the cure', async (context) => {
    const world = await openWorld(subject(), context);
    const manifest = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {value: one}\n';
    const revision = await world.feed('all', { 'a.yaml': manifest });
    await world.fedKustomization('all');
    const failed = await world.failed('all', 'ReconciliationFailed');
    expect(world.message(failed)).toBe(
      'ConfigMap/a namespace not specified: the server could not find the requested resource\n',
    );
    await world.patch('Kustomization', 'all', { spec: { targetNamespace: world.namespace } });
    await world.ready('all', revision);
    expect(await world.value('a')).toBe('one');
  });

  test('a namespace that does not exist is refused', async (context) => {
    const world = await openWorld(subject(), context);
    const manifest = `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: ${world.namespace}-gone}\n`;
    await world.feed('all', { 'a.yaml': manifest });
    await world.fedKustomization('all');
    const failed = await world.failed('all', 'ReconciliationFailed');
    expect(world.message(failed)).toBe('ConfigMap/NAMESPACE-gone/a not found: namespaces "NAMESPACE-gone" not found\n');
  });

  test('a definition and its objects can come together', async (context) => {
    const world = await openWorld(subject(), context);
    const group = `${world.namespace}.example.invalid`;
    const revision = await world.feed('all', {
      'a.yaml': JSON.stringify({
        apiVersion: `${group}/v1`,
        kind: 'Thing',
        metadata: { name: 'a', namespace: world.namespace },
      }),
      'z.yaml': JSON.stringify(thingDefinition(group)),
    });
    await world.fedKustomization('all');
    expect(inventoryOf(await world.ready('all', revision))).toEqual([
      `_things.${group}_apiextensions.k8s.io_CustomResourceDefinition v1`,
      `${world.namespace}_a_${group}_Thing v1`,
    ]);
  });

  test('an error after the definitions names what was changed before it', async (context) => {
    const world = await openWorld(subject(), context);
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: `${world.namespace}-made` } };
    await world.feed('all', {
      'a.yaml': JSON.stringify(namespace),
      'b.yaml': world.configMap('b', 'one', { labels: { bad: '!' } }),
    });
    await world.fedKustomization('all');
    const failed = await world.failed('all', 'ReconciliationFailed');
    expect(world.message(failed).split('\n').slice(1)).toEqual(['Namespace/NAMESPACE-made created', '']);
  });
}

function managersOf(object: KubeObject | undefined): readonly string[] {
  const entries = (object?.metadata.managedFields ?? []) as readonly {
    readonly manager: string;
    readonly operation: string;
  }[];
  return entries.map(({ manager, operation }) => `${manager} ${operation}`);
}

function thingDefinition(group: string): KubeObject {
  const openAPIV3Schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `things.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { kind: 'Thing', listKind: 'ThingList', plural: 'things', singular: 'thing' },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema } }],
    },
  };
}
