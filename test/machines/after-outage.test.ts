import { describe, expect, it } from 'vitest';
import { SOURCE, UNAVAILABLE, WatchRig } from '../support/watch-rig.ts';

const A = 'Kustomization/flux-system/a';
const TARGET = `target/${A}`;
/** As long as a first pause may be. */
const PAUSE_MS = 12_000;

function wanted(options: ConstructorParameters<typeof WatchRig>[0] = {}): WatchRig {
  const rig = new WatchRig(options);
  rig.define(A);
  rig.observe(A, { lastHandledReconcileAt: undefined, lastAppliedRevision: 'latest@sha256:0' });
  rig.save({ id: A, digest: 'd1' });
  return rig;
}

/** All attempts fail; virtual time runs until the target is given up. */
function givenUp(rig: WatchRig): void {
  rig.askOutcome = () => ({ type: 'RequestFailed', failure: UNAVAILABLE });
  rig.sourceFetches();
  for (let seconds = 0; seconds < 60 && rig.stateOf(TARGET) !== 'dead-letter'; seconds += 1) rig.clock.advance(1_000);
  expect(rig.stateOf(TARGET)).toBe('dead-letter');
  expect(rig.asked.filter((id) => id === A)).toHaveLength(rig.limits.targetAttemptsMax);
}

describe('what was saved while the API server was away for longer than all attempts', () => {
  it('is live once it is back, without another save', () => {
    const rig = wanted();
    givenUp(rig);
    expect(rig.watch).toBe('idle');
    rig.askOutcome = () => ({ type: 'RequestAccepted' });
    rig.clock.advance(PAUSE_MS);
    rig.sourceFetches();
    rig.observe(A);
    expect([rig.stateOf(TARGET), rig.target(A).reconciledDigest]).toEqual(['settled', 'd1']);
    expect(rig.asked.at(-1)).toBe(A);
  });

  it('is tried again at ever longer intervals while it goes on failing', () => {
    const rig = wanted();
    givenUp(rig);
    const asked: number[] = [];
    rig.askOutcome = () => {
      asked.push(rig.clock.now());
      return { type: 'RequestFailed', failure: UNAVAILABLE };
    };
    for (let seconds = 0; seconds < 1_200; seconds += 1) {
      rig.clock.advance(1_000);
      if (rig.watch !== 'idle') rig.sourceFetches();
    }
    const pauses = asked.slice(1).map((at, nth) => at - (asked[nth] ?? 0));
    expect(Math.max(...pauses)).toBeGreaterThan(100_000);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(
      rig.limits.targetBackoffMsMax * (1 + rig.limits.backoffJitterRatio) + 2_000,
    );
  });

  it('waits for the next save where the answer was no: nothing is asked by itself', () => {
    const rig = wanted();
    rig.askOutcome = () => ({ type: 'RequestFailed', failure: { kind: 'forbidden', message: 'no' } });
    rig.sourceFetches();
    expect(rig.stateOf(TARGET)).toBe('dead-letter');
    rig.clock.advance(3_600_000);
    expect(rig.asked).toEqual([SOURCE, A]);
  });

  it('is not tried again beside a newer save', () => {
    const rig = wanted();
    givenUp(rig);
    rig.askOutcome = () => ({ type: 'RequestAccepted' });
    rig.save({ id: A, digest: 'd2' });
    rig.sourceFetches();
    rig.observe(A);
    expect(rig.stateOf(TARGET)).toBe('settled');
    const { length } = rig.asked;
    rig.clock.advance(3_600_000);
    expect(rig.asked).toHaveLength(length);
  });
});

describe('a request that Flux had taken up when the API server went away', () => {
  function asked(): WatchRig {
    const rig = wanted();
    rig.sourceFetches();
    expect(rig.asked).toEqual([SOURCE, A]);
    return rig;
  }
  const returns = (rig: WatchRig) => rig.engine.dispatch({ machine: TARGET, type: 'ClusterReturned' });

  it('is sent once more where no answer comes once that is back: how the run ended could not be written down', () => {
    const rig = asked();
    returns(rig);
    rig.clock.advance(PAUSE_MS);
    expect(rig.asked).toEqual([SOURCE, A, A]);
    rig.clock.advance(60_000);
    expect(rig.asked).toEqual([SOURCE, A, A]);
    rig.observe(A);
    expect(rig.stateOf(TARGET)).toBe('settled');
  });

  it('is not sent again where the answer comes in time', () => {
    const rig = asked();
    returns(rig);
    rig.clock.advance(1_000);
    rig.observe(A);
    rig.clock.advance(60_000);
    expect(rig.asked).toEqual([SOURCE, A]);
  });

  it('is not sent again while the API server comes and goes: the pause begins anew', () => {
    const rig = asked();
    for (let nth = 0; nth < 5; nth += 1) {
      returns(rig);
      rig.clock.advance(5_000);
    }
    expect(rig.asked).toEqual([SOURCE, A]);
    rig.clock.advance(PAUSE_MS);
    expect(rig.asked).toEqual([SOURCE, A, A]);
  });
});
