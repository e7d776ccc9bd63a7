import { describe, expect, test } from 'vitest';
import { conditionOf, type EmbeddedWatch, startEmbeddedWatch } from '../support/embedded-watch.ts';
import { configMap, kustomization, kustomizationFile, NAMESPACE } from '../support/flux-manifests.ts';

const TARGETS = ['quick', 'slow'];

function pair(): Promise<EmbeddedWatch> {
  return startEmbeddedWatch({
    files: Object.fromEntries(
      TARGETS.flatMap((name) => [
        [`${name}/kustomization.yaml`, kustomizationFile(`${name}.yaml`)],
        [`${name}/${name}.yaml`, configMap(name, 'one')],
      ]),
    ),
    objects: TARGETS.map((name) => kustomization(name)),
  });
}

/** Ids of the targets whose end the watch has seen, in order. */
function settled(watch: EmbeddedWatch, from: number): unknown[] {
  return watch.events
    .slice(from)
    .filter(({ type, outcome }) => type === 'TargetSettled' && outcome === 'ready')
    .map(({ target }) => target);
}

function isReadyAt(watch: EmbeddedWatch, name: string, revision: unknown): boolean {
  const object = watch.cluster.objects.get('Kustomization', NAMESPACE, name);
  return object?.status?.lastAppliedRevision === revision && conditionOf(object, 'Ready')?.status === 'True';
}

function sourceRevision(watch: EmbeddedWatch): unknown {
  const status = watch.cluster.objects.get('OCIRepository', NAMESPACE, 'shop')?.status;
  return (status as { artifact?: { revision?: string } } | undefined)?.artifact?.revision;
}

describe('saves while a reconcile is in flight', () => {
  test('a save elsewhere is Ready before the slow one ends', async () => {
    const watch = await pair();
    const from = watch.events.length;
    await watch.edit(async () => {
      watch.gated.add('slow');
      watch.write('slow/slow.yaml', configMap('slow', 'two'));
      await watch.until('the slow reconcile', () => watch.gate.waiting() === 1);
      watch.write('quick/quick.yaml', configMap('quick', 'two'));
      await watch.until('quick having settled', () => settled(watch, from).length > 0);
      expect(settled(watch, from)).toEqual(['Kustomization/flux-system/quick']);
      expect(watch.live('quick')).toBe('two');
      expect(isReadyAt(watch, 'quick', sourceRevision(watch))).toBe(true);
      expect(watch.gate.waiting()).toBe(1);
      expect(watch.live('slow')).toBe('one');
      watch.gated.clear();
      watch.gate.open();
    });
    expect(settled(watch, from)).toEqual(['Kustomization/flux-system/quick', 'Kustomization/flux-system/slow']);
    await watch.allReady();
    expect(watch.live('slow')).toBe('two');
  });

  test('a second save of the target in flight is not lost: the newest content is live at the end', async () => {
    const watch = await pair();
    const from = watch.events.length;
    const cycle = await watch.edit(async () => {
      const pushed = watch.registry.requests.count('PUT manifest');
      watch.gated.add('slow');
      watch.write('slow/slow.yaml', configMap('slow', 'two'));
      await watch.until('the slow reconcile', () => watch.gate.waiting() === 1);
      watch.write('slow/slow.yaml', configMap('slow', 'three'));
      await watch.until('the second push', () => watch.registry.requests.count('PUT manifest') === pushed + 2);
      expect(settled(watch, from)).toEqual([]);
      watch.gated.clear();
      watch.gate.open();
    });
    expect(cycle.asked).toEqual(['slow']);
    // Superseded, the first wait has no end of its own.
    expect(settled(watch, from)).toEqual(['Kustomization/flux-system/slow']);
    expect(isReadyAt(watch, 'slow', sourceRevision(watch))).toBe(true);
    expect(watch.live('slow')).toBe('three');
  });

  test('content that is taken back while its reconcile is in flight is taken back in the cluster too', async () => {
    const watch = await pair();
    await watch.edit(async () => {
      const pushed = watch.registry.requests.count('PUT manifest');
      watch.gated.add('slow');
      watch.write('slow/slow.yaml', configMap('slow', 'two'));
      await watch.until('the slow reconcile', () => watch.gate.waiting() === 1);
      watch.write('slow/slow.yaml', configMap('slow', 'one'));
      await watch.until('the second push', () => watch.registry.requests.count('PUT manifest') === pushed + 2);
      watch.gated.clear();
      watch.gate.open();
    });
    await watch.allReady();
    expect(watch.live('slow')).toBe('one');
  });

  test('of two saves 20 ms apart the second is what goes live', async () => {
    const watch = await pair();
    const cycle = await watch.edit(async () => {
      watch.write('quick/quick.yaml', configMap('quick', 'two'));
      await new Promise((resolve) => setTimeout(resolve, 20));
      watch.write('quick/quick.yaml', configMap('quick', 'three'));
    });
    expect(cycle.asked).toEqual(['quick']);
    expect(watch.live('quick')).toBe('three');
  });
});
