import { describe, expect, test } from 'vitest';
import { startEmbeddedWatch } from '../support/embedded-watch.ts';
import { configMap, kustomization, kustomizationFile, NAMESPACE } from '../support/flux-manifests.ts';

const TARGETS = ['blog', 'docs', 'web'];

describe('what a watch sends', () => {
  test('the start lists and watches each resource once; a cycle adds one patch for the source and one for each target asked', async () => {
    const watch = await startEmbeddedWatch({
      files: {
        'base/kustomization.yaml': kustomizationFile('settings.yaml'),
        'base/settings.yaml': configMap('settings', 'one'),
        ...Object.fromEntries(
          TARGETS.flatMap((name) => [
            [`${name}/kustomization.yaml`, kustomizationFile(`${name}.yaml`, ...(name === 'docs' ? [] : ['../base']))],
            [`${name}/${name}.yaml`, configMap(name, 'one')],
          ]),
        ),
      },
      objects: TARGETS.map((name) => kustomization(name)),
    });
    const start = watch.cluster.requests.counts();
    const lists = Object.entries(start).filter(([name]) => name.startsWith('list '));
    const watches = Object.entries(start).filter(([name]) => name.startsWith('watch '));
    expect(lists.map(([, count]) => count)).toEqual(lists.map(() => 1));
    expect(watches.map(([name, count]) => [name.replace('watch ', 'list '), count])).toEqual(lists);
    expect(start).toMatchObject({ 'patch kustomizations': 3, 'patch ocirepositories': 1 });

    watch.cluster.requests.reset();
    watch.registry.requests.reset();
    await watch.edit(() => watch.write('base/settings.yaml', configMap('settings', 'two')));
    await watch.edit(() => watch.write('docs/docs.yaml', configMap('docs', 'two')));
    await watch.edit(() => watch.touch('docs/docs.yaml'));
    await watch.allReady();
    expect(watch.cluster.requests.counts()).toEqual({ 'patch kustomizations': 3, 'patch ocirepositories': 2 });
    expect(watch.registry.requests.count('PUT manifest')).toBe(2);
    expect(watch.cluster.openWatches()).toBe(watches.length);
  });

  test('a lost watch is taken up again without a list, and what happened meanwhile is seen', async () => {
    const watch = await startEmbeddedWatch({
      files: Object.fromEntries(
        TARGETS.flatMap((name) => [
          [`${name}/kustomization.yaml`, kustomizationFile(`${name}.yaml`)],
          [`${name}/${name}.yaml`, configMap(name, 'one')],
        ]),
      ),
      objects: TARGETS.map((name) => kustomization(name)),
    });
    watch.cluster.requests.reset();
    const cycle = await watch.edit(() => {
      watch.cluster.dropWatches();
      watch.write('web/web.yaml', configMap('web', 'two'));
    });
    expect(cycle.asked).toEqual(['web']);
    expect(watch.cluster.objects.get('Kustomization', NAMESPACE, 'web')?.status).toMatchObject({
      conditions: expect.arrayContaining([expect.objectContaining({ type: 'Ready', status: 'True' })]),
    });
    const lists = Object.keys(watch.cluster.requests.counts()).filter((name) => name.startsWith('list '));
    expect(lists).toEqual([]);
  });
});
