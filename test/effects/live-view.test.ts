import { describe, expect, it } from 'vitest';
import { movingPatch } from '../../src/domain/isolation/application-patches.ts';
import { isolatingPatch, restoringPatch } from '../../src/domain/isolation/session-patches.ts';
import type { KubeObject } from '../../src/domain/kube-object.ts';
import { targetObservation } from '../../src/domain/observations-from-objects.ts';
import { LiveView } from '../../src/effects/live-view.ts';
import { jsonPatch } from '../../src/embedded/store/json-patch.ts';
import type { EngineState } from '../../src/engine/engine-state.ts';
import { application } from '../support/argo-manifests.ts';

const SHARED = 'OCIRepository/flux-system/shop';

function source(name: string, annotations: Record<string, string> = {}, ref: unknown = { tag: 'main' }): KubeObject {
  return {
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'OCIRepository',
    metadata: { name, namespace: 'flux-system', annotations },
    spec: { url: 'oci://registry.test/shop', ref },
  };
}

const own = (name: string, digest: string) =>
  source(name, { 'reconcile-machine.dev/isolated-from': SHARED }, { digest });

function kustomization(name: string, reads: string, dependsOn: readonly string[] = []): KubeObject {
  return {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name, namespace: 'flux-system' },
    spec: {
      path: `./apps/${name}`,
      sourceRef: { kind: 'OCIRepository', name: reads },
      dependsOn: dependsOn.map((dependency) => ({ name: dependency })),
    },
  };
}

const EMPTY = { machines: new Map() } as unknown as EngineState;

function viewOf(...objects: readonly KubeObject[]): LiveView {
  const view = new LiveView();
  for (const object of objects) view.put(object);
  view.takeMappingChanged();
  return view;
}

function definedEvents(view: LiveView, only?: string) {
  return view
    .eventsFor(EMPTY, SHARED, only)
    .filter(({ type }) => type === 'TargetDefined')
    .map(({ machine, reads, dependsOn }) => ({ machine, reads, dependsOn }));
}

describe('a view of the live cluster', () => {
  it('maps nothing anew when a target comes to a source of its own, when that moves, and when it goes back', () => {
    const view = viewOf(source('shop'), kustomization('cart', 'shop'));
    view.put(own('cart-isolated', 'sha256:1'));
    view.put(kustomization('cart', 'cart-isolated'));
    expect(view.takeMappingChanged()).toBe(false);
    view.put(own('cart-isolated', 'sha256:2'));
    expect(view.takeMappingChanged()).toBe(false);
    expect(view.definitions.targets[0]).toMatchObject({
      source: SHARED,
      ownSource: 'OCIRepository/flux-system/cart-isolated',
    });
    view.put(kustomization('cart', 'shop'));
    view.remove(own('cart-isolated', 'sha256:2'));
    expect(view.takeMappingChanged()).toBe(false);
    expect(view.definitions.targets[0]).not.toHaveProperty('ownSource');
  });

  it('tells that a target is Ready again though the engine has yet to take in that it was at work', () => {
    const ready = (status: string): KubeObject => ({
      ...kustomization('cart', 'shop'),
      status: { conditions: [{ type: 'Ready', status }] },
    });
    const view = viewOf(source('shop'), ready('True'));
    const id = 'Kustomization/flux-system/cart';
    const context = { observation: targetObservation(ready('True')), reads: SHARED, dependsOn: [], dependents: [] };
    const state = {
      machines: new Map([[`target/${id}`, { context, matches: () => false }]]),
    } as unknown as EngineState;
    const told = (): unknown[] =>
      view
        .eventsFor(state, SHARED, id)
        .flatMap(({ type, observation }) => (type === 'TargetObserved' ? [observation] : []));
    expect(told()).toEqual([]);
    view.put(ready('Unknown'));
    expect(told()).toMatchObject([{ ready: 'Unknown' }]);
    view.put(ready('True'));
    expect(told()).toMatchObject([{ ready: 'True' }]);
    expect(told()).toEqual([]);
  });

  it('keeps what the API server answered to a patch when the watch brings what was before it', () => {
    const generation = (count: number, reads: string): KubeObject => {
      const object = kustomization('cart', reads);
      return { ...object, metadata: { ...object.metadata, uid: 'u', generation: count } };
    };
    const view = viewOf(source('shop'), generation(2, 'cart-isolated'));
    view.put(generation(1, 'shop'));
    expect(view.object('Kustomization/flux-system/cart')?.spec?.sourceRef).toMatchObject({ name: 'cart-isolated' });
  });

  it('maps anew when a path changes, also of a target with a source of its own', () => {
    const view = viewOf(source('shop'), own('cart-isolated', 'sha256:1'), kustomization('cart', 'cart-isolated'));
    const moved = kustomization('cart', 'cart-isolated');
    view.put({ ...moved, spec: { ...moved.spec, path: './elsewhere' } });
    expect(view.takeMappingChanged()).toBe(true);
    expect(view.takeMappingChanged()).toBe(false);
  });

  it('tells the dependents of a target that moved whether they still read one source with it', () => {
    const view = viewOf(source('shop'), kustomization('cart', 'shop'), kustomization('web', 'shop', ['cart']));
    const dependsOnCart = (sameSource: boolean) => [{ id: 'Kustomization/flux-system/cart', sameSource }];
    expect(definedEvents(view)).toContainEqual({
      machine: 'target/Kustomization/flux-system/web',
      reads: SHARED,
      dependsOn: dependsOnCart(true),
    });
    view.put(own('cart-isolated', 'sha256:1'));
    view.put(kustomization('cart', 'cart-isolated'));
    expect(definedEvents(view, 'Kustomization/flux-system/cart')).toEqual([
      {
        machine: 'target/Kustomization/flux-system/cart',
        reads: 'OCIRepository/flux-system/cart-isolated',
        dependsOn: [],
      },
      { machine: 'target/Kustomization/flux-system/web', reads: SHARED, dependsOn: dependsOnCart(false) },
    ]);
  });
});

