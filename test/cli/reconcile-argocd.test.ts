import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  type ArgoCdOptions,
  type EmbeddedArgoCd,
  type EmbeddedCluster,
  startArgoCd,
  startCluster,
  startRegistry,
} from '../../src/embedded/testing.ts';
import { pushFiles } from '../embedded/push-files.ts';
import { application, repositorySecret } from '../support/argo-manifests.ts';
import { configMap } from '../support/flux-manifests.ts';
import { runMain } from './run-main.ts';

interface World {
  readonly cluster: EmbeddedCluster;
  readonly argo: EmbeddedArgoCd;
  push(value: string, namespace?: string): Promise<string>;
  live(name: string): unknown;
  reconcile(...argv: string[]): ReturnType<typeof runMain>;
}

async function world(
  applications: Readonly<Record<string, Record<string, unknown>>>,
  options: Omit<ArgoCdOptions, 'cluster'> = {},
): Promise<World> {
  const [cluster, registry] = await Promise.all([startCluster(), startRegistry()]);
  const argo = await startArgoCd({ builder: 'plain', ...options, cluster });
  const home = mkdtempSync(join(tmpdir(), 'reconcile-argocd-'));
  onTestFinished(async () => {
    await argo.stop();
    await Promise.all([cluster.stop(), registry.stop()]);
    rmSync(home, { recursive: true, force: true });
  });
  const kubeconfig = join(home, 'kubeconfig');
  await cluster.writeKubeconfig(kubeconfig);
  const names = Object.keys(applications);
  const push = (value: string, namespace = 'default') => {
    const files = Object.fromEntries(names.map((name) => [`${name}/map.yaml`, configMap(name, value, namespace)]));
    return pushFiles(registry, 'shop', files, 'dev');
  };
  const digest = await push('one');
  const url = `oci://${registry.host}/shop`;
  cluster.objects.apply(repositorySecret(url));
  for (const [name, spec] of Object.entries(applications)) {
    cluster.objects.apply(application(name, name, { source: { repoURL: url }, ...spec }));
  }
  for (const name of names) {
    await cluster.objects.until('Application', 'argocd', name, ({ status, operation }) => {
      const sync = status?.sync as { status?: string; revision?: string } | undefined;
      return sync?.revision === digest && operation === undefined;
    });
  }
  return {
    cluster,
    argo,
    push,
    live: (name) => (cluster.objects.get('ConfigMap', 'default', name)?.data as { value?: string } | undefined)?.value,
    reconcile: (...argv) => runMain(['reconcile', '--kubeconfig', kubeconfig, ...argv], { cwd: home }),
  };
}

describe('reconcile with Argo CD', () => {
  test('asks every Application once, by one watch, and ends with 0 when all have answered', async () => {
    const running = await world({ web: {}, cart: {} });
    running.cluster.requests.reset();
    await running.push('two');
    const ran = await running.reconcile();
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(ran.stdout).toContain('2 ready in');
    expect([running.live('web'), running.live('cart')]).toEqual(['two', 'two']);
    expect(running.cluster.requests.count('patch applications')).toBe(2);
    expect(running.cluster.requests.count('watch applications')).toBe(1);
  });

  test('a Synced from before the request never ends the wait', async () => {
    let slow = false;
    const running = await world({ web: {} }, { latency: { manifests: () => (slow ? 500 : 0) } });
    await running.push('two');
    slow = true;
    expect((await running.reconcile('web')).code).toBe(0);
    expect(running.live('web')).toBe('two');
  });

  test('a sync that fails is told with its message, and the exit code is 1', async () => {
    const running = await world({ web: { syncPolicy: { automated: {}, retry: { limit: 0 } } }, cart: {} });
    await running.push('two', 'nowhere');
    const ran = await running.reconcile('web');
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain('1 of 1 not Ready: Application argocd/web (SyncFailed)');
    expect(ran.stdout).toContain('namespaces "nowhere" not found');
  });

  test('without automated sync it is said to wait for somebody; --sync syncs it', async () => {
    const running = await world({ web: { syncPolicy: {} } });
    const ran = await running.reconcile();
    expect(ran.code).toBe(1);
    expect(ran.stdout).toContain('--sync has it synced');
    expect(running.live('web')).toBeUndefined();
    expect((await running.reconcile('--sync')).code).toBe(0);
    expect(running.live('web')).toBe('one');
  });

  test('--refresh hard has Argo CD build anew', async () => {
    const running = await world({ web: {} });
    const seen = running.cluster.objects.until(
      'Application',
      'argocd',
      'web',
      ({ metadata }) => metadata.annotations?.['argocd.argoproj.io/refresh'] === 'hard',
    );
    expect((await running.reconcile('--refresh', 'hard')).code).toBe(0);
    await seen;
  });

  test('--engine asks the targets of that engine alone', async () => {
    const running = await world({ web: {} });
    expect((await running.reconcile('--engine', 'argocd')).code).toBe(0);
    running.cluster.requests.reset();
    const ran = await running.reconcile('--engine', 'flux');
    expect(ran).toMatchObject({ code: 1, stderr: expect.stringContaining('has no Kustomization') });
    expect(running.cluster.requests.count('patch applications')).toBe(0);
  });
});
