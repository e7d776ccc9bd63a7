import { describe, expect, test } from 'vitest';
import { type EmbeddedWatch, startEmbeddedWatch } from '../support/embedded-watch.ts';
import { configMap, kustomization, kustomizationFile } from '../support/flux-manifests.ts';

const TARGETS = ['cache', 'docs', 'web'];
const BROKEN = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: cache\n   namespace: default\n';

function shop(watch: { readonly allowPrune?: boolean } = {}): Promise<EmbeddedWatch> {
  return startEmbeddedWatch({
    files: Object.fromEntries(
      TARGETS.flatMap((name) => [
        [`${name}/kustomization.yaml`, kustomizationFile(`${name}.yaml`)],
        [`${name}/${name}.yaml`, configMap(name, 'one')],
      ]),
    ),
    objects: TARGETS.map((name) => kustomization(name)),
    watch,
  });
}

describe('files that no build can take', () => {
  test('broken YAML is held with its place, the next save waits for it by name, and the repair lets all go', async () => {
    const watch = await shop();
    const broken = await watch.edit(() => watch.write('cache/cache.yaml', BROKEN));
    expect(broken).toMatchObject({ asked: [], pushes: 0 });
    expect(broken.decisions).toEqual({ 'cache/cache.yaml': 'held' });
    expect(broken.text).toMatch(/cache\/cache\.yaml:[45]:\d+/);

    const waiting = await watch.edit(() => watch.write('web/web.yaml', configMap('web', 'two')));
    expect(waiting).toMatchObject({ asked: [], pushes: 0 });
    expect(waiting.text).toMatch(/held: flux-system\/web\n\s+cache\/cache\.yaml:[45]:\d+: .*this target waits/);
    expect(watch.live('web')).toBe('one');

    const repaired = await watch.edit(() => watch.write('cache/cache.yaml', configMap('cache', 'two')));
    expect(repaired).toMatchObject({ asked: ['cache', 'web'], pushes: 1, full: false });
    expect([watch.live('cache'), watch.live('web')]).toEqual(['two', 'two']);
  });

  test('a break that is taken back asks only those that waited', async () => {
    const watch = await shop();
    await watch.edit(() => watch.write('cache/cache.yaml', BROKEN));
    await watch.edit(() => watch.write('web/web.yaml', configMap('web', 'two')));
    const back = await watch.edit(() => watch.write('cache/cache.yaml', configMap('cache', 'one')));
    expect(back).toMatchObject({ asked: ['web'], pushes: 1 });
    expect(watch.live('web')).toBe('two');
  });

  test('a file that the kustomization names and that is not there is held by name until it comes', async () => {
    const watch = await shop();
    const missing = await watch.edit(() =>
      watch.write('cache/kustomization.yaml', kustomizationFile('cache.yaml', 'size.yaml')),
    );
    expect(missing).toMatchObject({ asked: [], pushes: 0 });
    expect(missing.text).toMatch(/cache\/kustomization\.yaml:3:\d+/);
    expect(missing.text).toContain('size.yaml');

    const waiting = await watch.edit(() => watch.write('docs/docs.yaml', configMap('docs', 'two')));
    expect(waiting).toMatchObject({ asked: [], pushes: 0 });
    expect(waiting.text).toMatch(/held: flux-system\/docs\n\s+cache\/kustomization\.yaml:3:\d+: .*this target waits/);

    const there = await watch.edit(() => watch.write('cache/size.yaml', configMap('size', 'big')));
    expect(there).toMatchObject({ asked: ['cache', 'docs'], pushes: 1 });
    expect(watch.live('size')).toBe('big');
  });

  test('a full reconcile that a broken file keeps back is made in full once the file is repaired', async () => {
    const watch = await shop();
    await watch.edit(() => watch.write('cache/cache.yaml', BROKEN));
    const held = await watch.edit(() => watch.write('settings.yaml', configMap('settings', 'one')));
    expect(held).toMatchObject({ asked: [], pushes: 0 });
    const repaired = await watch.edit(() => watch.write('cache/cache.yaml', configMap('cache', 'two')));
    expect(repaired).toMatchObject({ asked: TARGETS, pushes: 1, full: true });
  });
});

describe('a target that had manifests and has none left', () => {
  const emptied = 'resources: []\n';

  test('is held: Flux would delete all it made', async () => {
    const watch = await shop();
    const cycle = await watch.edit(() => watch.write('cache/kustomization.yaml', emptied));
    expect(cycle).toMatchObject({ asked: [], pushes: 0 });
    expect(cycle.text).toContain('had manifests and has none left');
    expect(cycle.text).toContain('--allow-prune');
    expect(watch.live('cache')).toBe('one');

    const restored = await watch.edit(() =>
      watch.write('cache/kustomization.yaml', `${kustomizationFile('cache.yaml')}# restored\n`),
    );
    expect(restored).toMatchObject({ asked: ['cache'], pushes: 1 });
    expect(watch.live('cache')).toBe('one');
  });

  test('is emptied with --allow-prune', async () => {
    const watch = await shop({ allowPrune: true });
    const cycle = await watch.edit(() => watch.write('cache/kustomization.yaml', emptied));
    expect(cycle).toMatchObject({ asked: ['cache'], pushes: 1 });
  });
});
