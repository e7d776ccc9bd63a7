import type { TargetObservation } from '../observation.ts';
import { isAnswered } from '../request-token.ts';
import type { Verdict, WantedTarget } from '../verdict.ts';
import { NEWEST } from './application-source.ts';
import type { ApplicationState } from './application-state.ts';

/**
 * Has the Application settled for what we want of it? Only once its refresh is taken, no operation is asked for or running, and what was
 * compared after the last one is the wanted revision: then Synced and Healthy is an answer, and so are a failed sync, an error of the
 * comparison, and Degraded. What was said of another revision, or before the request, is none.
 */
export function applicationVerdict(seen: TargetObservation, state: ApplicationState, wanted: WantedTarget): Verdict {
  if (seen.suspended) return suspended(seen, state);
  if (wanted.token !== undefined && !isAnswered(wanted.token, seen.lastHandledReconcileAt)) {
    return stale('request', `the refresh ${wanted.token} is not taken yet`);
  }
  if (state.operation === 'requested' || state.operation === 'running') {
    return progressing('Syncing', state.operationMessage === '' ? 'a sync is under way' : state.operationMessage);
  }
  if (state.compared === 'never') return progressing('Unknown', 'it was never compared');
  if (state.compared === 'before') return progressing('Stale', 'it was not compared since its last sync');
  const isSyncFailed = state.operation === 'failed' && isWanted(state.syncedRevision, wanted);
  // After a comparison that failed the revision is that of before, or what the spec calls it.
  if (state.error !== undefined && !isSyncFailed) return comparisonFailure(seen, state, wanted);
  if (!isWanted(state.comparedRevision, wanted)) {
    return stale('revision', `compared with ${state.comparedRevision ?? 'nothing'}, waiting for ${wanted.revision}`);
  }
  if (isSyncFailed) return failed('SyncFailed', state.operationMessage || (state.error ?? 'the sync failed'));
  if (isComparedTooSoon(state, wanted.syncedBefore)) {
    return progressing('Stale', 'it was compared in the second in which its last sync, to another revision, ended');
  }
  return state.sync === 'Synced' ? healthVerdict(seen, state) : differenceVerdict(state);
}

/**
 * Synced, as of the very second in which a sync to another revision ended, one that was not over when it was asked (`syncedBefore`): if it was
 * compared before that end, what is live since is of that other revision. The next comparison tells.
 */
export function isComparedTooSoon(state: ApplicationState, syncedBefore: WantedTarget['syncedBefore']): boolean {
  if (syncedBefore === undefined || state.sync !== 'Synced' || state.compared !== 'same-second') return false;
  const synced = endedSync(state);
  return synced !== null && synced !== syncedBefore && synced !== state.comparedRevision;
}

/** The revision of the last sync, once that is over; null while none is. */
export function endedSync({ operation, syncedRevision }: ApplicationState): string | null {
  return operation === 'succeeded' || operation === 'failed' ? (syncedRevision ?? null) : null;
}

function healthVerdict(seen: TargetObservation, state: ApplicationState): Verdict {
  switch (state.health) {
    case 'Healthy':
      return { verdict: 'ready', reason: 'Synced', message: 'Synced and Healthy', terminal: false };
    case 'Degraded':
      return failed('Degraded', state.objects === '' ? seen.message : state.objects);
    case 'Suspended':
      return progressing('Suspended', `paused, and goes on only by hand: ${state.objects}`);
    default:
      return progressing(state.health, state.objects === '' ? `Synced, health ${state.health}` : state.objects);
  }
}

/** At the wanted revision, compared after the last operation, and yet not Synced. */
function differenceVerdict(state: ApplicationState): Verdict {
  if (state.sync === 'Unknown') return progressing('Unknown', 'the comparison has no result yet');
  if (state.operation !== 'succeeded') {
    return state.automated ? progressing('OutOfSync', state.objects) : failed('OutOfSync', notSynced(state));
  }
  // Whether this was seen before or after that sync, the next comparison tells. Argo CD's own view of what is live comes a moment late, too, and is
  // put right without another time of comparison.
  if (state.compared === 'same-second' || state.compared === 'next-second')
    return progressing('OutOfSync', state.objects);
  const isLastSynced = state.syncedRevision === state.comparedRevision;
  if (!isLastSynced && state.automated) return progressing('OutOfSync', state.objects);
  return failed('OutOfSync', isLastSynced ? `still different after its sync: ${state.objects}` : notSynced(state));
}

function notSynced({ objects }: ApplicationState): string {
  return `automated sync is off, and nobody has synced it: ${objects}`;
}

function comparisonFailure(
  seen: TargetObservation,
  { error = '', sync }: ApplicationState,
  wanted: WantedTarget,
): Verdict {
  // Without a request of ours it may be about whatever was there before.
  if (wanted.token === undefined && wanted.revision !== undefined && sync === 'Unknown') {
    return stale('revision', error);
  }
  return failed(seen.ready === 'False' ? seen.reason : 'Unknown', seen.ready === 'False' ? seen.message : error);
}

function isWanted(revision: string | undefined, wanted: WantedTarget): boolean {
  return wanted.revision === undefined || wanted.revision === NEWEST || revision === wanted.revision;
}

function suspended({ id }: TargetObservation, { automated }: ApplicationState): Verdict {
  return {
    verdict: 'suspended',
    reason: automated ? 'Suspended' : 'ManualSync',
    message: automated
      ? `${id} says argocd.argoproj.io/skip-reconcile: Argo CD leaves it alone until that is taken off`
      : `${id} has no automated sync: what changes waits for somebody to sync it; --sync has it synced`,
    terminal: true,
  };
}

function stale(what: 'request' | 'revision', message: string): Verdict {
  const reason = what === 'revision' ? 'OtherRevision' : 'Stale';
  return { verdict: 'progressing', reason, message, terminal: false, stale: what };
}

function failed(reason: string, message: string): Verdict {
  return { verdict: 'failed', reason, message, terminal: false };
}

function progressing(reason: string, message: string): Verdict {
  return { verdict: 'progressing', reason, message, terminal: false };
}
