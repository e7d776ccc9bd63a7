import type { Invariant, StateView } from './evidence.ts';
import { stateOf, watchOf } from './machine-views.ts';

function isKept(state: StateView): boolean {
  const watch = watchOf(state);
  const machine = state.machines.get('watch');
  if (watch === undefined || machine === undefined) return false;
  const isLookedAt = stateOf(machine) === 'resolving' && watch.batch.full !== undefined;
  return isLookedAt || watch.full !== undefined || watch.heldFull !== undefined;
}

export const fullKept: Invariant = {
  name: 'full-kept',
  promise: 'A full reconcile that was asked for is carried out, however often it fails on the way.',
  begin() {
    let owed: string | undefined;
    return (evidence) => {
      if (evidence.type === 'cluster-changed') owed = undefined;
      if (evidence.type === 'committed') {
        for (const event of evidence.events) {
          const full = event.full as { readonly detail?: string } | undefined;
          if (event.type === 'TargetsUncertain' || event.type === 'StepRefused') owed = undefined;
          // Nothing to ask, all suspended: said, and done with.
          else if (event.type === 'NothingToDo' && event.heldFull === undefined) owed = undefined;
          else if ((event.type === 'FullReconcileRequested' || event.type === 'WatchStarted') && full !== undefined)
            owed = full.detail;
        }
      }
      if (owed === undefined || (evidence.type !== 'committed' && evidence.type !== 'at-rest')) return undefined;
      return isKept(evidence.state) ? undefined : `a full reconcile (${owed}) was asked for, and is forgotten`;
    };
  },
};
