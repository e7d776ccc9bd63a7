import { describe, expect, it } from 'vitest';
import type { Failure } from '../../src/domain/failure.ts';
import { RunRig, SOURCE } from '../support/run-rig.ts';

const AWAY: Failure = { kind: 'unavailable', message: 'ECONNREFUSED' };
const TIMEOUT_MS = 300_000;

describe('a run', () => {
  it('asks the source, then each target once the ones before it are Ready, and succeeds with the last', () => {
    const rig = new RunRig();
    rig.start({ base: [], apps: ['base'] });
    expect(rig.asked.map(({ id }) => id)).toEqual([SOURCE]);
    rig.sourceFetches();
    expect(rig.asked.map(({ id }) => id)).toEqual([SOURCE, 'base']);
    rig.observe('base');
    rig.observe('apps');
    expect(rig.asked.map(({ id }) => id)).toEqual([SOURCE, 'base', 'apps']);
    expect(rig.state).toBe('succeeded');
  });

  it('takes no Ready from before its request for an answer, of the source or of a target', () => {
    const rig = new RunRig();
    rig.start({ apps: [] });
    rig.sourceFetches('latest@sha256:1', { lastHandledReconcileAt: '2020-01-01T00:00:00Z' });
    expect(rig.asked.map(({ id }) => id)).toEqual([SOURCE]);
    rig.sourceFetches();
    rig.observe('apps', { lastHandledReconcileAt: '2020-01-01T00:00:00Z' });
    rig.observe('apps', { lastHandledReconcileAt: undefined, reconciling: true });
    expect(rig.state).toBe('reconciling');
  });

  it('believes no stale Ready either once an attempt took too long', () => {
    const rig = new RunRig({ attemptsMax: 1 });
    rig.start({ apps: [], ops: [] });
    rig.sourceFetches();
    rig.clock.advance(TIMEOUT_MS - 1);
    rig.observe('ops', { ready: 'Unknown', reason: 'Progressing' });
    rig.clock.advance(1);
    rig.observe('apps', { lastHandledReconcileAt: '2020-01-01T00:00:00Z' });
    expect(rig.phases()).toEqual({ apps: 'failed', ops: 'failed' });
    expect(rig.state).toBe('failed');
  });

  it('fails when all are through and one has failed, and not before', () => {
    const rig = new RunRig();
    rig.start({ apps: [], ops: [], tail: ['apps'] });
    rig.sourceFetches();
    rig.observe('apps', { ready: 'False', reason: 'BuildFailed', message: 'no such file' });
    expect(rig.phases()).toEqual({ apps: 'failed', ops: 'waiting', tail: 'blocked' });
    expect(rig.state).toBe('reconciling');
    rig.observe('ops');
    expect(rig.state).toBe('failed');
    expect(rig.run.targets.apps).toMatchObject({ reason: 'BuildFailed', message: 'no such file' });
  });

  it('goes along when the source moves on meanwhile', () => {
    const rig = new RunRig();
    rig.start({ apps: [] });
    rig.sourceFetches();
    rig.engine.dispatch({ machine: 'watch', type: 'RevisionObserved', source: SOURCE, revision: 'latest@sha256:2' });
    rig.observe('apps', { lastAppliedRevision: 'latest@sha256:2' });
    expect(rig.state).toBe('succeeded');
  });

  it('asks one that Flux runs by itself only when Flux came too early, and then once', () => {
    const rig = new RunRig();
    rig.askOutcome = () => ({ type: 'RequestAccepted', followed: true });
    rig.start({ base: [], apps: ['base'] });
    rig.sourceFetches();
    rig.observe('base', { lastHandledReconcileAt: undefined });
    expect(rig.asked.filter(({ id }) => id === 'apps')).toHaveLength(1);
    rig.askOutcome = () => ({ type: 'RequestAccepted' });
    const tooEarly = { ready: 'False', reason: 'DependencyNotReady', lastAppliedRevision: 'latest@sha256:0' } as const;
    rig.observe('apps', tooEarly);
    rig.observe('apps', { ...tooEarly, message: 'said again' });
    expect(rig.asked.filter(({ id }) => id === 'apps')).toHaveLength(2);
    rig.observe('apps');
    expect(rig.state).toBe('succeeded');
  });

  it('ends without those that are excluded', () => {
    const rig = new RunRig();
    rig.start({ apps: [], slow: [] }, { excluded: ['slow'] });
    rig.sourceFetches();
    expect(rig.asked.map(({ id }) => id)).toEqual([SOURCE, 'apps', 'slow']);
    rig.observe('apps');
    expect(rig.state).toBe('succeeded');
  });

  it('never asks what cannot become Ready, and tells those that wait for it', () => {
    const rig = new RunRig();
    rig.start(
      { lost: [], tail: ['lost'], apps: [] },
      {
        plan: (target) =>
          target.id === 'lost' ? { ...target, problem: { reason: 'SourceNotFound', message: 'gone' } } : target,
      },
    );
    rig.sourceFetches();
    rig.observe('apps');
    expect(rig.asked.map(({ id }) => id)).toEqual([SOURCE, 'apps']);
    expect(rig.phases()).toEqual({ lost: 'failed', tail: 'blocked', apps: 'ready' });
    expect(rig.state).toBe('failed');
  });
});

