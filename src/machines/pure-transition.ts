import { type ActorScope, type AnyMachineSnapshot, type AnyStateMachine, createActor, type EventObject } from 'xstate';
import { DEFAULT_LIMITS } from '../domain/limits.ts';
import { quickenAssigns } from './quick-assign.ts';
import { type QuickStart, quickStart } from './quick-start.ts';
import { type ActionData, type QuickStep, quickStep } from './quick-step.ts';

export type { ActionData } from './quick-step.ts';

/** A transition that was taken; the same object as in the chart's `transitions` or `always`. */
export type TakenTransition = object;

interface Collector {
  readonly scope: ActorScope<AnyMachineSnapshot, EventObject>;
  readonly step: QuickStep | undefined;
  readonly start: QuickStart | undefined;
  actions: ActionData[];
  see: (taken: TakenTransition) => void;
}

const collectors = new WeakMap<AnyStateMachine, Collector>();

/**
 * The same as XState's `transition()`, ten times as fast: that one makes an inert actor for every event, this one keeps one a machine, and works
 * out once where each transition of a chart leads. The actor never runs; it is only what actions and guards may look at.
 */
export function pureTransition(
  machine: AnyStateMachine,
  snapshot: AnyMachineSnapshot,
  event: EventObject,
): readonly [AnyMachineSnapshot, readonly ActionData[]] {
  const collector = collectorOf(machine);
  const quickActions: ActionData[] = [];
  const after = collector.step?.(snapshot, event, collector.scope, quickActions);
  if (after !== undefined) return [after, quickActions];
  const actions: ActionData[] = [];
  collector.actions = actions;
  return [machine.transition(snapshot, event, collector.scope as never) as AnyMachineSnapshot, actions];
}

/** The same as XState's `initialTransition()`, without the two inert actors that one makes for every call. */
export function pureInitialTransition(
  machine: AnyStateMachine,
  input: unknown,
): readonly [AnyMachineSnapshot, readonly ActionData[]] {
  const collector = collectorOf(machine);
  const quickActions: ActionData[] = [];
  const quick = collector.start?.start(input, collector.scope, quickActions);
  if (quick !== undefined) return [quick, quickActions];
  const actions: ActionData[] = [];
  collector.actions = actions;
  return [machine.getInitialSnapshot(collector.scope as never, input) as AnyMachineSnapshot, actions];
}

/** The same as the machine's own `resolveState()`. */
export function pureSnapshot(
  machine: AnyStateMachine,
  value: unknown,
  context: Readonly<Record<string, unknown>>,
): AnyMachineSnapshot {
  return (
    collectorOf(machine).start?.at(value, context) ?? machine.resolveState({ value: value as never, context } as never)
  );
}

/** Tells of every transition that the machine takes from now on, in whatever state of whatever log: what tests have covered. */
export function observeTransitions(machine: AnyStateMachine, see: (taken: TakenTransition) => void): void {
  const collector = collectorOf(machine);
  collector.see = see;
  collector.scope.system.inspect((inspected) => {
    if (inspected.type === '@xstate.microstep') for (const taken of inspected._transitions) see(taken);
  });
}

function collectorOf(machine: AnyStateMachine): Collector {
  const known = collectors.get(machine);
  if (known !== undefined) return known;
  quickenAssigns(machine);
  const self = createActor(machine, { input: { id: '', limits: DEFAULT_LIMITS } } as never);
  const nothing = (): void => {};
  const onTaken = (taken: TakenTransition): void => collector.see(taken);
  const collector: Collector = {
    actions: [],
    see: nothing,
    step: quickStep(machine, onTaken),
    start: quickStart(machine, self.getSnapshot() as AnyMachineSnapshot, onTaken),
    scope: {
      self,
      system: self.system,
      id: '',
      sessionId: '',
      logger: nothing,
      defer: nothing,
      stopChild: nothing,
      emit: nothing,
      actionExecutor: (action: ActionData) => {
        collector.actions.push(action);
      },
    } as unknown as Collector['scope'],
  };
  collectors.set(machine, collector);
  return collector;
}
