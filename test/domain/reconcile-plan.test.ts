import { describe, expect, it } from 'vitest';
import { definitionsFromObjects } from '../../src/domain/definitions-from-objects.ts';
import type { KubeObject } from '../../src/domain/kube-object.ts';
import { type ReconcilePlan, reconcilePlan } from '../../src/domain/reconcile-plan.ts';
import { kustomization, ociRepository } from '../support/flux-manifests.ts';

const SHOP = 'OCIRepository/flux-system/shop';
const id = (name: string): string => `Kustomization/flux-system/${name}`;
const dependsOn = (...names: string[]) => ({ dependsOn: names.map((name) => ({ name })) });

function planned(
  objects: readonly KubeObject[],
  selected: readonly string[],
  excluded: readonly string[] = [],
  ready: readonly string[] = [],
): ReturnType<typeof reconcilePlan> {
  return reconcilePlan({
    definitions: definitionsFromObjects([ociRepository('shop', 'r'), ...objects].map((object) => ({ object }))),
    selected: selected.map(id),
    excluded: new Set(excluded.map(id)),
    revisionOf: (source) => `of ${source}`,
    isReady: (target) => ready.map(id).includes(target),
  });
}

function planOf(...args: Parameters<typeof planned>): ReconcilePlan {
  const result = planned(...args);
  if (!('plan' in result)) throw new Error(`expected a plan, found ${JSON.stringify(result)}`);
  return result.plan;
}

const generator = (...sources: string[]): KubeObject => ({
  apiVersion: 'source.extensions.fluxcd.io/v1beta1',
  kind: 'ArtifactGenerator',
  metadata: { name: 'parts', namespace: 'flux-system' },
  spec: {
    sources: sources.map((name) => ({ alias: name, kind: 'OCIRepository', name })),
    artifacts: [{ name: 'web', copy: [{ from: '@shop/**', to: '@artifact/' }] }],
  },
});
const artifact: KubeObject = {
  apiVersion: 'source.toolkit.fluxcd.io/v1',
  kind: 'ExternalArtifact',
  metadata: { name: 'web', namespace: 'flux-system' },
};
const composed = { sourceRef: { kind: 'ExternalArtifact', name: 'web' } };

describe('a reconcile plan', () => {
  it('has each source once, and waits only among what is selected', () => {
    const objects = [kustomization('a'), kustomization('b', dependsOn('a')), kustomization('c', dependsOn('b'))];
    const { sources, targets } = planOf(objects, ['b', 'c']);
    expect(sources).toEqual([{ id: SHOP, generators: [] }]);
    expect(targets.map(({ id: target, awaits, awaitedBy }) => [target, awaits, awaitedBy])).toEqual([
      [id('b'), [], [id('c')]],
      [id('c'), [id('b')], []],
    ]);
  });

  it('asks every source of a generator, and the generator with the first', () => {
    const objects = [kustomization('web', composed), generator('shop', 'other'), artifact, ociRepository('other', 'r')];
    const { sources, targets } = planOf(objects, ['web']);
    expect(sources).toEqual([
      { id: SHOP, generators: ['ArtifactGenerator/flux-system/parts'] },
      { id: 'OCIRepository/flux-system/other', generators: [] },
    ]);
    expect(targets[0]).toMatchObject({ reads: 'ExternalArtifact/flux-system/web', via: SHOP });
  });

  it('takes an artifact that nothing here composes as it is', () => {
    const { sources, targets } = planOf([kustomization('web', composed), artifact], ['web']);
    expect(sources).toEqual([]);
    expect(targets[0]).toMatchObject({ via: undefined, revision: 'of ExternalArtifact/flux-system/web' });
  });

  it.each([
    ['is suspended', { suspend: true }, 'Suspended', 'flux resume kustomization a -n flux-system'],
    [
      'has no source',
      { sourceRef: { kind: 'GitRepository', name: 'gone', namespace: 'far' } },
      'SourceNotFound',
      'GitRepository/far/gone (in another namespace than its own)',
    ],
  ])('says at once of one that %s what is wrong', (_, spec, reason, message) => {
    const [target] = planOf([kustomization('a', spec)], ['a']).targets;
    expect(target?.problem?.reason).toBe(reason);
    expect(target?.problem?.message).toContain(message);
  });

  it('says so of what depends on one that is suspended, unless that is Ready as it is', () => {
    const objects = [kustomization('paused', { suspend: true }), kustomization('apps', dependsOn('paused'))];
    expect(planOf(objects, ['apps']).targets[0]?.problem).toMatchObject({
      reason: 'DependencySuspended',
      message: expect.stringContaining('flux resume kustomization paused -n flux-system'),
    });
    expect(planOf(objects, ['apps'], [], ['paused']).targets[0]?.problem).toBeUndefined();
  });

  it('says so of a source that is suspended, and does not ask it', () => {
    const suspended = { ...ociRepository('paused', 'r'), spec: { url: 'oci://r/paused', suspend: true } };
    const read = { sourceRef: { kind: 'OCIRepository', name: 'paused' } };
    const { sources, targets } = planOf([kustomization('a', read), suspended], ['a']);
    expect(sources).toEqual([]);
    expect(targets[0]?.problem?.reason).toBe('SourceSuspended');
  });

  it('is none where dependsOn leads in a circle, also outside of what is selected', () => {
    const ring = [
      kustomization('a', dependsOn('b')),
      kustomization('b', dependsOn('c')),
      kustomization('c', dependsOn('b')),
    ];
    expect(planned(ring, ['a'])).toEqual({ cycles: [[id('b'), id('c')]] });
  });

  it('takes no notice of a circle among what is excluded', () => {
    const ring = [kustomization('a'), kustomization('b', dependsOn('c')), kustomization('c', dependsOn('b'))];
    expect(planOf(ring, ['a', 'b', 'c'], ['b', 'c']).targets).toHaveLength(3);
  });
});
