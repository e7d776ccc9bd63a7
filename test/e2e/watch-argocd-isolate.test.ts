import { describe, expect, it } from 'vitest';
import type { EmbeddedWatch } from '../support/embedded-watch.ts';
import {
  applicationOf,
  argoSpecs,
  isolatingApplications,
  placeless,
  revisionOf,
  SESSION_MARK,
} from '../support/isolating-argocd.ts';

const FEW = ['a', 'b', 'c'];
const MANY = Array.from({ length: 100 }, (_, index) => `leaf-${index}`);
const ON_BASE = MANY.slice(0, 7);
const DIGEST = /^sha256:[0-9a-f]{64}$/;

function idsOf(counts: Readonly<Record<string, number>> | undefined): string[] {
  return Object.keys(counts ?? {}).map((id) => id.split('/').at(-1) ?? '');
}

const isMoved = (watch: EmbeddedWatch, name: string): boolean => DIGEST.test(String(revisionOf(watch, name)));

describe('watch --isolate of Applications', () => {
  it('of a hundred a leaf edit has exactly one compared and synced', async () => {
    const watch = await isolatingApplications(MANY, { onBase: ON_BASE });
    watch.argo?.resetStats();
    await watch.edit(() => watch.write('leaf-42/own.yaml', placeless('leaf-42', 'two')));
    expect(watch.live('leaf-42', 'leaf-42')).toBe('two');
    expect(idsOf(watch.argo?.stats.refreshes)).toEqual(['leaf-42']);
    expect(watch.argo?.stats.syncs).toEqual({ 'Application/argocd/leaf-42': 1 });
    expect(MANY.filter((name) => isMoved(watch, name))).toEqual(['leaf-42']);

    watch.argo?.resetStats();
    await watch.edit(() => watch.write('base/settings.yaml', placeless('settings', 'two')));
    expect(ON_BASE.map((name) => watch.live('settings', name))).toEqual(ON_BASE.map(() => 'two'));
    expect(idsOf(watch.argo?.stats.refreshes).sort()).toEqual(ON_BASE);
    expect(Object.values(watch.argo?.stats.syncs ?? {})).toEqual(ON_BASE.map(() => 1));
  });

  it('a save is one push and one patch, the first time and later', async () => {
    const watch = await isolatingApplications(FEW);
    for (const value of ['two', 'three', 'two']) {
      const cycle = await watch.edit(() => watch.write('a/own.yaml', placeless('a', value)));
      expect(watch.live('a', 'a')).toBe(value);
      expect(cycle.askedInOrder).toEqual(['a']);
      expect(cycle.text).toMatch(/✓ 1 ready in [\d.]+ m?s$/);
    }
    expect(applicationOf(watch, 'a')).toMatchObject({
      metadata: { annotations: { 'reconcile-machine.dev/original-source': expect.stringContaining('"dev"') } },
      status: { sync: { status: 'Synced', revision: revisionOf(watch, 'a') } },
    });
  });

  it('at the end all is as it was before, and the cluster is at what is on the disk', async () => {
    const watch = await isolatingApplications(FEW);
    const before = argoSpecs(watch);
    await watch.edit(() => watch.write('a/own.yaml', placeless('a', 'two')));
    await watch.edit(() => watch.write('b/own.yaml', placeless('b', 'two')));
    expect(argoSpecs(watch)).not.toEqual(before);
    await watch.session.stop();
    const leases = Object.keys(before).filter((id) => id.startsWith('Lease/'));
    const wanted = Object.fromEntries(Object.entries(before).filter(([id]) => !leases.includes(id)));
    expect(argoSpecs(watch)).toEqual(wanted);
    expect(applicationOf(watch, 'a')?.metadata.annotations?.[SESSION_MARK]).toBeUndefined();
    await watch.until('Argo CD being through', () =>
      FEW.every((name) => {
        const { status } = applicationOf(watch, name) ?? {};
        return (status?.sync as { status?: string } | undefined)?.status === 'Synced';
      }),
    );
    expect(FEW.map((name) => watch.live(name, name))).toEqual(['two', 'two', 'one']);
  });
});
