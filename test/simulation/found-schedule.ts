import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Violation } from './run-schedule.ts';
import type { Step } from './step.ts';

/** A schedule that once violated an invariant, and must not any more. */
export interface FoundSchedule {
  readonly seed: number;
  readonly invariant: string;
  readonly message: string;
  /** What was wrong, in a sentence. */
  readonly mistake?: string;
  readonly steps: readonly Step[];
}

const DIRECTORY = fileURLToPath(new URL('found/', import.meta.url));

/** Writes it where the tests replay it; gives the path. */
export function keepFound(seed: number, steps: readonly Step[], { invariant, message }: Violation): string {
  const path = `${DIRECTORY}${invariant}-${seed}.json`;
  const found: FoundSchedule = { seed, invariant, message, steps };
  const lines = steps.map((step) => `    ${JSON.stringify(step)}`).join(',\n');
  const { steps: _, ...head } = found;
  mkdirSync(DIRECTORY, { recursive: true });
  writeFileSync(path, `${JSON.stringify(head, null, 2).slice(0, -2)},\n  "steps": [\n${lines}\n  ]\n}\n`);
  return path;
}

export function foundSchedules(): (FoundSchedule & { readonly file: string })[] {
  return readdirSync(DIRECTORY)
    .filter((file) => file.endsWith('.json'))
    .map((file) => ({ file, ...(JSON.parse(readFileSync(DIRECTORY + file, 'utf8')) as FoundSchedule) }));
}
