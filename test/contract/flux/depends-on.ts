import { expect, test } from 'vitest';
import { statusOf } from './observed-status.ts';
import type { FluxSubject } from './subject.ts';
import { openWorld } from './world.ts';

/** What waits for what. */
export function describeDependsOn(subject: () => FluxSubject): void {
  test('a missing dependency is waited for', async (context) => {
    const world = await openWorld(subject(), context);
    const revision = await world.feed('repo', { 'a.yaml': world.configMap('a'), 'base/b.yaml': world.configMap('b') });
    const sourceRef = { kind: 'GitRepository', name: 'repo' };
    await world.kustomization('app', { path: './', sourceRef, dependsOn: [{ name: 'base' }] });
    const failed = await world.failed('app', 'DependencyNotReady');
    expect(world.message(failed)).toBe(
      `dependency 'NAMESPACE/base' not found: kustomizations.kustomize.toolkit.fluxcd.io "base" not found`,
    );
    expect(world.trail('app').at(-1)).toBe('Ready=False/DependencyNotReady observed=-1');
    await world.kustomization('base', { sourceRef });
    // Looked at again after the dependency interval: nothing else tells the dependent.
    await world.ready('app', revision);
  });

  test('a dependency that has failed holds its dependents, which show why', async (context) => {
    const world = await openWorld(subject(), context);
    const sourceRef = { kind: 'GitRepository', name: 'repo' };
    await world.feed('repo', { 'app/a.yaml': world.configMap('a'), 'base/b.yaml': 'kind: [' });
    await world.kustomization('base', { sourceRef });
    await world.failed('base', 'BuildFailed');
    await world.kustomization('app', { sourceRef, dependsOn: [{ name: 'base' }] });
    const failed = await world.failed('app', 'DependencyNotReady');
    expect(world.message(failed)).toBe(`dependency 'NAMESPACE/base' is not ready`);
    expect(statusOf(failed).lastAttemptedRevision).toBeUndefined();
    expect(await world.value('a')).toBeUndefined();
  });

  test('a request is answered although the dependency is not ready', async (context) => {
    const world = await openWorld(subject(), context);
    await world.feed('app', { 'a.yaml': world.configMap('a') });
    await world.fedKustomization('app', { dependsOn: [{ name: 'base' }] });
    await world.failed('app', 'DependencyNotReady');
    await world.askFor('Kustomization', 'app', 't1');
    await world.until('app', 'answered', (object) => statusOf(object).lastHandledReconcileAt === 't1');
  });

  test('on one source, a dependency must have applied the same revision', async (context) => {
    const world = await openWorld(subject(), context);
    const sourceRef = { kind: 'GitRepository', name: 'repo' };
    const filesOf = (value: string) => ({
      'app/a.yaml': world.configMap('a', value),
      'base/b.yaml': world.configMap('b', value),
    });
    const first = await world.feed('repo', filesOf('one'));
    await world.kustomization('base', { sourceRef });
    await world.ready('base', first);
    await world.kustomization('app', { sourceRef, dependsOn: [{ name: 'base' }] });
    await world.ready('app', first);
    await world.patch('Kustomization', 'base', { spec: { suspend: true } });
    await world.until('base', 'suspended', (object) => statusOf(object).observedGeneration === 2);
    // It may have been looked at before the controller knew that its dependency is Ready.
    const seen = world.states('app').length;
    const second = await world.feed('repo', filesOf('two'), 'main@sha1:0002');
    const failed = await world.failed('app', 'DependencyNotReady', seen);
    expect(world.message(failed)).toBe(`dependency 'NAMESPACE/base' revision is not up to date`);
    await world.patch('Kustomization', 'base', { spec: { suspend: false } });
    await world.ready('app', second);
  });

  test('on another source, ready is enough', async (context) => {
    const world = await openWorld(subject(), context);
    const base = await world.feed('base', { 'b.yaml': world.configMap('b') }, 'main@sha1:000b');
    const app = await world.feed('app', { 'a.yaml': world.configMap('a') });
    await world.fedKustomization('base');
    await world.ready('base', base);
    await world.fedKustomization('app', { dependsOn: [{ name: 'base' }] });
    await world.ready('app', app);
  });

  test('moving the dependency to another source makes it unready for its dependents until it has run', {
    concurrent: false,
  }, async (context) => {
    const world = await openWorld(subject(), context);
    const { artifacts } = subject();
    await world.feed('base', { 'b.yaml': world.configMap('b') });
    const app = await world.feed('app', { 'a.yaml': world.configMap('a') });
    await world.fedKustomization('base');
    await world.ready('base');
    await world.fedKustomization('app', { dependsOn: [{ name: 'base' }] });
    await world.ready('app', app);
    const artifact = artifacts.serve(`${world.namespace}/held.tar.gz`, { 'b.yaml': world.configMap('b') });
    const held = world.hold(artifact);
    await world.fedSource('other', 'main@sha1:0002', artifact);
    await world.patch('Kustomization', 'base', { spec: { sourceRef: { kind: 'GitRepository', name: 'other' } } });
    await world.polled('a request', () => held.count === 1);
    const seen = world.states('app').length;
    await world.askFor('Kustomization', 'app', 't1');
    const failed = await world.failed('app', 'DependencyNotReady', seen);
    expect(world.message(failed)).toBe(`dependency 'NAMESPACE/base' is not ready`);
    held.release();
    await world.ready('app', app, world.states('app').length);
  });

  test('a new revision runs dependencies before their dependents', async (context) => {
    const world = await openWorld(subject(), context);
    const sourceRef = { kind: 'GitRepository', name: 'repo' };
    const filesOf = (value: string) =>
      Object.fromEntries(['c', 'b', 'a'].map((name) => [`${name}/cm.yaml`, world.configMap(name, value)]));
    const first = await world.feed('repo', filesOf('one'));
    await world.kustomization('c', { sourceRef });
    await world.ready('c', first);
    await world.kustomization('b', { sourceRef, dependsOn: [{ name: 'c' }] });
    await world.ready('b', first);
    await world.kustomization('a', { sourceRef, dependsOn: [{ name: 'b' }] });
    await world.ready('a', first);
    const seen = world.states('c').length;
    const second = await world.feed('repo', filesOf('two'), 'main@sha1:0002');
    await Promise.all(['a', 'b', 'c'].map((name) => world.ready(name, second)));
    // The one that waits for nothing was never held up.
    expect(world.trail('c', seen).join('\n')).not.toContain('DependencyNotReady');
  });

  test('a dependency on another source is run along when a new revision enqueues its dependent', async (context) => {
    const world = await openWorld(subject(), context);
    await world.feed('base', { 'b.yaml': world.configMap('b') });
    await world.feed('app', { 'a.yaml': world.configMap('a') });
    await world.fedKustomization('base');
    await world.ready('base');
    await world.fedKustomization('app', { dependsOn: [{ name: 'base' }] });
    await world.ready('app');
    await world.feed('app', { 'a.yaml': world.configMap('a', 'two') }, 'main@sha1:0002');
    await world.until('base', 'run again', ({ status }) =>
      JSON.stringify(status?.history ?? []).includes('"totalReconciliations":2'),
    );
    await world.ready('app', 'main@sha1:0002');
  });

  test('a cycle is waited out by both', async (context) => {
    const world = await openWorld(subject(), context);
    await world.feed('a', { 'a.yaml': world.configMap('a') });
    await world.feed('b', { 'b.yaml': world.configMap('b') });
    await world.fedKustomization('a', { dependsOn: [{ name: 'b' }] });
    await world.fedKustomization('b', { dependsOn: [{ name: 'a' }] });
    await world.failed('a', 'DependencyNotReady');
    await world.failed('b', 'DependencyNotReady');
  });
}
