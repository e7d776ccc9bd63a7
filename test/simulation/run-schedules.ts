import type { Coverage, CoverageCounts } from './coverage.ts';
import { runSchedule } from './run-schedule.ts';
import type { Step } from './step.ts';

/** As many steps as the seed makes, or these ones. */
export interface Schedule {
  readonly seed: number;
  readonly steps: number | readonly Step[];
  /** The watch runs with `--isolate`. */
  readonly isolate?: boolean;
}

/** What came of some schedules. */
export interface Progress {
  readonly done: number;
  readonly events: number;
  /** The one that violated an invariant; it is the last. */
  readonly failed?: Schedule;
  /** At the end: everything that was covered. */
  readonly coverage?: CoverageCounts;
}

const PROGRESS_EVERY_MS = 250;

/** Runs the schedules one after the other until one fails or `isOver`, and tells now and then and at the end. */
export async function runSchedules(options: {
  readonly schedules: Iterable<Schedule>;
  readonly coverage: Coverage;
  readonly isOver: () => boolean;
  readonly tell: (progress: Progress) => void;
}): Promise<void> {
  const { schedules, coverage, isOver, tell } = options;
  const onFault = coverage.fault.bind(coverage);
  let done = 0;
  let events = 0;
  let toldAt = performance.now();
  for (const schedule of schedules) {
    // A schedule may run without a turn of the loop: here whoever wants to be heard is.
    await new Promise((resolve) => setImmediate(resolve));
    if (isOver()) break;
    const result = await runSchedule({ ...schedule, onFault });
    done += 1;
    events += result.events;
    if (result.violations.length > 0) return tell({ done, events, failed: schedule, coverage: coverage.counts() });
    if (performance.now() - toldAt < PROGRESS_EVERY_MS) continue;
    tell({ done, events });
    [done, events, toldAt] = [0, 0, performance.now()];
  }
  tell({ done, events, coverage: coverage.counts() });
}
