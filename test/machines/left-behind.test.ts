import { describe, expect, it } from 'vitest';
import { SOURCE, WatchRig } from '../support/watch-rig.ts';

const A = 'Kustomization/flux-system/a';
const B = 'Kustomization/flux-system/b';
const [targetA, targetB] = [`target/${A}`, `target/${B}`];

/** B goes after A in this cycle, which Flux knows nothing of: no `dependsOn` says so. */
function bothWanted(): WatchRig {
  const rig = new WatchRig();
  rig.define(A);
  rig.define(B);
  rig.observe(A, { lastHandledReconcileAt: undefined });
  rig.save({ id: A, digest: 'd1' }, { id: B, digest: 'd1', dependsOn: [A] });
  rig.sourceFetches();
  expect(rig.asked).toEqual([SOURCE, A]);
  expect(rig.stateOf(targetB)).toBe('requested');
  return rig;
}

describe('a target that was to go after another one', () => {
  it('goes once that is deleted', () => {
    const rig = bothWanted();
    rig.engine.dispatch({ machine: targetA, type: 'TargetRemoved' });
    expect(rig.stateOf(targetA)).toBe('gone');
    expect(rig.asked).toEqual([SOURCE, A, B]);
    rig.observe(B);
    expect(rig.watch).toBe('idle');
  });

  it('goes once that is suspended', () => {
    const rig = bothWanted();
    rig.observe(A, { suspended: true, lastHandledReconcileAt: undefined, lastAppliedRevision: 'latest@sha256:0' });
    expect(rig.stateOf(targetA)).toBe('suspended');
    expect(rig.asked).toEqual([SOURCE, A, B]);
    rig.observe(B);
    expect(rig.watch).toBe('idle');
  });

  it.each(['gone', 'suspended'])('goes where that was %s before anybody wanted it', (state) => {
    const rig = new WatchRig();
    rig.define(A);
    rig.define(B);
    rig.observe(A);
    if (state === 'gone') rig.engine.dispatch({ machine: targetA, type: 'TargetRemoved' });
    else {
      rig.save({ id: A, digest: 'd0' });
      rig.observe(A, { suspended: true, lastAppliedRevision: 'latest@sha256:0' });
      rig.sourceFetches();
    }
    expect(rig.stateOf(targetA)).toBe(state);
    rig.save({ id: A, digest: 'd1' }, { id: B, digest: 'd1', dependsOn: [A] });
    rig.sourceFetches();
    expect(rig.stateOf(targetA)).toBe(state);
    expect(rig.asked).toContain(B);
  });

  it('waits on for one that Flux wants Ready at the same revision, until that is there', () => {
    const rig = new WatchRig();
    rig.define(A, [], [B]);
    rig.define(B, [A]);
    rig.save({ id: A, digest: 'd1' }, { id: B, digest: 'd1', dependsOn: [A] });
    rig.sourceFetches();
    rig.observe(A, { suspended: true, lastHandledReconcileAt: undefined, lastAppliedRevision: 'latest@sha256:0' });
    expect(rig.stateOf(targetA)).toBe('suspended');
    expect(rig.asked).toEqual([SOURCE, A]);
    rig.observe(A, { lastHandledReconcileAt: undefined });
    expect(rig.asked).toEqual([SOURCE, A, A]);
    rig.observe(A);
    expect(rig.asked).toEqual([SOURCE, A, A, B]);
  });
});
