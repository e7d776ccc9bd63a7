import { describe, expect, it } from 'vitest';
import { serializeState } from '../../src/engine/engine-state.ts';
import { replay } from '../../src/engine/replay.ts';
import { WATCH_KINDS } from '../../src/machines/kinds.ts';
import { settle } from '../support/settle.ts';
import { SOURCE, UNAVAILABLE, WatchRig } from '../support/watch-rig.ts';

const A = 'Kustomization/flux-system/a';
const B = 'Kustomization/flux-system/b';
const C = 'Kustomization/flux-system/c';
const [targetA, targetB] = [`target/${A}`, `target/${B}`];

describe('a targeted reconcile', () => {
  it('pushes, asks the source, and asks the target only once its revision is there', () => {
    const rig = new WatchRig();
    rig.save({ id: A, digest: 'd1' });
    expect(rig.asked).toEqual([SOURCE]);
    expect(rig.stateOf(targetA)).toBe('requested');
    rig.sourceFetches();
    expect(rig.asked).toEqual([SOURCE, A]);
    expect(rig.stateOf(targetA)).toBe('progressing');
    rig.observe(A);
    expect(rig.stateOf(targetA)).toBe('settled');
    expect(rig.target(A).reconciledDigest).toBe('d1');
    expect(rig.watch).toBe('idle');
  });

  it('does not believe a Ready from before the request, at the same revision', () => {
    const rig = new WatchRig();
    rig.save({ id: A, digest: 'd1' });
    rig.sourceFetches();
    rig.observe(A, { lastHandledReconcileAt: 'an older token' });
    expect(rig.stateOf(targetA)).toBe('progressing');
    rig.observe(A, { lastAppliedRevision: 'latest@sha256:0' });
    expect(rig.stateOf(targetA)).toBe('progressing');
    rig.observe(A);
    expect(rig.stateOf(targetA)).toBe('settled');
  });

  it('asks a dependent the moment its dependency is Ready', () => {
    const rig = new WatchRig();
    rig.define(A, [], [B]);
    rig.define(B, [A]);
    rig.save({ id: A, digest: 'd1' }, { id: B, digest: 'd1', dependsOn: [A] });
    rig.sourceFetches();
    expect(rig.asked).toEqual([SOURCE, A]);
    rig.observe(A);
    expect(rig.asked).toEqual([SOURCE, A, B]);
    rig.observe(B);
    expect(rig.watch).toBe('idle');
  });

  it('does not ask a dependent whose dependency failed, says so, and asks it once the dependency recovers', () => {
    const rig = new WatchRig();
    rig.define(A, [], [B]);
    rig.define(B, [A]);
    rig.save({ id: A, digest: 'd1' }, { id: B, digest: 'd1', dependsOn: [A] });
    rig.sourceFetches();
    rig.fails(A);
    expect(rig.stateOf(targetA)).toBe('dead-letter');
    expect(rig.stateOf(targetB)).toBe('held');
    expect(rig.target(B).message).toContain(A);
    expect(rig.watch).toBe('idle');
    rig.observe(A);
    expect(rig.stateOf(targetA)).toBe('settled');
    expect(rig.asked).toEqual([SOURCE, A, B]);
  });

  it('asks a blocked dependent at the newer revision that mends its dependency', () => {
    const rig = new WatchRig();
    rig.define(A, [], [B]);
    rig.define(B, [A]);
    rig.save({ id: A, digest: 'd1' }, { id: B, digest: 'd1', dependsOn: [A] });
    rig.sourceFetches();
    rig.fails(A);
    expect(rig.stateOf(targetB)).toBe('held');
    rig.save({ id: A, digest: 'd2' });
    rig.sourceFetches();
    rig.observe(A);
    expect(rig.stateOf(targetB)).toBe('progressing');
    rig.observe(B);
    expect(rig.target(B).reconciledDigest).toBe('d1');
    expect(rig.watch).toBe('idle');
  });

  it('believes a dead letter that turns Ready at a later revision', () => {
    const rig = new WatchRig();
    rig.save({ id: A, digest: 'd1' });
    rig.sourceFetches();
    rig.fails(A);
    rig.save({ id: B, digest: 'd1' });
    rig.sourceFetches();
    rig.observe(B);
    rig.observe(A);
    expect(rig.stateOf(targetA)).toBe('settled');
    expect(rig.target(A).reconciledDigest).toBe('d1');
  });

  it('waits for a bystander it depends on to come to the same revision, without asking it', () => {
    const rig = new WatchRig();
    rig.define(A, [], [B]);
    rig.define(B, [A]);
    rig.observe(A, { lastAppliedRevision: 'latest@sha256:0', lastHandledReconcileAt: undefined });
    rig.save({ id: B, digest: 'd1' });
    rig.sourceFetches();
    expect(rig.asked).toEqual([SOURCE]);
    rig.observe(A, { lastHandledReconcileAt: undefined });
    expect(rig.asked).toEqual([SOURCE, B]);
  });

  it('sees a target through although another one is slow', () => {
    const rig = new WatchRig();
    rig.save({ id: A, digest: 'd1' });
    rig.sourceFetches();
    rig.save({ id: B, digest: 'd1' });
    expect(rig.watch).toBe('targeted-reconcile');
    rig.sourceFetches();
    rig.observe(B);
    expect(rig.stateOf(targetB)).toBe('settled');
    expect(rig.stateOf(targetA)).toBe('progressing');
    // It went straight to the later revision, which holds what it was asked for.
    rig.observe(A);
    expect(rig.stateOf(targetA)).toBe('settled');
  });

  it('never loses a second save of a target in flight, and the newest digest wins', () => {
    const rig = new WatchRig();
    rig.save({ id: A, digest: 'd1' });
    rig.sourceFetches();
    rig.save({ id: A, digest: 'd2' });
    expect(rig.stateOf(targetA)).toBe('requested');
    rig.observe(A, { lastAppliedRevision: 'latest@sha256:1' });
    expect(rig.stateOf(targetA)).toBe('requested');
    rig.sourceFetches();
    rig.observe(A);
    expect(rig.target(A).reconciledDigest).toBe('d2');
    expect(rig.asked.filter((id) => id === A)).toHaveLength(2);
  });

  it('pushes once more, not twice, for content that was superseded while a push was on its way', async () => {
    const rig = new WatchRig();
    let finish: (() => void) | undefined;
    rig.pushOutcome = () =>
      new Promise(
        (resolve) =>
          (finish = () => resolve({ type: 'ArtifactPushed', digest: 'sha256:1', unchanged: false, bytesSent: 1 })),
      ) as never;
    rig.save({ id: A, digest: 'd1' });
    rig.save({ id: A, digest: 'd2' });
    rig.save({ id: A, digest: 'd3' });
    expect(rig.pushes).toBe(1);
    rig.pushOutcome = () => ({
      type: 'ArtifactPushed',
      digest: `sha256:${rig.pushes}`,
      unchanged: false,
      bytesSent: 1,
    });
    finish?.();
    await settle();
    expect(rig.pushes).toBe(2);
    // The source is asked once, for the newest content.
    expect(rig.asked).toEqual([SOURCE]);
    rig.sourceFetches();
    rig.observe(A);
    expect(rig.target(A).reconciledDigest).toBe('d3');
  });
});

