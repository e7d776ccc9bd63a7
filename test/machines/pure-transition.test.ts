import { expect, test } from 'vitest';
import {
  type AnyMachineSnapshot,
  type AnyStateMachine,
  assign,
  createMachine,
  type EventObject,
  enqueueActions,
  initialTransition,
  raise,
  transition,
} from 'xstate';
import { DEFAULT_LIMITS } from '../../src/domain/limits.ts';
import { kindOf, nameOf } from '../../src/engine/engine-state.ts';
import { WATCH_KINDS } from '../../src/machines/kinds.ts';
import { listWatchMachine } from '../../src/machines/list-watch.ts';
import {
  type ActionData,
  observeTransitions,
  pureInitialTransition,
  pureTransition,
  type TakenTransition,
} from '../../src/machines/pure-transition.ts';
import { quickStep } from '../../src/machines/quick-step.ts';
import { Random } from '../simulation/random.ts';
import { runSchedule } from '../simulation/run-schedule.ts';

type Stepped = readonly [AnyMachineSnapshot, readonly ActionData[]];

function seen([{ value, context, status, tags, _nodes, machine }, actions]: Stepped) {
  return {
    ...{ value, context, status, tags: [...tags].sort(), machine: machine.id },
    nodes: _nodes.map(({ id }) => id).sort(),
    actions: actions.map(({ type, params }) => ({ type, params })),
  };
}

/** Takes the step both ways; gives the snapshot after it. */
function stepBothWays(machine: AnyStateMachine, before: AnyMachineSnapshot, event: EventObject): AnyMachineSnapshot {
  const quick = pureTransition(machine, before, event);
  expect(seen(quick)).toEqual(seen(transition(machine, before, event) as unknown as Stepped));
  return quick[0];
}

function startBothWays(machine: AnyStateMachine, input: unknown): AnyMachineSnapshot {
  const quick = pureInitialTransition(machine, input);
  expect(seen(quick)).toEqual(seen(initialTransition(machine, input as never) as unknown as Stepped));
  return quick[0];
}

const nothing = (): void => {};

test.for([3, 7, 11])('every step of the logs of schedule %i is the one that XState takes', async (seed) => {
  const snapshots = new Map<string, AnyMachineSnapshot>();
  let steps = 0;
  await runSchedule({
    seed,
    steps: 200,
    onEvidence: (evidence) => {
      if (evidence.type === 'restarted') snapshots.clear();
      if (evidence.type !== 'committed') return;
      for (const event of evidence.events) {
        const { machine: id } = event;
        const machine = WATCH_KINDS[kindOf(id)];
        if (machine === undefined || event.type === 'EffectRequested') continue;
        const before = snapshots.get(id) ?? startBothWays(machine, { id: nameOf(id), limits: DEFAULT_LIMITS });
        snapshots.set(id, stepBothWays(machine, before, event));
        steps += 1;
      }
    },
  });
  expect(steps).toBeGreaterThan(100);
});

test.for(Object.entries({ ...WATCH_KINDS, 'list-watch': listWatchMachine as AnyStateMachine }))(
  'the chart %s takes its own steps, without XState',
  ([, machine]) => {
    expect(quickStep(machine, nothing)).toBeDefined();
  },
);

test('every step of a list-watch is the one that XState takes, until it is over', () => {
  const random = new Random(5);
  const failure = () => ({
    kind: random.pick(['gone', 'forbidden', 'unavailable', 'invalid', 'timeout']),
    message: 'failed',
    statusCode: 500,
  });
  const opened = () => ({ eventCount: random.below(2), durationMs: random.below(3_000) });
  const makers: readonly [() => EventObject, ...(() => EventObject)[]] = [
    () => ({ type: 'PageListed', resourceVersion: '7', continueToken: random.pick([undefined, 'more']), random: 0.5 }),
    () => ({ type: 'ListFailed', failure: failure(), random: 0.5 }),
    () => ({ type: 'WatchOpened' }),
    () => ({ type: 'WatchAdvanced', resourceVersion: '8' }),
    () => ({ type: 'WatchEnded', ...opened(), random: 0.25 }),
    () => ({ type: 'WatchFailed', failure: failure(), brokenOff: random.pick([undefined, opened()]), random: 0.75 }),
    ...(['BackoffElapsed', 'RefusalElapsed', 'HealthElapsed', 'WatchOverdue'] as const).map((type) => () => ({ type })),
  ];
  const machine: AnyStateMachine = listWatchMachine;
  let snapshot = startBothWays(machine, { random: 0.5 });
  for (let step = 0; step < 2_000; step += 1) snapshot = stepBothWays(machine, snapshot, random.pick(makers)());
  snapshot = stepBothWays(machine, snapshot, { type: 'Stopped' });
  expect(snapshot.status).toBe('done');
  stepBothWays(machine, snapshot, { type: 'WatchOpened' });
});

