import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isOwnSourceName, ownSourceName } from '../../src/domain/isolation/own-source-name.ts';
import {
  FLUX_RECONCILE,
  ORIGINAL_HASH,
  ORIGINAL_RECONCILE,
  ORIGINAL_SOURCE_REF,
  SESSION,
  sessionIsolation,
} from '../../src/domain/isolation/session-marks.ts';
import { adoptingPatch, isolatingPatch, restoringPatch } from '../../src/domain/isolation/session-patches.ts';
import { adoptSourcePatch, sessionSource, sessionSourceMarks } from '../../src/domain/isolation/session-source.ts';
import type { KubeObject } from '../../src/domain/kube-object.ts';
import { jsonPatch } from '../../src/embedded/store/json-patch.ts';

const SESSION_ID = 'flux-system/reconcile-machine-0a1b2c3d';
const TO = { ownSource: 'cart-isolated', session: SESSION_ID, keepFromParent: false };

const cart = (annotations?: Record<string, string>, sourceRef: Record<string, unknown> = SHARED_REF): KubeObject => ({
  apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
  kind: 'Kustomization',
  metadata: { name: 'cart', namespace: 'shop', ...(annotations === undefined ? {} : { annotations }) },
  spec: { path: './apps/cart', sourceRef },
});
const SHARED_REF = { kind: 'GitRepository', name: 'shop', namespace: 'flux-system' };

const patched = (object: KubeObject, patch: ReturnType<typeof isolatingPatch>): KubeObject =>
  jsonPatch(object, patch) as KubeObject;
const isolated = (object: KubeObject, to: Partial<typeof TO> = {}): KubeObject =>
  patched(object, isolatingPatch(object, { ...TO, ...to }));
const restored = (object: KubeObject): KubeObject => patched(object, restoringPatch(object));
const withAnnotations = (object: KubeObject, changes: Record<string, string | undefined>): KubeObject => {
  const annotations = Object.entries({ ...object.metadata.annotations, ...changes }).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return { ...object, metadata: { ...object.metadata, annotations: Object.fromEntries(annotations) } };
};
const pointedAt = (object: KubeObject, sourceRef: unknown): KubeObject => ({
  ...object,
  spec: { ...object.spec, sourceRef },
});

describe('isolating and restoring', () => {
  it('points the target at its own source and tells all of what was there', () => {
    const object = isolated(cart({ [FLUX_RECONCILE]: 'enabled' }), { keepFromParent: true });
    expect(object.spec?.sourceRef).toEqual({ kind: 'OCIRepository', name: 'cart-isolated' });
    expect(object.metadata.annotations?.[FLUX_RECONCILE]).toBe('disabled');
    expect(sessionIsolation(object)).toEqual({
      session: SESSION_ID,
      ownSource: 'OCIRepository/shop/cart-isolated',
      originalSourceRef: SHARED_REF,
      originalReconcile: 'enabled',
    });
  });

  it('gives back the very same object, whatever was on it', () => {
    const key = fc.constantFrom('a', 'a/b', 'a~b', 'kubectl.kubernetes.io/x', FLUX_RECONCILE);
    const annotations = fc.option(
      fc.dictionary(key, fc.constantFrom('', 'disabled', 'enabled', '{"a":1}'), { minKeys: 1 }),
      { nil: undefined },
    );
    const sourceRef = fc.record(
      { kind: fc.constant('OCIRepository'), name: fc.string(), namespace: fc.string(), apiVersion: fc.string() },
      { requiredKeys: ['kind', 'name'] },
    );
    fc.assert(
      fc.property(annotations, sourceRef, fc.boolean(), (given, ref, keepFromParent) => {
        const object = cart(given === undefined ? undefined : { ...given }, { ...ref });
        expect(restored(isolated(object, { keepFromParent }))).toEqual(object);
      }),
    );
  });

  it('keeps what others write on the target meanwhile', () => {
    const meanwhile = withAnnotations(isolated(cart()), { 'reconcile.fluxcd.io/requestedAt': 'now' });
    expect(restored(meanwhile)).toEqual(cart({ 'reconcile.fluxcd.io/requestedAt': 'now' }));
    const theirs = withAnnotations(isolated(cart(), { keepFromParent: true }), { [FLUX_RECONCILE]: 'enabled' });
    expect(restored(theirs)).toEqual(cart({ [FLUX_RECONCILE]: 'enabled' }));
  });

  it('changes nothing when the target is no longer what was looked at', () => {
    const object = cart({ note: 'here' });
    const patch = isolatingPatch(object, TO);
    expect(() => jsonPatch(pointedAt(object, { kind: 'Bucket', name: 'other' }), patch)).toThrow();
    expect(() => jsonPatch(cart({ note: 'here' }, isolated(object).spec?.sourceRef as never), patch)).toThrow();
    expect(() => jsonPatch(cart({ first: 'annotation' }), isolatingPatch(cart(), TO))).toThrow();
    const moved = isolated(object);
    const adopted = patched(moved, adoptingPatch(moved, 'flux-system/reconcile-machine-ffffffff'));
    expect(() => jsonPatch(adopted, restoringPatch(moved))).toThrow();
    const alone = isolated(cart());
    expect(() => jsonPatch(withAnnotations(alone, { other: 'one' }), restoringPatch(alone))).toThrow();
  });

  it('hands a target to another session, which restores the same', () => {
    const moved = isolated(cart(), { keepFromParent: true });
    const adopted = patched(moved, adoptingPatch(moved, 'flux-system/reconcile-machine-ffffffff'));
    expect(sessionIsolation(adopted)).toMatchObject({ session: 'flux-system/reconcile-machine-ffffffff' });
    expect(restored(adopted)).toEqual(cart());
  });

  it('remembers through a leftover what was there before the first session', () => {
    const leftover = pointedAt(isolated(cart(), { keepFromParent: true }), SHARED_REF);
    const again = isolated(leftover, { keepFromParent: true, session: 'flux-system/reconcile-machine-ffffffff' });
    expect(restored(again)).toEqual(cart());
  });
});

