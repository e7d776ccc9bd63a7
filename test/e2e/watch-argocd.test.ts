import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startWatchSession, type WatchSessionOptions } from '../../src/cli/watch-session.ts';
import { loadKubeconfig } from '../../src/cluster/kubeconfig.ts';
import type { KubeObject } from '../../src/domain/kube-object.ts';
import { DEFAULT_LIMITS } from '../../src/domain/limits.ts';
import type { ArgoCdOptions } from '../../src/embedded/testing.ts';
import type { LoggedEvent } from '../../src/engine/event-log.ts';
import { application, repositorySecret } from '../support/argo-manifests.ts';
import { type EmbeddedWatch, startEmbeddedWatch } from '../support/embedded-watch.ts';
import { configMap, kustomization, kustomizationFile } from '../support/flux-manifests.ts';

const NAMES = ['blog', 'cache', 'docs', 'web'];

const QUIET: Omit<WatchSessionOptions, 'dir' | 'connection' | 'logPath' | 'onEvent'> = {
  ...{ root: undefined, clusterName: 'embedded', namespace: undefined, source: undefined, registry: undefined },
  ...{ tag: undefined, full: undefined, dryRun: false, hooks: [], poll: false, allowPrune: false, ignore: [] },
  limits: DEFAULT_LIMITS,
  env: {},
  signal: new AbortController().signal,
  onHappening: () => {},
};

/** Where it lies its destination says: two Applications must not make one object. */
const settings = (value: string): string => configMap('settings', value).replace('  namespace: default\n', '');

/** blog and web read base/settings; cache is a plain directory; docs stands alone. */
const FILES = {
  'kustomization.yaml': kustomizationFile('blog', 'docs', 'web'),
  'base/settings/kustomization.yaml': kustomizationFile('settings.yaml'),
  'base/settings/settings.yaml': settings('one'),
  'blog/kustomization.yaml': kustomizationFile('blog.yaml', '../base/settings'),
  'blog/blog.yaml': configMap('blog', 'one'),
  'cache/cache.yaml': configMap('cache', 'one'),
  'docs/kustomization.yaml': kustomizationFile('docs.yaml'),
  'docs/docs.yaml': configMap('docs', 'one'),
  'web/kustomization.yaml': kustomizationFile('web.yaml', '../base/settings'),
  'web/web.yaml': configMap('web', 'one'),
  'web/README.md': '# Web\n',
};

interface Given {
  readonly spec?: (name: string) => Record<string, unknown>;
  readonly watch?: Partial<WatchSessionOptions>;
  readonly argo?: Omit<ArgoCdOptions, 'cluster'>;
  readonly names?: readonly string[];
}

function shop({ spec = () => ({}), watch = {}, argo = {}, names = NAMES }: Given = {}): Promise<EmbeddedWatch> {
  return startEmbeddedWatch({
    files: FILES,
    argo,
    objects: (host) => [
      repositorySecret(`oci://${host}/shop`),
      ...names.map((name) => namespace(name)),
      ...names.map((name) => inOwnNamespace(name, host, spec(name))),
    ],
    watch,
  });
}

function namespace(name: string): KubeObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
}

function inOwnNamespace(name: string, host: string, spec: Record<string, unknown>): KubeObject {
  const destination = { server: 'https://kubernetes.default.svc', namespace: name };
  return application(name, name, { source: { repoURL: `oci://${host}/shop` }, destination, ...spec });
}

const stateOf = (watch: EmbeddedWatch, name: string): string =>
  String(watch.session.engine.state.machines.get(`target/Application/argocd/${name}`)?.value);

