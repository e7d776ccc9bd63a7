import { expect, test } from 'vitest';
import { eventually } from '../../e2e/real/eventually.ts';
import { openWorld } from './open-world.ts';
import type { ArgoSubject } from './subject.ts';
import { conditionOf, statusOf } from './world.ts';

const WAVE = (wave: number): string => `  annotations:\n    argocd.argoproj.io/sync-wave: "${wave}"\n`;

/** docs: user-guide/resource_tracking, sync-options, sync-waves, auto_sync; gitops-engine pkg/sync. */
export function describeSync(subject: () => ArgoSubject): void {
  test('what is applied carries the tracking id of its Application', async (context) => {
    const world = await openWorld(subject(), context);
    const one = await world.push({ 'web/a.yaml': world.configMap('a') });
    await world.application('web');
    await world.synced('web', one);
    expect((await world.get('ConfigMap', 'a'))?.metadata.annotations).toMatchObject({
      'argocd.argoproj.io/tracking-id': `${world.id('web')}:/ConfigMap:${world.namespace}/a`,
    });
  });

  test('what is gone from the manifests is pruned when the policy says so, else it stays and the Application OutOfSync', async (context) => {
    const world = await openWorld(subject(), context);
    const both = (name: string) => ({
      [`${name}/a.yaml`]: world.configMap(`${name}-a`),
      [`${name}/b.yaml`]: world.configMap(`${name}-b`),
    });
    const one = await world.push({ ...both('prunes'), ...both('keeps') });
    await world.application('prunes');
    await world.application('keeps', { syncPolicy: { automated: { selfHeal: true } } });
    await world.synced('prunes', one);
    await world.synced('keeps', one);
    const two = await world.push({
      'prunes/a.yaml': world.configMap('prunes-a'),
      'keeps/a.yaml': world.configMap('keeps-a', 'two'),
    });
    await world.refresh('prunes');
    await world.refresh('keeps');
    await world.synced('prunes', two);
    expect(await world.value('prunes-b')).toBeUndefined();
    const skips = await world.seen(
      'keeps',
      (application) =>
        statusOf(application).operationState?.phase === 'Succeeded' &&
        statusOf(application).operationState?.syncResult?.revision === two,
    );
    expect(statusOf(skips).operationState?.syncResult?.resources).toContainEqual(
      expect.objectContaining({ name: 'keeps-b', status: 'PruneSkipped', message: 'ignored (requires pruning)' }),
    );
    const kept = await world.until(
      'keeps',
      (application) => statusOf(application).sync?.revision === two && application.operation === undefined,
    );
    expect(await world.value('keeps-b')).toBe('one');
    expect(statusOf(kept).resources).toContainEqual(
      expect.objectContaining({ name: 'keeps-b', requiresPruning: true }),
    );
  });

  test('an automated sync does not take away everything, unless allowEmpty', async (context) => {
    const world = await openWorld(subject(), context);
    const one = await world.push({ 'web/a.yaml': world.configMap('a') });
    await world.application('web');
    await world.synced('web', one);
    await world.push({ 'web/notes.txt': 'nothing left' });
    await world.refresh('web');
    const kept = await world.until('web', (application) => conditionOf(application, 'SyncError') !== undefined);
    expect(conditionOf(kept, 'SyncError')).toContain('auto-sync will wipe out all resources');
    expect(await world.value('a')).toBe('one');
  });

  test('objects go in by wave and kind, and what is pruned goes out the other way round', async (context) => {
    const world = await openWorld(subject(), context);
    const one = await world.push({
      'web/a.yaml': world.configMap('last', 'one', WAVE(2)),
      'web/b.yaml': world.configMap('first', 'one', WAVE(-1)),
      'web/c.yaml': 'apiVersion: v1\nkind: Secret\nmetadata:\n  name: middle\n',
      'web/d.yaml': world.configMap('then'),
    });
    await world.application('web');
    // The comparison after a sync may be with what was seen before it: then a second sync, of what seems different, follows.
    const syncOf = async (revision: string): Promise<(string | undefined)[] | undefined> => {
      const after = await world.seen('web', (application) => {
        const { operationState } = statusOf(application);
        const isOfAll = !JSON.stringify(operationState ?? {}).includes('"autoHealAttemptsCount"');
        return operationState?.phase === 'Succeeded' && operationState.syncResult?.revision === revision && isOfAll;
      });
      return statusOf(after).operationState?.syncResult?.resources?.map(({ name }) => name);
    };
    expect(await syncOf(one)).toEqual(['first', 'middle', 'then', 'last']);
    await world.synced('web', one);
    const two = await world.push({ 'web/d.yaml': world.configMap('then') });
    await world.refresh('web');
    const pruned = (await syncOf(two))?.filter((name) => name !== 'then');
    expect(pruned).toEqual(['last', 'middle', 'first']);
  });

  test('a wave waits until the one before it is healthy', async (context) => {
    const world = await openWorld(subject(), context);
    const deployment = `apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n${WAVE(0)}spec:\n  selector: {matchLabels: {a: b}}\n  template:\n    metadata: {labels: {a: b}}\n    spec: {containers: [{name: c, image: i}]}\n`;
    const one = await world.push({ 'web/a.yaml': deployment, 'web/b.yaml': world.configMap('after', 'one', WAVE(1)) });
    await world.application('web');
    const waiting = await world.until(
      'web',
      (application) =>
        statusOf(application).operationState?.message === 'waiting for healthy state of apps/Deployment/web',
    );
    expect(statusOf(waiting).operationState?.phase).toBe('Running');
    expect(await world.value('after')).toBeUndefined();
    const path = `/apis/apps/v1/namespaces/${world.namespace}/deployments/web/status`;
    const counts = { replicas: 1, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1 };
    const conditions = ['Available', 'Progressing'].map((type) => ({
      type,
      status: 'True',
      reason: 'NewReplicaSetAvailable',
    }));
    const status = { observedGeneration: 1, ...counts, conditions };
    await subject().client.request({ method: 'PATCH', path, body: { status } });
    const synced = await world.synced('web', one);
    expect(await world.value('after')).toBe('one');
    expect(statusOf(synced).health?.status).toBe('Healthy');
  });

  test('health is that of the worst object: a rollout that hangs makes it Degraded though Synced', async (context) => {
    const world = await openWorld(subject(), context);
    const deployment = `apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  selector: {matchLabels: {a: b}}\n  template:\n    metadata: {labels: {a: b}}\n    spec: {containers: [{name: c, image: i}]}\n`;
    const one = await world.push({ 'web/a.yaml': deployment, 'web/b.yaml': world.configMap('b') });
    await world.application('web');
    expect(statusOf(await world.synced('web', one)).health?.status).toBe('Progressing');
    const path = `/apis/apps/v1/namespaces/${world.namespace}/deployments/web/status`;
    const conditions = [{ type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded' }];
    await subject().client.request({ method: 'PATCH', path, body: { status: { observedGeneration: 1, conditions } } });
    const degraded = await world.until('web', (application) => statusOf(application).health?.status === 'Degraded');
    expect(statusOf(degraded).sync?.status).toBe('Synced');
    // docs: operator-manual/upgrading/2.14-3.0: the health of each object is not in the Application unless that is asked for.
    expect(degraded.status).toMatchObject({ resourceHealthSource: 'appTree' });
    expect(statusOf(degraded).resources?.filter((resource) => 'health' in resource)).toEqual([]);
  });

  test('CreateNamespace=true makes the namespace that the destination names', async (context) => {
    const world = await openWorld(subject(), context);
    const one = await world.push({ 'web/a.yaml': world.configMap('a') });
    const namespace = `${world.namespace}-new`;
    await world.application('web', {
      destination: { server: 'https://kubernetes.default.svc', namespace },
      syncPolicy: { automated: {}, syncOptions: ['CreateNamespace=true'] },
    });
    await world.synced('web', one);
    expect(await world.get('ConfigMap', 'a', namespace)).toBeDefined();
  });

  test('an Application with the resources finalizer takes along what it made', async (context) => {
    const world = await openWorld(subject(), context);
    const one = await world.push({ 'web/a.yaml': world.configMap('a') });
    await world.application('web', {}, { finalizers: ['resources-finalizer.argocd.argoproj.io'] });
    await world.synced('web', one);
    await world.remove('Application', world.id('web'));
    await eventually(
      'the Application being gone',
      async () => (await world.get('Application', world.id('web'))) === undefined,
    );
    expect(await world.value('a')).toBeUndefined();
  });

  test('an Application of Applications: what the parent applies is synced in turn, and comes back when it is changed', async (context) => {
    const world = await openWorld(subject(), context);
    const child = {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Application',
      metadata: { name: world.id('child'), namespace: 'argocd' },
      spec: {
        project: 'default',
        source: { repoURL: world.url, targetRevision: 'dev', path: 'child' },
        destination: { server: 'https://kubernetes.default.svc', namespace: world.namespace },
        syncPolicy: { automated: {} },
      },
    };
    const one = await world.push({ 'root/child.json': JSON.stringify(child), 'child/a.yaml': world.configMap('a') });
    await world.application('root');
    await world.synced('root', one);
    const synced = await world.synced('child', one);
    expect(synced.metadata.annotations?.['argocd.argoproj.io/tracking-id']).toBe(
      `${world.id('root')}:argoproj.io/Application:argocd/${world.id('child')}`,
    );
    await world.patch('Application', world.id('child'), { spec: { source: { targetRevision: 'other' } } });
    const back = await world.until('child', ({ spec }) => JSON.stringify(spec).includes('"targetRevision":"dev"'));
    expect(back.metadata.uid).toBe(synced.metadata.uid);
  });
}
