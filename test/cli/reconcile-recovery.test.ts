import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../src/domain/kube-object.ts';
import { type ReconcileWorld, startReconcileWorld } from '../support/reconcile-world.ts';

const QUICK = ['--limit', 'attemptBackoffMsMin=20'];
const RESET_AT = 'reconcile.fluxcd.io/resetAt';
const REQUESTED_AT = 'reconcile.fluxcd.io/requestedAt';
const RECOVERING = 'reconcile-machine.dev/recovering';

interface Said {
  readonly reason?: string;
  readonly stalled?: boolean;
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** HelmReleases that say this of themselves, and no controller that would change it; nothing else to wait for. */
async function releases(said: Readonly<Record<string, Said>>): Promise<ReconcileWorld> {
  const world = await startReconcileWorld({ targets: { apps: {} }, controllers: false });
  for (const [name, { reason, stalled, spec = {}, annotations = {} }] of Object.entries(said)) {
    const namespace = `of-${name}`;
    world.cluster.objects.apply({
      apiVersion: 'helm.toolkit.fluxcd.io/v2',
      kind: 'HelmRelease',
      metadata: { name, namespace, annotations },
      spec: {
        interval: '10m',
        chart: { spec: { chart: name, sourceRef: { kind: 'HelmRepository', name: 'r' } } },
        ...spec,
      },
    });
    const conditions = [
      ...(reason === undefined ? [] : [{ type: 'Ready', status: 'False', reason, message: 'as it is' }]),
      ...(stalled === true
        ? [{ type: 'Stalled', status: 'True', reason: 'RetriesExceeded', message: 'given up' }]
        : []),
    ];
    world.cluster.objects.setStatus({ kind: 'HelmRelease', namespace, name }, { conditions });
  }
  return world;
}

const release = (world: ReconcileWorld, name: string): KubeObject =>
  world.cluster.objects.get('HelmRelease', `of-${name}`, name) as KubeObject;

/** Excluded: what is recovered is all that is waited for. */
const recover = (world: ReconcileWorld, ...argv: string[]) => world.run('reconcile', '--exclude', 'apps', ...argv);

describe('HelmReleases before a reconcile', () => {
  it.each([
    'InstallFailed',
    'UpgradeFailed',
    'RollbackFailed',
    'UninstallFailed',
    'TestFailed',
    'GetLastReleaseFailed',
    'ReconciliationFailed',
  ])('are reset in any namespace when they are stuck with %s: both tokens are one', async (reason) => {
    const world = await releases({ cache: { reason } });
    const ran = await recover(world);
    expect(ran.code).toBe(0);
    expect(ran.stdout).toContain('HelmRelease of-cache/cache was stuck: reset');
    const { annotations = {} } = release(world, 'cache').metadata;
    expect(annotations[RESET_AT]).toBeDefined();
    expect(annotations[RESET_AT]).toBe(annotations[REQUESTED_AT]);
    expect(world.patches('helmreleases')).toEqual({ cache: 1 });
  });

  it('are reset when they are Stalled, all at once', async () => {
    const world = await releases({
      a: { stalled: true },
      b: { stalled: true, reason: 'ArtifactFailed' },
      c: { reason: 'TestFailed' },
    });
    expect((await recover(world)).code).toBe(0);
    expect(world.patches('helmreleases')).toEqual({ a: 1, b: 1, c: 1 });
  });

  it('are left alone when they wait for a dependency, are suspended, or are Ready, and with --no-recover', async () => {
    const world = await releases({
      waiting: { reason: 'DependencyNotReady' },
      paused: { reason: 'InstallFailed', stalled: true, spec: { suspend: true } },
      fine: {},
      stuck: { reason: 'InstallFailed' },
    });
    expect((await recover(world, '--no-recover')).code).toBe(0);
    expect(world.patches('helmreleases')).toEqual({});
    expect((await recover(world)).code).toBe(0);
    expect(world.patches('helmreleases')).toEqual({ stuck: 1 });
  });

  it('are told of when they cannot be reset, which aborts nothing', async () => {
    const world = await releases({ a: { reason: 'InstallFailed' }, b: { reason: 'InstallFailed' } });
    world.cluster.faults.next({ match: { verb: 'patch', resource: 'helmreleases', name: 'a' }, status: 403 });
    const ran = await recover(world);
    expect(ran.code).toBe(0);
    expect(ran.stdout).toMatch(/HelmRelease of-a\/a failed.*: forbidden/);
    expect(ran.stdout).toContain('HelmRelease of-b/b was stuck: reset');
    expect(world.patches('ocirepositories')).toEqual({ shop: 1 });
  });

  it('are resumed when an earlier run ended between suspending and resuming them, as they were before', async () => {
    const world = await releases({
      bare: { spec: { suspend: true }, annotations: { [RECOVERING]: 'null' } },
      said: { spec: { suspend: true }, annotations: { [RECOVERING]: 'false' } },
    });
    const ran = await recover(world);
    expect(ran.stdout).toContain('HelmRelease of-bare/bare was stuck: resumed');
    expect(release(world, 'bare').spec).not.toHaveProperty('suspend');
    expect(release(world, 'said').spec).toMatchObject({ suspend: false });
    expect(release(world, 'bare').metadata.annotations).not.toHaveProperty(RECOVERING);
  });

  it('are resumed for certain: a failure that may pass is tried again', async () => {
    const world = await releases({ a: { spec: { suspend: true }, annotations: { [RECOVERING]: 'null' } } });
    world.cluster.faults.next({ match: { verb: 'patch', resource: 'helmreleases' }, status: 503, times: 2 });
    const ran = await recover(world, ...QUICK);
    expect(ran.code).toBe(0);
    expect(release(world, 'a').spec).not.toHaveProperty('suspend');
  });
});