describe('marks that are not true (any more)', () => {
  it('are none on a target that no session touched', () => {
    expect(sessionIsolation(cart())).toBeUndefined();
    expect(sessionIsolation(cart({ [FLUX_RECONCILE]: 'disabled' }))).toBeUndefined();
    expect(restoringPatch(cart({ [FLUX_RECONCILE]: 'disabled' }))).toEqual([]);
  });

  it('are taken off a target whose sourceRef was put back', () => {
    const object = pointedAt(isolated(cart(), { keepFromParent: true }), {
      namespace: 'flux-system',
      name: 'shop',
      kind: 'GitRepository',
    });
    expect(sessionIsolation(object)).toMatchObject({ why: 'put-back', session: SESSION_ID });
    expect(restored(object)).toEqual(cart());
  });

  it('stay on a target that somebody pointed elsewhere, and its source stays too', () => {
    for (const other of [
      { kind: 'Bucket', name: 'cart-isolated' },
      { kind: 'OCIRepository', name: 'cart-isolated', namespace: 'elsewhere' },
      { kind: 'OCIRepository', name: 'cart' },
    ]) {
      const object = pointedAt(isolated(cart()), other);
      expect(sessionIsolation(object)).toMatchObject({ why: 'repointed' });
      expect(restoringPatch(object)).toEqual([]);
      expect(patched(object, restoringPatch(object, { forget: true }))).toEqual(cart(undefined, other));
    }
  });

  it('are not believed when the record was edited, cut or lost', () => {
    const object = isolated(cart(), { keepFromParent: true });
    const record = object.metadata.annotations?.[ORIGINAL_SOURCE_REF] ?? '';
    for (const damage of [
      { [ORIGINAL_SOURCE_REF]: record.replace('shop', 'evil') },
      { [ORIGINAL_SOURCE_REF]: record.slice(0, -1) },
      { [ORIGINAL_SOURCE_REF]: undefined },
      { [ORIGINAL_SOURCE_REF]: '[]' },
      { [ORIGINAL_RECONCILE]: undefined },
      { [ORIGINAL_RECONCILE]: '"enabled"' },
      { [ORIGINAL_RECONCILE]: '{' },
      { [ORIGINAL_HASH]: undefined },
      { [SESSION]: undefined },
    ]) {
      const damaged = withAnnotations(object, damage);
      expect(sessionIsolation(damaged)).toMatchObject({ why: 'unreadable' });
      expect(restoringPatch(damaged, { forget: true })).toEqual([]);
    }
  });
});

