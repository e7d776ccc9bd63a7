import type { Invariant } from './evidence.ts';

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
          if (event.type === 'TargetsUncertain') owed = undefined;
          // Nothing to ask, all suspended: said, and done with.
          else if (event.type === 'NothingToDo' && event.heldFull === undefined) owed = undefined;
          else if ((event.type === 'FullReconcileRequested' || event.type === 'WatchStarted') && full !== undefined)
            owed = full.detail;
        }
      }
      if (evidence.type !== 'at-rest' || evidence.stage === 'slow' || owed === undefined) return undefined;
      return `a full reconcile (${owed}) was asked for and never carried out`;
    };
  },
};