describe('a save asks exactly the Applications that it concerns', () => {
  test('a leaf asks the one that reads it', async () => {
    const watch = await shop();
    watch.argo?.resetStats();
    const cycle = await watch.edit(() => watch.write('docs/docs.yaml', configMap('docs', 'two')));
    expect(cycle).toMatchObject({ asked: ['docs'], askedInOrder: ['docs'], pushes: 1, full: false });
    expect(watch.live('docs')).toBe('two');
    expect(Object.keys(watch.argo?.stats.syncs ?? {})).toEqual(['Application/argocd/docs']);
    expect(cycle.text).toMatch(/✓ 1 ready in [\d.]+ m?s$/);
  });

  test('a manifest of a plain directory asks its Application', async () => {
    const watch = await shop();
    const cycle = await watch.edit(() => watch.write('cache/cache.yaml', configMap('cache', 'two')));
    expect(cycle).toMatchObject({ asked: ['cache'], pushes: 1, full: false });
    expect(watch.live('cache')).toBe('two');
  });

  test('a shared base asks all that read it, and no other', async () => {
    const watch = await shop();
    const cycle = await watch.edit(() => watch.write('base/settings/settings.yaml', settings('two')));
    expect(cycle).toMatchObject({ asked: ['blog', 'web'], pushes: 1, full: false });
    expect(cycle.askedInOrder).toHaveLength(2);
    expect(['blog', 'web'].map((namespace) => watch.live('settings', namespace))).toEqual(['two', 'two']);
  });

  test('the root asks all, and says why', async () => {
    const watch = await shop();
    const cycle = await watch.edit(() =>
      watch.write('kustomization.yaml', `${kustomizationFile('blog', 'docs', 'web')}# all of them\n`),
    );
    expect(cycle).toMatchObject({ asked: NAMES, pushes: 1, full: true });
    expect(cycle.askedInOrder).toHaveLength(NAMES.length);
    expect(cycle.text).toContain('root-level: kustomization.yaml lies directly in the watched directory');
  });

  test('a README asks nobody', async () => {
    const watch = await shop();
    const cycle = await watch.edit(() => watch.write('web/README.md', '# The web shop\n'));
    expect(cycle).toMatchObject({ asked: [], pushes: 0, full: false });
  });
});

describe('what counts as an answer', () => {
  test('a Synced from before the request does not, however late Argo CD is', async () => {
    let slow = false;
    const watch = await shop({ names: ['docs'], argo: { latency: { manifests: () => (slow ? 400 : 0) } } });
    slow = true;
    const cycle = await watch.edit(() => watch.write('docs/docs.yaml', configMap('docs', 'two')));
    expect(watch.live('docs')).toBe('two');
    const asked = cycle.events.find(({ type }) => type === 'RequestAccepted')?.at ?? 0;
    const settled = cycle.events.find(({ type }) => type === 'TargetSettled')?.at ?? 0;
    expect(settled - asked).toBeGreaterThan(390);
  });

  test('a request at an unchanged revision waits for its own refresh', async () => {
    const watch = await shop({ names: ['docs'] });
    watch.argo?.resetStats();
    const cycle = await watch.edit(() => watch.write('docs/notes.data', 'read by no build'));
    expect(cycle).toMatchObject({ asked: ['docs'], decisions: { 'docs/notes.data': 'nearest-owner' } });
    expect(watch.argo?.stats.refreshes['Application/argocd/docs']).toBeGreaterThan(0);
    expect(stateOf(watch, 'docs')).toBe('settled');
  });

  test('a failed sync ends the wait with its message, and a mended manifest recovers', async () => {
    const retry = { limit: 0 };
    const watch = await shop({ names: ['docs'], spec: () => ({ syncPolicy: { automated: {}, retry } }) });
    const cycle = await watch.edit(() => watch.write('docs/docs.yaml', configMap('docs', 'two', 'nowhere')));
    expect(cycle.text).toContain('namespaces "nowhere" not found');
    expect(stateOf(watch, 'docs')).toBe('dead-letter');
    await watch.edit(() => watch.write('docs/docs.yaml', configMap('docs', 'three')));
    expect(watch.live('docs')).toBe('three');
    expect(stateOf(watch, 'docs')).toBe('settled');
  });

  test('what only Argo CD refuses to build ends the wait as ComparisonError', async () => {
    const watch = await shop({ names: ['docs'], argo: { builder: 'kubectl' } });
    const outside = kustomizationFile('docs.yaml', '../cache/cache.yaml');
    const cycle = await watch.edit(() => watch.write('docs/kustomization.yaml', outside));
    expect(cycle.text).toContain('ComparisonError');
    expect(cycle.text).toContain('security; file');
    expect(stateOf(watch, 'docs')).toBe('dead-letter');
  });
});

