import { describe, expect, it } from 'vitest';
import { ARGOCD } from '../support/argo-manifests.ts';
import type { EmbeddedWatch } from '../support/embedded-watch.ts';
import { configMap, kustomization, NAMESPACE } from '../support/flux-manifests.ts';
import { isolatingApplications, placeless, revisionOf, shopApplication } from '../support/isolating-argocd.ts';
import { few, sourceOf } from '../support/isolating-watch.ts';

/** The watch sees nothing of what `act` does to `target` but how it ends. */
async function unseen(watch: EmbeddedWatch, target: string, act: () => void): Promise<void> {
  const from = watch.events.length;
  watch.cluster.silenceWatches();
  act();
  watch.cluster.compact();
  watch.cluster.dropWatches();
  await watch.until('that being seen', () =>
    watch.events.slice(from).some(({ machine, type }) => machine === `target/${target}` && type === 'TargetObserved'),
  );
}

const ofNobody = { metadata: { finalizers: null } };

describe('a target that is deleted and made again where the watch does not see it is isolated again at its next change', () => {
  it('a Kustomization', async () => {
    const watch = await few();
    await watch.edit(() => watch.write('a/own.yaml', configMap('a', 'two')));
    expect(sourceOf(watch, 'a')).toBe('a-isolated');
    await watch.during(() =>
      unseen(watch, `Kustomization/${NAMESPACE}/a`, () => {
        watch.cluster.objects.patch({ kind: 'Kustomization', namespace: NAMESPACE, name: 'a' }, ofNobody);
        watch.cluster.objects.delete('Kustomization', NAMESPACE, 'a');
        watch.cluster.objects.apply(kustomization('a'));
      }),
    );
    const cycle = await watch.edit(async () => {
      watch.write('a/own.yaml', configMap('a', 'three'));
      await watch.until('the save being live', () => watch.live('a') === 'three');
    });
    expect(sourceOf(watch, 'a'), cycle.text).toBe('a-isolated');
    await watch.session.stop();
    expect(sourceOf(watch, 'a')).toBe('shop');
    expect(watch.cluster.objects.list('OCIRepository').map(({ metadata }) => metadata.name)).toEqual(['shop']);
  });

  it('an Application', async () => {
    const watch = await isolatingApplications(['a', 'b', 'c']);
    await watch.edit(() => watch.write('a/own.yaml', placeless('a', 'two')));
    expect(String(revisionOf(watch, 'a'))).toMatch(/^sha256:/);
    await watch.during(() =>
      unseen(watch, `Application/${ARGOCD}/a`, () => {
        watch.cluster.objects.patch({ kind: 'Application', namespace: ARGOCD, name: 'a' }, ofNobody);
        watch.cluster.objects.delete('Application', ARGOCD, 'a');
        watch.cluster.objects.apply(shopApplication('a', watch.registry.host));
      }),
    );
    const cycle = await watch.edit(async () => {
      watch.write('a/own.yaml', placeless('a', 'three'));
      await watch.until('the save being live', () => watch.live('a', 'a') === 'three');
    });
    expect(String(revisionOf(watch, 'a')), cycle.text).toMatch(/^sha256:/);
    await watch.session.stop();
    expect(revisionOf(watch, 'a')).toBe('dev');
  });
});
