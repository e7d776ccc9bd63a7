import { expect, it } from 'vitest';
import type { EngineState } from '../../src/engine/engine-state.ts';
import { A, contextOf, fold, newState, stateOf, wanted } from '../simulation/folded-state.ts';

const TARGET = `target/${A}`;
const OWN = 'OCIRepository/flux-system/a-isolated';
const LOST = { machine: TARGET, type: 'IsolationLost', reason: 'somebody pointed it at another source' };

/** Asked by its own source, which had what is wanted before it was wanted: the request is on its way. */
function askedByItsOwn(): EngineState {
  const state = newState();
  fold(
    state,
    { ...wanted(1), rule: 'full', isolation: OWN },
    { machine: TARGET, type: 'SourceReady', revisions: { [OWN]: 'sha256:1' }, cycle: 1 },
    { machine: TARGET, type: 'TargetMoved', revision: 'sha256:1', follows: false },
  );
  expect(stateOf(state, TARGET)).toEqual({ progressing: 'asking' });
  return state;
}

it.each([
  { type: 'RequestAccepted' },
  { type: 'RequestFailed', failure: { kind: 'timeout', message: 'no answer within 30000 ms' } },
])('an own source that is lost while a request by it is on its way is not waited for: $type', (outcome) => {
  const state = askedByItsOwn();
  const { messages } = fold(state, LOST);
  expect(messages).toMatchObject([
    { to: 'watch', type: 'TargetSettled', outcome: 'unknown' },
    { to: 'watch', type: 'DefinitionsChanged' },
  ]);
  // The watch decides while that request is still out, and it stays the only one.
  expect(fold(state, wanted(2)).effects).toEqual([]);
  fold(state, { machine: TARGET, ...outcome });
  if (outcome.type === 'RequestFailed') fold(state, { machine: TARGET, type: 'BackoffElapsed' });
  const { effects } = fold(state, {
    machine: TARGET,
    type: 'SourceReady',
    revisions: { [wanted(2).reads]: 'latest@sha256:2' },
    cycle: 2,
  });
  expect(effects).toMatchObject([{ effect: 'askTarget' }]);
  expect(contextOf(state, TARGET).isolation).toBeUndefined();
});

it('whose request is answered before the watch has decided waits for that, and for no revision of a source that it does not read', () => {
  const state = askedByItsOwn();
  fold(state, LOST, { machine: TARGET, type: 'RequestAccepted' });
  expect(stateOf(state, TARGET)).toEqual({ requested: 'awaiting-source' });
  expect(contextOf(state, TARGET)).toMatchObject({ owed: true, desiredDigest: undefined });
});