describe('Applications without automated sync', () => {
  test('are said to wait for a sync, and not asked', async () => {
    const watch = await shop({ names: ['docs', 'web'], spec: (name) => (name === 'docs' ? { syncPolicy: {} } : {}) });
    const cycle = await watch.edit(() => watch.write('docs/docs.yaml', configMap('docs', 'two')));
    expect(cycle.asked).toEqual([]);
    expect(cycle.text).toContain('--sync');
    expect(watch.live('docs')).toBeUndefined();
  });

  test('are synced with --sync', async () => {
    const watch = await shop({ names: ['docs'], spec: () => ({ syncPolicy: {} }), watch: { sync: true } });
    expect(watch.live('docs')).toBe('one');
    const cycle = await watch.edit(() => watch.write('docs/docs.yaml', configMap('docs', 'two')));
    expect(cycle.asked).toEqual(['docs']);
    expect(watch.live('docs')).toBe('two');
    expect(watch.cluster.objects.get('Application', 'argocd', 'docs')?.status).toMatchObject({
      operationState: { phase: 'Succeeded', operation: { initiatedBy: { username: 'reconcile-machine' } } },
    });
  });
});

test('Applications of an ApplicationSet are asked, though it takes our annotation off', async () => {
  const watch = await startEmbeddedWatch({
    files: FILES,
    argo: {},
    objects: (host) => {
      const { spec } = inOwnNamespace('{{app}}', host, {});
      return [
        ...NAMES.map(namespace),
        repositorySecret(`oci://${host}/shop`),
        {
          apiVersion: 'argoproj.io/v1alpha1',
          kind: 'ApplicationSet',
          metadata: { name: 'all', namespace: 'argocd' },
          spec: {
            generators: [{ list: { elements: NAMES.map((app) => ({ app })) } }],
            template: { metadata: { name: '{{app}}' }, spec },
          },
        },
      ];
    },
    watch: { limits: { ...DEFAULT_LIMITS, targetWaitMs: 60_000 } },
  });
  await watch.edit(() => watch.write('docs/docs.yaml', configMap('docs', 'two')));
  expect(watch.live('docs')).toBe('two');
  expect(NAMES.map((name) => stateOf(watch, name))).toEqual(['settled', 'settled', 'settled', 'settled']);
  const { annotations = {} } = watch.cluster.objects.get('Application', 'argocd', 'docs')?.metadata ?? {};
  expect(annotations).not.toHaveProperty('reconcile-machine.dev/requested-at');
});

test('an app of apps: a change of a child in the repository asks the parent, and the child follows', async () => {
  let child = '';
  const watch = await startEmbeddedWatch({
    files: {
      ...FILES,
      'root/kustomization.yaml': kustomizationFile('docs.yaml'),
      'root/docs.yaml': 'kind: List\napiVersion: v1\nitems: []\n',
    },
    argo: {},
    objects: (host) => {
      child = JSON.stringify(application('docs', 'docs', { source: { repoURL: `oci://${host}/shop` } }));
      return [
        repositorySecret(`oci://${host}/shop`),
        application('web', 'web', { source: { repoURL: `oci://${host}/shop` } }),
        application('root', 'root', {
          source: { repoURL: `oci://${host}/shop` },
          syncPolicy: { automated: { prune: true, allowEmpty: true, selfHeal: true } },
        }),
      ];
    },
    watch: { allowPrune: true },
  });
  const cycle = await watch.edit(() => watch.write('root/docs.yaml', child));
  expect(cycle.asked).toContain('root');
  await watch.until('the child being made', () => watch.live('docs') === 'one');
  await watch.atRest();
  const next = await watch.edit(() => watch.write('docs/docs.yaml', configMap('docs', 'two')));
  expect(next.asked).toEqual(['docs']);
  expect(watch.live('docs')).toBe('two');
  expect(watch.text()).not.toContain('not Ready within');
});

