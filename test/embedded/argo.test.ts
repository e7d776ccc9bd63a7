import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import type { KubeObject } from '../../src/domain/kube-object.ts';
import {
  type ArgoCdOptions,
  type EmbeddedArgoCd,
  type EmbeddedCluster,
  type EmbeddedRegistry,
  measuredLatency,
  startArgoCd,
  startCluster,
  startRegistry,
} from '../../src/embedded/testing.ts';
import { application } from '../support/argo-manifests.ts';
import { configMap, kustomizationFile } from '../support/flux-manifests.ts';
import { pushFiles } from './push-files.ts';
import { VirtualClock } from './virtual-clock.ts';

interface World {
  readonly cluster: EmbeddedCluster;
  readonly registry: EmbeddedRegistry;
  readonly argo: EmbeddedArgoCd;
  readonly url: string;
}

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function world(options: Partial<ArgoCdOptions> = {}): Promise<World> {
  const cluster = await startCluster(options.clock === undefined ? {} : { clock: options.clock });
  closing.push(() => cluster.stop());
  const registry = await startRegistry();
  closing.push(() => registry.stop());
  const argo = await startArgoCd({ cluster, builder: 'plain', random: () => 0.5, ...options });
  closing.push(() => argo.stop());
  const url = `oci://${registry.host}/shop`;
  cluster.objects.apply({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'shop', namespace: 'argocd', labels: { 'argocd.argoproj.io/secret-type': 'repository' } },
    stringData: { type: 'oci', url, insecureOCIForceHttp: 'true' },
  });
  return { cluster, registry, argo, url };
}

function apply({ cluster, url }: World, name: string, spec: Record<string, unknown> = {}): KubeObject {
  const { source = {}, ...rest } = spec;
  return cluster.objects.apply(application(name, name, { source: { repoURL: url, ...(source as object) }, ...rest }));
}

const status = (object: KubeObject | undefined): Record<string, Record<string, unknown>> =>
  (object?.status ?? {}) as Record<string, Record<string, unknown>>;

const isSyncedAt = (revision: string) => (object: KubeObject) =>
  status(object).sync?.status === 'Synced' &&
  status(object).sync?.revision === revision &&
  object.operation === undefined;

/** Lets go on what needs no timer: requests to the registry, queues, writes. */
async function turns(until: () => boolean): Promise<void> {
  const giveUpAt = Date.now() + 60_000;
  while (!until()) {
    if (Date.now() > giveUpAt) throw new Error('it never came to that');
    await nextTurn();
  }
}

