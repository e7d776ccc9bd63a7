import type { AnyMachineSnapshot, AnyStateMachine } from 'xstate';
import type { Limits } from '../domain/limits.ts';
import type { Message } from '../machines/messages.ts';
import { type ActionData, pureInitialTransition, pureSnapshot, pureTransition } from '../machines/pure-transition.ts';
import type { LoggedEvent, NewEvent } from './event-log.ts';

/** The machine id of the engine's own events. */
export const ENGINE = 'engine';

/** Finds the statechart of a machine id by its first segment: `target/…` → `target`. */
export type MachineKinds = Readonly<Record<string, AnyStateMachine>>;

export interface PendingEffect {
  /** The seq of the event that recorded the intent. */
  readonly id: number;
  readonly owner: string;
  readonly effect: string;
  readonly params: unknown;
  readonly at: number;
}

export interface ArmedTimer {
  readonly machine: string;
  readonly id: string;
  readonly event: { readonly type: string; readonly [field: string]: unknown };
  /** Milliseconds since the epoch. */
  readonly dueAt: number;
}

/** All state of the engine: a fold of the log and nothing else. Treated as immutable between two appends. */
export interface EngineState {
  seq: number;
  limits: Limits;
  readonly machines: Map<string, AnyMachineSnapshot>;
  readonly pending: Map<number, PendingEffect>;
  /** By `<machine>#<timer id>`. */
  readonly timers: Map<string, ArmedTimer>;
}

export function emptyState(limits: Limits): EngineState {
  return { seq: 0, limits, machines: new Map(), pending: new Map(), timers: new Map() };
}

/** What a transition asks for besides the new state. */
export interface Step {
  readonly messages: readonly Message[];
  readonly effects: readonly { readonly effect: string; readonly params: unknown }[];
}

const NOTHING: Step = { messages: [], effects: [] };

interface RaiseParams {
  readonly event: { readonly type: string };
  readonly id: string | undefined;
  readonly delay: number | undefined;
}

/**
 * Folds one event into `state` (which it changes in place) and returns what the transition asks for. A replay ignores the latter: the
 * messages and intents are in the log as events of their own.
 */
export function applyEvent(state: EngineState, kinds: MachineKinds, event: LoggedEvent): Step {
  state.seq = event.seq;
  if (event.machine === ENGINE) {
    if (event.type === 'EngineStarted') adoptLimits(state, event.limits as Limits);
    return NOTHING;
  }
  if (event.type === 'EffectRequested') {
    state.pending.set(event.seq, {
      id: event.seq,
      owner: event.machine,
      effect: event.effect as string,
      params: event.params,
      at: event.at,
    });
    return NOTHING;
  }
  const effectId = event.effectId;
  if (typeof effectId === 'number') state.pending.delete(effectId);
  const timerId = event.timer;
  if (typeof timerId === 'string') state.timers.delete(`${event.machine}#${timerId}`);

  const machine = kinds[kindOf(event.machine)];
  if (machine === undefined) return NOTHING;
  const messages: Message[] = [];
  const effects: { effect: string; params: unknown }[] = [];
  const collect = (actions: readonly ActionData[]): void => {
    for (const action of actions) interpretAction(state, event, action, messages, effects);
  };
  let snapshot = state.machines.get(event.machine);
  if (snapshot === undefined) {
    const [first, actions] = pureInitialTransition(machine, { id: nameOf(event.machine), limits: state.limits });
    snapshot = first;
    collect(actions);
  }
  const [next, actions] = pureTransition(machine, snapshot, event);
  state.machines.set(event.machine, next);
  collect(actions);
  return messages.length === 0 && effects.length === 0 ? NOTHING : { messages, effects };
}

