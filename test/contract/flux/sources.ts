import { expect, test } from 'vitest';
import { isReady, statusOf } from './observed-status.ts';
import type { FluxSubject } from './subject.ts';
import { openWorld } from './world.ts';

/** Where the manifests come from, and what happens when they do not. */
export function describeSources(subject: () => FluxSubject): void {
  test('a missing source is ArtifactFailed in the words of the API server', async (context) => {
    const world = await openWorld(subject(), context);
    await world.kustomization('apps', { sourceRef: { kind: 'OCIRepository', name: 'gone' } });
    const failed = await world.failed('apps', 'ArtifactFailed');
    expect(world.message(failed)).toBe('OCIRepository.source.toolkit.fluxcd.io "gone" not found');
    expect(statusOf(failed).conditions?.map(({ type }) => type)).toEqual(['Ready']);
  });

  test('a source without an artifact is waited for, and its first one is taken at once', async (context) => {
    const world = await openWorld(subject(), context);
    await world.fedSource('apps', '', undefined);
    await world.fedKustomization('apps');
    const failed = await world.failed('apps', 'ArtifactFailed');
    expect(world.message(failed)).toBe('Source artifact not found, retrying in TIME');
    const revision = await world.feed('apps', { 'a.yaml': world.configMap('a') });
    await world.ready('apps', revision);
  });

  test('an artifact that is not served is retried after the dependency interval', async (context) => {
    const world = await openWorld(subject(), context);
    const { artifacts } = subject();
    const path = `${world.namespace}/late.tar.gz`;
    const files = { 'a.yaml': world.configMap('a') };
    const artifact = artifacts.serve(path, files);
    artifacts.remove(artifact);
    await world.fedSource('apps', 'main@sha1:0001', artifact);
    await world.fedKustomization('apps');
    const failed = await world.failed('apps', 'ArtifactFailed');
    expect(world.message(failed)).toBe('Source is not ready, artifact not found, retrying in TIME');
    artifacts.serve(path, files);
    await world.ready('apps', 'main@sha1:0001');
  });

  test('an artifact with another digest is refused', async (context) => {
    const world = await openWorld(subject(), context);
    const artifact = subject().artifacts.serve(`${world.namespace}/a.tar.gz`, { 'a.yaml': world.configMap('a') });
    const digest = `sha256:${'0'.repeat(64)}`;
    await world.fedSource('apps', 'main@sha1:0001', { ...artifact, digest });
    await world.fedKustomization('apps');
    const failed = await world.failed('apps', 'ArtifactFailed');
    expect(world.message(failed)).toBe(
      `failed to verify archive: computed digest doesn't match provided '${digest}' (check whether file size exceeds max download size)`,
    );
    expect(statusOf(failed).lastAttemptedRevision).toBeUndefined();
  });

  test('a server that is away is ArtifactFailed', async (context) => {
    const world = await openWorld(subject(), context);
    const artifact = subject().artifacts.serve(`${world.namespace}/a.tar.gz`, { 'a.yaml': world.configMap('a') });
    await world.fedSource('apps', 'main@sha1:0001', { ...artifact, url: 'http://127.0.0.1:1/a.tar.gz' });
    await world.fedKustomization('apps');
    const failed = await world.failed('apps', 'ArtifactFailed');
    expect(world.message(failed)).toMatch(
      /^failed to download archive: GET http:\/\/HOST\/a\.tar\.gz giving up after 1 attempt\(s\): /,
    );
  });

  test('a source in another namespace is found where sourceRef says so', async (context) => {
    const [world, other] = [await openWorld(subject(), context), await openWorld(subject(), context)];
    const revision = await other.feed('shared', { 'a.yaml': world.configMap('a') });
    const sourceRef = { kind: 'GitRepository', name: 'shared', namespace: other.namespace };
    await world.fedKustomization('apps', { sourceRef });
    await world.ready('apps', revision);
  });

  test('a new revision runs every Kustomization on the source, and each only once', async (context) => {
    const world = await openWorld(subject(), context);
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const filesOf = (value: string) =>
      Object.fromEntries(
        names.map((name) => [`${name}/cm.yaml`, world.configMap(name, name === 'a' ? value : 'same')]),
      );
    const first = await world.push(filesOf('one'));
    await world.source();
    await Promise.all(names.map((name) => world.kustomization(name)));
    await Promise.all(names.map((name) => world.ready(name, first)));
    const second = await world.push(filesOf('two'));
    await world.askFor('OCIRepository', 'repo', 't1');
    for (const ready of await Promise.all(names.map((name) => world.ready(name, second)))) {
      const runs = (ready.status?.history ?? []) as readonly {
        readonly metadata: unknown;
        readonly totalReconciliations: number;
      }[];
      expect(runs.filter(({ metadata }) => JSON.stringify(metadata).includes(second))).toHaveLength(1);
    }
    expect(await world.value('a')).toBe('two');
  });

  test('four run at once, and the others wait for one of them to end', { concurrent: false }, async (context) => {
    const world = await openWorld(subject(), context);
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const { artifacts } = subject();
    const files = Object.fromEntries(names.map((name) => [`${name}/cm.yaml`, world.configMap(name)]));
    const artifact = artifacts.serve(`${world.namespace}/held.tar.gz`, files);
    const held = world.hold(artifact);
    await world.fedSource('repo', 'main@sha1:0001', artifact);
    const sourceRef = { kind: 'GitRepository', name: 'repo' };
    await Promise.all(names.map((name) => world.kustomization(name, { sourceRef })));
    await world.polled('four requests', () => held.count === 4);
    // Whoever had a worker would show it by now: each of the others has been in the queue for as long.
    const started = names.filter((name) => /Fetching/.test(world.trail(name).at(-1) ?? ''));
    expect(started).toHaveLength(4);
    held.release();
    await Promise.all(names.map((name) => world.ready(name, 'main@sha1:0001')));
    expect(held.count).toBe(4);
  });

  test('a Kustomization that is ready at the revision already is not run by an unchanged source', async (context) => {
    const world = await openWorld(subject(), context);
    const revision = await world.feed('apps', { 'a.yaml': world.configMap('a') });
    await world.fedKustomization('apps');
    await world.ready('apps', revision);
    await world.patch('GitRepository', 'apps', { status: { note: 'touched' } }, '/status');
    await world.patch('GitRepository', 'apps', { metadata: { annotations: { note: 'touched' } } });
    await world.askFor('Kustomization', 'apps', 't1');
    const last = await world.until('apps', 'answered', (object) => statusOf(object).lastHandledReconcileAt === 't1');
    expect(last.status?.history).toMatchObject([{ totalReconciliations: 2 }]);
  });

  test('pointing at another source raises the generation and applies what is there', async (context) => {
    const world = await openWorld(subject(), context);
    const first = await world.feed('one', { 'a.yaml': world.configMap('a'), 'b.yaml': world.configMap('b') });
    const second = await world.feed('two', { 'a.yaml': world.configMap('a', 'two') }, 'main@sha1:0002');
    await world.fedKustomization('apps', { sourceRef: { kind: 'GitRepository', name: 'one' } });
    await world.ready('apps', first);
    await world.patch('Kustomization', 'apps', { spec: { sourceRef: { kind: 'GitRepository', name: 'two' } } });
    const ready = await world.ready('apps', second);
    expect(ready.metadata.generation).toBe(2);
    expect([await world.value('a'), await world.value('b')]).toEqual(['two', undefined]);
  });

  test('an artifact of one digest, moved by spec.ref.digest, has the bare digest as its revision', async (context) => {
    const world = await openWorld(subject(), context);
    const [, digest = ''] = (await world.push({ 'apps/a.yaml': world.configMap('a') })).split('@');
    await world.source('repo', { ref: { digest } });
    await world.kustomization('apps');
    await world.ready('apps', digest);
    const [, next = ''] = (await world.push({ 'apps/a.yaml': world.configMap('a', 'two') })).split('@');
    await world.patch('OCIRepository', 'repo', { spec: { ref: { digest: next } } });
    await world.ready('apps', next);
    expect(await world.value('a')).toBe('two');
  });

  test('the revision of the origin is carried along', async (context) => {
    const world = await openWorld(subject(), context);
    const revision = await world.feed('apps', { 'a.yaml': world.configMap('a') });
    const metadata = { 'org.opencontainers.image.revision': 'main@sha1:abc' };
    await world.patch('GitRepository', 'apps', { status: { artifact: { metadata } } }, '/status');
    await world.fedKustomization('apps');
    const ready = await world.ready('apps', revision);
    expect(ready.status).toMatchObject({
      lastAppliedOriginRevision: 'main@sha1:abc',
      history: [{ metadata: { originRevision: 'main@sha1:abc', revision } }],
    });
  });

  test('a source that is deleted leaves what was applied, and the next run fails', async (context) => {
    const world = await openWorld(subject(), context);
    const revision = await world.feed('apps', { 'a.yaml': world.configMap('a') });
    await world.fedKustomization('apps');
    await world.ready('apps', revision);
    await world.delete('GitRepository', 'apps');
    await world.askFor('Kustomization', 'apps', 't1');
    const failed = await world.failed('apps', 'ArtifactFailed');
    expect(world.message(failed)).toBe('GitRepository.source.toolkit.fluxcd.io "apps" not found');
    expect(isReady(failed)).toBe(false);
    expect(statusOf(failed).lastAppliedRevision).toBe(revision);
    expect(await world.value('a')).toBe('one');
  });
}
