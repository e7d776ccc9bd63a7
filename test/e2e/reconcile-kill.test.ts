import { expect, test } from 'vitest';
import type { KubeObject } from '../../src/domain/kube-object.ts';
import { customDefinition } from '../support/custom-definition.ts';
import { until } from '../support/poll.ts';
import { type ReconcileWorld, startReconcileWorld } from '../support/reconcile-world.ts';
import { runCli, WatchProcess } from './watch-process.ts';

const STUCK = { kind: 'HelmRelease', namespace: 'shop', name: 'cache' } as const;

test('kill -9 between suspending and resuming a HelmRelease: the next run resumes it as it was', async (context) => {
  // Nobody but the CLI touches the release; what is recovered is all that is waited for.
  const world = await startReconcileWorld({ targets: { apps: {} }, controllers: false });
  forgetReset(world);
  const before = stuckRelease(world);
  const isSuspended = (): boolean => release(world)?.spec?.suspend === true;
  // The patch that would resume it arrives nowhere.
  const lost = world.cluster.faults.next({
    match: ({ verb, resource }) => verb === 'patch' && resource === 'helmreleases' && isSuspended(),
    silent: true,
    times: 9,
  });
  const surroundings = { cwd: world.home, env: { PATH: process.env.PATH, HOME: world.home } };
  const argv = ['reconcile', '--exclude', 'apps', '--kubeconfig', world.kubeconfig];
  const run = new WatchProcess([...argv, '--json'], surroundings);
  context.onTestFinished(() => run.kill());
  await until(
    'the patch that resumes',
    () => lost.remaining() < 9,
    () => run.stdout + run.stderr,
  );
  await run.kill();
  expect(run.exit?.signal).toBe('SIGKILL');
  expect(isSuspended()).toBe(true);
  lost.cancel();

  const next = await runCli(argv, surroundings);
  expect(next, next.stderr).toMatchObject({ code: 0 });
  expect(next.stdout).toContain('HelmRelease shop/cache was stuck: resumed');
  expect(release(world)?.spec).toEqual(before.spec);
  expect(release(world)?.metadata.annotations).not.toHaveProperty('reconcile-machine.dev/recovering');
});

/** As a helm-controller of before `resetAt` publishes it: its status has no field for that. */
function forgetReset({ cluster }: ReconcileWorld): void {
  const status = { observedGeneration: { type: 'integer', format: 'int64' } };
  cluster.objects.apply(
    customDefinition({ group: 'helm.toolkit.fluxcd.io', version: 'v2', kind: 'HelmRelease', status }),
  );
}

function stuckRelease(world: ReconcileWorld): KubeObject {
  const { kind, namespace, name } = STUCK;
  world.cluster.objects.apply({
    apiVersion: 'helm.toolkit.fluxcd.io/v2',
    kind,
    metadata: { name, namespace },
    spec: {
      interval: '10m',
      suspend: false,
      chart: { spec: { chart: name, sourceRef: { kind: 'HelmRepository', name } } },
    },
  });
  const conditions = [{ type: 'Stalled', status: 'True', reason: 'RetriesExceeded', message: 'given up' }];
  world.cluster.objects.setStatus(STUCK, { conditions });
  return release(world) as KubeObject;
}

function release({ cluster }: ReconcileWorld): KubeObject | undefined {
  return cluster.objects.get(STUCK.kind, STUCK.namespace, STUCK.name);
}
