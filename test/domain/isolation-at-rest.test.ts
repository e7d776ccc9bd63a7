import { expect, it } from 'vitest';
import { isAtRest } from '../../src/domain/isolation/at-rest.ts';
import type { KubeObject } from '../../src/domain/kube-object.ts';

const [OLD, NEW] = ['latest@sha256:0a', 'sha256:0b'];

/** At generation 2, as the steps of a run leave it. */
function kustomization(
  ready: readonly [status: string, generation: number] | undefined,
  rest: {
    readonly reconciling?: string;
    readonly observed?: number;
    readonly applied?: string;
    readonly suspend?: true;
  } = {},
): KubeObject {
  const { reconciling, observed = 2, applied = NEW, suspend } = rest;
  return {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name: 'cart', namespace: 'shop', generation: 2 },
    spec: { ...(suspend === undefined ? {} : { suspend }) },
    status: {
      conditions: [
        ...(ready === undefined ? [] : [{ type: 'Ready', status: ready[0], observedGeneration: ready[1] }]),
        ...(reconciling === undefined ? [] : [{ type: 'Reconciling', status: 'True', reason: reconciling }]),
      ],
      observedGeneration: observed,
      lastAppliedRevision: applied,
      lastAttemptedRevision: NEW,
    },
  };
}

it.each([
  ['the change has not been seen yet', false, kustomization(['True', 1], { observed: 1, applied: OLD })],
  ['a run is under way', false, kustomization(['Unknown', 2], { reconciling: 'Progressing', observed: 1 })],
  ['Ready is written, what was applied not yet', false, kustomization(['True', 2], { applied: OLD })],
  ['Ready is written, the generation not yet', false, kustomization(['True', 2], { observed: 1 })],
  ['the run is over', true, kustomization(['True', 2])],
  [
    'it failed, and is waiting to try again',
    true,
    kustomization(['False', 2], { reconciling: 'ProgressingWithRetry', observed: 1 }),
  ],
  ['it is suspended', true, kustomization(['True', 1], { observed: 1, suspend: true })],
  ['nobody has ever reconciled it', true, kustomization(undefined)],
])('while %s: at rest is %s', (_, atRest, object) => {
  expect(isAtRest(object)).toBe(atRest);
});