describe('an answer to a request', () => {
  const at = (resourceVersion: string, ready: string): KubeObject => ({
    ...source('shop'),
    metadata: { ...source('shop').metadata, uid: 'u1', generation: 1, resourceVersion },
    status: { conditions: [{ type: 'Ready', status: ready }] },
  });

  it('that comes after what the watch has brought since takes nothing back', () => {
    const view = viewOf(at('10', 'True'));
    view.put(at('9', 'False'));
    expect(view.object(SHARED)?.metadata.resourceVersion).toBe('10');
    view.put(at('11', 'False'));
    expect(view.object(SHARED)?.metadata.resourceVersion).toBe('11');
  });

  it('does not bring back what is deleted meanwhile, and what is made in its place is seen', () => {
    const view = viewOf(at('10', 'True'));
    view.remove(at('11', 'True'));
    view.put(at('10', 'True'));
    expect(view.object(SHARED)).toBeUndefined();
    view.put({ ...at('12', 'True'), metadata: { ...at('12', 'True').metadata, uid: 'u2' } });
    expect(view.object(SHARED)?.metadata.uid).toBe('u2');
  });
});

describe('an isolated target whose own source somebody deleted', () => {
  it('maps as before: it tells itself which source it shares', () => {
    const cart = kustomization('cart', 'shop');
    const patch = isolatingPatch(cart, {
      ownSource: 'cart-isolated',
      session: 'flux-system/lease',
      keepFromParent: false,
    });
    const isolated = jsonPatch(cart, patch) as KubeObject;
    const view = viewOf(source('shop'), own('cart-isolated', 'sha256:1'), isolated);
    view.remove(own('cart-isolated', 'sha256:1'));
    expect(view.takeMappingChanged()).toBe(false);
    expect(view.definitions.targets[0]).toMatchObject({
      source: SHARED,
      ownSource: 'OCIRepository/flux-system/cart-isolated',
    });
  });
});

describe('an Application that a session moves', () => {
  const shared = application('cart', 'cart', {
    source: { repoURL: 'oci://registry.test/shop', targetRevision: 'dev' },
  });
  const patch = movingPatch(shared, {
    ...{ repoURL: 'oci://registry.test/shop', digest: `sha256:${'1'.repeat(64)}`, content: 'c' },
    ...{ session: 'argocd/lease', token: 't' },
  });
  const moved = jsonPatch(shared, patch) as KubeObject;

  it('maps as before, and reads its own artifacts until it is put back, whenever it was looked at first', () => {
    const view = viewOf(shared);
    const { source } = view.definitions.targets[0] ?? {};
    for (const [object, ownSource] of [
      [moved, 'OCISource//oci://registry.test/shop#argocd/cart'],
      [jsonPatch(moved, restoringPatch(moved)) as KubeObject, undefined],
    ] as const) {
      view.put(object);
      expect(view.takeMappingChanged()).toBe(false);
      expect([view.definitions.targets[0]?.source, view.definitions.targets[0]?.ownSource]).toEqual([
        source,
        ownSource,
      ]);
    }
  });
});
