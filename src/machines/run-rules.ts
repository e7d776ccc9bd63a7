import { retryDelayMs } from '../domain/attempts.ts';
import type { Failure } from '../domain/failure.ts';
import type { RunContext, RunEvent, RunSource, RunTarget } from './run-context.ts';

type Settled = Extract<RunEvent, { readonly type: 'TargetSettled' }>;

/** What kept a source from answering, as a failure: its own words where the controller has spoken. */
export function sourceFailure(event: RunEvent): { readonly source: string; readonly failure: Failure } | undefined {
  switch (event.type) {
    case 'StepFailed':
    case 'StepRefused':
      return { source: event.source, failure: event.failure };
    case 'SourceUnavailable':
      return { source: event.source, failure: { kind: kindOfReason(event.reason), message: event.message } };
    default:
      return undefined;
  }
}

/** Whether what was waited for may yet come is decided by who says so: a controller's answer is one, our own patience is not. */
function kindOfReason(reason: string): Failure['kind'] {
  return reason === 'Timeout' ? 'timeout' : 'invalid';
}

/** After how long the source is asked again; undefined: not at all. */
export function sourceRetryMs(context: RunContext, event: RunEvent): number | undefined {
  const failed = sourceFailure(event);
  const source = failed === undefined ? undefined : context.sources[failed.source];
  if (failed === undefined || source === undefined) return undefined;
  return retryDelayMs(source.attempt, failed.failure, context.limits);
}

/** After how long the target is asked again; undefined: not at all. What it was never asked for cannot have taken too long. */
export function targetRetryMs(context: RunContext, event: RunEvent): number | undefined {
  const target = event.type === 'TargetSettled' ? context.targets[event.target] : undefined;
  if (event.type !== 'TargetSettled' || target === undefined || !event.asked) return undefined;
  const tookTooLong = event.outcome === 'failed' && event.reason === 'Timeout';
  if (!tookTooLong && !isStaleReady(event)) return undefined;
  return retryDelayMs(target.attempt, { kind: 'timeout' }, context.limits);
}

/** Ready, but from before our request was handled: no answer. */
export function isStaleReady(event: RunEvent): boolean {
  return event.type === 'TargetSettled' && event.outcome === 'ready' && !event.answered;
}

/** Its patience ran out while others of the run, which have a deadline of their own, are still at it. */
export function waitedForOthers(context: RunContext, event: RunEvent): boolean {
  if (event.type !== 'TargetSettled' || event.reason !== 'Timeout' || event.asked) return false;
  const awaits = context.targets[event.target]?.awaits ?? [];
  return awaits.some((id) => isUnderWay(context.targets[id]));
}

export function isUnderWay(target: RunTarget | undefined): boolean {
  return target?.phase === 'waiting' || target?.phase === 'owed';
}

/** Nothing is under way any more but what nobody waits for. */
export function isOver({ targets }: RunContext): boolean {
  return Object.values(targets).every((target) => target.excluded || !isUnderWay(target));
}

export function everyTargetReady({ targets }: RunContext): boolean {
  return Object.values(targets).every(({ excluded, phase }) => excluded || phase === 'ready');
}

/** `startedAt`: of the run, ms since the epoch; further attempts count too. */
export function settledTarget(target: RunTarget, event: Settled, startedAt: number): RunTarget {
  const { outcome, reason, message } = event;
  const elapsedMs = event.at - startedAt;
  if (isStaleReady(event)) {
    return { ...target, phase: 'failed', reason: 'NoAnswer', message: 'Ready, but not for this request', elapsedMs };
  }
  return { ...target, phase: phaseOf(outcome), reason, message, elapsedMs };
}

function phaseOf(outcome: Settled['outcome']): RunTarget['phase'] {
  switch (outcome) {
    case 'held':
    case 'unknown':
      return 'failed';
    default:
      return outcome;
  }
}

/** Those that a target kept from being asked may go on once it is Ready, and those that they kept in turn. */
export function unblockedBy(targets: RunContext['targets'], ready: string): RunContext['targets'] {
  const next = { ...targets };
  const through = [ready];
  for (const id of through) {
    for (const waiter of next[id]?.awaitedBy ?? []) {
      const target = next[waiter];
      if (target?.phase !== 'blocked') continue;
      next[waiter] = { ...target, phase: 'waiting', reason: '', message: '' };
      through.push(waiter);
    }
  }
  return next;
}

/** When the next attempt that is owed is due; undefined: none is. */
export function nextDueAt({ sources, targets }: RunContext): number | undefined {
  const due = [...Object.values(sources), ...Object.values(targets)].flatMap((tried) =>
    tried.phase === 'owed' ? [tried.dueAt] : [],
  );
  return due.length === 0 ? undefined : Math.min(...due);
}

export function isDue(tried: RunSource | RunTarget, at: number): boolean {
  return tried.phase === 'owed' && tried.dueAt <= at;
}
