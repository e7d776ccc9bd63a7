import { readSchedules, scheduleDirectory, writeSchedule } from './schedule-file.ts';
import type { Step } from './step.ts';

/** A schedule that reaches what chance reaches too seldom. */
export interface RareSchedule {
  readonly seed: number;
  /** The watch runs with `--isolate`. */
  readonly isolate?: boolean;
  /** As the coverage names it. */
  readonly reaches: string;
  readonly steps: readonly Step[];
}

const DIRECTORY = scheduleDirectory('rare');

/** Writes it where runs that must cover everything take it first; gives the path. */
export function keepRare(schedule: RareSchedule): string {
  const name = schedule.reaches.replaceAll(/[^a-zA-Z]+/g, '-').replaceAll(/^-|-$/g, '');
  const { isolate = false } = schedule;
  return writeSchedule(`${DIRECTORY}${isolate ? 'isolated-' : ''}${name}.json`, schedule);
}

export function rareSchedules(): (RareSchedule & { readonly file: string })[] {
  return readSchedules<RareSchedule>(DIRECTORY);
}
