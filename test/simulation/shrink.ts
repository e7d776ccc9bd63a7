import { runSchedule, type Violation } from './run-schedule.ts';
import type { Schedule } from './run-schedules.ts';
import type { Step } from './step.ts';

/** Runs tried at most: a schedule that is short enough to read is short enough. */
const RUNS_MAX = 300;

export interface Shrunk {
  readonly steps: readonly Step[];
  readonly violation: Violation;
}

/** Leaves out what does not matter for the violation. */
export async function shrink(
  schedule: Pick<Schedule, 'seed' | 'isolate'>,
  found: readonly Step[],
  violation: Violation,
): Promise<Shrunk> {
  const { steps, result } = await shortest(found, violation, async (candidate) => {
    const { violations } = await runSchedule({ ...schedule, steps: candidate });
    return violations.find(({ invariant }) => invariant === violation.invariant);
  });
  return { steps, violation: result };
}

/** Leaves out steps, many at first, then one by one, as long as `attempt` gives a result: one that `step` of them bring about. */
export async function shortest<Result extends { readonly step: number }>(
  found: readonly Step[],
  first: Result,
  attempt: (steps: readonly Step[]) => Promise<Result | undefined>,
): Promise<{ readonly steps: readonly Step[]; readonly result: Result }> {
  let best = { steps: found.slice(0, first.step), result: first };
  let runs = 0;
  for (let size = Math.max(1, best.steps.length >> 1); runs < RUNS_MAX; ) {
    let hasShrunk = false;
    for (let from = 0; from < best.steps.length && runs < RUNS_MAX; ) {
      const steps = [...best.steps.slice(0, from), ...best.steps.slice(from + size)];
      runs += 1;
      const still = await attempt(steps);
      if (still === undefined) {
        from += size;
        continue;
      }
      best = { steps: steps.slice(0, still.step), result: still };
      hasShrunk = true;
    }
    if (size === 1 && !hasShrunk) break;
    if (!hasShrunk || size > best.steps.length) size = Math.max(1, size >> 1);
  }
  return best;
}
