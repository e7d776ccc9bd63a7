import type { AnyMachineSnapshot, AnyStateMachine } from 'xstate';

/** What XState's `assign(…)` returns, as far as a transition needs it. */
interface AssignAction {
  readonly type: 'xstate.assign';
  readonly assignment: Assignment;
  resolve: AssignResolve;
  nextContext?: NextContext;
}

export type Context = Readonly<Record<string, unknown>>;

type NextContext = (
  given: { readonly context: Context; readonly event: unknown; readonly self: unknown; readonly system: unknown },
  params: unknown,
) => Context;

type Assignment = Assigner | Readonly<Record<string, unknown>>;
type Assigner = (args: AssignArguments, params: unknown) => Readonly<Record<string, unknown>>;
type AssignResolve = (
  scope: { readonly self: unknown; readonly system: unknown },
  snapshot: AnyMachineSnapshot,
  action: { readonly event: unknown },
  params: unknown,
) => readonly [AnyMachineSnapshot, undefined, undefined];

interface AssignArguments {
  readonly context: unknown;
  readonly event: unknown;
  readonly self: unknown;
  readonly system: unknown;
  readonly spawn: () => never;
}

/**
 * Lets every `assign` of `machine` copy the context in one step. XState's own builds the copy field by field and works out the state value
 * anew each time: half of all that a replay takes. Does the same otherwise, but for `spawn`, which no machine of a log may use.
 */
export function quickenAssigns(machine: AnyStateMachine): void {
  for (const action of Object.values(machine.implementations.actions)) {
    if (!isAssign(action)) continue;
    const nextContext = nextContextOf(action.assignment);
    action.nextContext = nextContext;
    action.resolve = resolveBy(nextContext);
  }
}

/** An `assign` that says what the context is after it. */
export function isQuickAssign(action: unknown): action is { readonly nextContext: NextContext } {
  return typeof action === 'function' && 'nextContext' in action && action.nextContext !== undefined;
}

function isAssign(action: unknown): action is AssignAction {
  return (
    typeof action === 'function' &&
    'type' in action &&
    action.type === 'xstate.assign' &&
    'assignment' in action &&
    'resolve' in action &&
    typeof action.resolve === 'function'
  );
}

function nextContextOf(assignment: Assignment): NextContext {
  const update = updateOf(assignment);
  return ({ context, event, self, system }, params) => ({
    ...context,
    ...update({ context, event, self, system, spawn: refuseToSpawn }, params),
  });
}

function resolveBy(nextContext: NextContext): AssignResolve {
  return ({ self, system }, snapshot, { event }, params) => {
    const context = nextContext({ context: snapshot.context as Context, event, self, system }, params);
    // No state node changes with the context, so value, tags and nodes stay those of `snapshot`.
    return [{ ...snapshot, context }, undefined, undefined];
  };
}

function updateOf(assignment: Assignment): Assigner {
  if (typeof assignment === 'function') return assignment as Assigner;
  const fields = Object.entries(assignment);
  return (args, params) =>
    Object.fromEntries(
      fields.map(([name, value]) => [name, typeof value === 'function' ? (value as Assigner)(args, params) : value]),
    );
}

export function refuseToSpawn(): never {
  throw new Error('a machine of the log cannot spawn: its effects are data');
}
