import { expect, test } from 'vitest';
import { eventually } from '../../e2e/real/eventually.ts';
import { openWorld } from './open-world.ts';
import type { ArgoSubject } from './subject.ts';
import { conditionOf, statusOf } from './world.ts';

const MANUAL = { syncPolicy: {} };

/** docs: user-guide/sync-kubectl, user-guide/auto_sync; controller/appcontroller.go: processRequestedAppOperation; RetryStrategy in types.go. */
export function describeOperations(subject: () => ArgoSubject): void {
  test('without automated sync it stays OutOfSync until an operation is asked for in its `operation` field', async (context) => {
    const world = await openWorld(subject(), context);
    const one = await world.push({ 'web/a.yaml': world.configMap('a') });
    await world.application('web', MANUAL);
    await world.until('web', (application) => statusOf(application).sync?.status === 'OutOfSync');
    expect(await world.value('a')).toBeUndefined();
    await world.patch('Application', world.id('web'), {
      operation: { initiatedBy: { username: 'me' }, sync: { syncStrategy: { hook: {} } } },
    });
    const { operationState } = statusOf(await world.synced('web', one));
    expect(operationState).toMatchObject({
      phase: 'Succeeded',
      message: 'successfully synced (all tasks run)',
      operation: { initiatedBy: { username: 'me' } },
      syncResult: { revision: one },
    });
    expect(await world.value('a')).toBe('one');
  });

  test('`automated.enabled: false` turns automated sync off (docs: user-guide/auto_sync)', async (context) => {
    const world = await openWorld(subject(), context);
    await world.push({ 'web/a.yaml': world.configMap('a') });
    await world.application('web', { syncPolicy: { automated: { enabled: false, prune: true } } });
    const seen = await world.until('web', (application) => statusOf(application).sync?.status === 'OutOfSync');
    expect(seen.operation).toBeUndefined();
  });

  test('an automated sync is tried once a revision; a failure says so as a SyncError', async (context) => {
    const world = await openWorld(subject(), context);
    await world.push({ 'web/a.yaml': world.configMap('a', 'one', '  namespace: nowhere\n') });
    await world.application('web', { syncPolicy: { automated: {}, retry: { limit: 0 } } });
    const failed = await world.until('web', (application) => conditionOf(application, 'SyncError') !== undefined);
    const { operationState, sync } = statusOf(failed);
    expect(operationState?.phase).toBe('Failed');
    expect(operationState?.message).toContain(
      'one or more objects failed to apply, reason: namespaces "nowhere" not found',
    );
    expect(operationState?.syncResult?.resources?.[0]).toMatchObject({ kind: 'ConfigMap', status: 'SyncFailed' });
    expect(sync?.status).toBe('OutOfSync');
    expect(failed.operation).toBeUndefined();
    expect(conditionOf(failed, 'SyncError')).toMatch(/^Failed last sync attempt to \[sha256:/);
  });

  test('between two attempts it is Running with the end of the last one, and says when it goes on', async (context) => {
    const world = await openWorld(subject(), context);
    await world.push({ 'web/a.yaml': world.configMap('a', 'one', '  namespace: later\n') });
    const retry = { limit: 3, backoff: { duration: '300ms', factor: 2, maxDuration: '1s' } };
    await world.application('web', { syncPolicy: { automated: {}, retry } });
    const waiting = await world.seen('web', (application) => statusOf(application).operationState?.retryCount === 1);
    const { phase, finishedAt, message } = statusOf(waiting).operationState ?? {};
    expect(phase).toBe('Running');
    expect(finishedAt).toBeDefined();
    expect(message).toMatch(/Retrying attempt #1 at \d+:\d\d[AP]M\.$/);
    expect(waiting.operation).toBeDefined();
    const failed = await world.until('web', (application) => statusOf(application).operationState?.phase === 'Failed');
    expect(statusOf(failed).operationState?.message).toMatch(/\(retried 3 times\)\.$/);
  });

  test('five retries are the default of an automated sync', async (context) => {
    const world = await openWorld(subject(), context);
    await world.push({ 'web/a.yaml': world.configMap('a') });
    await world.application('web');
    const asked = await world.seen('web', (application) => statusOf(application).operationState !== undefined);
    expect(statusOf(asked).operationState).toMatchObject({
      operation: { initiatedBy: { automated: true }, retry: { limit: 5 } },
    });
  });

  test('what is edited by hand is put back at once with selfHeal, and only told without', async (context) => {
    const world = await openWorld(subject(), context);
    const one = await world.push({ 'heals/a.yaml': world.configMap('a'), 'tells/b.yaml': world.configMap('b') });
    await world.application('heals');
    await world.application('tells', { syncPolicy: { automated: { prune: true } } });
    await world.synced('heals', one);
    await world.synced('tells', one);
    await world.patch('ConfigMap', 'a', { data: { value: 'by hand' } });
    await world.patch('ConfigMap', 'b', { data: { value: 'by hand' } });
    await world.until('tells', (application) => statusOf(application).sync?.status === 'OutOfSync');
    await world.until(
      'heals',
      (application) =>
        (statusOf(application).history?.length ?? 0) >= 1 && statusOf(application).sync?.status === 'Synced',
    );
    expect(await world.value('b')).toBe('by hand');
    const healed = await world.seen(
      'heals',
      (application) =>
        JSON.stringify(statusOf(application)).includes('"autoHealAttemptsCount":') &&
        application.operation === undefined,
    );
    expect(statusOf(healed).operationState?.phase).toBe('Succeeded');
    await eventually('the value being put back', async () => (await world.value('a')) === 'one');
  });

  test('a comparison after an edit by hand does not count as reconciled (level below the newest)', async (context) => {
    const world = await openWorld(subject(), context);
    const one = await world.push({ 'web/a.yaml': world.configMap('a') });
    await world.application('web', { syncPolicy: { automated: {} } });
    const { reconciledAt } = statusOf(await world.synced('web', one));
    await world.patch('ConfigMap', 'a', { data: { value: 'by hand' } });
    const seen = await world.until('web', (application) => statusOf(application).sync?.status === 'OutOfSync');
    expect(statusOf(seen).reconciledAt).toBe(reconciledAt);
  });
}
