import { describe, expect, it } from 'vitest';
import { definitionsFromObjects } from '../../src/domain/definitions-from-objects.ts';
import { beforeIsolation, ownArtifactPlace, readSource } from '../../src/domain/isolation/isolated-source.ts';
import type { KubeObject } from '../../src/domain/kube-object.ts';

const SHARED = 'OCIRepository/flux-system/shop';

function source(name: string, extra: Partial<KubeObject['metadata']> = {}, ref: unknown = { tag: 'main' }): KubeObject {
  return {
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'OCIRepository',
    metadata: { name, namespace: 'flux-system', ...extra },
    spec: { url: 'oci://registry.test/shop', ref },
  };
}

function own(name: string, from = SHARED, ref: unknown = { tag: `main_apps.${name}` }): KubeObject {
  return source(name, { annotations: { 'reconcile-machine.dev/isolated-from': from } }, ref);
}

function kustomization(name: string, reads: string): KubeObject {
  return {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name, namespace: 'flux-system' },
    spec: { path: `./apps/${name}`, sourceRef: { kind: 'OCIRepository', name: reads } },
  };
}

function definitionsOf(...objects: readonly KubeObject[]) {
  const defining = objects.map((object) => ({ object }));
  return beforeIsolation(definitionsFromObjects(defining), defining);
}

describe('beforeIsolation', () => {
  it('puts an isolated target back on the shared source, and says which it reads', () => {
    const { targets } = definitionsOf(
      source('shop'),
      own('cart'),
      kustomization('cart', 'cart'),
      kustomization('orders', 'shop'),
    );
    expect(targets.map(({ source: from }) => from)).toEqual([SHARED, SHARED]);
    expect(targets.map(readSource)).toEqual(['OCIRepository/flux-system/cart', SHARED]);
  });

  it('knows a shared source by its name alone once it is deleted', () => {
    const { sources } = definitionsOf(own('cart'), kustomization('cart', 'cart'));
    expect(sources.find(({ id }) => id === SHARED)).toEqual({
      id: SHARED,
      kind: 'OCIRepository',
      namespace: 'flux-system',
      name: 'shop',
      suspended: false,
    });
  });

  it('makes no source out of an annotation that names none', () => {
    const { sources } = definitionsOf(own('cart', 'ConfigMap/a/b'), kustomization('cart', 'cart'));
    expect(sources.map(({ id }) => id)).toEqual(['OCIRepository/flux-system/cart']);
  });
});

describe('ownArtifactPlace', () => {
  it('is the tag that the source follows', () => {
    expect(ownArtifactPlace(own('cart'))).toEqual({
      url: 'oci://registry.test/shop',
      tag: 'main_apps.cart',
      insecure: false,
    });
  });

  it('is nowhere for a source that is moved by its digest or follows versions', () => {
    expect(ownArtifactPlace(own('cart', SHARED, { tag: 'x', digest: `sha256:${'0'.repeat(64)}` }))).toBeUndefined();
    expect(ownArtifactPlace(own('cart', SHARED, { tag: 'x', semver: '1.x' }))).toBeUndefined();
    expect(ownArtifactPlace(own('cart', SHARED, {}))).toBeUndefined();
  });
});