describe('time', () => {
  test('an Application is compared again after 120 s and up to 60 s more, and not before', async () => {
    const clock = new VirtualClock();
    const running = await world({ clock });
    const one = await pushFiles(running.registry, 'shop', { 'web/a.yaml': configMap('a', 'one') }, 'dev');
    apply(running, 'web');
    const get = () => running.cluster.objects.get('Application', 'argocd', 'web');
    await turns(() => isSyncedAt(one)(get() ?? application('', '')));
    const two = await pushFiles(running.registry, 'shop', { 'web/a.yaml': configMap('a', 'two') }, 'dev');
    running.argo.resetStats();
    clock.advance(149_000);
    for (let turn = 0; turn < 20; turn += 1) await nextTurn();
    expect(running.argo.stats.refreshes).toEqual({});
    // The repo-server keeps a tag resolved for 180 s: the first resync sees the old digest, the second the new one.
    clock.advance(3_000);
    await turns(() => running.argo.stats.refreshes['Application/argocd/web'] === 1);
    clock.advance(155_000);
    await turns(() => isSyncedAt(two)(get() ?? application('', '')));
  });

  test('a failed sync is tried again after 5 s, then 10 s, at most 3 minutes', async () => {
    const clock = new VirtualClock();
    const running = await world({ clock });
    await pushFiles(running.registry, 'shop', { 'web/a.yaml': configMap('a', 'one', 'nowhere') }, 'dev');
    apply(running, 'web', { syncPolicy: { automated: {}, retry: { limit: 8 } } });
    const syncs = () => running.argo.stats.syncs['Application/argocd/web'] ?? 0;
    const retries = () =>
      Number(status(running.cluster.objects.get('Application', 'argocd', 'web')).operationState?.retryCount ?? 0);
    await turns(() => syncs() === 1 && retries() === 1);
    for (const [attempt, waitMs] of [5_000, 10_000, 20_000, 40_000, 80_000, 160_000, 180_000].entries()) {
      // Times in the status are to the second.
      clock.advance(waitMs - 1_000);
      for (let turn = 0; turn < 10; turn += 1) await nextTurn();
      expect(syncs()).toBe(attempt + 1);
      clock.advance(1_000);
      await turns(() => syncs() === attempt + 2 && retries() === attempt + 2);
    }
  });

  test('heals of one revision come at once, then after 2 s, 6 s and so on', async () => {
    const clock = new VirtualClock();
    const running = await world({ clock });
    const one = await pushFiles(running.registry, 'shop', { 'web/a.yaml': configMap('a', 'one') }, 'dev');
    apply(running, 'web');
    const value = () =>
      (running.cluster.objects.get('ConfigMap', 'default', 'a')?.data as Record<string, string> | undefined)?.value;
    const settled = () =>
      isSyncedAt(one)(running.cluster.objects.get('Application', 'argocd', 'web') ?? application('', ''));
    await turns(settled);
    for (const waitMs of [0, 2_000, 6_000]) {
      running.cluster.objects.patch(
        { kind: 'ConfigMap', namespace: 'default', name: 'a' },
        { data: { value: 'by hand' } },
      );
      if (waitMs > 0) {
        await turns(() => !settled());
        clock.advance(waitMs - 1);
        for (let turn = 0; turn < 10; turn += 1) await nextTurn();
        expect(value()).toBe('by hand');
        clock.advance(1_001);
      }
      await turns(() => value() === 'one' && settled());
    }
  });
});

describe('tracking', () => {
  test.each([
    ['label', { 'app.kubernetes.io/instance': 'web' }, undefined],
    ['annotation+label', { 'app.kubernetes.io/instance': 'web' }, 'web:/ConfigMap:default/a'],
    ['annotation', undefined, 'web:/ConfigMap:default/a'],
  ] as const)('by %s', async (tracking, labels, id) => {
    const running = await world({ tracking });
    const one = await pushFiles(running.registry, 'shop', { 'web/a.yaml': configMap('a', 'one') }, 'dev');
    apply(running, 'web');
    await running.cluster.objects.until('Application', 'argocd', 'web', isSyncedAt(one));
    const { metadata } = running.cluster.objects.get('ConfigMap', 'default', 'a') ?? application('', '');
    expect(metadata.labels).toEqual(labels);
    expect(metadata.annotations?.['argocd.argoproj.io/tracking-id']).toBe(id);
    const two = await pushFiles(running.registry, 'shop', { 'web/b.yaml': configMap('b', 'one') }, 'dev');
    running.cluster.objects.patch(
      { kind: 'Application', namespace: 'argocd', name: 'web' },
      {
        metadata: { annotations: { 'argocd.argoproj.io/refresh': 'normal' } },
      },
    );
    await running.cluster.objects.until('Application', 'argocd', 'web', isSyncedAt(two));
    expect(running.cluster.objects.get('ConfigMap', 'default', 'a')).toBeUndefined();
  });

  test('an object that two Applications make is told by both', async () => {
    const running = await world();
    await pushFiles(
      running.registry,
      'shop',
      { 'web/a.yaml': configMap('a', 'one'), 'cart/a.yaml': configMap('a', 'two') },
      'dev',
    );
    apply(running, 'web', { syncPolicy: { automated: {} } });
    await running.cluster.objects.until(
      'Application',
      'argocd',
      'web',
      (object) => status(object).sync?.status === 'Synced',
    );
    apply(running, 'cart', { syncPolicy: {} });
    const seen = await running.cluster.objects.until(
      'Application',
      'argocd',
      'cart',
      (object) => status(object).sync !== undefined,
    );
    expect(seen.status?.conditions).toMatchObject([
      { type: 'SharedResourceWarning', message: 'ConfigMap/a is part of applications cart and web' },
    ]);
  });
});

