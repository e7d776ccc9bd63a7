import type { Bounds, Evidence, Invariant, StateView } from './evidence.ts';
import { kindOf, targetOf, watchOf } from './machine-views.ts';

const REVISIONS_MAX = 8;
/** A target that waits has its time, and may be in doubt and overdue besides. */
const TIMERS_MAX = 3;
const SLACK = 1.01;

export const bounds: Invariant = {
  name: 'bounds',
  promise: 'Attempts, waits, queues, and the log stay within their limits; at rest the log hardly grows.',
  begin: (limits) => {
    // What comes in one transaction is kept or dropped as a whole.
    let largestBatch = 0;
    return (evidence: Evidence) => {
      if (evidence.type === 'committed') {
        largestBatch = Math.max(largestBatch, evidence.events.length);
        return (
          tooManyAttempts(limits, evidence.state, evidence.events) ??
          tooMuchKept(limits, evidence.state) ??
          tooLongWait(limits, evidence)
        );
      }
      if (evidence.type !== 'at-rest') return undefined;
      const rowsMax = 2 * limits.logEventsMax + 8 * limits.snapshotEveryEvents + largestBatch;
      if (evidence.logRows > rowsMax) return `the log holds ${evidence.logRows} events, at most ${rowsMax} are wanted`;
      return undefined;
    };
  },
};

function tooManyAttempts(
  limits: Bounds,
  state: StateView,
  events: readonly { readonly machine: string }[],
): string | undefined {
  for (const { machine: id } of events) {
    const machine = kindOf(id) === 'target' ? state.machines.get(id) : undefined;
    if (machine === undefined) continue;
    const { attempt, revisions } = targetOf(machine);
    if (attempt > limits.targetAttemptsMax) return `${id} has made ${attempt} attempts of ${limits.targetAttemptsMax}`;
    if (revisions.length > REVISIONS_MAX) return `${id} keeps ${revisions.length} revisions`;
  }
  return undefined;
}

function tooMuchKept(limits: Bounds, state: StateView): string | undefined {
  const watch = watchOf(state);
  const collected = watch?.collected.length ?? 0;
  if (collected > limits.collectedPathsMax)
    return `${collected} paths are collected, at most ${limits.collectedPathsMax} may be`;
  const machines = state.machines.size;
  if (state.pending.size > machines + 4) return `${state.pending.size} effects are under way for ${machines} machines`;
  if (state.timers.size > TIMERS_MAX * machines + 4) return `${state.timers.size} timers run for ${machines} machines`;
  return undefined;
}

function tooLongWait(limits: Bounds, evidence: Extract<Evidence, { readonly type: 'committed' }>): string | undefined {
  const at = evidence.events.at(-1)?.at ?? 0;
  const jitter = (1 + limits.backoffJitterRatio) * SLACK;
  const longest: Readonly<Record<string, number>> = {
    'watch#backoff': limits.watchBackoffMsMax * jitter,
    'target#backoff': Math.max(limits.targetBackoffMsMax * jitter, limits.breakerOpenMsMax * SLACK),
    'target#targetWait': limits.targetWaitMs * SLACK,
    'watch#sweep': limits.sweepIntervalMs * SLACK,
    'breaker#openPeriod': limits.breakerOpenMsMax * SLACK,
  };
  for (const { machine, id, dueAt } of evidence.state.timers.values()) {
    const waitMs = longest[`${kindOf(machine)}#${id}`];
    if (waitMs !== undefined && dueAt - at > waitMs)
      return `${machine} waits ${dueAt - at} ms for ${id}, at most ${waitMs} ms are due`;
  }
  return undefined;
}