describe('the attempts of a run', () => {
  it('ask a source again after 5 s and 10 s when it could not be asked, and no fourth time', () => {
    const rig = new RunRig();
    rig.sourceOutcome = () => ({ type: 'SourceAskFailed', failure: AWAY });
    rig.start({ apps: [] });
    rig.clock.advance(60_000);
    expect(rig.asked).toEqual([
      { id: SOURCE, atMs: 0 },
      { id: SOURCE, atMs: 5_000 },
      { id: SOURCE, atMs: 15_000 },
    ]);
    expect(rig.state).toBe('failed');
    expect(rig.run.targets.apps).toMatchObject({ reason: 'unavailable', message: 'ECONNREFUSED' });
  });

  it('wait as long as Retry-After says, if that is longer', () => {
    const rig = new RunRig();
    const throttled: Failure = { kind: 'throttled', message: 'HTTP 429', retryAfterMs: 60_000 };
    rig.sourceOutcome = () => ({ type: 'SourceAskFailed', failure: throttled });
    rig.askOutcome = () => ({ type: 'RequestFailed', failure: throttled });
    rig.start({ apps: [] });
    rig.clock.advance(59_999);
    expect(rig.asked).toHaveLength(1);
    rig.sourceOutcome = () => ({ type: 'SourceAsked' });
    rig.clock.advance(1);
    rig.sourceFetches();
    rig.clock.advance(60_000);
    expect(rig.asked.map(({ atMs }) => atMs)).toEqual([0, 60_000, 60_000, 120_000]);
  });

  it.each(['forbidden', 'unauthorized', 'invalid'] as const)('are one for a source that is %s', (kind) => {
    const rig = new RunRig();
    rig.sourceOutcome = () => ({ type: 'SourceAskFailed', failure: { kind, message: 'HTTP 503, they say' } });
    rig.start({ apps: [] });
    rig.clock.advance(60_000);
    expect(rig.asked).toHaveLength(1);
    expect(rig.state).toBe('failed');
  });

  it('ask a target again after 5 s and 10 s when it could not be asked', () => {
    const rig = new RunRig();
    rig.askOutcome = () => ({ type: 'RequestFailed', failure: AWAY });
    rig.start({ apps: [] });
    rig.sourceFetches();
    rig.clock.advance(60_000);
    expect(rig.asked.slice(1).map(({ atMs }) => atMs)).toEqual([0, 5_000, 15_000]);
    expect(rig.state).toBe('failed');
  });

  it('are each as long as the deadline: a target that answers late gets another', () => {
    const rig = new RunRig();
    rig.start({ apps: [] });
    rig.sourceFetches();
    rig.clock.advance(TIMEOUT_MS + 5_000);
    expect(rig.asked.slice(1).map(({ atMs }) => atMs)).toEqual([0, TIMEOUT_MS + 5_000]);
    rig.observe('apps');
    expect(rig.state).toBe('succeeded');
    // Not that of its last attempt alone.
    expect(rig.run.targets.apps?.elapsedMs).toBe(TIMEOUT_MS + 5_000);
  });

  it('of one resource hold up no other', () => {
    const rig = new RunRig();
    rig.askOutcome = (id) => (id === 'apps' ? { type: 'RequestFailed', failure: AWAY } : { type: 'RequestAccepted' });
    rig.start({ apps: [], ops: [], tail: ['ops'] });
    rig.sourceFetches();
    rig.observe('ops');
    expect(rig.asked.at(-1)).toEqual({ id: 'tail', atMs: 0 });
  });

  it('are not used up by waiting for others of the run', () => {
    const rig = new RunRig();
    rig.start({ slow: [], tail: ['slow'] });
    rig.sourceFetches();
    // Two overdue attempts of the one that it waits for.
    rig.clock.advance(2 * (TIMEOUT_MS + 10_000));
    expect(rig.phases()).toMatchObject({ slow: 'waiting' });
    rig.observe('slow');
    expect(rig.asked.at(-1)?.id).toBe('tail');
    rig.observe('tail');
    expect(rig.state).toBe('succeeded');
  });

  it('end with the deadline where it waits for something outside of the run', () => {
    const rig = new RunRig();
    rig.start({ apps: ['outside'] }, { plan: (target) => ({ ...target, awaits: [] }) });
    rig.engine.dispatch({
      machine: 'target/apps',
      type: 'DependencyObserved',
      dependency: 'outside',
      state: { pending: false, ready: false, revision: undefined },
    });
    rig.sourceFetches();
    rig.clock.advance(TIMEOUT_MS);
    expect(rig.state).toBe('failed');
    expect(rig.run.targets.apps?.reason).toBe('Timeout');
  });
});