function interpretAction(
  state: EngineState,
  event: LoggedEvent,
  action: ActionData,
  messages: Message[],
  effects: { effect: string; params: unknown }[],
): void {
  if (action.type === 'xstate.raise') {
    const { event: raised, id, delay } = action.params as RaiseParams;
    const timer = id ?? raised.type;
    if (delay !== undefined) {
      state.timers.set(`${event.machine}#${timer}`, {
        machine: event.machine,
        id: timer,
        event: raised,
        dueAt: event.at + delay,
      });
    }
  } else if (action.type === 'xstate.cancel') {
    state.timers.delete(`${event.machine}#${(action.params as { sendId: string }).sendId}`);
  } else if (action.type.startsWith('tell')) {
    messages.push(...(action.params as { messages: readonly Message[] }).messages);
  } else if (!action.type.startsWith('xstate.')) {
    effects.push({ effect: action.type, params: action.params });
  }
}

/** A restart may bring other limits: every machine works with those of the running process. */
function adoptLimits(state: EngineState, limits: Limits): void {
  state.limits = limits;
  for (const [id, snapshot] of state.machines) {
    state.machines.set(id, { ...snapshot, context: { ...snapshot.context, limits } } as AnyMachineSnapshot);
  }
}

export function kindOf(machineId: string): string {
  const slash = machineId.indexOf('/');
  return slash < 0 ? machineId : machineId.slice(0, slash);
}

/** `target/Kustomization/ns/name` → `Kustomization/ns/name`. */
export function nameOf(machineId: string): string {
  return machineId.slice(machineId.indexOf('/') + 1);
}

/** The event that records an effect's intent, before the effect runs. */
export function intentEvent(owner: string, effect: { readonly effect: string; readonly params: unknown }): NewEvent {
  return { machine: owner, type: 'EffectRequested', effect: effect.effect, params: effect.params ?? {} };
}

/** Plain JSON for a snapshot; `limits` are left out of each machine and put back on the way in. */
export function serializeState(state: EngineState): unknown {
  const machines: Record<string, unknown> = {};
  for (const [id, snapshot] of state.machines) {
    const { limits: _, ...context } = snapshot.context as Record<string, unknown>;
    machines[id] = { value: snapshot.value, context };
  }
  return { limits: state.limits, machines, pending: [...state.pending.values()], timers: [...state.timers.values()] };
}

interface SerializedState {
  readonly limits: Limits;
  readonly machines: Readonly<Record<string, { readonly value: unknown; readonly context: Record<string, unknown> }>>;
  readonly pending: readonly PendingEffect[];
  readonly timers: readonly ArmedTimer[];
}

export function restoreState(seq: number, serialized: unknown, kinds: MachineKinds): EngineState {
  const { limits, machines, pending, timers } = serialized as SerializedState;
  const state = emptyState(limits);
  state.seq = seq;
  for (const [id, { value, context }] of Object.entries(machines)) {
    const machine = kinds[kindOf(id)];
    if (machine === undefined) continue;
    state.machines.set(id, pureSnapshot(machine, value, withUndefined(machine, id, context, limits)));
  }
  for (const effect of pending) state.pending.set(effect.id, effect);
  for (const timer of timers) state.timers.set(`${timer.machine}#${timer.id}`, timer);
  return state;
}

/** JSON drops fields that are undefined; the initial context knows which there are. */
function withUndefined(
  machine: AnyStateMachine,
  id: string,
  context: Record<string, unknown>,
  limits: Limits,
): Record<string, unknown> {
  let blank = blankContexts.get(machine);
  if (blank === undefined) {
    const [initial] = pureInitialTransition(machine, { id: nameOf(id), limits });
    // A copy: laid out in memory as the context that the chart writes down, and what comes of it, too.
    const copy: Record<string, undefined> = { ...initial.context };
    for (const key of Object.keys(copy)) copy[key] = undefined;
    blank = copy;
    blankContexts.set(machine, blank);
  }
  const whole: Record<string, unknown> = { ...blank };
  for (const [key, field] of Object.entries(context)) whole[key] = field;
  whole.limits = limits;
  return whole;
}

/** Which fields there are depends on the chart alone. */
const blankContexts = new WeakMap<AnyStateMachine, Readonly<Record<string, undefined>>>();
