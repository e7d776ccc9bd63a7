import v8 from 'node:v8';
import { expect, test } from 'vitest';
import { type AnyMachineSnapshot, type AnyStateMachine, assign, createMachine, initialTransition, raise } from 'xstate';
import { DEFAULT_LIMITS } from '../../src/domain/limits.ts';
import { applyEvent, emptyState, restoreState, serializeState } from '../../src/engine/engine-state.ts';
import { createMemoryLog } from '../../src/engine/memory-log.ts';
import { WATCH_KINDS } from '../../src/machines/kinds.ts';
import { pureInitialTransition, pureSnapshot } from '../../src/machines/pure-transition.ts';
import { runSchedule } from '../simulation/run-schedule.ts';

v8.setFlagsFromString('--allow-natives-syntax');
/** False for an object that V8 keeps as a hash table: to copy one costs a hundred times as much. */
const isLaidOut = new Function('object', 'return %HasFastProperties(object)') as (object: unknown) => boolean;

const kinds = Object.entries(WATCH_KINDS) as [string, AnyStateMachine][];
const start = (machine: AnyStateMachine) =>
  pureInitialTransition(machine, { id: 'Kustomization/shop/cart', limits: DEFAULT_LIMITS })[0];

function seen({ value, context, status, tags, _nodes, machine, children, historyValue }: AnyMachineSnapshot) {
  const nodes = _nodes.map(({ id }) => id).sort();
  return { value, context, status, tags: [...tags].sort(), nodes, machine: machine.id, children, historyValue };
}

test.for(kinds)('%s: no context is a hash table, neither the first nor one that was restored', ([kind, machine]) => {
  const state = emptyState(DEFAULT_LIMITS);
  const id = `${kind}/Kustomization/shop/cart`;
  state.machines.set(id, start(machine));
  const restored = restoreState(0, JSON.parse(JSON.stringify(serializeState(state))), WATCH_KINDS);
  for (const { machines } of [state, restored]) {
    const context: unknown = machines.get(id)?.context;
    expect(isLaidOut(context)).toBe(true);
    expect(isLaidOut({ ...(context as object) })).toBe(true);
  }
  expect(restored.machines.get(id)?.context).toEqual(state.machines.get(id)?.context);
});

test('every snapshot of a log is made from its value and context as XState makes it', async () => {
  const made = new Set<string>();
  await runSchedule({
    seed: 5,
    steps: 200,
    onEvidence: (evidence) => {
      if (evidence.type !== 'committed') return;
      for (const { value, context, machine } of evidence.state.machines.values() as Iterable<AnyMachineSnapshot>) {
        const key = `${machine.id} ${JSON.stringify(value)}`;
        if (made.has(key)) continue;
        made.add(key);
        const byXState = machine.resolveState({ value, context } as never);
        expect(seen(pureSnapshot(machine, value, context as never))).toEqual(seen(byXState as AnyMachineSnapshot));
      }
    },
  });
  expect(made.size).toBeGreaterThan(10);
});

test.for([
  ['a state that the chart does not have', 'no-such-state'],
  ['a state within one that has none', { settled: 'deeper' }],
] as const)('%s is refused, as by XState', ([, value]) => {
  const { target } = WATCH_KINDS;
  if (target === undefined) throw new Error('there is no chart of targets');
  expect(() => pureSnapshot(target, value, start(target).context as never)).toThrow();
});

test('a state that has others within is completed with its first ones', () => {
  const { target } = WATCH_KINDS;
  if (target === undefined) throw new Error('there is no chart of targets');
  const { context } = start(target);
  const byXState = target.resolveState({ value: 'requested', context } as never) as AnyMachineSnapshot;
  expect(seen(pureSnapshot(target, 'requested', context as never))).toEqual(seen(byXState));
});

test('a log is folded by the events after its snapshot, from contexts that were restored', () => {
  const log = createMemoryLog();
  const state = emptyState(DEFAULT_LIMITS);
  const machine = 'target/Kustomization/shop/cart';
  const defined = { machine, type: 'TargetDefined', reads: 'OCIRepository/shop/shop', dependsOn: [], dependents: [] };
  for (const event of log.append([defined], 0)) applyEvent(state, WATCH_KINDS, event);
  const restored = restoreState(state.seq, JSON.parse(JSON.stringify(serializeState(state))), WATCH_KINDS);
  for (const event of log.append([{ machine, type: 'TargetSuspended' }], 1)) {
    applyEvent(state, WATCH_KINDS, event);
    applyEvent(restored, WATCH_KINDS, event);
  }
  expect(serializeState(restored)).toEqual(serializeState(state));
  expect(isLaidOut(restored.machines.get(machine)?.context)).toBe(true);
});

const note = (word: string) =>
  assign({ path: ({ context }: { context: { path: readonly string[] } }) => [...context.path, word] });
const context = ({ input }: { input: unknown }) => ({ path: [] as string[], input });

test.for<[string, AnyStateMachine]>([
  ['without states', createMachine({ context })],
  ['without states, that does something as it begins', createMachine({ context, entry: [note('root'), 'announce'] })],
  [
    'whose states have others within',
    createMachine({
      context,
      entry: [note('root'), { type: 'announce', params: { of: 'root' } }],
      initial: 'outer',
      states: {
        outer: {
          tags: 'out',
          entry: [note('outer'), raise({ type: 'Late' }, { id: 'late', delay: 5 })],
          initial: 'inner',
          states: { inner: { tags: 'in', entry: note('inner') } },
        },
      },
    }),
  ],
  [
    'that goes on by itself',
    createMachine({
      context,
      initial: 'first',
      states: {
        first: { entry: [note('first'), raise({ type: 'Now' })], always: 'second', exit: note('left') },
        second: { entry: note('second'), on: { Now: { target: 'third', actions: 'announce' } } },
        third: {},
      },
    }),
  ],
  ['that is over at once', createMachine({ context, initial: 'over', states: { over: { type: 'final' } } })],
  [
    'that is over after a step of its own',
    createMachine({ context, initial: 'on', states: { on: { always: 'over' }, over: { type: 'final' } } }),
  ],
])('a chart %s begins as XState has it', ([, machine]) => {
  const [quick, quickActions] = pureInitialTransition(machine, 'given');
  const [byXState, actions] = initialTransition(machine, 'given' as never);
  expect(seen(quick)).toEqual(seen(byXState as AnyMachineSnapshot));
  const plain = (all: readonly { type: string; params?: unknown }[]) =>
    all.map(({ type, params }) => ({ type, params }));
  expect(plain(quickActions)).toEqual(plain(actions));
});
