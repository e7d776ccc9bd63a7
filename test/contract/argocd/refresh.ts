import { expect, test } from 'vitest';
import { openWorld } from './open-world.ts';
import type { ArgoSubject } from './subject.ts';
import { conditionOf, statusOf } from './world.ts';

/** controller/appcontroller.go: processAppRefreshQueueItem, needRefreshAppStatus, persistAppStatus, autoSync. */
export function describeRefresh(subject: () => ArgoSubject): void {
  test('a new Application is compared, synced and compared again; the operation is there before the difference is told', async (context) => {
    const world = await openWorld(subject(), context);
    const revision = await world.push({ 'web/a.yaml': world.configMap('a') });
    await world.application('web');
    await world.synced('web', revision);
    const trail = world.trail('web', { [revision]: 'one' });
    expect(trail[0]).toBe('');
    // Nothing is told of the comparison yet but an empty status.
    expect(trail[1]).toBe('operation ');
    expect(trail.find((state) => state.includes('OutOfSync@one Missing'))).toMatch(/^operation /);
    expect(trail.at(-1)).toBe('Succeeded Synced@one Healthy');
    expect(await world.value('a')).toBe('one');
  });

  test('a refresh resolves the tag anew, and its annotation goes with the comparison', async (context) => {
    const world = await openWorld(subject(), context);
    const [one] = [await world.push({ 'web/a.yaml': world.configMap('a') })];
    await world.application('web');
    await world.synced('web', one);
    const two = await world.push({ 'web/a.yaml': world.configMap('a', 'two') });
    await world.refresh('web');
    const synced = await world.synced('web', two);
    expect(await world.value('a')).toBe('two');
    expect(synced.metadata.annotations).toBeUndefined();
    const trail = world.trail('web', { [one]: 'one', [two]: 'two' });
    expect(trail.slice(trail.findIndex((state) => state.endsWith('refresh'))).slice(0, 2)).toEqual([
      'Succeeded Synced@one Healthy refresh',
      'operation Synced@one Healthy refresh',
    ]);
    expect(trail.filter((state) => state.includes('@two') && state.endsWith('refresh'))).toEqual([]);
    expect(trail.find((state) => state.includes('OutOfSync@two'))).toMatch(/^operation /);
    expect(trail.at(-1)).toBe('Succeeded Synced@two Healthy');
  });

  test('without a refresh a pushed artifact waits for the resync', async (context) => {
    const world = await openWorld(subject(), context);
    const one = await world.push({ 'web/a.yaml': world.configMap('a') });
    await world.application('web');
    await world.synced('web', one);
    await world.push({ 'web/a.yaml': world.configMap('a', 'two') });
    await world.patch('Application', world.id('web'), { metadata: { labels: { touched: 'yes' } } });
    await world.until('web', ({ metadata }) => metadata.labels?.touched === 'yes');
    expect(statusOf(await world.get('Application', world.id('web'))).sync?.revision).toBe(one);
  });

  test('where nothing differs at the new revision, no operation is needed', async (context) => {
    const world = await openWorld(subject(), context);
    const one = await world.push({ 'web/a.yaml': world.configMap('a'), 'cart/a.yaml': world.configMap('b') });
    await world.application('web');
    await world.synced('web', one);
    const two = await world.push({ 'web/a.yaml': world.configMap('a'), 'cart/a.yaml': world.configMap('b', 'two') });
    await world.refresh('web');
    const synced = await world.synced('web', two);
    expect(statusOf(synced).operationState?.syncResult?.revision).toBe(one);
    expect(new Set(statusOf(synced).history?.map(({ revision }) => revision))).toEqual(new Set([one]));
  });

  test('hard and normal refreshes both end with the annotation gone, also when nothing else changes', async (context) => {
    const world = await openWorld(subject(), context);
    const one = await world.push({ 'web/a.yaml': world.configMap('a') });
    await world.application('web');
    await world.synced('web', one);
    for (const how of ['normal', 'hard'] as const) {
      await world.refresh('web', how);
      await world.until('web', ({ metadata }) => metadata.annotations?.['argocd.argoproj.io/refresh'] === undefined);
    }
  });

  test('times are to the second, and the comparison that ends a sync is not before its end', async (context) => {
    const world = await openWorld(subject(), context);
    const { reconciledAt = '', operationState } = statusOf(
      await (async () => {
        const one = await world.push({ 'web/a.yaml': world.configMap('a') });
        await world.application('web');
        return world.synced('web', one);
      })(),
    );
    const { startedAt = '', finishedAt = '' } = operationState ?? {};
    for (const time of [reconciledAt, startedAt, finishedAt]) expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect(reconciledAt >= finishedAt).toBe(true);
    expect(finishedAt >= startedAt).toBe(true);
  });

  test('skip-reconcile keeps the controller away', async (context) => {
    const world = await openWorld(subject(), context);
    await world.push({ 'web/a.yaml': world.configMap('a') });
    await world.application('web', {}, { annotations: { 'argocd.argoproj.io/skip-reconcile': 'true' } });
    await world.application('other', { source: { path: 'web' } });
    await world.until('other', (application) => statusOf(application).sync !== undefined);
    expect(await world.get('Application', world.id('web'))).not.toHaveProperty('status');
  });

  test('what cannot be built is a ComparisonError, the sync status unknown and the revision that of the spec', async (context) => {
    const world = await openWorld(subject(), context);
    const one = await world.push({ 'web/a.yaml': world.configMap('a') });
    await world.application('web');
    await world.synced('web', one);
    await world.push({ 'web/a.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: [\n' });
    await world.refresh('web');
    const failed = await world.until('web', (application) => statusOf(application).sync?.status === 'Unknown');
    expect(conditionOf(failed, 'ComparisonError')).toContain(
      'Failed to load target state: failed to generate manifest for source 1 of 1',
    );
    expect(statusOf(failed).sync?.revision).toBe('dev');
    expect(statusOf(failed).resources).toMatchObject([{ name: 'a', status: 'Unknown', requiresPruning: true }]);
    expect(statusOf(failed).health?.status).toBe('Healthy');
    expect(await world.value('a')).toBe('one');
    const three = await world.push({ 'web/a.yaml': world.configMap('a', 'three') });
    await world.refresh('web');
    expect(conditionOf(await world.synced('web', three), 'ComparisonError')).toBeUndefined();
  });
}