describe('failures', () => {
  it('a registry that is away: backs off, keeps everything owed, and tries again', () => {
    const rig = new WatchRig();
    rig.pushOutcome = () => ({ type: 'PushFailed', failure: { ...UNAVAILABLE, dependency: 'registry' } });
    rig.save({ id: A, digest: 'd1' });
    expect(rig.watch).toBe('backoff');
    expect(rig.stateOf(targetA)).toBe('requested');
    rig.pushOutcome = () => ({
      type: 'ArtifactPushed',
      digest: `sha256:${rig.pushes}`,
      unchanged: false,
      bytesSent: 1,
    });
    rig.clock.advance(rig.limits.watchBackoffMsMin * 2);
    rig.sourceFetches();
    rig.observe(A);
    expect(rig.stateOf(targetA)).toBe('settled');
    expect(rig.watch).toBe('idle');
  });

  it('a refused push ends the cycle: its targets go to the dead letters, saying why', () => {
    const rig = new WatchRig();
    rig.pushOutcome = () => ({
      type: 'PushFailed',
      failure: { kind: 'forbidden', message: 'denied by registry', dependency: 'registry' },
    });
    rig.save({ id: A, digest: 'd1' });
    expect(rig.stateOf(targetA)).toBe('dead-letter');
    expect(rig.target(A).message).toContain('denied by registry');
    expect(rig.watch).toBe('idle');
  });

  it('a refused push does not give up a target whose revision is there and that waits for its dependency', () => {
    const rig = new WatchRig();
    rig.define(A, [], [B]);
    rig.define(B, [A]);
    rig.save({ id: A, digest: 'd1' }, { id: B, digest: 'd1', dependsOn: [A] });
    rig.sourceFetches();
    const revision = rig.revision;
    rig.pushOutcome = () => ({
      type: 'PushFailed',
      failure: { kind: 'forbidden', message: 'denied by registry', dependency: 'registry' },
    });
    rig.save({ id: C, digest: 'd1' });
    expect(rig.stateOf(`target/${C}`)).toBe('dead-letter');
    expect(rig.stateOf(`target/${B}`)).toBe('requested');
    rig.observe(A, { lastAppliedRevision: revision, lastAttemptedRevision: revision });
    expect(rig.asked).toEqual([SOURCE, A, B]);
  });

  it('a request that fails is tried again after a backoff, and given up after the attempts there are', () => {
    const rig = new WatchRig();
    rig.askOutcome = () => ({ type: 'RequestFailed', failure: UNAVAILABLE });
    rig.save({ id: A, digest: 'd1' });
    rig.sourceFetches();
    expect(rig.stateOf(targetA)).toBe('backoff');
    rig.clock.advance(rig.limits.targetBackoffMsMax * 10);
    expect(rig.stateOf(targetA)).toBe('dead-letter');
    expect(rig.asked.filter((id) => id === A)).toHaveLength(rig.limits.targetAttemptsMax);
    expect(rig.watch).toBe('idle');
  });

  it('a forbidden request is given up at once', () => {
    const rig = new WatchRig();
    rig.askOutcome = () => ({
      type: 'RequestFailed',
      failure: { kind: 'forbidden', message: 'cannot patch kustomizations' },
    });
    rig.save({ id: A, digest: 'd1' });
    rig.sourceFetches();
    expect(rig.stateOf(targetA)).toBe('dead-letter');
    expect(rig.target(A).message).toBe('cannot patch kustomizations');
  });

  it('a target that never answers is given up after its wait, and believed when it turns Ready later', () => {
    const rig = new WatchRig();
    rig.save({ id: A, digest: 'd1' });
    rig.sourceFetches();
    rig.clock.advance(rig.limits.targetWaitMs);
    expect(rig.stateOf(targetA)).toBe('dead-letter');
    expect(rig.target(A).reason).toBe('Timeout');
    rig.observe(A);
    expect(rig.stateOf(targetA)).toBe('settled');
    expect(rig.target(A).reconciledDigest).toBe('d1');
  });

  it('a dead letter is taken up again by a retry', () => {
    const rig = new WatchRig();
    rig.save({ id: A, digest: 'd1' });
    rig.sourceFetches();
    rig.fails(A);
    expect(rig.stateOf(targetA)).toBe('dead-letter');
    rig.engine.dispatch({ machine: targetA, type: 'RetryRequested' });
    rig.clock.advance(rig.limits.quietPeriodMs);
    rig.sourceFetches();
    rig.observe(A);
    expect(rig.stateOf(targetA)).toBe('settled');
  });

  it('a suspended target is said to be so at once, and asked when it is resumed', () => {
    const rig = new WatchRig();
    rig.observe(A, { suspended: true });
    rig.save({ id: A, digest: 'd1' });
    expect(rig.stateOf(targetA)).toBe('suspended');
    expect(rig.watch).toBe('idle');
    rig.sourceFetches();
    rig.observe(A, { lastAppliedRevision: 'latest@sha256:0' });
    expect(rig.stateOf(targetA)).toBe('progressing');
  });

  it('a held target is kept back until it is sound again', () => {
    const rig = new WatchRig();
    rig.engine.dispatch({
      machine: targetA,
      type: 'TargetHeld',
      problem: { kind: 'parse', path: 'a/x.yaml', line: 3, column: 5, message: 'bad indentation' },
    });
    expect(rig.stateOf(targetA)).toBe('held');
    expect(rig.target(A).message).toBe('a/x.yaml:3:5: bad indentation');
    rig.save({ id: A, digest: 'd2' });
    expect(rig.stateOf(targetA)).toBe('requested');
  });
});

