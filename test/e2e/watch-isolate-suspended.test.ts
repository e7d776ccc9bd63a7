import { expect, it } from 'vitest';
import type { EmbeddedWatch } from '../support/embedded-watch.ts';
import { configMap, kustomization, kustomizationFile, NAMESPACE } from '../support/flux-manifests.ts';
import { isolating, sourceOf } from '../support/isolating-watch.ts';

function manifest(name: string, spec: Record<string, unknown> = {}): string {
  return JSON.stringify(kustomization(name, { interval: '30m', ...spec }));
}

/** `clusters` applies the Kustomization a, which is isolated, and suspended since. */
async function suspendedChild(): Promise<EmbeddedWatch> {
  const watch = await isolating({
    files: {
      'clusters/kustomization.yaml': kustomizationFile('a.yaml'),
      'clusters/a.yaml': manifest('a'),
      'a/kustomization.yaml': kustomizationFile('own.yaml'),
      'a/own.yaml': configMap('a', 'one'),
    },
    objects: [kustomization('clusters')],
    settled: false,
  });
  await watch.until('a being live', () => watch.live('a') === 'one');
  await watch.atRest();
  await watch.allReady();
  await watch.edit(() => watch.write('a/own.yaml', configMap('a', 'two')));
  expect(sourceOf(watch, 'a')).toBe('a-isolated');
  const from = watch.events.length;
  suspend(watch);
  await watch.until('the watch seeing that', () =>
    watch.events.slice(from).some(({ type, observation }) => type === 'TargetObserved' && isSuspended(observation)),
  );
  return watch;
}

function isSuspended(observation: unknown): boolean {
  return (observation as { readonly suspended?: boolean } | undefined)?.suspended === true;
}

function child(watch: EmbeddedWatch) {
  return watch.cluster.objects.get('Kustomization', NAMESPACE, 'a');
}

function suspend(watch: EmbeddedWatch): void {
  watch.cluster.objects.patch({ kind: 'Kustomization', namespace: NAMESPACE, name: 'a' }, { spec: { suspend: true } });
}

it('a suspended child whose own manifest changes gets that from its parent all the same, which waits for nothing', async () => {
  const watch = await suspendedChild();
  const began = performance.now();
  const cycle = await watch.edit(async () => {
    watch.write('clusters/a.yaml', manifest('a', { timeout: '2m' }));
    await watch.until('the new manifest being applied', () => child(watch)?.spec?.timeout === '2m');
  });
  expect(performance.now() - began).toBeLessThan(30_000);
  expect(sourceOf(watch, 'a')).toBe('shop');
  expect(child(watch)?.spec?.suspend).toBe(true);
  expect(cycle.text).toMatch(/✓ flux-system\/clusters Ready/);
  expect(cycle.text).toMatch(/flux-system\/a is suspended/);
});

it('a child that its own manifest resumes is resumed, and gets what was saved meanwhile', async () => {
  const watch = await suspendedChild();
  await watch.edit(async () => {
    watch.write('a/own.yaml', configMap('a', 'three'));
    watch.write('clusters/a.yaml', manifest('a', { suspend: false }));
    await watch.until('what was saved being live', () => watch.live('a') === 'three');
  });
  expect(child(watch)?.spec?.suspend).toBe(false);
});
