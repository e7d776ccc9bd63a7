import { expect, test } from 'vitest';
import { inventoryOf } from './observed-status.ts';
import type { FluxSubject } from './subject.ts';
import { openWorld } from './world.ts';

const OWNER = 'kustomize.toolkit.fluxcd.io';

/** What labels and annotations on an object say to the apply, and `spec.force`. */
export function describeApplyMarks(subject: () => FluxSubject): void {
  test.for([
    [`${OWNER}/reconcile`, 'disabled'],
    [`${OWNER}/ssa`, 'Ignore'],
  ] as const)(
    '%s: %s in the manifest leaves the object out, and out of the inventory',
    async ([key, value], context) => {
      const world = await openWorld(subject(), context);
      const revision = await world.feed('all', {
        'a.yaml': world.configMap('a', 'one', { annotations: { [key]: value } }),
      });
      await world.fedKustomization('all');
      expect(inventoryOf(await world.ready('all', revision))).toEqual([]);
      expect(await world.value('a')).toBeUndefined();
    },
  );

  test('reconcile: disabled on the live object: neither updated nor pruned, and gone from the inventory', async (context) => {
    const world = await openWorld(subject(), context);
    const first = await world.feed('all', { 'a.yaml': world.configMap('a') });
    await world.fedKustomization('all');
    await world.ready('all', first);
    await world.patch('ConfigMap', 'a', { metadata: { annotations: { [`${OWNER}/reconcile`]: 'disabled' } } });
    const second = await world.feed('all', { 'a.yaml': world.configMap('a', 'two') }, 'main@sha1:0002');
    expect(inventoryOf(await world.ready('all', second))).toEqual([]);
    expect(await world.value('a')).toBe('one');
    const third = await world.feed('all', { 'b.yaml': world.configMap('b') }, 'main@sha1:0003');
    await world.ready('all', third);
    expect(await world.value('a')).toBe('one');
  });

  test('ssa: IfNotPresent makes an object once and leaves it alone then', async (context) => {
    const world = await openWorld(subject(), context);
    const metadata = { annotations: { [`${OWNER}/ssa`]: 'IfNotPresent' } };
    const first = await world.feed('all', { 'a.yaml': world.configMap('a', 'one', metadata) });
    await world.fedKustomization('all');
    expect(inventoryOf(await world.ready('all', first))).toHaveLength(1);
    const second = await world.feed('all', { 'a.yaml': world.configMap('a', 'two', metadata) }, 'main@sha1:0002');
    expect(inventoryOf(await world.ready('all', second))).toEqual([]);
    expect(await world.value('a')).toBe('one');
  });

  test('ssa: Merge leaves what kubectl has added', async (context) => {
    const world = await openWorld(subject(), context);
    const metadata = { annotations: { [`${OWNER}/ssa`]: 'Merge' } };
    const revision = await world.feed('all', { 'a.yaml': world.configMap('a', 'one', metadata) });
    await world.fedKustomization('all');
    await world.ready('all', revision);
    await world.subject.client.request({
      method: 'PATCH',
      path: `/api/v1/namespaces/${world.namespace}/configmaps/a`,
      query: { fieldManager: 'kubectl-edit' },
      body: { data: { value: 'by hand', other: 'kept' } },
    });
    await world.rerun('all');
    expect((await world.get('ConfigMap', 'a'))?.data).toEqual({ value: 'one', other: 'kept' });
  });

  test('a change of what cannot change is refused, and with force the object is made anew', async (context) => {
    const world = await openWorld(subject(), context);
    const fixed = (value: string): string =>
      JSON.stringify({ ...JSON.parse(world.configMap('a', value)), immutable: true });
    const first = await world.feed('all', { 'a.yaml': fixed('one') });
    await world.fedKustomization('all');
    await world.ready('all', first);
    const before = await world.get('ConfigMap', 'a');
    const second = await world.feed('all', { 'a.yaml': fixed('two') }, 'main@sha1:0002');
    const failed = await world.failed('all', 'ReconciliationFailed');
    expect(world.message(failed)).toBe(
      `ConfigMap/NAMESPACE/a dry-run failed (Invalid): ConfigMap "a" is invalid: data: Forbidden: field is immutable when \`immutable\` is set\n`,
    );
    await world.patch('Kustomization', 'all', { spec: { force: true } });
    await world.ready('all', second);
    const after = await world.get('ConfigMap', 'a');
    expect(after?.data).toEqual({ value: 'two' });
    expect(after?.metadata.uid).not.toBe(before?.metadata.uid);
  });
}