/** Everything that the charts of a log may be made of. */
const everything = createMachine(
  {
    id: 'everything',
    context: { count: 0, path: [] as string[] },
    initial: 'calm',
    tags: [],
    entry: 'enteredRoot',
    exit: 'leftRoot',
    on: {
      Again: { target: '.calm', reenter: true, actions: 'again' },
      Inner: '.busy.deep.second',
      Noted: { actions: 'note' },
      Forbidden: {},
      Over: '.over',
    },
    states: {
      calm: {
        tags: 'quiet',
        entry: 'enteredCalm',
        exit: ['leftCalm', 'note'],
        on: {
          Go: [{ guard: 'isOdd', target: 'busy', actions: 'went' }, { target: 'restless' }],
          Self: { target: 'calm', actions: 'self' },
          Anew: { target: 'calm', reenter: true },
          Raise: { actions: [raise({ type: 'Noted' }), 'raised', raise({ type: 'Go' })] },
          Later: { actions: raise({ type: 'Go' }, { delay: 10, id: 'later' }) },
        },
      },
      restless: {
        entry: 'note',
        always: [{ guard: 'isBig', target: 'over' }, { guard: 'isOdd', target: 'busy.first' }, { actions: 'tick' }],
        on: { Go: 'calm' },
      },
      busy: {
        initial: 'deep',
        tags: ['working'],
        entry: 'enteredBusy',
        exit: 'leftBusy',
        on: {
          Go: { target: 'busy', actions: 'self' },
          Anew: { target: 'busy', reenter: true },
          Down: '.first',
          Noted: {
            actions: enqueueActions(({ enqueue }) => {
              enqueue('note');
              enqueue({ type: 'many', params: { of: 2 } });
            }),
          },
        },
        states: {
          first: { entry: 'enteredFirst', on: { Up: '#everything.calm', Go: 'deep', Forbidden: undefined } },
          deep: {
            initial: 'first',
            exit: 'leftDeep',
            on: { Up: { target: '#everything.busy' }, Next: '.second' },
            states: {
              first: { exit: 'leftDeepFirst', on: { Next: 'second' } },
              second: {
                entry: [
                  'note',
                  {
                    type: 'many',
                    params: ({ context }: { readonly context: { readonly count: number } }) => ({ of: context.count }),
                  },
                ],
                always: { guard: 'isBig', target: '#everything.calm' },
              },
            },
          },
        },
      },
      over: { type: 'final', entry: 'note' },
    },
  },
  {
    actions: {
      note: assign(({ context, event }) => ({
        count: (context.count + 1) % 9,
        path: [...context.path, event.type].slice(-4),
      })),
    },
    guards: {
      isOdd: ({ context }) => context.count % 2 === 1,
      isBig: ({ context }) => context.count > 7,
    },
  },
) as AnyStateMachine;

test('every step of a chart with whatever a chart may have is the one that XState takes', () => {
  expect(quickStep(everything, nothing)).toBeDefined();
  const events = ['Again', 'Inner', 'Noted', 'Forbidden', 'Go', 'Self', 'Anew', 'Raise', 'Later', 'Down', 'Up', 'Next'];
  const visited = new Set<string>();
  for (let seed = 1; seed <= 40; seed += 1) {
    const random = new Random(seed);
    let snapshot = startBothWays(everything, undefined);
    for (let step = 0; step < 60; step += 1) {
      snapshot = stepBothWays(everything, snapshot, { type: events[random.below(events.length)] ?? 'Go' });
      visited.add(JSON.stringify(snapshot.value));
    }
    stepBothWays(everything, snapshot, { type: 'Over' });
  }
  expect([...visited].sort()).toEqual([
    '"calm"',
    '"over"',
    '"restless"',
    '{"busy":"first"}',
    '{"busy":{"deep":"first"}}',
    '{"busy":{"deep":"second"}}',
  ]);
});

test.for<[string, object]>([
  ['parallel states', { type: 'parallel', states: { a: {}, b: {} } }],
  ['a wildcard', { initial: 'a', states: { a: { on: { '*': 'b' } }, b: {} } }],
  ['history', { initial: 'a', states: { a: {}, h: { type: 'history' } } }],
  ['a guard with parameters', { initial: 'a', states: { a: { on: { Go: { guard: { type: 'g', params: {} } } } } } }],
])('a chart with %s is left to XState', ([, config]) => {
  expect(quickStep(createMachine(config) as AnyStateMachine, nothing)).toBeUndefined();
});

test('whoever observes a machine is told of each transition, those that XState takes too', () => {
  const machine = createMachine({
    initial: 'a',
    states: { a: { on: { Go: 'b' } }, b: { on: { End: 'c' } }, c: { type: 'final' } },
  }) as AnyStateMachine;
  const taken: TakenTransition[] = [];
  observeTransitions(machine, (one) => taken.push(one));
  const [a] = pureInitialTransition(machine, undefined);
  const [b] = pureTransition(machine, a, { type: 'Go' });
  pureTransition(machine, b, { type: 'End' });
  const { states } = machine.root;
  expect(taken).toEqual(
    expect.arrayContaining([states.a?.transitions.get('Go')?.[0], states.b?.transitions.get('End')?.[0]]),
  );
});