test('Flux and Argo CD side by side: the directory feeds one of them, and the other is left alone', async () => {
  const watch = await startEmbeddedWatch({
    files: FILES,
    argo: {},
    // Nobody pushes what the Kustomization reads.
    fail: () => undefined,
    objects: (host) => [
      ...['docs', 'web'].map(namespace),
      repositorySecret(`oci://${host}/shop`),
      inOwnNamespace('docs', host, {}),
      {
        apiVersion: 'source.toolkit.fluxcd.io/v1',
        kind: 'OCIRepository',
        metadata: { name: 'other', namespace: 'flux-system' },
        spec: { interval: '10m', url: `oci://${host}/other`, insecure: true, ref: { tag: 'latest' } },
      },
      kustomization('elsewhere', { sourceRef: { kind: 'OCIRepository', name: 'other', namespace: 'flux-system' } }),
    ],
  });
  expect(watch.session.fed.id).toMatch(/^OCISource\/\/oci:/);
  const cycle = await watch.edit(() => watch.write('docs/docs.yaml', configMap('docs', 'two')));
  expect(cycle).toMatchObject({ asked: ['docs'], pushes: 1 });
});

describe('two engines that claim one directory', () => {
  const claimed = (watch: Partial<WatchSessionOptions> = {}) =>
    startEmbeddedWatch({
      files: FILES,
      argo: {},
      settled: false,
      watch,
      objects: (host) => [
        inOwnNamespace('docs', host, {}),
        {
          apiVersion: 'source.toolkit.fluxcd.io/v1',
          kind: 'OCIRepository',
          metadata: { name: 'fleet', namespace: 'flux-system' },
          spec: { interval: '10m', url: `oci://${host}/fleet`, insecure: true, ref: { tag: 'latest' } },
        },
        { ...kustomization('docs'), spec: { ...kustomization('docs').spec, sourceRef: FLEET } },
      ],
    });
  const FLEET = { kind: 'OCIRepository', name: 'fleet' };

  test('are an error that names both', async () => {
    await expect(claimed()).rejects.toThrow(
      /2 sources fit this directory: .*OCIRepository\/flux-system\/fleet \(1 Kustomization\)/,
    );
  });

  test.each([
    ['--engine', { engine: 'flux' }, 'OCIRepository/flux-system/fleet'],
    ['--source', { source: 'flux-system/fleet' }, 'OCIRepository/flux-system/fleet'],
    ['the repository that is pushed to, by any name of its host', { registry: 'oci://elsewhere/fleet' }, 'fleet'],
    ['--engine', { engine: 'argocd' }, '/shop:dev'],
  ] as const)('are told apart by %s', async (_, options, id) => {
    expect((await claimed({ ...options, dryRun: true })).session.fed.id).toContain(id);
  });
});

test('several sources: the one that the directory feeds is pushed, and its revision is what counts', async () => {
  const watch = await startEmbeddedWatch({
    files: FILES,
    argo: {},
    objects: (host) => [
      namespace('docs'),
      repositorySecret(`oci://${host}/shop`),
      application('docs', '', {
        source: undefined,
        destination: { server: 'https://kubernetes.default.svc', namespace: 'docs' },
        sources: [
          { repoURL: `oci://${host}/shop`, targetRevision: 'dev', path: 'docs' },
          { repoURL: `oci://${host}/shop`, targetRevision: 'dev', path: 'cache' },
        ],
      }),
    ],
  });
  const cycle = await watch.edit(() => watch.write('cache/cache.yaml', configMap('cache', 'two')));
  expect(cycle).toMatchObject({ asked: ['docs'], pushes: 1, full: false });
  expect(watch.live('cache')).toBe('two');
});

test('a start knows what is reconciled already, and asks for what changed while nobody watched', async () => {
  const watch = await shop({ names: ['docs', 'web'] });
  await watch.session.stop();
  watch.write('docs/docs.yaml', configMap('docs', 'meanwhile'));
  const events: LoggedEvent[] = [];
  const again = await startWatchSession({
    ...QUIET,
    dir: watch.dir,
    connection: await loadKubeconfig({ path: join(watch.home, 'kubeconfig') }),
    // What the first one knew is not at hand: the registry and the cluster tell it.
    logPath: join(watch.home, 'other', 'events.db'),
    onEvent: (event) => events.push(event),
  });
  onTestFinished(() => again.stop());
  await watch.until('the change being live', () => watch.live('docs') === 'meanwhile');
  await watch.until('its answer', () => events.some(({ type }) => type === 'TargetSettled'));
  const wanted = events.filter(({ type }) => type === 'ReconcileWanted').map(({ machine }) => machine);
  expect(wanted).toEqual(['target/Application/argocd/docs']);
});