describe('the own source of a target', () => {
  const shared: KubeObject = {
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'OCIRepository',
    metadata: { name: 'shop', namespace: 'shop', labels: { 'sharding.fluxcd.io/key': 'two', team: 'a' } },
    spec: {
      interval: '3m',
      url: 'oci://registry/shop',
      ref: { tag: 'latest' },
      insecure: true,
      secretRef: { name: 'login' },
      suspend: true,
      ignore: '*.md',
    },
  };
  const own = {
    target: cart(),
    shared,
    session: SESSION_ID,
    url: 'oci://registry/shop',
    digest: 'sha256:0a',
    content: '0b',
    name: 'cart-isolated',
  };

  it('is reached as the shared one, holds one digest, and tells whose it is', () => {
    const source = sessionSource(own);
    expect(source).toEqual({
      apiVersion: 'source.toolkit.fluxcd.io/v1',
      kind: 'OCIRepository',
      metadata: {
        name: 'cart-isolated',
        namespace: 'shop',
        labels: {
          'sharding.fluxcd.io/key': 'two',
          'app.kubernetes.io/managed-by': 'reconcile-machine',
          'reconcile-machine.dev/session': 'reconcile-machine-0a1b2c3d',
        },
        annotations: {
          'reconcile-machine.dev/isolated-from': 'OCIRepository/shop/shop',
          'reconcile-machine.dev/isolated-for': 'Kustomization/shop/cart',
          'reconcile-machine.dev/session': SESSION_ID,
          'reconcile-machine.dev/content': '0b',
          'reconcile-machine.dev/inventory-before': '[]',
        },
      },
      spec: {
        interval: '3m',
        url: 'oci://registry/shop',
        ref: { digest: 'sha256:0a' },
        insecure: true,
        secretRef: { name: 'login' },
        ignore: '!*',
      },
    });
    expect(sessionSourceMarks(source)).toEqual({
      session: SESSION_ID,
      target: 'Kustomization/shop/cart',
      content: '0b',
    });
  });

  it('is told from sources that no session made', () => {
    const source = sessionSource(own);
    expect(sessionSourceMarks(shared)).toBeUndefined();
    expect(sessionSourceMarks({ ...source, metadata: { ...source.metadata, labels: {} } })).toBeUndefined();
    expect(adoptSourcePatch('a/b')).toEqual({
      metadata: {
        labels: { 'app.kubernetes.io/managed-by': 'reconcile-machine', 'reconcile-machine.dev/session': 'b' },
        annotations: { 'reconcile-machine.dev/session': 'a/b' },
      },
    });
  });

  it('has a name that fits, is free, and tells the target again', () => {
    const target = { namespace: 'shop', name: 'cart' };
    expect(ownSourceName(target, () => false)).toBe('cart-isolated');
    const second = ownSourceName(target, (name) => name === 'cart-isolated') ?? '';
    expect(second).toMatch(/^cart-isolated-[0-9a-f]{8}$/);
    expect(ownSourceName(target, () => true)).toBeUndefined();
    expect(isOwnSourceName(target, second)).toBe(true);
    expect(isOwnSourceName({ namespace: 'other', name: 'cart' }, second)).toBe(false);
    expect(isOwnSourceName(target, 'cart')).toBe(false);
    const segment = '[a-z0-9]([-a-z0-9]{0,40}[a-z0-9])?';
    // As Kubernetes checks the names of objects.
    const objectName = new RegExp(`^${segment}(\\.${segment}){0,4}$`);
    fc.assert(
      fc.property(fc.stringMatching(objectName), (name) => {
        const own = ownSourceName({ namespace: 'shop', name }, () => false) ?? '';
        expect(own.length).toBeLessThanOrEqual(63);
        expect(own).toMatch(/^[a-z0-9][-a-z0-9]*(\.[a-z0-9][-a-z0-9]*)*$/);
        expect(own).not.toMatch(/-\.|-$/);
      }),
    );
  });
});
