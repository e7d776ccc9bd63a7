import { runSchedule, type Violation } from './run-schedule.ts';
import type { Step } from './step.ts';

/** Runs tried at most: a schedule that is short enough to read is short enough. */
const RUNS_MAX = 300;

export interface Shrunk {
  readonly steps: readonly Step[];
  readonly violation: Violation;
}

/** Leaves out steps, many at first, then one by one, as long as the same invariant is violated. */
export async function shrink(seed: number, found: readonly Step[], violation: Violation): Promise<Shrunk> {
  let best: Shrunk = { steps: found.slice(0, violation.step), violation };
  let runs = 0;
  async function failing(steps: readonly Step[]): Promise<Violation | undefined> {
    runs += 1;
    const { violations } = await runSchedule({ seed, steps });
    return violations.find(({ invariant }) => invariant === violation.invariant);
  }
  for (let size = Math.max(1, best.steps.length >> 1); runs < RUNS_MAX; ) {
    let hasShrunk = false;
    for (let from = 0; from < best.steps.length && runs < RUNS_MAX; ) {
      const steps = [...best.steps.slice(0, from), ...best.steps.slice(from + size)];
      const still = await failing(steps);
      if (still === undefined) {
        from += size;
        continue;
      }
      best = { steps: steps.slice(0, still.step), violation: still };
      hasShrunk = true;
    }
    if (size === 1 && !hasShrunk) break;
    if (!hasShrunk || size > best.steps.length) size = Math.max(1, size >> 1);
  }
  return best;
}
