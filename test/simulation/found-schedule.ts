import type { Violation } from './run-schedule.ts';
import { readSchedules, scheduleDirectory, writeSchedule } from './schedule-file.ts';
import type { Step } from './step.ts';

/** A schedule that once violated an invariant, and must not any more. */
export interface FoundSchedule {
  readonly seed: number;
  /** The watch ran with `--isolate`. */
  readonly isolate?: boolean;
  readonly invariant: string;
  readonly message: string;
  /** What was wrong, in a sentence. */
  readonly mistake?: string;
  readonly steps: readonly Step[];
}

const DIRECTORY = scheduleDirectory('found');

/** Writes it where the tests replay it; gives the path. */
export function keepFound(
  { seed, isolate = false }: Pick<FoundSchedule, 'seed' | 'isolate'>,
  steps: readonly Step[],
  { invariant, message }: Violation,
): string {
  const found: FoundSchedule = { seed, ...(isolate ? { isolate } : {}), invariant, message, steps };
  return writeSchedule(`${DIRECTORY}${isolate ? 'isolated-' : ''}${invariant}-${seed}.json`, found);
}

export function foundSchedules(): (FoundSchedule & { readonly file: string })[] {
  return readSchedules<FoundSchedule>(DIRECTORY);
}
