import { describe, expect, it } from 'vitest';
import { WatchRig } from '../support/watch-rig.ts';

const A = 'Kustomization/flux-system/a';
const B = 'Kustomization/flux-system/b';

/** b depends on a; both are asked for, and a is Ready. */
function askedBoth(): WatchRig {
  const rig = new WatchRig();
  rig.define(A, [], [B]);
  rig.define(B, [A]);
  rig.save({ id: A, digest: 'd1' }, { id: B, digest: 'd1', dependsOn: [A] });
  rig.sourceFetches();
  rig.observe(A);
  expect(rig.asked.filter((id) => id === B)).toHaveLength(1);
  return rig;
}

function timesAsked(rig: WatchRig): number {
  return rig.asked.filter((id) => id === B).length;
}

describe('a target that Flux sends away since a dependency was at work at that moment', () => {
  it('is asked again the moment the dependency is Ready, not after Flux’s 30 s', () => {
    const rig = askedBoth();
    rig.observe(A, { ready: 'Unknown', reason: 'Progressing' });
    rig.observe(B, { ready: 'False', reason: 'DependencyNotReady' });
    expect(timesAsked(rig)).toBe(1);
    rig.observe(A);
    expect(timesAsked(rig)).toBe(2);
    rig.observe(B);
    expect(rig.stateOf(`target/${B}`)).toBe('settled');
  });

  it('is asked again after a moment where the dependency was Ready by what is seen here', () => {
    const rig = askedBoth();
    rig.observe(B, { ready: 'False', reason: 'DependencyNotReady' });
    expect(timesAsked(rig)).toBe(1);
    rig.clock.advance(rig.limits.targetBackoffMsMin);
    expect(timesAsked(rig)).toBe(2);
  });

  it('is not asked again while the request is still before Flux', () => {
    const rig = askedBoth();
    rig.observe(B, { ready: 'False', reason: 'DependencyNotReady', lastHandledReconcileAt: 'an older request' });
    rig.observe(A, { ready: 'Unknown', reason: 'Progressing' });
    rig.observe(A);
    rig.clock.advance(rig.limits.targetBackoffMsMin * 20);
    expect(timesAsked(rig)).toBe(1);
    rig.observe(B);
    expect(rig.stateOf(`target/${B}`)).toBe('settled');
  });

  it('is not asked again and again for a dependency that is not there', () => {
    const rig = new WatchRig();
    rig.define(B, ['Kustomization/flux-system/nowhere']);
    rig.save({ id: B, digest: 'd1' });
    rig.sourceFetches();
    rig.observe(B, { ready: 'False', reason: 'DependencyNotReady' });
    rig.clock.advance(rig.limits.targetBackoffMsMin * 20);
    expect(timesAsked(rig)).toBe(1);
  });

  it('is not asked while the dependency is not Ready', () => {
    const rig = askedBoth();
    rig.observe(A, { ready: 'Unknown', reason: 'Progressing' });
    rig.observe(B, { ready: 'False', reason: 'DependencyNotReady' });
    rig.clock.advance(rig.limits.targetBackoffMsMin * 20);
    expect(timesAsked(rig)).toBe(1);
  });
});

describe('a status that contradicts itself', () => {
  it('Ready at what was attempted, with another revision applied: asked once more when it stays so', () => {
    const rig = askedBoth();
    rig.observe(B, { lastAppliedRevision: 'latest@sha256:0' });
    expect(timesAsked(rig)).toBe(1);
    rig.clock.advance(rig.limits.targetBackoffMsMin);
    expect(timesAsked(rig)).toBe(2);
    rig.observe(B);
    expect(rig.stateOf(`target/${B}`)).toBe('settled');
  });

  it('for a moment only, as each run shows it: nothing is asked', () => {
    const rig = askedBoth();
    rig.observe(B, { lastAppliedRevision: 'latest@sha256:0' });
    rig.observe(B);
    rig.clock.advance(rig.limits.targetBackoffMsMin * 2);
    expect(timesAsked(rig)).toBe(1);
  });
});
