import { expect, type TestContext, test } from 'vitest';
import type { KubeObject } from '../../../src/domain/kube-object.ts';
import { inventoryOf } from './observed-status.ts';
import type { FluxSubject } from './subject.ts';
import { type FluxWorld, openWorld } from './world.ts';

const RECONCILE = 'kustomize.toolkit.fluxcd.io/reconcile';

/** A Kustomization that comes out of the repository of another one. */
export function describeParentChild(subject: () => FluxSubject): void {
  test('the parent makes the child, which runs by itself', async (context) => {
    const { world, child } = await family(subject(), context);
    expect(child.metadata.labels).toMatchObject({ 'kustomize.toolkit.fluxcd.io/name': 'parent' });
    expect(await world.value('a')).toBe('one');
  });

  test('a sourceRef changed by hand is set back by the next run of the parent', async (context) => {
    const { world } = await family(subject(), context);
    await world.feed('other', { 'a.yaml': world.configMap('a', 'other') }, 'main@sha1:00ee');
    await pointAt(world, 'other');
    await world.ready('child', 'main@sha1:00ee');
    await world.askFor('Kustomization', 'parent', 't1');
    await world.until(
      'child',
      'set back',
      (object) => JSON.stringify(object.spec).includes('"name":"child"'),
      world.states('child').length,
    );
    await world.eventually('ConfigMap', 'a', (object) => JSON.stringify(object?.data) === '{"value":"one"}');
  });

  test('with reconcile: disabled on the child the parent leaves it alone and stays ready, and the child goes on', async (context) => {
    const { world, parentRevision } = await family(subject(), context);
    await world.feed('other', { 'a.yaml': world.configMap('a', 'other') }, 'main@sha1:00ee');
    await world.patch('Kustomization', 'child', { metadata: { annotations: { [RECONCILE]: 'disabled' } } });
    await pointAt(world, 'other');
    await world.ready('child', 'main@sha1:00ee');
    const seen = world.states('parent').length;
    await world.askFor('Kustomization', 'parent', 't1');
    const parent = await world.until(
      'parent',
      'answered',
      (object) => object.status?.lastHandledReconcileAt === 't1',
      seen,
    );
    expect(parent.status?.lastAppliedRevision).toBe(parentRevision);
    expect(inventoryOf(parent)).toEqual([]);
    expect(JSON.stringify((await world.get('Kustomization', 'child'))?.spec)).toContain('"name":"other"');
    // The annotation gone, the parent restores the child.
    await world.patch('Kustomization', 'child', { metadata: { annotations: { [RECONCILE]: null } } });
    await world.askFor('Kustomization', 'parent', 't2');
    await world.eventually('ConfigMap', 'a', (object) => JSON.stringify(object?.data) === '{"value":"one"}');
  });

  test('a child that its parent prunes prunes in turn', async (context) => {
    const { world } = await family(subject(), context);
    await world.feed('parent', { 'b.yaml': world.configMap('b') }, 'main@sha1:0002');
    await world.ready('parent', 'main@sha1:0002');
    await world.eventually('Kustomization', 'child', (object) => object === undefined);
    expect(await world.value('a')).toBeUndefined();
  });

  test('a request put on the child by hand survives the runs of its parent', async (context) => {
    const { world } = await family(subject(), context);
    await world.askFor('Kustomization', 'child', 'by hand');
    await world.until('child', 'answered', (object) => object.status?.lastHandledReconcileAt === 'by hand');
    await world.askFor('Kustomization', 'parent', 't1');
    await world.until('parent', 'answered', (object) => object.status?.lastHandledReconcileAt === 't1');
    const child = await world.get('Kustomization', 'child');
    expect(child?.metadata.annotations).toEqual({ 'reconcile.fluxcd.io/requestedAt': 'by hand' });
  });
}

async function family(
  subject: FluxSubject,
  context: TestContext,
): Promise<{ readonly world: FluxWorld; readonly child: KubeObject; readonly parentRevision: string }> {
  const world = await openWorld(subject, context);
  const child = {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name: 'child', namespace: world.namespace },
    spec: { interval: '10m', prune: true, path: './', sourceRef: { kind: 'GitRepository', name: 'child' } },
  };
  const childRevision = await world.feed('child', { 'a.yaml': world.configMap('a') }, 'main@sha1:00c1');
  const parentRevision = await world.feed('parent', { 'child.yaml': JSON.stringify(child) }, 'main@sha1:0001');
  await world.fedKustomization('parent');
  await world.ready('parent', parentRevision);
  return { world, child: await world.ready('child', childRevision), parentRevision };
}

function pointAt(world: FluxWorld, name: string): Promise<unknown> {
  return world.patch('Kustomization', 'child', { spec: { sourceRef: { kind: 'GitRepository', name } } });
}
