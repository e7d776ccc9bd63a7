import type { AnyMachineSnapshot, AnyStateMachine, EventObject } from 'xstate';
import { type Edge, isPlain, type Leaf, leafOf, type Move, moveOf, type PlainAction } from './chart-moves.ts';
import { type Context, isQuickAssign } from './quick-assign.ts';

/** An action that a transition asks for, as data. */
export interface ActionData {
  readonly type: string;
  readonly params?: unknown;
}

/** What actions and guards may look at. */
export interface StepScope {
  readonly self: unknown;
  readonly system: unknown;
}

/** Undefined where XState itself must take the step. */
export type QuickStep = (
  snapshot: AnyMachineSnapshot,
  event: EventObject,
  scope: StepScope,
  actions: ActionData[],
) => AnyMachineSnapshot | undefined;

/**
 * Steps of `machine` as XState's `transition()` takes them, three times as fast: where a transition leads, and what it leaves and enters, is worked
 * out once. For charts as a log's machines are: no parallel, history or invoked states, no wildcards, guards without parameters. Undefined for
 * others; and a step gives undefined where XState itself must take it (into a final state).
 */
export function quickStep(machine: AnyStateMachine, onTaken: (edge: Edge) => void): QuickStep | undefined {
  if (!isPlain(machine)) return undefined;
  return (snapshot, event, scope, actions) => {
    if (snapshot.status !== 'active' || event.type.startsWith('xstate.')) return undefined;
    const run: Run = { machine, scope, actions, raised: [], onTaken };
    return stepOn(run, snapshot, event, selected(run, snapshot, event));
  };
}

/** Takes `first`, if any, and then what follows from it by itself, until nothing does. Undefined where XState itself must. */
export function stepOn(
  run: Run,
  snapshot: AnyMachineSnapshot,
  event: EventObject,
  first: Edge | undefined,
): AnyMachineSnapshot | undefined {
  let current: AnyMachineSnapshot = snapshot;
  let cause = event;
  let edge = first;
  let isEventlessDue = true;
  for (;;) {
    if (edge !== undefined) {
      const after = take(run, edge, current, cause);
      if (after === undefined) return undefined;
      run.onTaken(edge);
      isEventlessDue ||= after !== current;
      current = after;
    }
    edge = isEventlessDue ? eventless(run, current, cause) : undefined;
    // One that changes nothing would be taken for ever.
    isEventlessDue = edge === undefined;
    if (edge !== undefined) continue;
    const raised = run.raised.shift();
    if (raised === undefined) return current;
    cause = raised;
    edge = selected(run, current, cause);
  }
}

export interface Run {
  readonly machine: AnyStateMachine;
  readonly scope: StepScope;
  readonly actions: ActionData[];
  /** Raised without a delay: handled before anything else. */
  readonly raised: EventObject[];
  readonly onTaken: (edge: Edge) => void;
}

function selected(run: Run, snapshot: AnyMachineSnapshot, event: EventObject): Edge | undefined {
  for (let node: Leaf['node'] | undefined = leafOf(snapshot).node; node !== undefined; node = node.parent) {
    const edge = firstOpen(run, node.transitions.get(event.type), snapshot, event);
    if (edge !== undefined) return edge;
  }
  return undefined;
}

function eventless(run: Run, snapshot: AnyMachineSnapshot, event: EventObject): Edge | undefined {
  for (let node: Leaf['node'] | undefined = leafOf(snapshot).node; node !== undefined; node = node.parent) {
    const edge = firstOpen(run, node.always, snapshot, event);
    if (edge !== undefined) return edge;
  }
  return undefined;
}

function firstOpen(
  { machine }: Run,
  edges: readonly Edge[] | undefined,
  snapshot: AnyMachineSnapshot,
  event: EventObject,
): Edge | undefined {
  if (edges === undefined) return undefined;
  const guards = machine.implementations.guards as unknown as Readonly<Record<string, Guard>>;
  for (const edge of edges) {
    const guard = typeof edge.guard === 'string' ? guards[edge.guard] : edge.guard;
    if (guard === undefined || guard({ context: snapshot.context, event })) return edge;
  }
  return undefined;
}

type Guard = (given: { readonly context: unknown; readonly event: EventObject }) => boolean;

function take(run: Run, edge: Edge, snapshot: AnyMachineSnapshot, event: EventObject): AnyMachineSnapshot | undefined {
  const move: Move | undefined = moveOf(edge, leafOf(snapshot));
  if (move === undefined) return undefined;
  let context = snapshot.context as Context;
  for (const action of move.actions) context = perform(run, action, snapshot, context, event);
  const { leaf } = move;
  if (leaf !== undefined)
    return { ...snapshot, context, _nodes: leaf.nodes, value: leaf.value, tags: leaf.tags } as never;
  return context === snapshot.context ? snapshot : ({ ...snapshot, context } as AnyMachineSnapshot);
}

/** What XState's own actions (`assign`, `raise`, `cancel`, …) bring. */
interface Builtin {
  readonly type: string;
  readonly execute?: unknown;
  resolve(
    scope: StepScope,
    snapshot: AnyMachineSnapshot,
    given: unknown,
    params: unknown,
    action: Builtin,
    extra: { readonly internalQueue: EventObject[] },
  ): readonly [AnyMachineSnapshot, unknown, readonly PlainAction[] | undefined];
}

/** Gives the context after it. */
export function perform(
  run: Run,
  action: PlainAction,
  snapshot: AnyMachineSnapshot,
  context: Context,
  event: EventObject,
): Context {
  const { machine, scope, actions } = run;
  const isInline = typeof action === 'function';
  const type = isInline ? action.name || '(anonymous)' : typeof action === 'string' ? action : action.type;
  const found: unknown = isInline ? action : machine.implementations.actions[type];
  const given = isInline || typeof action === 'string' ? undefined : action.params;
  const params: unknown = typeof given === 'function' ? given({ context, event }) : given;
  if (!isBuiltin(found)) {
    actions.push({ type, params });
    return context;
  }
  const { self, system } = scope;
  if (isQuickAssign(found)) return found.nextContext({ context, event, self, system }, params);
  const now = context === snapshot.context ? snapshot : ({ ...snapshot, context } as AnyMachineSnapshot);
  const [after, resolved, more] = found.resolve(scope, now, { context, event, self, system }, params, found, {
    internalQueue: run.raised,
  });
  if (found.execute !== undefined) actions.push({ type: found.type, params: resolved });
  let next = after.context as Context;
  for (const one of more ?? []) next = perform(run, one, snapshot, next, event);
  return next;
}

function isBuiltin(action: unknown): action is Builtin {
  return typeof action === 'function' && 'resolve' in action;
}
