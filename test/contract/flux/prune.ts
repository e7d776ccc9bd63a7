import { expect, test } from 'vitest';
import { inventoryOf, statusOf } from './observed-status.ts';
import type { FluxSubject } from './subject.ts';
import { openWorld } from './world.ts';

const OWNER = 'kustomize.toolkit.fluxcd.io';
const PROTECTED = { annotations: { [`${OWNER}/prune`]: 'disabled' } };

/** What goes away, and what stays. */
export function describePrune(subject: () => FluxSubject): void {
  test('what leaves the manifests is pruned and leaves the inventory', async (context) => {
    const world = await openWorld(subject(), context);
    const first = await world.feed('all', { 'a.yaml': world.configMap('a'), 'b.yaml': world.configMap('b') });
    await world.fedKustomization('all');
    await world.ready('all', first);
    const second = await world.feed('all', { 'a.yaml': world.configMap('a') }, 'main@sha1:0002');
    expect(inventoryOf(await world.ready('all', second))).toEqual([`${world.namespace}_a__ConfigMap v1`]);
    expect(await world.value('b')).toBeUndefined();
  });

  test('with prune: false it stays, and leaves the inventory all the same', async (context) => {
    const world = await openWorld(subject(), context);
    const first = await world.feed('all', { 'a.yaml': world.configMap('a'), 'b.yaml': world.configMap('b') });
    await world.fedKustomization('all', { prune: false });
    await world.ready('all', first);
    const second = await world.feed('all', { 'a.yaml': world.configMap('a') }, 'main@sha1:0002');
    expect(inventoryOf(await world.ready('all', second))).toHaveLength(1);
    expect(await world.value('b')).toBe('one');
  });

  test.for(['annotations', 'labels'])(
    'prune: disabled in the %s of the live object protects it',
    async (where, context) => {
      const world = await openWorld(subject(), context);
      const first = await world.feed('all', { 'a.yaml': world.configMap('a'), 'b.yaml': world.configMap('b') });
      await world.fedKustomization('all');
      await world.ready('all', first);
      await world.patch('ConfigMap', 'b', { metadata: { [where]: { [`${OWNER}/prune`]: 'Disabled' } } });
      const second = await world.feed('all', { 'a.yaml': world.configMap('a') }, 'main@sha1:0002');
      await world.ready('all', second);
      expect(await world.value('b')).toBe('one');
    },
  );

  test('an object that has lost its owner labels is not pruned', async (context) => {
    const world = await openWorld(subject(), context);
    const first = await world.feed('all', { 'a.yaml': world.configMap('a'), 'b.yaml': world.configMap('b') });
    await world.fedKustomization('all');
    await world.ready('all', first);
    await world.patch('ConfigMap', 'b', { metadata: { labels: null } });
    const second = await world.feed('all', { 'a.yaml': world.configMap('a') }, 'main@sha1:0002');
    await world.ready('all', second);
    expect(await world.value('b')).toBe('one');
  });

  test('an object that another Kustomization has taken over is not pruned', async (context) => {
    const world = await openWorld(subject(), context);
    const first = await world.feed('one', { 'a.yaml': world.configMap('a'), 'b.yaml': world.configMap('b') });
    await world.fedKustomization('one');
    await world.ready('one', first);
    const other = await world.feed('two', { 'b.yaml': world.configMap('b', 'two') });
    await world.fedKustomization('two');
    await world.ready('two', other);
    const second = await world.feed('one', { 'a.yaml': world.configMap('a') }, 'main@sha1:0002');
    await world.ready('one', second);
    expect(await world.value('b')).toBe('two');
  });

  test('deleting a Kustomization prunes what it made', async (context) => {
    const world = await openWorld(subject(), context);
    const revision = await world.feed('all', {
      'a.yaml': world.configMap('a'),
      'kept.yaml': world.configMap('kept', 'one', PROTECTED),
    });
    await world.fedKustomization('all');
    await world.ready('all', revision);
    await world.delete('Kustomization', 'all');
    await world.eventually('Kustomization', 'all', (object) => object === undefined);
    expect([await world.value('a'), await world.value('kept')]).toEqual([undefined, 'one']);
  });

  test.for([
    { prune: false, gone: false },
    { prune: true, suspend: true, gone: false },
    { prune: true, deletionPolicy: 'Orphan', gone: false },
    { prune: false, deletionPolicy: 'Delete', gone: true },
    { prune: false, deletionPolicy: 'WaitForTermination', gone: true },
    { prune: true, deletionPolicy: 'MirrorPrune', gone: true },
  ])('deleting one with %j', async ({ gone, suspend = false, ...spec }, context) => {
    const world = await openWorld(subject(), context);
    const revision = await world.feed('all', { 'a.yaml': world.configMap('a') });
    await world.fedKustomization('all', spec);
    await world.ready('all', revision);
    if (suspend) {
      await world.patch('Kustomization', 'all', { spec: { suspend } });
      await world.until('all', 'suspended', (object) => statusOf(object).observedGeneration === 2);
    }
    await world.delete('Kustomization', 'all');
    await world.eventually('Kustomization', 'all', (object) => object === undefined);
    expect(await world.value('a')).toBe(gone ? undefined : 'one');
  });

  test('a Kustomization that never ran goes without a trace', async (context) => {
    const world = await openWorld(subject(), context);
    await world.kustomization('all', { sourceRef: { kind: 'GitRepository', name: 'gone' } });
    await world.failed('all', 'ArtifactFailed');
    await world.delete('Kustomization', 'all');
    await world.eventually('Kustomization', 'all', (object) => object === undefined);
  });
}
