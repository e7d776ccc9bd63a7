import { expect, test } from 'vitest';
import type { Failure } from '../../src/domain/failure.ts';
import { knownDigest, OWED } from '../../src/machines/target-rules.ts';
import { WatchRig } from '../support/watch-rig.ts';

const A = 'Kustomization/flux-system/a';
const B = 'Kustomization/flux-system/b';
const DENIED: Failure = { kind: 'forbidden', message: 'denied by registry', dependency: 'registry' };
const PROBLEM = { kind: 'parse', path: 'a/x.yaml', line: 3, column: 5, message: 'bad indentation' } as const;

test('the refusal of an older push does not give up a target that a newer save has asked for again', async () => {
  const rig = new WatchRig();
  const working = rig.pushOutcome;
  const { promise, resolve } = Promise.withResolvers<{ type: string; failure: Failure }>();
  rig.pushOutcome = () => promise as never;
  rig.save({ id: A, digest: 'd1' });
  rig.save({ id: A, digest: 'd2' });
  rig.pushOutcome = working;
  resolve({ type: 'PushFailed', failure: DENIED });
  await expect.poll(() => rig.pushes).toBe(2);
  expect(rig.stateOf(`target/${A}`)).toBe('requested');
  rig.sourceFetches();
  rig.observe(A);
  expect(rig.target(A).reconciledDigest).toBe('d2');
  expect(rig.events.filter(({ type, outcome }) => type === 'TargetSettled' && outcome === 'failed')).toEqual([]);
});

test('who waits for a target is told when it is Ready, also where it was wanted anew meanwhile, by a batch that nobody else is in', () => {
  const rig = new WatchRig();
  rig.save({ id: A, digest: 'd1' }, { id: B, digest: 'd1', dependsOn: [A] });
  rig.sourceFetches();
  rig.save({ id: A, digest: 'd2' });
  rig.sourceFetches();
  expect(rig.stateOf(`target/${B}`)).toBe('requested');
  rig.observe(A);
  expect(rig.asked.at(-1)).toBe(B);
});

test('what was asked for and never sent is still owed after a hold, whatever its digest', () => {
  const rig = new WatchRig();
  rig.pushOutcome = () => new Promise(() => {}) as never;
  rig.save({ id: A, digest: 'd1' });
  rig.engine.dispatch({ machine: `target/${A}`, type: 'TargetHeld', problem: PROBLEM });
  expect(knownDigest(rig.stateOf(`target/${A}`), rig.target(A))).toBe(OWED);
});

test('a dead letter stays owed when a file it reads breaks and is mended', () => {
  const rig = new WatchRig();
  rig.save({ id: A, digest: 'd1' });
  rig.sourceFetches();
  rig.fails(A);
  rig.engine.dispatch({ machine: `target/${A}`, type: 'TargetHeld', problem: PROBLEM });
  expect(knownDigest(rig.stateOf(`target/${A}`), rig.target(A))).toBe(OWED);
});

test('a target that turns out suspended is asked once it is resumed, and says no more that it is suspended', () => {
  const rig = new WatchRig();
  rig.engine.dispatch({ machine: `target/${A}`, type: 'TargetSuspended' });
  expect(rig.stateOf(`target/${A}`)).toBe('suspended');
  rig.observe(A);
  expect(rig.stateOf(`target/${A}`)).toBe('requested');
  expect(knownDigest('requested', rig.target(A))).toBe(OWED);
});

test('a sweep that a crash interrupts does not start a second look beside the one under way', () => {
  const rig = new WatchRig();
  rig.engine.dispatch(
    { machine: 'watch', type: 'WatchStarted' },
    { machine: 'watch', type: 'FilesChanged', paths: ['a'] },
  );
  rig.clock.advance(rig.limits.quietPeriodMs);
  const before = rig.events.length;
  rig.engine.dispatch(
    { machine: 'watch', type: 'WatchStarted' },
    { machine: 'watch', type: 'EffectOutcomeUnknown', effect: 'sweepTree', effectId: 999 },
  );
  const looks = rig.events.slice(before).filter(({ effect }) => effect === 'resolveTargets');
  expect(looks).toHaveLength(1);
});
