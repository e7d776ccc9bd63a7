import { expect, test } from 'vitest';
import { conditionOf, shortened, statusOf } from './observed-status.ts';
import type { FluxSubject } from './subject.ts';
import { type FluxWorld, openWorld } from './world.ts';

const AVAILABLE = {
  replicas: 1,
  updatedReplicas: 1,
  readyReplicas: 1,
  availableReplicas: 1,
  conditions: [
    { type: 'Available', status: 'True', reason: 'MinimumReplicasAvailable' },
    { type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable' },
  ],
};
const STUCK = { conditions: [{ type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded' }] };

/** What a Kustomization waits for before it is ready. */
export function describeHealth(subject: () => FluxSubject): void {
  test('with wait it is ready once its workloads are', async (context) => {
    const world = await openWorld(subject(), context);
    const revision = await world.feed('all', { 'web.yaml': deployment(world) });
    await world.fedKustomization('all', { wait: true });
    const checking = await world.until('all', 'checking', (object) => conditionOf(object, 'Healthy') !== undefined);
    expect(world.message(checking, 'Healthy')).toBe(
      `Running health checks for revision ${revision} with a timeout of TIME`,
    );
    expect(checking.status?.conditions).toMatchObject([
      { type: 'Reconciling', status: 'True', reason: 'Progressing' },
      { type: 'Ready', status: 'Unknown', reason: 'Progressing' },
      { type: 'Healthy', status: 'Unknown', reason: 'Progressing' },
    ]);
    await world.patch('Deployment', 'web', { status: { ...AVAILABLE, observedGeneration: 1 } }, '/status');
    const ready = await world.ready('all', revision);
    expect(world.message(ready, 'Healthy')).toBe('Health check passed in TIME');
    expect(conditionOf(ready, 'Healthy')).toMatchObject({ status: 'True', reason: 'Succeeded' });
    const at = shortened(revision);
    expect(world.trail('all').slice(-5)).toEqual([
      `Reconciling=True/Progressing (Running health checks) Ready=Unknown/Progressing Healthy=Unknown/Progressing observed=-1 attempted=${at}`,
      `Reconciling=True/Progressing (Running health checks) Ready=Unknown/Progressing Healthy=Unknown/Progressing observed=-1 attempted=${at} inventory=1`,
      `Reconciling=True/Progressing (Running health checks) Ready=Unknown/Progressing Healthy=True/Succeeded observed=-1 attempted=${at} inventory=1`,
      `Ready=True/ReconciliationSucceeded Healthy=True/Succeeded observed=-1 attempted=${at} inventory=1`,
      `Ready=True/ReconciliationSucceeded Healthy=True/Succeeded observed=1 attempted=${at} applied=${at} inventory=1`,
    ]);
  });

  test('a workload that has failed ends the wait early', async (context) => {
    const world = await openWorld(subject(), context);
    const revision = await world.feed('all', { 'web.yaml': deployment(world) });
    await world.fedKustomization('all', { wait: true, retryInterval: '1s' });
    await world.until('all', 'checking', (object) => conditionOf(object, 'Healthy') !== undefined);
    await world.patch('Deployment', 'web', { status: { ...STUCK, observedGeneration: 1 } }, '/status');
    const failed = await world.failed('all', 'HealthCheckFailed');
    expect(world.message(failed)).toBe(
      `health check failed after TIME: failed early due to stalled resources: [Deployment/NAMESPACE/web status: 'Failed']`,
    );
    expect(world.message(failed, 'Healthy')).toBe(
      `failed early due to stalled resources: [Deployment/NAMESPACE/web status: 'Failed']`,
    );
    expect(conditionOf(failed, 'Healthy')).toMatchObject({ status: 'False', reason: 'HealthCheckFailed' });
    expect(statusOf(failed)).toMatchObject({ lastAttemptedRevision: revision, inventory: { entries: [{}] } });
    expect(statusOf(failed).lastAppliedRevision).toBeUndefined();
    // Tried again by itself, and it may recover.
    await world.patch('Deployment', 'web', { status: { ...AVAILABLE, observedGeneration: 1 } }, '/status');
    await world.ready('all', revision);
  });

  test('healthChecks name what to wait for, of whoever made it', async (context) => {
    const world = await openWorld(subject(), context);
    const revision = await world.feed('all', { 'a.yaml': world.configMap('a') });
    const check = { apiVersion: 'v1', kind: 'ConfigMap', name: 'elsewhere', namespace: world.namespace };
    await world.fedKustomization('all', { healthChecks: [check] });
    await world.until('all', 'checking', (object) => conditionOf(object, 'Healthy') !== undefined);
    await world.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'elsewhere' } });
    await world.ready('all', revision);
  });

  test('a Kustomization waits for the Kustomizations that it made', async (context) => {
    const world = await openWorld(subject(), context);
    const child = {
      apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
      kind: 'Kustomization',
      metadata: { name: 'child', namespace: world.namespace },
      spec: { interval: '10m', prune: true, path: './', sourceRef: { kind: 'GitRepository', name: 'child' } },
    };
    await world.feed('child', { 'a.yaml': world.configMap('a') });
    const revision = await world.feed('parent', { 'child.yaml': JSON.stringify(child) });
    await world.fedKustomization('parent', { wait: true });
    await world.ready('parent', revision);
    expect(await world.value('a')).toBe('one');
  });

  test('Healthy goes away with the last health check', async (context) => {
    const world = await openWorld(subject(), context);
    const revision = await world.feed('all', { 'a.yaml': world.configMap('a') });
    await world.fedKustomization('all', { wait: true });
    expect(conditionOf(await world.ready('all', revision), 'Healthy')?.status).toBe('True');
    await world.patch('Kustomization', 'all', { spec: { wait: false } });
    const ready = await world.until('all', 'observed', (object) => statusOf(object).observedGeneration === 2);
    expect(conditionOf(ready, 'Healthy')).toBeUndefined();
  });

  test('a new revision does not cut a health check short; a timeout below 30 s counts as 30 s', async (context) => {
    const world = await openWorld(subject(), context);
    await world.feed('all', { 'web.yaml': deployment(world) });
    await world.fedKustomization('all', { wait: true, timeout: '2s' });
    const checking = await world.until('all', 'checking', (object) => conditionOf(object, 'Healthy') !== undefined);
    expect(conditionOf(checking, 'Healthy')?.message).toMatch(/with a timeout of 30s$/);
    const second = await world.feed('all', { 'a.yaml': world.configMap('a') }, 'main@sha1:0002');
    const failed = await world.failed('all', 'HealthCheckFailed', 0, 90_000);
    expect(world.message(failed)).toBe(
      `health check failed after TIME: timeout waiting for: [Deployment/NAMESPACE/web status: 'InProgress']`,
    );
    expect(statusOf(failed).lastAttemptedRevision).not.toBe(second);
    await world.ready('all', second);
  });
}

function deployment(world: FluxWorld): string {
  const labels = { app: 'web' };
  return JSON.stringify({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: world.namespace },
    spec: {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'web', image: 'web:1' }] } },
    },
  });
}
