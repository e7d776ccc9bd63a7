import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../../src/domain/limits.ts';
import type { EmbeddedWatch } from '../support/embedded-watch.ts';
import { configMap, kustomization, NAMESPACE } from '../support/flux-manifests.ts';
import { few, filesOf, isolating, runsSince, sourceOf, specsOf } from '../support/isolating-watch.ts';

const MANY = Array.from({ length: 100 }, (_, index) => `leaf-${index}`);
const ON_BASE = MANY.slice(0, 7);

/** A hundred targets on one source; seven of them read a common base. */
function hundred(): Promise<EmbeddedWatch> {
  return isolating({ files: filesOf(MANY, ON_BASE), objects: MANY.map((name) => kustomization(name)) });
}

describe('watch --isolate', () => {
  it('of a hundred targets a save runs the one that it affects, and no other', async () => {
    const watch = await hundred();
    const before = { ...watch.flux.stats.runs };
    const first = await watch.edit(() => watch.write('leaf-42/own.yaml', configMap('leaf-42', 'two')));
    expect(watch.live('leaf-42')).toBe('two');
    expect(runsSince(watch, before)).toEqual({ 'leaf-42': 1 });
    expect(first.asked).toEqual([]);

    const between = { ...watch.flux.stats.runs };
    await watch.edit(() => watch.write('leaf-42/own.yaml', configMap('leaf-42', 'three')));
    expect(watch.live('leaf-42')).toBe('three');
    expect(runsSince(watch, between)).toEqual({ 'leaf-42': 1 });
  });

  it('a save of a base that seven share runs those seven', async () => {
    const watch = await hundred();
    const before = { ...watch.flux.stats.runs };
    await watch.edit(() => watch.write('base/settings.yaml', configMap('settings', 'two')));
    expect(watch.live('settings')).toBe('two');
    expect(runsSince(watch, before)).toEqual(Object.fromEntries(ON_BASE.map((name) => [name, 1])));
  });

  it('makes the source, awaits its artifact, and only then points the target at it, in one patch', async () => {
    const watch = await few();
    const from = watch.cluster.requests.recent().length;
    const cycle = await watch.edit(() => watch.write('a/own.yaml', configMap('a', 'two')));
    const sent = watch.cluster.requests
      .recent()
      .slice(from)
      .filter(
        ({ verb, resource }) => ['create', 'patch'].includes(verb) && /repositories|kustomizations/.test(resource),
      )
      .map(({ verb, resource, name }) => `${verb} ${resource} ${name}`);
    expect(sent.filter((line) => !line.includes('/status'))).toEqual([
      'create ocirepositories ',
      'patch kustomizations a',
    ]);
    const steps = cycle.events
      .filter(({ machine, type }) => machine.startsWith('isolation/') && type !== 'EffectRequested')
      .map(({ type }) => type);
    expect(steps.indexOf('SourceCreated')).toBeLessThan(steps.lastIndexOf('IsolationObserved'));
    expect(steps.indexOf('ClosurePushed')).toBeLessThan(steps.indexOf('SourceCreated'));
    expect(steps).toContain('TargetSwitched');
    expect(watch.cluster.objects.get('OCIRepository', NAMESPACE, 'a-isolated')?.metadata).toMatchObject({
      labels: { 'app.kubernetes.io/managed-by': 'reconcile-machine' },
      annotations: { 'reconcile-machine.dev/isolated-for': `Kustomization/${NAMESPACE}/a` },
    });
  });

  it('a later save moves the digest of the own source, and touches nothing else', async () => {
    const watch = await few();
    await watch.edit(() => watch.write('a/own.yaml', configMap('a', 'two')));
    const target = watch.cluster.objects.get('Kustomization', NAMESPACE, 'a');
    const from = watch.cluster.requests.recent().length;
    await watch.edit(() => watch.write('a/own.yaml', configMap('a', 'three')));
    expect(watch.live('a')).toBe('three');
    const patched = watch.cluster.requests
      .recent()
      .slice(from)
      // The session's Lease is renewed every 10 s.
      .filter(({ verb, resource }) => verb === 'patch' && resource !== 'leases')
      .map(({ resource, name }) => `${resource} ${name}`);
    expect(patched).toEqual(['ocirepositories a-isolated']);
    expect(watch.cluster.objects.get('Kustomization', NAMESPACE, 'a')?.spec).toEqual(target?.spec);
  });

  it('going back to an earlier content runs the target again, and believes no answer from before', async () => {
    const watch = await few();
    for (const value of ['two', 'three', 'two']) {
      const runs = { ...watch.flux.stats.runs };
      await watch.edit(() => watch.write('a/own.yaml', configMap('a', value)));
      expect(watch.live('a')).toBe(value);
      expect(runsSince(watch, runs)).toEqual({ a: 1 });
    }
  });

  it('asks the registry what it lacks while the quiet period runs, and sends nothing till it is over', async () => {
    const watch = await few({}, { watch: { limits: { ...DEFAULT_LIMITS, quietPeriodMs: 3_000 } } });
    const [requests, events] = [watch.registry.requests.recent().length, watch.events.length];
    const since = (): string[] =>
      watch.registry.requests
        .recent()
        .slice(requests)
        .map(({ method, kind }) => `${method} ${kind}`);
    await watch.edit(async () => {
      watch.write('a/own.yaml', configMap('a', 'two'));
      await watch.until('a question about the manifest', () => since().includes('HEAD manifest'));
      expect(since()).not.toContain('PUT upload');
      expect(watch.events.slice(events).map(({ type }) => type)).not.toContain('QuietPeriodElapsed');
    });
    expect(watch.live('a')).toBe('two');
  });

  it('at the end all is as it was before, and the cluster is at what is on the disk', async () => {
    const watch = await few();
    const before = specsOf(watch);
    await watch.edit(() => watch.write('a/own.yaml', configMap('a', 'two')));
    await watch.edit(() => watch.write('b/own.yaml', configMap('b', 'two')));
    expect(specsOf(watch)).not.toEqual(before);
    await watch.session.stop();
    expect(specsOf(watch)).toEqual({ ...before, ...leasesGone(before) });
    await watch.allReady();
    expect([watch.live('a'), watch.live('b'), watch.live('c')]).toEqual(['two', 'two', 'one']);
  });

  it('dependents go after their dependencies are Ready, each by its own source', async () => {
    const watch = await few({ b: { dependsOn: [{ name: 'a' }] }, c: { dependsOn: [{ name: 'b' }] } });
    const cycle = await watch.edit(() => watch.write('base/settings.yaml', configMap('settings', 'two')));
    const story = cycle.events.flatMap((event) => {
      if (event.type === 'TargetSwitched') return [`moved ${event.machine.split('/').at(-1)}`];
      if (event.type === 'TargetSettled') return [`${String(event.outcome)} ${String(event.target).split('/').at(-1)}`];
      return [];
    });
    expect(story).toEqual(['moved a', 'ready a', 'moved b', 'ready b', 'moved c', 'ready c']);
  });

  it('of those that wait for another the sources are made and fetch meanwhile; one that is never read goes with the session', async () => {
    const watch = await few({ b: { dependsOn: [{ name: 'a' }] }, c: { suspend: true } });
    const before = specsOf(watch);
    watch.gated.add('a');
    watch.write('base/settings.yaml', configMap('settings', 'two'));
    await watch.until('a source of b with its artifact', () => {
      return watch.cluster.objects.get('OCIRepository', NAMESPACE, 'b-isolated')?.status?.artifact !== undefined;
    });
    expect([sourceOf(watch, 'b'), watch.live('b')]).toEqual(['shop', 'one']);
    const left = watch.session.stop();
    watch.gated.delete('a');
    watch.gate.open();
    await left;
    expect(specsOf(watch)).toEqual({ ...before, ...leasesGone(before) });
  });

  it('a broken file holds those that read it, and nobody else', async () => {
    const watch = await few();
    watch.write('b/own.yaml', 'data: [');
    const cycle = await watch.edit(() => watch.write('a/own.yaml', configMap('a', 'two')));
    expect(watch.live('a')).toBe('two');
    expect(watch.live('b')).toBe('one');
    expect(cycle.text).toContain('b/own.yaml');
    await watch.edit(() => watch.write('b/own.yaml', configMap('b', 'two')));
    expect(watch.live('b')).toBe('two');
  });

  it('a target that would lose all it made is held, and the others go on', async () => {
    const watch = await few();
    await watch.edit(() => watch.write('a/own.yaml', configMap('a', 'two')));
    watch.write('a/kustomization.yaml', 'resources: []\n');
    const cycle = await watch.edit(() => watch.write('b/own.yaml', configMap('b', 'two')));
    expect(watch.live('b')).toBe('two');
    expect(watch.live('a')).toBe('two');
    expect(cycle.text).toMatch(/had manifests and has none left/);
  });

  it('a full reconcile pushes the shared source, and asks those on their own where they are', async () => {
    const watch = await few();
    await watch.edit(() => watch.write('a/own.yaml', configMap('a', 'two')));
    const cycle = await watch.edit(() => watch.write('kustomization.yaml', 'resources: [a, b, c]\n'));
    expect(cycle.full).toBe(true);
    expect(cycle.asked).toEqual(['a', 'b', 'c']);
    expect(sourceOf(watch, 'a')).toBe('a-isolated');
    expect(sourceOf(watch, 'b')).toBe('shop');
  });
});

/** The session's Lease ends with it. */
function leasesGone(before: Readonly<Record<string, unknown>>): Record<string, undefined> {
  return Object.fromEntries(
    Object.keys(before).flatMap((id) => (id.startsWith('Lease/') ? [[id, undefined] as const] : [])),
  );
}
