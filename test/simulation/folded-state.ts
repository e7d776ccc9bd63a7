import { DEFAULT_LIMITS } from '../../src/domain/limits.ts';
import { applyEvent, type EngineState, emptyState, type Step } from '../../src/engine/engine-state.ts';
import { WATCH_KINDS } from '../../src/machines/kinds.ts';
import type { TargetContext } from '../../src/machines/target-context.ts';
import { idOf } from '../support/mapped-repository.ts';
import { sourceFetched, targetReady } from '../support/observed-events.ts';

export const SOURCE = 'OCIRepository/flux-system/shop';
export const PART = 'ExternalArtifact/flux-system/part';
export const A = idOf('a');
export const B = idOf('b');

/** Folds events and gives what the last one asked for. */
export function fold(
  state: EngineState,
  ...events: readonly { machine: string; type: string; [field: string]: unknown }[]
): Step {
  let step: Step = { messages: [], effects: [] };
  for (const event of events) step = applyEvent(state, WATCH_KINDS, { ...event, seq: state.seq + 1, at: 1_000, v: 1 });
  return step;
}

export const observed = (id: string, artifactRevision: string | undefined, fields: Record<string, unknown> = {}) => ({
  ...sourceFetched(id, artifactRevision, undefined, fields),
  machine: `source/${SOURCE}`,
});

export const ready = (revision: string) => targetReady(A, revision, undefined).observation;

export const wanted = (cycle: number, reads = SOURCE) => ({
  ...{
    machine: `target/${A}`,
    type: 'ReconcileWanted',
    digest: `d${cycle}`,
    rule: 'closure',
    awaits: [],
    awaitedBy: [],
  },
  ...{ reads, cycle },
});

export const stateOf = (state: EngineState, machine: string): unknown => state.machines.get(machine)?.value;

export const newState = (): EngineState => emptyState(DEFAULT_LIMITS);

export function contextOf(state: EngineState, target: string): TargetContext {
  const { context } = state.machines.get(target) ?? {};
  if (context === undefined) throw new Error(`nothing was said of ${target} yet`);
  return context as TargetContext;
}
