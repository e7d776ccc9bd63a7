import { describe, expect, test } from 'vitest';
import type { Evidence } from '../../models/invariants/evidence.ts';
import { newestWins } from '../../models/invariants/newest-wins.ts';
import { settleAgain } from '../../src/cli/session/settle-again.ts';
import type { EngineState } from '../../src/engine/engine-state.ts';
import { isolationMachineId } from '../../src/machines/messages.ts';
import { settle } from '../support/settle.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { A, fold, newState, observed, stateOf, wanted } from './folded-state.ts';
import { SIMULATED_LIMITS } from './run-schedule.ts';

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

const fetched = (artifactRevision: string) => observed(OWN, artifactRevision).observation;

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

const TARGET = `target/${A}`;
/** Wanted by its own source, which has what is wanted. */
const wantedOfItsOwn = (cycle: number, digest: string, rule = 'closure') => [
  { ...wanted(cycle), digest, rule, isolation: OWN },
  { machine: TARGET, type: 'SourceReady', revisions: { [OWN]: `sha256:${digest}` }, cycle },
];
const moved = (digest: string, follows: boolean) => ({
  machine: TARGET,
  type: 'TargetMoved',
  revision: `sha256:${digest}`,
  follows,
});

describe('seed 900127: a request that is answered only after it was given up, and after the next one was sent', () => {
  test.for([
    { type: 'RequestAccepted' },
    { type: 'RequestFailed', failure: { kind: 'timeout', message: 'no answer within 30000 ms' } },
  ])('is not taken for the next one: $type', (outcome) => {
    const state = newState();
    const shared = (cycle: number) => [
      wanted(cycle),
      { machine: TARGET, type: 'SourceReady', revisions: { [wanted(cycle).reads]: `latest@sha256:${cycle}` }, cycle },
    ];
    fold(state, ...shared(1));
    const first = state.seq + 1;
    fold(state, { machine: TARGET, type: 'TargetWaitElapsed' }, ...shared(2));
    const second = state.seq + 1;
    fold(state, { machine: TARGET, ...outcome, effectId: first });
    expect(stateOf(state, TARGET)).toEqual({ progressing: 'asking' });
    fold(state, { machine: TARGET, type: 'RequestAccepted', effectId: second });
    expect(stateOf(state, TARGET)).toEqual({ progressing: 'waiting' });
  });
});

describe('seed 3200000628: a target that is wanted again while Flux runs it for the same content', () => {
  const wantedAgain = (rule: string) => {
    const state = newState();
    fold(state, ...wantedOfItsOwn(1, 'new'), moved('new', true), ...wantedOfItsOwn(2, 'new', rule));
    const { effects } = fold(state, moved('new', false));
    return { at: stateOf(state, TARGET), effects: effects.map(({ effect }) => effect) };
  };

  test.for(['full', 'nearest-owner'])('is asked where it is wanted for itself: %s', (rule) => {
    expect(wantedAgain(rule)).toEqual({ at: { progressing: 'asking' }, effects: ['askTarget'] });
  });

  test('is not asked where the content is what it is wanted for', () => {
    expect(wantedAgain('owed')).toEqual({ at: { progressing: 'waiting' }, effects: [] });
  });
});

describe('seeds 7701231, 7400277: what was saved, changed and changed back', () => {
  const wants = (seq: number, digest: string): Evidence => told({ ...wanted(seq), seq, at: 0, digest });
  const isReady: Evidence = told({
    machine: 'watch',
    seq: 9,
    at: 0,
    type: 'TargetSettled',
    target: A,
    outcome: 'ready',
  });
  const gets = (content: string, version: number): Evidence => ({
    type: 'applied',
    target: A,
    content,
    artifact: { version },
  });

  function told(event: Extract<Evidence, { type: 'committed' }>['events'][number]): Evidence {
    return {
      type: 'committed',
      events: [event],
      state: { seq: event.seq, machines: new Map(), pending: new Map(), timers: new Map() },
    };
  }

  function pushes(digest: string): Evidence {
    const well = { undecided: [], unread: [], isEmptied: false, isBroken: false };
    return { type: 'closure-pushed', target: A, digest, content: `content of ${digest}`, ...well };
  }

  /** x, then y, then x once more, which is in the registry already. */
  function savedAndBack(...then: readonly Evidence[]): string[] {
    const check = newestWins.begin(SIMULATED_LIMITS);
    const looks = (version: number): Evidence => ({ type: 'resolved', version });
    const before = [
      looks(1),
      wants(1, 'x'),
      pushes('x'),
      looks(2),
      wants(2, 'y'),
      pushes('y'),
      looks(3),
      wants(3, 'x'),
    ];
    return [...before, ...then].flatMap((evidence) => check(evidence) ?? []);
  }

  test('is new again, although its artifact is an old one', () => {
    expect(savedAndBack(gets('content of x', 1), isReady)).toEqual([]);
    expect(savedAndBack(gets('content of y', 2), gets('content of x', 1), isReady)).toEqual([]);
  });

  test('is not what was wanted between', () => {
    expect(savedAndBack(gets('content of y', 2), isReady)).toHaveLength(1);
    expect(savedAndBack(gets('content of x', 2), gets('content of y', 1))).toHaveLength(1);
  });
});

test('seed 1002207: a target that turns out to have been pointed at its own source is decided about again, since it was to go by the shared one by then', () => {
  const state = newState();
  const own = { id: OWN, digest: 'sha256:new', content: 'new', observation: fetched('sha256:new') };
  fold(state, closureWanted('new'));
  fold(state, { machine: MACHINE, type: 'ClosurePushed', digest: 'sha256:new', revision: 'sha256:new', effectId: 1 });
  fold(
    state,
    { machine: MACHINE, type: 'SourceCreated', source: own },
    { machine: MACHINE, type: 'TurnCame', revision: 'sha256:new' },
  );
  expect(isolation(state)).toBe('switching');
  fold(state, {
    machine: MACHINE,
    type: 'MoveFailed',
    failure: { kind: 'timeout', message: 'no answer within 30000 ms' },
  });
  fold(state, { machine: MACHINE, type: 'MoveWithdrawn' });
  const observation = { isolated: true, elsewhere: undefined, source: own };
  const { messages } = fold(state, { machine: MACHINE, type: 'IsolationObserved', observation });
  expect(messages).toMatchObject([{ to: TARGET, type: 'IsolationLost' }]);
  expect(isolation(state)).toBe('isolated');
});
