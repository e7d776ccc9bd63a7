import { describe, expect, test } from 'vitest';
import { diagnoseOnFailure } from '../../src/cli/diagnose-on-failure.ts';
import { CommandFailedError } from '../../src/cli/errors.ts';
import type { Diagnosis } from '../../src/domain/diagnosis/diagnosis.ts';
import { type ReachedCluster, startReachedCluster } from '../support/embedded-client.ts';
import { CRASHING_POD, startFailingLevels } from '../support/failing-levels.ts';
import { kustomization } from '../support/flux-manifests.ts';
import { runMain } from './run-main.ts';

/** What Flux's stand-ins make of Kustomizations root → apps → shop → Deployment web, whose pod crashes. */
async function failingInFlux(): Promise<ReachedCluster> {
  const world = await startFailingLevels('1s');
  world.fail();
  await world.cluster.objects.until('Kustomization', 'flux-system', 'shop', ({ status }) =>
    JSON.stringify(status ?? {}).includes('HealthCheckFailed'),
  );
  return world;
}

const run = (world: ReachedCluster, ...args: string[]) =>
  runMain(['diagnose', ...args, '--kubeconfig', world.kubeconfig]);

describe('diagnose', () => {
  test('a Deployment that fails three levels down: the last lines of its pod are on the screen, by name', async () => {
    const ran = await run(await failingInFlux());
    expect(ran.code).toBe(1);
    expect(ran.stderr).toBe('');
    expect(ran.stdout).toContain(`Pod shop/${CRASHING_POD}`);
    expect(ran.stdout).toContain('| FATAL: no database url');
    expect(ran.stdout).toMatch(/Kustomization flux-system\/shop {2}HealthCheckFailed/);
    const order = ['shop', 'apps', 'root'].map((name) =>
      ran.stdout.search(`x Kustomization flux-system/${name} |o Kustomization flux-system/${name} `),
    );
    expect(order).toEqual([...order].sort((a, b) => a - b));
  });

  test('takes a name in each of its forms, and follows it down', async () => {
    const world = await failingInFlux();
    for (const name of ['root', 'flux-system/root', 'Kustomization/flux-system/root']) {
      expect((await run(world, name)).stdout).toContain('| FATAL: no database url');
    }
  });

  test('prints JSON for a program', async () => {
    const ran = await run(await failingInFlux(), '--json');
    const printed = JSON.parse(ran.stdout) as Diagnosis;
    expect(printed.workloads[0]?.pods[0]).toMatchObject({ namespace: 'shop', name: CRASHING_POD });
    expect(ran.stdout.trimEnd().split('\n')).toHaveLength(1);
  });

  test('says that all is well, with exit code 0', async () => {
    const world = await startReachedCluster();
    const ready = [
      { type: 'Ready', status: 'True', reason: 'ok', message: '', lastTransitionTime: '2026-01-01T00:00:00Z' },
    ];
    world.cluster.objects.apply(kustomization('apps'));
    world.cluster.objects.setStatus(
      { kind: 'Kustomization', namespace: 'flux-system', name: 'apps' },
      { observedGeneration: 1, conditions: ready },
    );
    expect(await run(world)).toEqual({
      code: 0,
      stdout: `${world.cluster.url}: the only resource is Ready\n`,
      stderr: '',
    });
  });

  test('of a name that is none names the nearest, with exit code 2', async () => {
    const world = await startReachedCluster();
    world.cluster.objects.apply(kustomization('apps'));
    expect(await run(world, 'aps')).toMatchObject({ code: 2, stderr: expect.stringContaining('did you mean apps?') });
  });

  test('of a cluster that does not answer is the error alone', async () => {
    const world = await startReachedCluster();
    await world.cluster.stop();
    const ran = await run(world);
    expect(ran).toMatchObject({ code: 1, stdout: '' });
    expect(ran.stderr).toContain('does not answer (ECONNREFUSED)');
  });
});

describe('after a failed command', () => {
  const io = () => {
    let stderr = '';
    const write = (text: string) => (stderr += text);
    const { signal } = new AbortController();
    return { io: { stderr: { write }, env: {}, color: false, signal }, printed: () => stderr };
  };
  const error = new CommandFailedError('flux-system/root did not become Ready', 'see below');

  test('the error is printed first, and then what is behind it', async () => {
    const { client } = await failingInFlux();
    const { io: given, printed } = io();
    await diagnoseOnFailure(error, { client, targets: ['Kustomization/flux-system/root'], json: false }, given);
    expect(printed()).toMatch(/^error: flux-system\/root did not become Ready\nhint: see below\n\nhttps:/);
    expect(printed()).toContain('| FATAL: no database url');
  });

  test('nothing is printed where all is well: what could not be asked is Ready all the same', async () => {
    const { client, cluster } = await startReachedCluster();
    cluster.objects.apply(kustomization('apps'));
    cluster.objects.setStatus(
      { kind: 'Kustomization', namespace: 'flux-system', name: 'apps' },
      { observedGeneration: 1, conditions: [{ type: 'Ready', status: 'True', reason: 'ok', message: '' }] },
    );
    const { io: given, printed } = io();
    await diagnoseOnFailure(error, { client, targets: ['Kustomization/flux-system/apps'], json: false }, given);
    expect(printed()).toBe('');
  });

  test('nothing is printed of a cluster that does not answer', async () => {
    const { client, cluster } = await startReachedCluster();
    await cluster.stop();
    const { io: given, printed } = io();
    await diagnoseOnFailure(error, { client, targets: [], json: false }, given);
    expect(printed()).toBe('');
  });
});