test('hooks run in their phases, are neither compared nor pruned, and Skip leaves an object out', async () => {
  const running = await world();
  const hook = (name: string, phase: string) =>
    `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n  annotations:\n    argocd.argoproj.io/hook: ${phase}\n`;
  const one = await pushFiles(
    running.registry,
    'shop',
    {
      'web/a.yaml': hook('after', 'PostSync'),
      'web/b.yaml': configMap('b', 'x'),
      'web/c.yaml': hook('before', 'PreSync'),
      'web/d.yaml': hook('never', 'Skip'),
    },
    'dev',
  );
  apply(running, 'web');
  const synced = await running.cluster.objects.until('Application', 'argocd', 'web', isSyncedAt(one));
  const result = status(synced).operationState?.syncResult as { resources: { name: string }[] };
  expect(result.resources.map(({ name }) => name)).toEqual(['before', 'b', 'after']);
  expect(synced.status?.resources).toMatchObject([{ name: 'b' }]);
  expect(running.cluster.objects.get('ConfigMap', 'default', 'never')).toBeUndefined();
});

test('stages can be slowed down and broken', async () => {
  let broken: string | undefined = 'the repository is away';
  const running = await world({
    latency: { manifests: 5 },
    fail: (stage) => (stage === 'manifests' ? broken : undefined),
  });
  const one = await pushFiles(running.registry, 'shop', { 'web/a.yaml': configMap('a', 'one') }, 'dev');
  apply(running, 'web');
  const failed = await running.cluster.objects.until(
    'Application',
    'argocd',
    'web',
    (object) => status(object).sync !== undefined,
  );
  expect(JSON.stringify(failed.status?.conditions)).toContain('the repository is away');
  broken = undefined;
  running.cluster.objects.patch(
    { kind: 'Application', namespace: 'argocd', name: 'web' },
    {
      metadata: { annotations: { 'argocd.argoproj.io/refresh': 'hard' } },
    },
  );
  await running.cluster.objects.until('Application', 'argocd', 'web', isSyncedAt(one));
});

test('a comparison that a test breaks is the ComparisonError of its Application, and ends with it', async () => {
  let broken = true;
  const fail = (stage: string) =>
    broken && stage === 'compare' ? 'the cache of the cluster is not synced' : undefined;
  const shop = await world({ fail });
  const digest = await pushFiles(shop.registry, 'shop', { 'web/map.yaml': configMap('web', 'one') }, 'dev');
  apply(shop, 'web');
  const failed = await shop.cluster.objects.until('Application', 'argocd', 'web', (object) =>
    JSON.stringify(object.status ?? {}).includes('ComparisonError'),
  );
  expect(JSON.stringify(failed.status)).toContain('the cache of the cluster is not synced');
  broken = false;
  const refresh = { 'argocd.argoproj.io/refresh': 'normal' };
  const web = { kind: 'Application', namespace: 'argocd', name: 'web' };
  shop.cluster.objects.patch(web, { metadata: { annotations: refresh } });
  await shop.cluster.objects.until('Application', 'argocd', 'web', isSyncedAt(digest));
});

