import { expect, test } from 'vitest';
import { definitionsFromObjects } from '../../src/domain/definitions-from-objects.ts';
import type { TargetDefinition } from '../../src/domain/target.ts';
import { buildFingerprint, sameBuild } from '../../src/domain/target-build.ts';

function kustomization(spec: Record<string, unknown>): TargetDefinition {
  const { targets } = definitionsFromObjects([
    {
      object: {
        apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
        kind: 'Kustomization',
        metadata: { name: 'cart', namespace: 'flux-system' },
        spec: { path: './apps/cart', sourceRef: { kind: 'OCIRepository', name: 'shop' }, ...spec },
      },
    },
  ]);
  const [target] = targets;
  if (target === undefined) throw new Error('no target is defined');
  return target;
}

const CART = kustomization({});

test.for([
  ['suspend', { suspend: true }],
  ['dependsOn', { dependsOn: [{ name: 'other' }] }],
  ['timeout', { timeout: '1m' }],
  ['another way to write the path', { path: 'apps/cart/' }],
] as const)('a build is the same whatever else its definition says: %s', ([, spec]) => {
  expect(buildFingerprint(kustomization(spec))).toBe(buildFingerprint(CART));
});

test.for([
  ['the path', { path: './apps/other' }],
  ['the components', { components: ['../parts/one'] }],
  ['the source', { sourceRef: { kind: 'OCIRepository', name: 'other' } }],
] as const)('a build is another one with %s', ([, spec]) => {
  const other = kustomization(spec);
  expect(buildFingerprint(other)).not.toBe(buildFingerprint(CART));
  expect(sameBuild(other, CART)).toBe(false);
});

test('a definition that is read again has the same build', () => {
  expect(sameBuild(kustomization({}), CART)).toBe(true);
  expect(buildFingerprint(CART)).toMatch(/^[0-9a-f]{16}$/);
});
