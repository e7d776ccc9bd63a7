import { expect, test } from 'vitest';
import { openWorld } from './open-world.ts';
import type { ArgoSubject } from './subject.ts';
import { conditionOf, statusOf } from './world.ts';

/** docs: user-guide/directory, kustomize, tool_detection; reposerver/repository/repository.go. */
export function describeBuilds(subject: () => ArgoSubject): void {
  test('a plain directory is its own manifests; with recurse those below, as include and exclude say', async (context) => {
    const world = await openWorld(subject(), context);
    const one = await world.push({
      'web/a.yaml': world.configMap('a'),
      'web/b.json': JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'b' } }),
      'web/notes.txt': 'no manifest',
      'web/values.yaml': 'replicas: 2\n',
      'web/deep/c.yaml': world.configMap('c'),
      'web/deep/d-test.yaml': world.configMap('d'),
    });
    await world.application('web');
    await world.application('deep', {
      source: { path: 'web', directory: { recurse: true, include: 'deep/*', exclude: '*-test.yaml' } },
    });
    const namesOf = async (name: string) => statusOf(await world.synced(name, one)).resources?.map((each) => each.name);
    expect(await namesOf('web')).toEqual(['a', 'b']);
    expect(await namesOf('deep')).toEqual(['c']);
    expect(statusOf(await world.get('Application', world.id('web'))).sourceType).toBe('Directory');
  });

  test('a directory with a kustomization file is built by kustomize, with the options of the source', async (context) => {
    const world = await openWorld(subject(), context);
    const one = await world.push({
      'base/kustomization.yaml': 'resources: [a.yaml]\n',
      'base/a.yaml': world.configMap('a'),
      'web/kustomization.yaml': 'resources: [../base]\n',
    });
    await world.application('web', { source: { kustomize: { namePrefix: 'my-', commonAnnotations: { who: 'me' } } } });
    const synced = await world.synced('web', one);
    expect(statusOf(synced).sourceType).toBe('Kustomize');
    expect((await world.get('ConfigMap', 'my-a'))?.metadata.annotations).toMatchObject({ who: 'me' });
  });

  test('a kustomization reads no file from outside of its directory (load restrictions are on)', async (context) => {
    const world = await openWorld(subject(), context);
    await world.push({
      'web/kustomization.yaml': 'resources: [../shared.yaml]\n',
      'shared.yaml': world.configMap('a'),
    });
    await world.application('web');
    const failed = await world.until('web', (application) => statusOf(application).sync?.status === 'Unknown');
    expect(conditionOf(failed, 'ComparisonError')).toMatch(
      /`kustomize build \S.*\/web` failed exit status 1: .*security/s,
    );
  });

  test('an explicit directory beats the kustomization file in it', async (context) => {
    const world = await openWorld(subject(), context);
    const one = await world.push({
      'web/kustomization.yaml':
        'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nnamePrefix: x-\nresources: [a.yaml]\n',
      'web/a.yaml': world.configMap('a'),
    });
    await world.application('web', { source: { directory: { exclude: 'kustomization.yaml' } } });
    expect(statusOf(await world.synced('web', one)).resources?.map((each) => each.name)).toEqual(['a']);
  });

  test('objects without a namespace go to that of the destination', async (context) => {
    const world = await openWorld(subject(), context);
    const one = await world.push({ 'web/a.yaml': world.configMap('a') });
    await world.application('web');
    await world.synced('web', one);
    expect((await world.get('ConfigMap', 'a'))?.metadata.namespace).toBe(world.namespace);
  });

  test('a kind that the cluster does not have fails the sync before anything is applied', async (context) => {
    const world = await openWorld(subject(), context);
    await world.push({
      'web/a.yaml': world.configMap('a'),
      'web/b.yaml': 'apiVersion: example.io/v1\nkind: Thing\nmetadata:\n  name: b\n',
    });
    await world.application('web', { syncPolicy: { automated: {}, retry: { limit: 0 } } });
    const failed = await world.until('web', (application) => statusOf(application).operationState?.phase === 'Failed');
    expect(statusOf(failed).operationState?.message).toBe('one or more synchronization tasks are not valid');
    expect(await world.value('a')).toBeUndefined();
  });
}
