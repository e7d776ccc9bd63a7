import { isDeepStrictEqual } from 'node:util';
import { expect, test } from 'vitest';
import { HappeningsOf } from '../../src/cli/happenings-of.ts';
import { DEFAULT_LIMITS } from '../../src/domain/limits.ts';
import { type EngineState, emptyState } from '../../src/engine/engine-state.ts';

test('a hook that fails is said once', () => {
  const happenings = new HappeningsOf({ hooks: ['false'] });
  const failure = { kind: 'hook', message: 'hook "false" ended with exit code 1' };
  const of = (machine: string, type: string, fields: object) =>
    happenings.of({ seq: 1, at: 0, v: 1, machine, type, failure, ...fields }, emptyState(DEFAULT_LIMITS));
  const shown = [
    ...of('source/OCIRepository/flux-system/shop', 'HookFailed', {}),
    ...of('watch', 'StepRefused', { step: 'hook' }),
  ];
  expect(shown.map(({ type }) => type)).toEqual(['hookFailed']);
  expect(of('watch', 'StepRefused', { step: 'push' })).toHaveLength(1);
});

test('what was given up since something was away is told when it is tried again; what was refused, that it waits for a save', () => {
  const machine = 'target/Kustomization/flux-system/a';
  const fields = { target: 'Kustomization/flux-system/a', outcome: 'failed', reason: 'unavailable', message: 'away' };
  const event = { seq: 1, at: 1_000, v: 1, machine: 'watch', type: 'TargetSettled', ...fields };
  const nothingDue = emptyState(DEFAULT_LIMITS);
  const timer = { machine, id: 'outage', dueAt: 11_000, event: { type: 'BackoffElapsed' } };
  const due = { ...nothingDue, timers: new Map([[`${machine}#outage`, timer]]) };
  const shownWith = (state: typeof nothingDue) => new HappeningsOf({ hooks: [] }).of(event, state);
  expect(shownWith(due)).toMatchObject([{ type: 'targetFailed', retryInMs: 10_000 }]);
  expect(shownWith(due)[0]).not.toHaveProperty('deadLetter');
  expect(shownWith(nothingDue)).toMatchObject([{ type: 'targetFailed', deadLetter: true }]);
});

test('a cycle that no save began takes as long as it takes from its decision', () => {
  const happenings = new HappeningsOf({ hooks: [] });
  const plan = { source: 'OCIRepository/flux-system/shop', targets: [], held: [], suspended: [], bystanders: 0 };
  const decided = { seq: 1, at: 1_000, v: 1, machine: 'watch', type: 'TargetsResolved', plan, decisions: [] };
  const outcomes = { 'Kustomization/flux-system/a': 'ready' };
  const atRest = { matches: () => true, value: 'idle', context: { inFlight: {}, outcomes } };
  const machines = new Map([['watch', atRest]]) as unknown as EngineState['machines'];
  happenings.of(decided, emptyState(DEFAULT_LIMITS));
  const settled = { seq: 2, at: 1_250, v: 1, machine: 'watch', type: 'TargetSettled', outcome: 'gone', target: 'a' };
  const shown = happenings.of(settled, { ...emptyState(DEFAULT_LIMITS), machines });
  expect(shown.at(-1)).toMatchObject({ type: 'cycleEnd', elapsedMs: 250 });
});

test('what the controller of a target that is waited for says is told, and nothing from before', () => {
  const id = 'Kustomization/flux-system/a';
  const token = '2026-01-01T00:00:00.000000001Z';
  const progressOf = (value: unknown, ready: string) => {
    const observation = {
      id,
      generation: 1,
      observedGeneration: 1,
      readyGeneration: 1,
      ready,
      reason: 'Progressing',
      message: 'Running health checks',
      lastHandledReconcileAt: ready === 'True' ? undefined : token,
      lastAttemptedRevision: 'dev@sha256:1',
    };
    const context = { id, token, observation, revisions: ['dev@sha256:1'] };
    const machines = new Map([
      [`target/${id}`, { matches: (state: unknown) => isDeepStrictEqual(state, value), context }],
    ]) as unknown as EngineState['machines'];
    const event = { seq: 1, at: 0, v: 1, machine: `target/${id}`, type: 'TargetObserved', observation };
    return new HappeningsOf({ hooks: [] }).of(event, { ...emptyState(DEFAULT_LIMITS), machines });
  };
  expect(progressOf({ progressing: 'waiting' }, 'Unknown')).toEqual([
    { type: 'targetProgress', id, reason: 'Progressing', message: 'Running health checks' },
  ]);
  expect(progressOf({ progressing: 'waiting' }, 'True')).toEqual([]);
  expect(progressOf('settled', 'Unknown')).toEqual([]);
});
