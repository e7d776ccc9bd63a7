import type { AnyMachineSnapshot, AnyStateMachine, EventObject } from 'xstate';
import { beginning, type ChartNode, type Edge, isPlain, leafNamed } from './chart-moves.ts';
import { type Context, refuseToSpawn } from './quick-assign.ts';
import { type ActionData, perform, type Run, type StepScope, stepOn } from './quick-step.ts';

/** Undefined where XState itself must do it. */
export interface QuickStart {
  start(input: unknown, scope: StepScope, actions: ActionData[]): AnyMachineSnapshot | undefined;
  /** The snapshot with this value and context. */
  at(value: unknown, context: Context): AnyMachineSnapshot | undefined;
}

type ContextOf = (given: { readonly input: unknown; readonly self: unknown; readonly spawn: () => never }) => Context;

/**
 * Snapshots of `machine` as XState makes them, for charts as `quickStep` takes: by a copy of `blank`, any of its snapshots. The context is the very object that
 * the chart writes down. XState copies that into an empty one field by field, and past some twenty fields V8 makes a hash table of it, as of every
 * context that comes of it later: a hundred times as slow to copy.
 */
export function quickStart(
  machine: AnyStateMachine,
  blank: AnyMachineSnapshot,
  onTaken: (edge: Edge) => void,
): QuickStart | undefined {
  if (!isPlain(machine)) return undefined;
  const root = machine.root as unknown as ChartNode;
  const contextOf = (machine.config as { readonly context?: unknown }).context;
  const { actions: entries, leaf: first } = beginning(root);
  const snapshotAt = ({ nodes, value, tags }: typeof first, context: Context): AnyMachineSnapshot =>
    ({ ...blank, status: 'active', context, _nodes: nodes, value, tags }) as never;
  return {
    start(input, scope, actions) {
      // The value of a chart without states names none.
      if (typeof contextOf !== 'function' || first.node.type !== 'atomic' || first.node === root) return undefined;
      const event: EventObject & { input: unknown } = { type: 'xstate.init', input };
      const run: Run = { machine, scope, actions, raised: [], onTaken };
      let context = (contextOf as ContextOf)({ input, self: scope.self, spawn: refuseToSpawn });
      const entered = snapshotAt(first, context);
      for (const action of entries) context = perform(run, action, entered, context, event);
      return stepOn(run, context === entered.context ? entered : ({ ...entered, context } as never), event, undefined);
    },
    at(value, context) {
      const leaf = leafNamed(root, value);
      return leaf === undefined ? undefined : snapshotAt(leaf, context);
    },
  };
}
