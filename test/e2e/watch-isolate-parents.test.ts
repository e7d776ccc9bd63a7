import { describe, expect, it } from 'vitest';
import type { EmbeddedWatch } from '../support/embedded-watch.ts';
import { configMap, kustomization, kustomizationFile, NAMESPACE } from '../support/flux-manifests.ts';
import { isolating, sourceOf, specsOf } from '../support/isolating-watch.ts';

const RECONCILE = 'kustomize.toolkit.fluxcd.io/reconcile';

function manifest(name: string, spec: Record<string, unknown> = {}): string {
  return JSON.stringify(kustomization(name, { interval: '30m', ...spec }));
}

/** `clusters` applies the Kustomizations a and b, and a ConfigMap. */
function family(): Promise<EmbeddedWatch> {
  return isolating({
    files: {
      'clusters/kustomization.yaml': kustomizationFile('a.yaml', 'b.yaml', 'notes.yaml'),
      'clusters/a.yaml': manifest('a'),
      'clusters/b.yaml': manifest('b'),
      'clusters/notes.yaml': configMap('notes', 'one'),
      ...Object.fromEntries(
        ['a', 'b'].flatMap((name) => [
          [`${name}/kustomization.yaml`, kustomizationFile('own.yaml')],
          [`${name}/own.yaml`, configMap(name, 'one')],
        ]),
      ),
    },
    objects: [kustomization('clusters')],
    settled: false,
  });
}

async function settledFamily(): Promise<EmbeddedWatch> {
  const watch = await family();
  await watch.until('a and b being live', () => watch.live('a') === 'one' && watch.live('b') === 'one');
  await watch.atRest();
  await watch.allReady();
  return watch;
}

function child(watch: EmbeddedWatch, name: string) {
  return watch.cluster.objects.get('Kustomization', NAMESPACE, name);
}

/** Saves what `a` makes, and waits until the watch has decided about it. */
async function saveOwn(watch: EmbeddedWatch, value: string): Promise<void> {
  const from = watch.events.length;
  watch.write('a/own.yaml', configMap('a', value));
  await watch.until('the save being decided about', () =>
    watch.events.slice(from).some(({ type, plan }) => type === 'TargetsResolved' && plan !== undefined),
  );
}