describe('HelmReleases of a run', () => {
  const RELEASE = 'HelmRelease/shop/cache';
  const STUCK = (how: 'reset' | 'suspend' | 'resume') => ({ recoveries: [{ release: RELEASE, how }] });

  it('are reset before anything is asked', () => {
    const rig = new RunRig();
    rig.start({ apps: [] }, STUCK('reset'));
    expect(rig.asked.map(({ id }) => id)).toEqual([`resetRelease ${RELEASE}`, SOURCE]);
  });

  it('are suspended and at once resumed where the controller knows no reset', () => {
    const rig = new RunRig();
    rig.start({ apps: [] }, STUCK('suspend'));
    expect(rig.asked.map(({ id }) => id)).toEqual([`suspendRelease ${RELEASE}`, `resumeRelease ${RELEASE}`, SOURCE]);
  });

  it('are resumed also when nobody knows whether they were suspended', () => {
    const rig = new RunRig();
    rig.releaseOutcome = (effect) =>
      effect === 'suspendRelease' ? { type: 'RecoveryFailed', failure: AWAY } : { type: 'ReleaseResumed' };
    rig.start({ apps: [] }, STUCK('suspend'));
    expect(rig.asked.map(({ id }) => id)).toEqual([`suspendRelease ${RELEASE}`, `resumeRelease ${RELEASE}`, SOURCE]);
  });

  it('are not resumed where suspending was refused', () => {
    const rig = new RunRig();
    rig.releaseOutcome = () => ({ type: 'RecoveryFailed', failure: { kind: 'forbidden', message: 'no' } });
    rig.start({ apps: [] }, STUCK('suspend'));
    expect(rig.asked.map(({ id }) => id)).toEqual([`suspendRelease ${RELEASE}`, SOURCE]);
  });

  it('that cannot be recovered hold up nothing', () => {
    const rig = new RunRig();
    rig.releaseOutcome = () => ({ type: 'RecoveryFailed', failure: AWAY });
    rig.start({ apps: [] }, STUCK('reset'));
    rig.sourceFetches();
    rig.observe('apps');
    expect(rig.state).toBe('succeeded');
  });

  it('are logged as about to be suspended before they are', () => {
    const rig = new RunRig();
    let loggedBefore = false;
    rig.releaseOutcome = (effect) => {
      if (effect === 'suspendRelease') loggedBefore = rig.events.some(({ effect: logged }) => logged === effect);
      return { type: effect === 'suspendRelease' ? 'ReleaseSuspended' : 'ReleaseResumed' };
    };
    rig.start({ apps: [] }, STUCK('suspend'));
    expect(loggedBefore).toBe(true);
  });
});
