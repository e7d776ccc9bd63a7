import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../src/domain/kube-object.ts';
import { NAMESPACE } from '../support/flux-manifests.ts';
import { until } from '../support/poll.ts';
import { type ReconcileWorld, type ReconcileWorldOptions, startReconcileWorld } from '../support/reconcile-world.ts';

const chart = { spec: { chart: 'c', sourceRef: { kind: 'HelmRepository', name: 'charts' } } };

const release = (name: string, spec: Readonly<Record<string, unknown>> = {}): KubeObject => ({
  apiVersion: 'helm.toolkit.fluxcd.io/v2',
  kind: 'HelmRelease',
  metadata: { name, namespace: NAMESPACE },
  spec: { interval: '10m', chart, ...spec },
});

/** HelmReleases that have been installed, those that depend on others maybe not yet, beside one Kustomization. */
async function installed(
  releases: readonly KubeObject[],
  options: Partial<ReconcileWorldOptions> = {},
): Promise<ReconcileWorld> {
  const world = await startReconcileWorld({ targets: { apps: {} }, objects: releases, ...options });
  await until('the releases being Ready', () =>
    releases.every(({ metadata: { name }, spec }) => {
      const { status } = world.cluster.objects.get('HelmRelease', NAMESPACE, name) ?? {};
      // One that is looked at before its dependency is there would be looked at again after 30 s.
      if (spec?.suspend === true || spec?.dependsOn !== undefined) return true;
      return JSON.stringify(status?.conditions ?? []).includes('InstallSucceeded');
    }),
  );
  world.cluster.requests.reset();
  return world;
}

describe('a reconcile of a HelmRelease that is named', () => {
  it('asks it, and nothing else, and waits for the answer to this request', async () => {
    const world = await installed([release('cache'), release('queue')]);
    const { code, lines } = await world.runJson('reconcile', 'cache');
    expect(code).toBe(0);
    expect(world.patches('helmreleases')).toEqual({ cache: 1 });
    expect([world.patches('kustomizations'), world.patches('ocirepositories')]).toEqual([{}, {}]);
    expect(lines.at(-1)).toMatchObject({ type: 'result', ready: 1, resources: [{ phase: 'ready' }] });
    const { metadata, status } = world.cluster.objects.get('HelmRelease', NAMESPACE, 'cache') as KubeObject;
    expect(status?.lastHandledReconcileAt).toBe(metadata.annotations?.['reconcile.fluxcd.io/requestedAt']);
  });

  it('is said to be Ready by its name, also beside a Kustomization', async () => {
    const world = await installed([release('cache')]);
    const ran = await world.run('reconcile', `HelmRelease/${NAMESPACE}/cache`, 'apps');
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(ran.stdout).toMatch(/HelmRelease flux-system\/cache Ready in/);
    expect(ran.stdout).toContain('2 ready in');
  });

  it('goes after those of the named ones that it depends on', async () => {
    const world = await installed(
      [release('base'), release('top', { dependsOn: [{ name: 'base' }], interval: '1h' })],
      { flux: { dependencyRequeueMs: 50 } },
    );
    const ran = await world.run('reconcile', 'top', 'base');
    expect(ran.code).toBe(0);
    const patched = world.cluster.requests
      .recent()
      .filter(({ verb, resource }) => verb === 'patch' && resource === 'helmreleases');
    expect(patched.map(({ name }) => name)).toEqual(['base', 'top']);
  });

  it('never takes a Ready from before for an answer', async () => {
    const world = await startReconcileWorld({ targets: { apps: {} }, objects: [release('cache')], controllers: false });
    const key = { kind: 'HelmRelease', namespace: NAMESPACE, name: 'cache' };
    const ready = { type: 'Ready', status: 'True', reason: 'InstallSucceeded', message: '', observedGeneration: 1 };
    world.cluster.objects.setStatus(key, { observedGeneration: 1, conditions: [ready], history: [] });
    let isOver = false;
    const ran = world.run('reconcile', 'cache').finally(() => {
      isOver = true;
    });
    const asked = await world.cluster.objects.until(
      'HelmRelease',
      NAMESPACE,
      'cache',
      ({ metadata }) => metadata.annotations?.['reconcile.fluxcd.io/requestedAt'] !== undefined,
    );
    world.cluster.objects.setStatus(key, { conditions: [{ ...ready, status: 'Unknown', reason: 'Progressing' }] });
    await until('the progress being shown', () => world.printed().includes('Progressing'));
    world.cluster.objects.setStatus(key, { conditions: [ready] });
    expect(isOver).toBe(false);
    const lastHandledReconcileAt = asked.metadata.annotations?.['reconcile.fluxcd.io/requestedAt'];
    world.cluster.objects.setStatus(key, { conditions: [ready], lastHandledReconcileAt });
    expect((await ran).code).toBe(0);
  });

  it('fails with what helm says', async () => {
    let isBroken = false;
    const world = await installed([release('cache')], {
      flux: { helm: { fail: () => (isBroken ? 'no such template' : undefined) } },
    });
    isBroken = true;
    world.cluster.objects.patch(
      { kind: 'HelmRelease', namespace: NAMESPACE, name: 'cache' },
      { spec: { values: { size: 2 } } },
    );
    const ran = await world.run('reconcile', 'cache', '--no-recover');
    expect(ran.code).toBe(1);
    expect(ran.stdout).toContain('no such template');
    expect(ran.stderr).toMatch(/RetriesExceeded\n {2}Failed to upgrade after 1 attempt\(s\)\n {2}.*no such template/);
  });

  it('says at once that one is suspended, and refuses a circle', async () => {
    const world = await installed([
      release('paused', { suspend: true }),
      release('a', { suspend: true, dependsOn: [{ name: 'b' }] }),
      release('b', { suspend: true, dependsOn: [{ name: 'a' }] }),
    ]);
    const paused = await world.run('reconcile', 'paused');
    expect(paused.code).toBe(1);
    expect(paused.stdout).toContain('flux resume helmrelease paused -n flux-system');
    const ring = await world.run('reconcile', 'a', 'b');
    expect(ring.code).toBe(1);
    expect(ring.stderr).toContain('HelmRelease/flux-system/a → HelmRelease/flux-system/b');
    expect(world.patches('helmreleases')).toEqual({});
  });

  it('means the Kustomization where both bear the name', async () => {
    const world = await installed([release('apps')]);
    expect((await world.run('reconcile', 'apps')).code).toBe(0);
    expect(world.patches('helmreleases')).toEqual({});
    expect(world.patches('kustomizations')).toEqual({ apps: 1 });
  });
});