describe('replay', () => {
  it('gives the state as it was after every single event, with and without snapshots', () => {
    const rig = new WatchRig({ limits: { snapshotEveryEvents: 7 } });
    const states: unknown[] = [];
    rig.define(A, [], [B]);
    rig.define(B, [A]);
    rig.save({ id: A, digest: 'd1' }, { id: B, digest: 'd1', dependsOn: [A] });
    rig.sourceFetches();
    rig.fails(A);
    rig.observe(A);
    rig.askOutcome = () => ({ type: 'RequestFailed', failure: UNAVAILABLE });
    rig.save({ id: B, digest: 'd2' });
    rig.sourceFetches();
    const live = JSON.stringify(serializeState(rig.engine.state));
    for (let seq = 1; seq <= rig.log.lastSeq(); seq += 1) {
      const [fast, slow] = [true, false].map((useSnapshots) =>
        JSON.parse(
          JSON.stringify(
            serializeState(replay(rig.log, WATCH_KINDS, { limits: rig.limits, atSeq: seq, useSnapshots })),
          ),
        ),
      );
      expect(fast).toEqual(slow);
      states.push(fast);
    }
    expect(states.at(-1)).toEqual(JSON.parse(live));
    expect(states.length).toBeGreaterThan(40);
  });

  it('after a crash between a request and its outcome, looks again before it asks again', () => {
    const rig = new WatchRig();
    rig.askOutcome = () => new Promise(() => {});
    rig.save({ id: A, digest: 'd1' });
    rig.sourceFetches();
    expect(rig.asked).toEqual([SOURCE, A]);
    rig.askOutcome = () => ({ type: 'RequestAccepted' });
    const engine = rig.boot();
    expect(engine.interrupted.map(({ effect }) => effect)).toEqual(['askTarget']);
    expect(rig.asked).toEqual([SOURCE, A]);
    engine.settleInterrupted();
    rig.clock.advance(rig.limits.quietPeriodMs);
    rig.sourceFetches();
    rig.observe(A);
    expect(rig.stateOf(targetA)).toBe('settled');
    expect(rig.watch).toBe('idle');
  });

  it('arms what is left of a timer after a restart, not the whole of it', () => {
    const rig = new WatchRig();
    rig.save({ id: A, digest: 'd1' });
    rig.sourceFetches();
    rig.clock.advance(rig.limits.targetWaitMs - 1_000);
    rig.boot();
    rig.clock.advance(999);
    expect(rig.stateOf(targetA)).toBe('progressing');
    rig.clock.advance(1);
    expect(rig.stateOf(targetA)).toBe('dead-letter');
  });
});
