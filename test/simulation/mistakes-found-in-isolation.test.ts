import { describe, expect, test } from 'vitest';
import { settleAgain } from '../../src/cli/session/settle-again.ts';
import type { EngineState } from '../../src/engine/engine-state.ts';
import { isolationMachineId } from '../../src/machines/messages.ts';
import { settle } from '../support/settle.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { A, fold, newState, stateOf } from './folded-state.ts';

// See mistakes-found.test.ts: those that only sessions with --isolate make.

const MACHINE = isolationMachineId(A);
const OWN = 'OCIRepository/flux-system/a-isolated';

const closureWanted = (content: string) => ({
  machine: MACHINE,
  type: 'ClosureWanted',
  source: OWN,
  content,
  cycle: 1,
});

const shows = (elsewhere: string | undefined) => ({
  machine: MACHINE,
  type: 'IsolationObserved',
  observation: { isolated: false, elsewhere, source: undefined },
});

const isolation = (state: EngineState): unknown => stateOf(state, MACHINE);

test.for(['pushing', 'pushed'] as const)(
  'seed 20092: a target that another session lets go of while it is %s is decided about again',
  (during) => {
    const state = newState();
    fold(state, closureWanted('new'));
    fold(state, shows('it is isolated by another session'));
    if (during === 'pushed')
      fold(state, { machine: MACHINE, type: 'ClosurePushed', digest: 'sha256:1', revision: 'sha256:1', effectId: 1 });
    expect(isolation(state)).toBe(during);
    const { messages } = fold(state, shows(undefined));
    expect(messages).toContainEqual({
      to: `target/${A}`,
      type: 'IsolationLost',
      reason: 'the session that had isolated it has let go of it',
    });
  },
);

describe('seed 1300: a session that begins while a step of the last one is of unknown outcome', () => {
  const interrupted = (): EngineState => {
    const state = newState();
    fold(state, closureWanted('old'), { machine: MACHINE, type: 'SessionBegan' });
    return state;
  };
  const unknown = { machine: MACHINE, type: 'EffectOutcomeUnknown', effect: 'pushClosure', effectId: 1 };

  test('begins no other before that is told', () => {
    const state = interrupted();
    expect(fold(state, closureWanted('new')).effects).toEqual([]);
    const { effects } = fold(state, unknown);
    expect(effects).toMatchObject([{ effect: 'pushClosure', params: { content: 'new' } }]);
    expect(isolation(state)).toBe('pushing');
  });

  test('is at rest once it is, where nothing is wanted', () => {
    const state = interrupted();
    expect(fold(state, unknown).effects).toEqual([]);
    expect(isolation(state)).toBe('shared');
  });

  test('waits on when the session after it begins before it is', () => {
    const state = interrupted();
    fold(state, { machine: MACHINE, type: 'SessionBegan' });
    expect(isolation(state)).toBe('interrupted');
  });
});

describe('seed 20: what a start could not settle', () => {
  test('is settled later, as long as something is left', async () => {
    const clock = new VirtualClock();
    let left = 2;
    let looks = 0;
    const again = settleAgain({
      clock,
      isNeeded: () => left > 0,
      settle: async () => {
        looks += 1;
        left -= 1;
      },
    });
    for (let round = 0; round < 4; round += 1) {
      clock.advance(30_000);
      await settle();
    }
    expect(looks).toBe(2);
    await again.stop();
  });

  test('is left alone once the session ends', async () => {
    const clock = new VirtualClock();
    let looks = 0;
    const again = settleAgain({
      clock,
      isNeeded: () => true,
      settle: async () => {
        looks += 1;
      },
    });
    await again.stop();
    clock.advance(120_000);
    expect(looks).toBe(0);
  });
});