describe('a target that another Kustomization applies', () => {
  it('is kept from it for the session, and given back at the end', async () => {
    const watch = await settledFamily();
    const before = specsOf(watch);
    await watch.edit(() => watch.write('a/own.yaml', configMap('a', 'two')));
    expect(child(watch, 'a')?.metadata.annotations?.[RECONCILE]).toBe('disabled');
    // A run of the parent leaves it where it is.
    await watch.edit(() => watch.write('clusters/notes.yaml', configMap('notes', 'two')));
    expect(watch.live('notes')).toBe('two');
    expect(sourceOf(watch, 'a')).toBe('a-isolated');
    await watch.session.stop();
    const after = specsOf(watch);
    const leases = Object.keys(before).filter((id) => id.startsWith('Lease/'));
    for (const id of leases) delete before[id];
    expect(after).toEqual(before);
    await watch.until('the parent knowing its child again', () =>
      JSON.stringify(watch.cluster.objects.get('Kustomization', NAMESPACE, 'clusters')?.status).includes(
        `${NAMESPACE}_a_kustomize`,
      ),
    );
    await watch.allReady();
    expect(watch.live('a')).toBe('two');
  });

  it('whose own manifest changes is put back, at what is on the disk, before its parent runs; then that is applied', async () => {
    const watch = await settledFamily();
    await watch.edit(() => watch.write('a/own.yaml', configMap('a', 'two')));
    const seen: unknown[] = [];
    const stop = watch.cluster.objects.watch(({ object }) => {
      if (object.kind === 'ConfigMap' && object.metadata.name === 'a')
        seen.push((object as { data?: { value?: unknown } }).data?.value);
    });
    const cycle = await watch.edit(async () => {
      watch.write('clusters/a.yaml', manifest('a', { timeout: '2m' }));
      await watch.until('the new manifest being applied', () => child(watch, 'a')?.spec?.timeout === '2m');
    });
    stop();
    expect(sourceOf(watch, 'a')).toBe('shop');
    expect(child(watch, 'a')?.metadata.annotations?.[RECONCILE]).toBeUndefined();
    expect(cycle.text).toMatch(/by the shared source: flux-system\/a \(its own manifest changes/);
    expect(watch.live('a')).toBe('two');
    expect(seen).not.toContain('one');
    // It may be isolated again.
    await watch.edit(() => watch.write('a/own.yaml', configMap('a', 'three')));
    expect(sourceOf(watch, 'a')).toBe('a-isolated');
    expect(watch.live('a')).toBe('three');
  });

  it('that the repository drops is given back first, so that its parent prunes it', async () => {
    const watch = await settledFamily();
    await watch.edit(() => watch.write('a/own.yaml', configMap('a', 'two')));
    await watch.edit(() => watch.write('clusters/notes.yaml', configMap('notes', 'two')));
    await watch.edit(async () => {
      watch.write('clusters/kustomization.yaml', kustomizationFile('b.yaml', 'notes.yaml'));
      watch.remove('clusters/a.yaml');
      await watch.until('the child being pruned', () => child(watch, 'a') === undefined);
    });
    await watch.until('what it made being gone', () => watch.live('a') === undefined);
    expect(watch.live('b')).toBe('one');
  });

  it('is not put back for a change beside its manifest', async () => {
    const watch = await settledFamily();
    await watch.edit(() => watch.write('a/own.yaml', configMap('a', 'two')));
    await watch.edit(() => watch.write('clusters/b.yaml', manifest('b', { timeout: '3m' })));
    await watch.until('the manifest of b being applied', () => child(watch, 'b')?.spec?.timeout === '3m');
    expect(sourceOf(watch, 'a')).toBe('a-isolated');
  });

  it('that is saved anew while it is being put back stays on the shared source until its parent has applied its manifest', async () => {
    const watch = await settledFamily();
    await watch.edit(() => watch.write('a/own.yaml', configMap('a', 'two')));
    watch.gated.add('a');
    const cycle = await watch.edit(async () => {
      watch.write('clusters/a.yaml', manifest('a', { timeout: '2m' }));
      await watch.until('a being put back', () => sourceOf(watch, 'a') === 'shop' && watch.gate.waiting() > 0);
      await saveOwn(watch, 'three');
      watch.gated.clear();
      watch.gate.open();
    });
    expect(cycle.text).toMatch(/✓ flux-system\/clusters Ready/);
    expect(child(watch, 'a')?.spec?.timeout).toBe('2m');
    expect(watch.live('a')).toBe('three');
    await watch.edit(() => watch.write('a/own.yaml', configMap('a', 'four')));
    expect(sourceOf(watch, 'a')).toBe('a-isolated');
  });

  it('that is changed for the first time while its parent applies its manifest is isolated at its next change', async () => {
    const watch = await settledFamily();
    watch.gated.add('clusters');
    const cycle = await watch.edit(async () => {
      watch.write('a/own.yaml', configMap('a', 'two'));
      watch.write('clusters/a.yaml', manifest('a', { timeout: '2m' }));
      await watch.until('the parent being at it', () => watch.gate.waiting() > 0);
      await saveOwn(watch, 'three');
      await watch.until('what was saved being live', () => watch.live('a') === 'three');
      watch.gated.clear();
      watch.gate.open();
    });
    expect(cycle.text).toMatch(/by the shared source: flux-system\/a \(its own manifest changes/);
    expect(child(watch, 'a')?.spec?.timeout).toBe('2m');
    await watch.edit(() => watch.write('a/own.yaml', configMap('a', 'four')));
    expect(sourceOf(watch, 'a')).toBe('a-isolated');
  });

  it('whose own manifest changes while it is being pointed at its own source is put back all the same', async () => {
    const watch = await settledFamily();
    await watch.edit(async () => {
      await saveOwn(watch, 'two');
      watch.write('clusters/a.yaml', manifest('a', { timeout: '2m' }));
      await watch.until('the manifest being applied', () => child(watch, 'a')?.spec?.timeout === '2m');
    });
    expect(sourceOf(watch, 'a')).toBe('shop');
    expect(watch.live('a')).toBe('two');
  });
});
