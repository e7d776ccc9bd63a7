import { expect, test } from 'vitest';
import { inventoryOf, shortened, statusOf } from './observed-status.ts';
import type { FluxSubject } from './subject.ts';
import { openWorld } from './world.ts';

/** What a run writes, and in which order. */
export function describeReconcile(subject: () => FluxSubject): void {
  test('the first reconcile shows each of its steps, conditions before the fields beside them', async (context) => {
    const world = await openWorld(subject(), context);
    const revision = await world.push({ 'apps/a.yaml': world.configMap('a') });
    await world.source();
    await world.eventually('OCIRepository', 'repo', (object) => object?.status?.artifact !== undefined);
    await world.kustomization('apps');
    const ready = await world.ready('apps', revision);
    const at = shortened(revision);
    expect(world.trail('apps')).toEqual([
      'observed=-1',
      'Reconciling=True/Progressing (Fetching manifests) Ready=Unknown/Progressing observed=-1',
      'Reconciling=True/Progressing (Building manifests) Ready=Unknown/Progressing observed=-1',
      `Reconciling=True/Progressing (Building manifests) Ready=Unknown/Progressing observed=-1 attempted=${at}`,
      `Reconciling=True/Progressing (Detecting drift) Ready=Unknown/Progressing observed=-1 attempted=${at}`,
      `Ready=True/ReconciliationSucceeded observed=-1 attempted=${at}`,
      `Ready=True/ReconciliationSucceeded observed=1 attempted=${at} applied=${at} inventory=1`,
    ]);
    expect(world.message(ready)).toBe(`Applied revision: ${revision}`);
    expect(inventoryOf(ready)).toEqual([`${world.namespace}_a__ConfigMap v1`]);
    expect(ready.metadata.finalizers).toEqual(['finalizers.fluxcd.io']);
    expect(ready.status?.history).toEqual([
      {
        digest: expect.stringMatching(/^sha256:/),
        firstReconciled: expect.any(String),
        lastReconciled: expect.any(String),
        lastReconciledDuration: expect.stringMatching(/^[\d.]+m?s$/),
        lastReconciledStatus: 'ReconciliationSucceeded',
        metadata: { revision },
        totalReconciliations: 1,
      },
    ]);
  });

  test('the progress message names the revision and the timeout', async (context) => {
    const world = await openWorld(subject(), context);
    const revision = await world.feed('apps', { 'a.yaml': world.configMap('a') });
    await world.fedKustomization('apps', { timeout: '90s' });
    await world.ready('apps', revision);
    const messages = world.states('apps').map((object) => world.message(object, 'Reconciling'));
    expect(messages).toContain(`Fetching manifests for revision ${revision} with a timeout of TIME`);
    const raw = JSON.stringify(world.states('apps'));
    expect(raw).toContain('with a timeout of 1m30s"');
  });

  test('a new revision keeps what was applied until the new one is', async (context) => {
    const world = await openWorld(subject(), context);
    const first = await world.push({ 'apps/a.yaml': world.configMap('a') });
    await world.source();
    await world.eventually('OCIRepository', 'repo', (object) => object?.status?.artifact !== undefined);
    await world.kustomization('apps');
    await world.ready('apps', first);
    const seen = world.states('apps').length;
    const second = await world.push({ 'apps/a.yaml': world.configMap('a', 'two') });
    await world.askFor('OCIRepository', 'repo', 't1');
    await world.ready('apps', second);
    const [old, at] = [shortened(first), shortened(second)];
    const tail = `applied=${old} inventory=1`;
    expect(world.trail('apps', seen)).toEqual([
      `Reconciling=True/Progressing (Fetching manifests) Ready=Unknown/Progressing observed=1 attempted=${old} ${tail}`,
      `Reconciling=True/Progressing (Building manifests) Ready=Unknown/Progressing observed=1 attempted=${old} ${tail}`,
      `Reconciling=True/Progressing (Building manifests) Ready=Unknown/Progressing observed=1 attempted=${at} ${tail}`,
      `Reconciling=True/Progressing (Detecting drift) Ready=Unknown/Progressing observed=1 attempted=${at} ${tail}`,
      `Ready=True/ReconciliationSucceeded observed=1 attempted=${at} ${tail}`,
      `Ready=True/ReconciliationSucceeded observed=1 attempted=${at} applied=${at} inventory=1`,
    ]);
    expect(await world.value('a')).toBe('two');
  });

  test('a request at an unchanged revision runs all steps again and is answered in the last write', async (context) => {
    const world = await openWorld(subject(), context);
    const revision = await world.feed('apps', { 'a.yaml': world.configMap('a') });
    await world.fedKustomization('apps');
    await world.ready('apps', revision);
    const seen = world.states('apps').length;
    await world.askFor('Kustomization', 'apps', 't1');
    const answered = await world.until(
      'apps',
      'answered',
      (object) => statusOf(object).lastHandledReconcileAt === 't1',
    );
    const rest = `observed=1 attempted=${revision} applied=${revision}`;
    expect(world.trail('apps', seen)).toEqual([
      `Ready=True/ReconciliationSucceeded ${rest} inventory=1`,
      `Reconciling=True/Progressing (Fetching manifests) Ready=Unknown/Progressing ${rest} inventory=1`,
      `Reconciling=True/Progressing (Building manifests) Ready=Unknown/Progressing ${rest} inventory=1`,
      `Reconciling=True/Progressing (Detecting drift) Ready=Unknown/Progressing ${rest} inventory=1`,
      `Ready=True/ReconciliationSucceeded ${rest} inventory=1`,
      `Ready=True/ReconciliationSucceeded ${rest} handled=t1 inventory=1`,
    ]);
    expect(answered.metadata.generation).toBe(1);
    expect(answered.status?.history).toMatchObject([{ totalReconciliations: 2 }]);
  });

  test('removing the request annotation asks for nothing', async (context) => {
    const world = await openWorld(subject(), context);
    const revision = await world.feed('apps', { 'a.yaml': world.configMap('a') });
    await world.fedKustomization('apps');
    await world.ready('apps', revision);
    await world.askFor('Kustomization', 'apps', 't1');
    await world.until('apps', 'answered', (object) => statusOf(object).lastHandledReconcileAt === 't1');
    await world.patch('Kustomization', 'apps', { metadata: { annotations: null } });
    await world.askFor('Kustomization', 'apps', 't2');
    const last = await world.until('apps', 'answered', (object) => statusOf(object).lastHandledReconcileAt === 't2');
    expect(last.status?.history).toMatchObject([{ totalReconciliations: 3 }]);
  });

  test('a suspended one does nothing, and yet a request counts as answered', async (context) => {
    const world = await openWorld(subject(), context);
    await world.feed('apps', { 'a.yaml': world.configMap('a') });
    await world.fedKustomization('apps', { suspend: true });
    await world.askFor('Kustomization', 'apps', 't1');
    const answered = await world.until(
      'apps',
      'answered',
      (object) => statusOf(object).lastHandledReconcileAt === 't1',
    );
    expect(answered.status).toEqual({ observedGeneration: -1, lastHandledReconcileAt: 't1' });
    expect(await world.value('a')).toBeUndefined();
  });

  test('suspending a ready one raises its observed generation, and a new revision waits for the resume', async (context) => {
    const world = await openWorld(subject(), context);
    const first = await world.feed('apps', { 'a.yaml': world.configMap('a') });
    await world.fedKustomization('apps');
    await world.ready('apps', first);
    await world.patch('Kustomization', 'apps', { spec: { suspend: true } });
    await world.until('apps', 'observed', (object) => statusOf(object).observedGeneration === 2);
    const second = await world.feed('apps', { 'a.yaml': world.configMap('a', 'two') }, 'main@sha1:0002');
    await world.askFor('Kustomization', 'apps', 't1');
    await world.until('apps', 'answered', (object) => statusOf(object).lastHandledReconcileAt === 't1');
    expect(await world.value('a')).toBe('one');
    await world.patch('Kustomization', 'apps', { spec: { suspend: false } });
    await world.ready('apps', second);
    expect(await world.value('a')).toBe('two');
  });

  test('a change of the spec is a new generation, which conditions carry from the first step on', async (context) => {
    const world = await openWorld(subject(), context);
    const revision = await world.feed('apps', { 'a.yaml': world.configMap('a') });
    await world.fedKustomization('apps');
    await world.ready('apps', revision);
    const seen = world.states('apps').length;
    await world.patch('Kustomization', 'apps', { spec: { interval: '20m' } });
    const ready = await world.until('apps', 'observed', (object) => statusOf(object).observedGeneration === 2);
    const generations = world
      .states('apps')
      .slice(seen + 1)
      .map((object) => statusOf(object).conditions?.map(({ observedGeneration }) => observedGeneration));
    expect(new Set(generations.flat())).toEqual(new Set([2]));
    expect(ready.metadata.generation).toBe(2);
  });

  test('interval brings the next run by itself', async (context) => {
    const world = await openWorld(subject(), context);
    const revision = await world.feed('apps', { 'a.yaml': world.configMap('a') });
    await world.fedKustomization('apps', { interval: '500ms' });
    await world.ready('apps', revision);
    await world.patch('ConfigMap', 'a', { data: { value: 'drifted' } });
    await world.eventually('ConfigMap', 'a', (object) => JSON.stringify(object?.data) === '{"value":"one"}');
  });

  test('retryInterval brings the next run after a failure', async (context) => {
    const world = await openWorld(subject(), context);
    await world.feed('apps', { 'a.yaml': 'kind: [' });
    await world.fedKustomization('apps', { retryInterval: '500ms' });
    await world.failed('apps', 'BuildFailed');
    const seen = world.states('apps').length;
    await world.until('apps', 'tried again', (object) => lineHas(object, 'Fetching manifests'), seen);
    await world.failed('apps', 'BuildFailed', seen);
  });
}

function lineHas(object: { readonly status?: unknown }, text: string): boolean {
  return JSON.stringify(object.status).includes(text);
}
