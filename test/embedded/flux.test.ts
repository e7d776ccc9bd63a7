import { afterEach, describe, expect, test } from 'vitest';
import type { KubeObject } from '../../src/domain/kube-object.ts';
import { unpackArchive } from '../../src/embedded/flux/archive.ts';
import {
  type EmbeddedCluster,
  type EmbeddedFlux,
  type EmbeddedRegistry,
  type FluxOptions,
  startCluster,
  startFlux,
  startRegistry,
} from '../../src/embedded/testing.ts';
import { pushFiles } from './push-files.ts';
import { VirtualClock } from './virtual-clock.ts';

interface World {
  readonly cluster: EmbeddedCluster;
  readonly registry: EmbeddedRegistry;
  readonly flux: EmbeddedFlux;
}

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function world(options: Partial<FluxOptions> = {}): Promise<World> {
  const cluster = await startCluster();
  closing.push(() => cluster.stop());
  const registry = await startRegistry();
  closing.push(() => registry.stop());
  const flux = await startFlux({ cluster, builder: 'plain', ...options });
  closing.push(() => flux.stop());
  return { cluster, registry, flux };
}

function source({ registry }: World, name = 'repo', spec: Record<string, unknown> = {}): KubeObject {
  return {
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'OCIRepository',
    metadata: { name, namespace: 'flux-system' },
    spec: {
      interval: '10m',
      url: `oci://${registry.host}/flux-system/${name}`,
      insecure: true,
      ref: { tag: 'latest' },
      ...spec,
    },
  };
}

function kustomization(name: string, spec: Record<string, unknown> = {}): KubeObject {
  return {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name, namespace: 'flux-system' },
    spec: {
      interval: '10m',
      prune: true,
      path: `./${name}`,
      sourceRef: { kind: 'OCIRepository', name: 'repo' },
      ...spec,
    },
  };
}