test('a hundred Applications of one artifact are fetched once and compared side by side', async () => {
  const running = await world();
  const files: Record<string, string> = {};
  for (let index = 0; index < 100; index += 1) {
    files[`app${index}/kustomization.yaml`] = kustomizationFile('map.yaml');
    files[`app${index}/map.yaml`] = configMap(`map${index}`, 'one');
  }
  const one = await pushFiles(running.registry, 'shop', files, 'dev');
  running.registry.requests.reset();
  for (let index = 0; index < 100; index += 1) apply(running, `app${index}`);
  for (let index = 0; index < 100; index += 1) {
    await running.cluster.objects.until('Application', 'argocd', `app${index}`, isSyncedAt(one));
  }
  expect(Object.keys(running.argo.stats.syncs)).toHaveLength(100);
  expect(running.argo.stats.builds).toBe(0);
});

test('a definition that requires metadata takes objects, as every object has it', async () => {
  const { cluster } = await world();
  const made = cluster.objects.apply({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'AppProject',
    metadata: { name: 'team', namespace: 'argocd' },
    spec: { sourceRepos: ['*'] },
  });
  expect(made.metadata.generation).toBe(1);
  expect(() =>
    cluster.objects.apply({
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'AppProject',
      metadata: { name: 'none', namespace: 'argocd' },
    }),
  ).toThrow('spec: Required value');
});

test('stopping is not held up by a sync that waits', async () => {
  const running = await world({ latency: { sync: 3_600_000 } });
  await pushFiles(running.registry, 'shop', { 'web/a.yaml': configMap('a', 'one') }, 'dev');
  apply(running, 'web');
  await running.cluster.objects.until(
    'Application',
    'argocd',
    'web',
    (object) => status(object).operationState !== undefined,
  );
  await running.argo.stop();
  expect(running.cluster.objects.get('ConfigMap', 'default', 'a')).toBeUndefined();
});

test("stopping in the middle of a comparison is nobody's failure", async () => {
  let hasBegun = (): void => {};
  const begun = new Promise<void>((resolve) => {
    hasBegun = resolve;
  });
  const compare = (): number => {
    hasBegun();
    return 3_600_000;
  };
  const running = await world({ latency: { compare } });
  await pushFiles(running.registry, 'shop', { 'web/a.yaml': configMap('a', 'one') }, 'dev');
  apply(running, 'web');
  await begun;
  // A rejection that nobody handles fails the run.
  await running.argo.stop();
});

test.each([
  [1, [470, 580], [530, 700]],
  [100, [850, 1_400], [900, 1_500]],
] as const)(
  'with the times measured for an artifact of %i Applications a change is live and Synced when it was there',
  async (count, live, synced) => {
    const clock = new VirtualClock();
    const running = await world({ clock, latency: measuredLatency(count) });
    const push = (value: string) => pushFiles(running.registry, 'shop', { 'web/a.yaml': configMap('a', value) }, 'dev');
    const one = await push('one');
    const get = () => running.cluster.objects.get('Application', 'argocd', 'web') ?? application('', '');
    const value = () =>
      (running.cluster.objects.get('ConfigMap', 'default', 'a')?.data as { value?: string } | undefined)?.value;
    const elapsed = async (until: () => boolean): Promise<number> => {
      const from = clock.now();
      while (!until()) {
        clock.advance(5);
        for (let turn = 0; turn < 20; turn += 1) await nextTurn();
      }
      return clock.now() - from;
    };
    apply(running, 'web');
    await elapsed(() => isSyncedAt(one)(get()));
    const two = await push('two');
    running.cluster.objects.patch(
      { kind: 'Application', namespace: 'argocd', name: 'web' },
      { metadata: { annotations: { 'argocd.argoproj.io/refresh': 'normal' } } },
    );
    const liveMs = await elapsed(() => value() === 'two');
    const syncedMs = liveMs + (await elapsed(() => isSyncedAt(two)(get())));
    // Requests to the registry take real turns meanwhile, by which the clock here goes on.
    expect(liveMs).toBeGreaterThanOrEqual(live[0]);
    expect(liveMs).toBeLessThanOrEqual(live[1] + 200);
    expect(syncedMs).toBeGreaterThanOrEqual(synced[0]);
    expect(syncedMs).toBeLessThanOrEqual(synced[1] + 300);
  },
);
