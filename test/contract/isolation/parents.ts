import { expect, test } from 'vitest';
import { isIsolated, sessionIsolation } from '../../../src/domain/isolation/session-marks.ts';
import { IsolatingSession, restoring } from '../../support/isolating-session.ts';
import type { FluxSubject } from '../flux/subject.ts';
import { type IsolationWorld, kustomization, openIsolationWorld } from './isolation-world.ts';

/** Targets that something else applies, over and over. */
export function describeParents(subject: () => FluxSubject): void {
  test('a parent leaves its isolated child alone, and heals it once it is restored', async (context) => {
    const world = await openIsolationWorld(subject(), context);
    const before = await world.declared();
    await isolatedChild(world, true);
    await ran(world, 'parent', 'one');
    expect(isIsolated(sessionIsolation(await world.live('child')))).toBe(true);
    expect(await world.flux.value('child')).toBe('mine');
    // What the repository says of the child is not heard either, for the session.
    const child = kustomization('child', world.flux.namespace, { metadata: { labels: { team: 'new' } } });
    await pushRepository(world, child);
    await ran(world, 'parent', 'two');
    expect((await world.live('child')).metadata.labels).toMatchObject({ team: 'shop' });
    await world.expireLeases();
    const report = await restoring(world.flux.subject.client);
    expect(report.targets).toMatchObject([{ outcome: 'restored' }]);
    expect(JSON.stringify((await world.live('child')).metadata.managedFields)).not.toContain('"reconcile-machine"');
    await ran(world, 'parent', 'three');
    const healed = await world.live('child');
    expect(healed.metadata.labels).toMatchObject({ team: 'new' });
    expect(JSON.stringify(healed)).not.toContain('reconcile-machine.dev');
    await world.flux.eventually('ConfigMap', 'child', (object) => JSON.stringify(object).includes('"one"'));
    expect(JSON.stringify(before).replaceAll('"team":"shop"', '"team":"new"')).toBe(
      JSON.stringify(await world.declared()),
    );
  });

  test('what an owner has put back already is only tidied', async (context) => {
    const world = await openIsolationWorld(subject(), context);
    const before = await world.declared();
    // As an owner does that knows of no such annotation: a FluxInstance, a ResourceSet.
    await isolatedChild(world, false);
    await ran(world, 'parent', 'one');
    expect(sessionIsolation(await world.live('child'))).toMatchObject({ why: 'put-back' });
    await world.expireLeases();
    const report = await restoring(world.flux.subject.client);
    expect(report).toMatchObject({
      targets: [{ outcome: 'tidied' }],
      sources: [{ outcome: 'deleted' }],
      sessions: [{ outcome: 'ended' }],
    });
    await expect.poll(() => world.declared(), { interval: 25 }).toEqual(before);
    await world.settled();
  });

  test('a child that the repository dropped meanwhile is put back and keeps what it applied', async (context) => {
    const world = await openIsolationWorld(subject(), context);
    await isolatedChild(world, true);
    await pushRepository(world, undefined);
    await ran(world, 'parent', 'one');
    await world.expireLeases();
    expect((await restoring(world.flux.subject.client)).targets).toMatchObject([{ outcome: 'restored' }]);
    await world.flux.eventually('ConfigMap', 'child', (object) => JSON.stringify(object).includes('"one"'));
    expect((await world.live('child')).spec?.sourceRef).toEqual({ kind: 'OCIRepository', name: 'repo' });
  });
}

/** The child on a source of its own, with a ConfigMap that says `mine`. Its session lives no more. */
async function isolatedChild(world: IsolationWorld, keepFromParent: boolean): Promise<void> {
  const { flux } = world;
  const session = await IsolatingSession.start(flux.subject.client, await world.shared());
  const digest = await world.pushOwn('child', 'mine');
  const own = await session.createSource(await world.live('child'), digest);
  await world.served(own, digest);
  await session.switchTo(await world.live('child'), own, keepFromParent);
  await flux.eventually('ConfigMap', 'child', (object) => JSON.stringify(object).includes('"mine"'));
  await session.lease.stop();
}

async function ran(world: IsolationWorld, name: string, token: string): Promise<void> {
  await world.flux.askFor('Kustomization', name, token);
  await world.flux.eventually('Kustomization', name, (object) => object?.status?.lastHandledReconcileAt === token);
}

/** The repository with this manifest of the child, and Flux has fetched it. */
async function pushRepository(
  { flux }: IsolationWorld,
  child: ReturnType<typeof kustomization> | undefined,
): Promise<void> {
  const names = ['bare', 'noted', 'waiting', 'child'];
  const revision = await flux.push({
    ...Object.fromEntries(names.map((name) => [`${name}/cm.yaml`, flux.configMap(name)])),
    'parent/parent.yaml': flux.configMap('parent'),
    ...(child === undefined ? {} : { 'parent/child.yaml': JSON.stringify(child) }),
  });
  await flux.askFor('OCIRepository', 'repo', revision);
  await flux.eventually('OCIRepository', 'repo', (object) => JSON.stringify(object?.status ?? {}).includes(revision));
}