function configMap(name: string, value = 'one', namespace = 'default'): string {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n  namespace: ${namespace}\ndata:\n  value: ${value}\n`;
}

function readyAt(revision: string): (object: KubeObject) => boolean {
  return (object) => object.status?.lastAppliedRevision === revision && condition(object, 'Ready')?.status === 'True';
}

function condition(object: KubeObject | undefined, type: string): Record<string, string> | undefined {
  const conditions = (object?.status?.conditions ?? []) as Record<string, string>[];
  return conditions.find((each) => each.type === type);
}

/** The conditions are written before the rest of the status: Ready alone tells little. */
function isReady(object: KubeObject): boolean {
  const isObserved = object.status?.observedGeneration === object.metadata.generation;
  return isObserved && condition(object, 'Ready')?.status === 'True';
}

function failedFor(reason: string): (object: KubeObject) => boolean {
  return (object) => condition(object, 'Ready')?.reason === reason;
}

function askFor(cluster: EmbeddedCluster, kind: string, name: string, token: string): void {
  const annotations = { 'reconcile.fluxcd.io/requestedAt': token };
  cluster.objects.patch({ kind, namespace: 'flux-system', name }, { metadata: { annotations } });
}

describe('the stand-in for source-controller', () => {
  test('a pushed artifact becomes the revision tag@digest once the source is asked', async () => {
    const at = await world();
    const first = await pushFiles(at.registry, 'flux-system/repo', { 'a/cm.yaml': configMap('a') });
    at.cluster.objects.apply(source(at));
    const made = await at.cluster.objects.until('OCIRepository', 'flux-system', 'repo', isReady);
    expect(made.status).toMatchObject({ observedGeneration: 1, artifact: { revision: `latest@${first}` } });

    const second = await pushFiles(at.registry, 'flux-system/repo', { 'a/cm.yaml': configMap('a', 'two') });
    askFor(at.cluster, 'OCIRepository', 'repo', 't1');
    const moved = await at.cluster.objects.until(
      'OCIRepository',
      'flux-system',
      'repo',
      (o) => o.status?.lastHandledReconcileAt === 't1',
    );
    expect(moved.status).toMatchObject({ artifact: { revision: `latest@${second}` } });
    expect(condition(moved, 'Ready')).toMatchObject({ status: 'True', reason: 'Succeeded' });
  });

  test('moving spec.ref.digest needs no request, and the revision is then the bare digest', async () => {
    const at = await world();
    const digest = await pushFiles(at.registry, 'flux-system/repo', { 'a/cm.yaml': configMap('a') });
    at.cluster.objects.apply(source(at, 'repo', { ref: { digest } }));
    const made = await at.cluster.objects.until('OCIRepository', 'flux-system', 'repo', isReady);
    expect(made.status).toMatchObject({ artifact: { revision: digest } });
  });

  test('a missing tag is Ready=False with OCIArtifactPullFailed, and is tried again by itself', async () => {
    const clock = new VirtualClock();
    const at = await world({ clock });
    at.cluster.objects.apply(source(at));
    const failed = await at.cluster.objects.until(
      'OCIRepository',
      'flux-system',
      'repo',
      failedFor('OCIArtifactPullFailed'),
    );
    expect(condition(failed, 'Ready')?.message).toContain('MANIFEST_UNKNOWN');
    expect(failed.status?.observedGeneration).toBe(-1);
    await pushFiles(at.registry, 'flux-system/repo', { 'a.yaml': configMap('a') });
    clock.advance(750);
    await at.cluster.objects.until('OCIRepository', 'flux-system', 'repo', isReady);
  });

  test('the artifact is served as a tarball without what source-controller leaves out', async () => {
    const at = await world();
    await pushFiles(at.registry, 'flux-system/repo', {
      'a.yaml': configMap('a'),
      'logo.png': 'x',
      '.github/w.yaml': 'x',
    });
    at.cluster.objects.apply(source(at));
    const made = await at.cluster.objects.until('OCIRepository', 'flux-system', 'repo', isReady);
    const { url } = (made.status?.artifact as { url: string } | undefined) ?? { url: '' };
    const response = await fetch(url);
    expect([...unpackArchive(Buffer.from(await response.arrayBuffer())).keys()]).toEqual(['a.yaml']);
  });
});

describe('an OCIRepository with a range of versions', () => {
  test('takes the newest tag in it, and moves on when asked after a newer push', async () => {
    const at = await world();
    const push = (tag: string) => pushFiles(at.registry, 'flux-system/repo', { 'a.yaml': configMap('a', tag) }, tag);
    const revisionOf = (object: KubeObject): unknown => (object.status?.artifact as { revision?: string })?.revision;
    for (const tag of ['1.0.0', '1.2.0', '2.0.0', 'latest']) await push(tag);
    const [first, next] = [await push('1.2.0'), await push('1.3.0-rc.1')];
    at.cluster.objects.apply(source(at, 'repo', { ref: { semver: '1.x' } }));
    const made = await at.cluster.objects.until('OCIRepository', 'flux-system', 'repo', isReady);
    expect(revisionOf(made)).toBe(`1.2.0@${first}`);
    at.cluster.objects.patch(
      { kind: 'OCIRepository', namespace: 'flux-system', name: 'repo' },
      { spec: { ref: { semver: '>=1.0.0-0 <2.0.0' } } },
    );
    const moved = `1.3.0-rc.1@${next}`;
    await at.cluster.objects.until(
      'OCIRepository',
      'flux-system',
      'repo',
      (o) => isReady(o) && revisionOf(o) === moved,
    );
  });
});

describe('sources on other machines', () => {
  test('are ready without a request, semver ranges and Helm repositories too', async () => {
    const at = await world();
    const ref = { semver: '>= 1.0.0' };
    at.cluster.objects.apply(source(at, 'chart', { url: 'oci://registry.invalid/charts/web', ref }));
    at.cluster.objects.apply({
      apiVersion: 'source.toolkit.fluxcd.io/v1',
      kind: 'HelmRepository',
      metadata: { name: 'charts', namespace: 'flux-system' },
      spec: { interval: '1h', url: 'https://charts.invalid' },
    });
    const chart = await at.cluster.objects.until('OCIRepository', 'flux-system', 'chart', isReady);
    expect(chart.status).toMatchObject({
      observedGeneration: 1,
      artifact: { revision: expect.stringMatching(/^>= 1\.0\.0@sha256:/) },
    });
    expect(condition(chart, 'Ready')?.message).toContain('not pulled');
    await at.cluster.objects.until('HelmRepository', 'flux-system', 'charts', isReady);
  });
});

describe('the stand-in for kustomize-controller', () => {
  test('applies, labels, keeps an inventory and reports in the order of the real one', async () => {
    const at = await world();
    const digest = await pushFiles(at.registry, 'flux-system/repo', { 'apps/cm.yaml': configMap('a') });
    const seen: string[] = [];
    at.cluster.objects.watch(({ object }) => {
      if (object.kind !== 'Kustomization' || object.status?.conditions === undefined) return;
      const [ready, reconciling] = [condition(object, 'Ready'), condition(object, 'Reconciling')];
      const line = `${ready?.status}/${ready?.reason}${reconciling === undefined ? '' : `, ${reconciling.message?.split(' for ')[0]}`}`;
      if (seen.at(-1) !== line) seen.push(line);
    });
    at.cluster.objects.apply(source(at));
    await at.cluster.objects.until('OCIRepository', 'flux-system', 'repo', isReady);
    at.cluster.objects.apply(kustomization('apps'));
    const ready = await at.cluster.objects.until('Kustomization', 'flux-system', 'apps', readyAt(`latest@${digest}`));
    expect(seen).toEqual([
      'Unknown/Progressing, Fetching manifests',
      'Unknown/Progressing, Building manifests',
      'Unknown/Progressing, Detecting drift',
      'True/ReconciliationSucceeded',
    ]);
    expect(condition(ready, 'Ready')?.message).toBe(`Applied revision: latest@${digest}`);
    expect(ready.status).toMatchObject({
      observedGeneration: 1,
      lastAttemptedRevision: `latest@${digest}`,
      inventory: { entries: [{ id: 'default_a__ConfigMap', v: 'v1' }] },
    });
    expect(at.cluster.objects.get('ConfigMap', 'default', 'a')?.metadata.labels).toEqual({
      'kustomize.toolkit.fluxcd.io/name': 'apps',
      'kustomize.toolkit.fluxcd.io/namespace': 'flux-system',
    });
  });

  test('a new revision of a shared source runs every Kustomization on it, a request only the one asked', async () => {
    const at = await world();
    const files = Object.fromEntries(['a', 'b', 'c'].map((name) => [`${name}/cm.yaml`, configMap(name)]));
    const first = await pushFiles(at.registry, 'flux-system/repo', files);
    for (const name of ['a', 'b', 'c']) at.cluster.objects.apply(kustomization(name));
    at.cluster.objects.apply(source(at));
    const all = (revision: string) =>
      Promise.all(
        ['a', 'b', 'c'].map((name) =>
          at.cluster.objects.until('Kustomization', 'flux-system', name, readyAt(revision)),
        ),
      );
    await all(`latest@${first}`);
    at.flux.resetStats();
    const second = await pushFiles(at.registry, 'flux-system/repo', { ...files, 'a/cm.yaml': configMap('a', 'two') });
    askFor(at.cluster, 'OCIRepository', 'repo', 't1');
    await all(`latest@${second}`);
    askFor(at.cluster, 'Kustomization', 'b', 't2');
    const answered = await at.cluster.objects.until(
      'Kustomization',
      'flux-system',
      'b',
      (o) => o.status?.lastHandledReconcileAt === 't2' && readyAt(`latest@${second}`)(o),
    );
    expect(answered.metadata.generation).toBe(1);
    expect(at.flux.stats.runs).toEqual({
      'OCIRepository/flux-system/repo': 1,
      'Kustomization/flux-system/a': 1,
      'Kustomization/flux-system/b': 2,
      'Kustomization/flux-system/c': 1,
    });
    expect(at.cluster.objects.get('ConfigMap', 'default', 'a')?.data).toEqual({ value: 'two' });
  });

  test('what leaves the manifests is pruned, unless it is annotated reconcile: disabled', async () => {
    const at = await world();
    await pushFiles(at.registry, 'flux-system/repo', {
      'apps/a.yaml': configMap('a'),
      'apps/b.yaml': configMap('b'),
      'apps/c.yaml': configMap('c'),
    });
    at.cluster.objects.apply(source(at));
    at.cluster.objects.apply(kustomization('apps'));
    await at.cluster.objects.until('ConfigMap', 'default', 'c', () => true);
    const annotations = { 'kustomize.toolkit.fluxcd.io/reconcile': 'disabled' };
    at.cluster.objects.patch({ kind: 'ConfigMap', namespace: 'default', name: 'c' }, { metadata: { annotations } });
    const second = await pushFiles(at.registry, 'flux-system/repo', { 'apps/a.yaml': configMap('a') });
    askFor(at.cluster, 'OCIRepository', 'repo', 't1');
    await at.cluster.objects.until('Kustomization', 'flux-system', 'apps', readyAt(`latest@${second}`));
    expect(at.cluster.objects.list('ConfigMap', 'default').map((o) => o.metadata.name)).toEqual(['a', 'c']);
  });

  test('a child marked reconcile: disabled is not updated by its parent, and reconciles itself all the same', async () => {
    const at = await world();
    const child = JSON.stringify(kustomization('child'));
    const files = { 'parent/child.yaml': child, 'child/cm.yaml': configMap('a') };
    const first = await pushFiles(at.registry, 'flux-system/repo', files);
    at.cluster.objects.apply(source(at));
    at.cluster.objects.apply(kustomization('parent'));
    await at.cluster.objects.until('Kustomization', 'flux-system', 'child', readyAt(`latest@${first}`));
    const key = { kind: 'Kustomization', namespace: 'flux-system', name: 'child' };
    at.cluster.objects.patch(key, {
      metadata: { annotations: { 'kustomize.toolkit.fluxcd.io/reconcile': 'disabled' } },
    });
    at.cluster.objects.patch(key, { spec: { interval: '7m' } });
    askFor(at.cluster, 'Kustomization', 'parent', 't1');
    const done = (token: string) => (o: KubeObject) =>
      o.status?.lastHandledReconcileAt === token && condition(o, 'Ready')?.status === 'True';
    await at.cluster.objects.until('Kustomization', 'flux-system', 'parent', done('t1'));
    expect(at.cluster.objects.get('Kustomization', 'flux-system', 'child')?.spec?.interval).toBe('7m');
    await at.cluster.objects.until('Kustomization', 'flux-system', 'child', (o) => o.status?.observedGeneration === 2);

    at.cluster.objects.patch(key, { metadata: { annotations: { 'kustomize.toolkit.fluxcd.io/reconcile': null } } });
    askFor(at.cluster, 'Kustomization', 'parent', 't2');
    await at.cluster.objects.until('Kustomization', 'flux-system', 'parent', done('t2'));
    expect(at.cluster.objects.get('Kustomization', 'flux-system', 'child')?.spec?.interval).toBe('10m');
  });

  test('an artifact without manifests at the path builds to nothing and prunes everything', async () => {
    const at = await world();
    await pushFiles(at.registry, 'flux-system/repo', { 'apps/a.yaml': configMap('a') });
    at.cluster.objects.apply(source(at));
    at.cluster.objects.apply(kustomization('apps'));
    await at.cluster.objects.until('ConfigMap', 'default', 'a', () => true);
    const second = await pushFiles(at.registry, 'flux-system/repo', { 'apps/README.md': 'nothing' });
    askFor(at.cluster, 'OCIRepository', 'repo', 't1');
    await at.cluster.objects.until('Kustomization', 'flux-system', 'apps', readyAt(`latest@${second}`));
    expect(at.cluster.objects.list('ConfigMap', 'default')).toEqual([]);
  });

  test('a missing path is ArtifactFailed before lastAttemptedRevision is set', async () => {
    const at = await world();
    await pushFiles(at.registry, 'flux-system/repo', { 'apps/a.yaml': configMap('a') });
    at.cluster.objects.apply(source(at));
    at.cluster.objects.apply(kustomization('gone'));
    const failed = await at.cluster.objects.until('Kustomization', 'flux-system', 'gone', (o) =>
      (condition(o, 'Ready')?.message ?? '').includes('path not found'),
    );
    expect(condition(failed, 'Ready')?.reason).toBe('ArtifactFailed');
    expect(condition(failed, 'Reconciling')?.reason).toBe('ProgressingWithRetry');
    expect(failed.status?.lastAttemptedRevision).toBeUndefined();
    expect(failed.status?.observedGeneration).toBe(-1);
  });

  test('a file that is no Kubernetes object fails a generated kustomization as a whole', async () => {
    const at = await world();
    const digest = await pushFiles(at.registry, 'flux-system/repo', {
      'apps/a.yaml': configMap('a'),
      'apps/values.yaml': 'replicas: 2\n',
    });
    at.cluster.objects.apply(source(at));
    at.cluster.objects.apply(kustomization('apps'));
    const failed = await at.cluster.objects.until('Kustomization', 'flux-system', 'apps', failedFor('BuildFailed'));
    expect(failed.status?.lastAttemptedRevision).toBe(`latest@${digest}`);
    expect(condition(failed, 'Ready')?.message).toContain('values.yaml');
    expect(at.cluster.objects.get('ConfigMap', 'default', 'a')).toBeUndefined();
  });

  test('an unready dependency is looked at again after 30 s, and at once when the dependent is asked', async () => {
    const clock = new VirtualClock();
    const failing = new Set(['base']);
    const at = await world({
      clock,
      fail: (stage, o) => (stage === 'apply' && failing.has(o.metadata.name) ? 'broken' : undefined),
    });
    const files = Object.fromEntries(['base', 'one', 'two'].map((name) => [`${name}/cm.yaml`, configMap(name)]));
    const digest = await pushFiles(at.registry, 'flux-system/repo', files);
    at.cluster.objects.apply(source(at));
    await at.cluster.objects.until('OCIRepository', 'flux-system', 'repo', isReady);
    at.cluster.objects.apply(kustomization('base'));
    for (const name of ['one', 'two']) at.cluster.objects.apply(kustomization(name, { dependsOn: [{ name: 'base' }] }));
    for (const name of ['one', 'two'])
      await at.cluster.objects.until('Kustomization', 'flux-system', name, failedFor('DependencyNotReady'));
    await at.cluster.objects.until('Kustomization', 'flux-system', 'base', failedFor('ReconciliationFailed'));
    failing.clear();
    askFor(at.cluster, 'Kustomization', 'base', 't1');
    await at.cluster.objects.until('Kustomization', 'flux-system', 'base', readyAt(`latest@${digest}`));
    askFor(at.cluster, 'Kustomization', 'one', 't2');
    await at.cluster.objects.until('Kustomization', 'flux-system', 'one', readyAt(`latest@${digest}`));
    expect(condition(at.cluster.objects.get('Kustomization', 'flux-system', 'two'), 'Ready')?.reason).toBe(
      'DependencyNotReady',
    );
    clock.advance(30_000);
    await at.cluster.objects.until('Kustomization', 'flux-system', 'two', readyAt(`latest@${digest}`));
  });

  test('a suspended Kustomization does nothing, and yet the request counts as answered', async () => {
    const at = await world();
    const digest = await pushFiles(at.registry, 'flux-system/repo', {
      'a/cm.yaml': configMap('a'),
      'b/cm.yaml': configMap('b'),
    });
    at.cluster.objects.apply(kustomization('a', { suspend: true }));
    at.cluster.objects.apply(kustomization('b'));
    at.cluster.objects.apply(source(at));
    askFor(at.cluster, 'Kustomization', 'a', 't1');
    await at.cluster.objects.until('Kustomization', 'flux-system', 'b', readyAt(`latest@${digest}`));
    const suspended = at.cluster.objects.get('Kustomization', 'flux-system', 'a');
    expect(suspended?.status).toEqual({ observedGeneration: -1, lastHandledReconcileAt: 't1' });
    at.cluster.objects.patch(
      { kind: 'Kustomization', namespace: 'flux-system', name: 'a' },
      { spec: { suspend: false } },
    );
    await at.cluster.objects.until('Kustomization', 'flux-system', 'a', readyAt(`latest@${digest}`));
  });

  test('one slow target holds a worker, and the others go on', async () => {
    const clock = new VirtualClock();
    const at = await world({ clock, latency: { apply: (o) => (o.metadata.name === 'slow' ? 5_000 : 0) } });
    const digest = await pushFiles(at.registry, 'flux-system/repo', {
      'slow/cm.yaml': configMap('s'),
      'b/cm.yaml': configMap('b'),
    });
    at.cluster.objects.apply(kustomization('slow'));
    at.cluster.objects.apply(kustomization('b'));
    at.cluster.objects.apply(source(at));
    const underWay = (object: KubeObject): boolean =>
      (condition(object, 'Reconciling')?.message ?? '').startsWith('Detecting drift');
    await at.cluster.objects.until('Kustomization', 'flux-system', 'slow', underWay);
    await at.cluster.objects.until('Kustomization', 'flux-system', 'b', readyAt(`latest@${digest}`));
    expect(condition(at.cluster.objects.get('Kustomization', 'flux-system', 'slow'), 'Ready')?.status).toBe('Unknown');
    clock.advance(5_000);
    await at.cluster.objects.until('Kustomization', 'flux-system', 'slow', readyAt(`latest@${digest}`));
  });

  test('with wait, an object that is not ready fails the health check after spec.timeout', async () => {
    const clock = new VirtualClock();
    const at = await world({ clock });
    const labels = { app: 'web' };
    const deployment = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web', namespace: 'default' },
      spec: {
        replicas: 1,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [{ name: 'web', image: 'web:1' }] } },
      },
    };
    await pushFiles(at.registry, 'flux-system/repo', { 'apps/web.yaml': JSON.stringify(deployment) });
    const status = { conditions: [{ type: 'Available', status: 'False' }] };
    at.cluster.objects.apply({ ...deployment, status });
    at.cluster.objects.apply(kustomization('apps', { wait: true, timeout: '40s' }));
    at.cluster.objects.apply(source(at));
    await at.cluster.objects.until('Kustomization', 'flux-system', 'apps', (o) =>
      (condition(o, 'Reconciling')?.message ?? '').startsWith('Running health checks'),
    );
    const failed = at.cluster.objects.until('Kustomization', 'flux-system', 'apps', failedFor('HealthCheckFailed'));
    let isOver = false;
    void failed.then(() => {
      isOver = true;
    });
    while (!isOver) {
      clock.advance(5_000);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(condition(await failed, 'Ready')?.message).toContain("Deployment/default/web status: 'InProgress'");
  });

  test('substitutes variables, those of a ConfigMap too', async () => {
    const at = await world();
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Flux's variables look like that.
    const text = configMap('a', '"${who:=nobody} in ${where}, $${kept}"');
    const digest = await pushFiles(at.registry, 'flux-system/repo', { 'apps/a.yaml': text });
    at.cluster.objects.apply({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'vars', namespace: 'flux-system' },
      data: { where: 'here' },
    });
    at.cluster.objects.apply(
      kustomization('apps', { postBuild: { substituteFrom: [{ kind: 'ConfigMap', name: 'vars' }] } }),
    );
    at.cluster.objects.apply(source(at));
    await at.cluster.objects.until('Kustomization', 'flux-system', 'apps', readyAt(`latest@${digest}`));
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the escaped variable stays.
    expect(at.cluster.objects.get('ConfigMap', 'default', 'a')?.data).toEqual({ value: 'nobody in here, ${kept}' });
  });

  test('deleting a Kustomization prunes what it made', async () => {
    const at = await world();
    await pushFiles(at.registry, 'flux-system/repo', { 'apps/a.yaml': configMap('a') });
    at.cluster.objects.apply(source(at));
    at.cluster.objects.apply(kustomization('apps'));
    await at.cluster.objects.until('ConfigMap', 'default', 'a', () => true);
    const gone = new Promise<void>((resolve) => {
      at.cluster.objects.watch(({ type, object }) => {
        if (type === 'DELETED' && object.kind === 'Kustomization') resolve();
      });
    });
    at.cluster.objects.delete('Kustomization', 'flux-system', 'apps');
    await gone;
    expect(at.cluster.objects.get('ConfigMap', 'default', 'a')).toBeUndefined();
  });
});

describe('the stand-in for source-watcher', () => {
  test('an external artifact whose files did not change does not move', async () => {
    const at = await world();
    const files = { 'apps/base/a.yaml': configMap('a'), 'infra/b.yaml': configMap('b') };
    await pushFiles(at.registry, 'flux-system/repo', files);
    at.cluster.objects.apply(source(at));
    at.cluster.objects.apply({
      apiVersion: 'source.extensions.fluxcd.io/v1beta1',
      kind: 'ArtifactGenerator',
      metadata: { name: 'split', namespace: 'flux-system' },
      spec: {
        sources: [{ alias: 'repo', kind: 'OCIRepository', name: 'repo' }],
        artifacts: [
          { name: 'apps', copy: [{ from: '@repo/apps/base/**', to: '@artifact/base/' }] },
          { name: 'infra', copy: [{ from: '@repo/infra/**', to: '@artifact/' }] },
        ],
      },
    });
    at.cluster.objects.apply(
      kustomization('apps', { path: './base', sourceRef: { kind: 'ExternalArtifact', name: 'apps' } }),
    );
    at.cluster.objects.apply(
      kustomization('infra', { path: './', sourceRef: { kind: 'ExternalArtifact', name: 'infra' } }),
    );
    await at.cluster.objects.until('ConfigMap', 'default', 'a', () => true);
    await at.cluster.objects.until('Kustomization', 'flux-system', 'infra', isReady);
    const revisionOf = (name: string): string | undefined => {
      const artifact = at.cluster.objects.get('ExternalArtifact', 'flux-system', name)?.status?.artifact;
      return (artifact as { revision: string } | undefined)?.revision;
    };
    const before = [revisionOf('apps'), revisionOf('infra')];
    expect(before[0]).toMatch(/^latest@sha256:[0-9a-f]{64}$/);
    at.flux.resetStats();
    await pushFiles(at.registry, 'flux-system/repo', { ...files, 'apps/base/a.yaml': configMap('a', 'two') });
    askFor(at.cluster, 'OCIRepository', 'repo', 't1');
    await at.cluster.objects.until('ConfigMap', 'default', 'a', (o) => (o.data as { value: string }).value === 'two');
    expect(revisionOf('apps')).not.toBe(before[0]);
    expect(revisionOf('infra')).toBe(before[1]);
    expect(at.flux.stats.runs['Kustomization/flux-system/infra']).toBeUndefined();
  });
});

describe('the stand-in for helm-controller', () => {
  test('a HelmRelease is ready at once and answers requests and resets', async () => {
    const at = await world();
    at.cluster.objects.apply({
      apiVersion: 'helm.toolkit.fluxcd.io/v2',
      kind: 'HelmRelease',
      metadata: {
        name: 'web',
        namespace: 'default',
        annotations: {
          'reconcile.fluxcd.io/requestedAt': 't1',
          'reconcile.fluxcd.io/resetAt': 't1',
          'reconcile.fluxcd.io/forceAt': 't0',
        },
      },
      spec: {
        interval: '5m',
        chart: { spec: { chart: 'web', sourceRef: { kind: 'HelmRepository', name: 'charts' } } },
      },
    });
    const ready = await at.cluster.objects.until('HelmRelease', 'default', 'web', isReady);
    expect(ready.status).toMatchObject({
      observedGeneration: 1,
      lastHandledReconcileAt: 't1',
      lastHandledResetAt: 't1',
    });
    expect(ready.status?.lastHandledForceAt).toBeUndefined();
  });
});
