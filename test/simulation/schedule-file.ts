import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Step } from './step.ts';

/** Where schedules of one sort are kept, beside this file. */
export function scheduleDirectory(name: string): string {
  return fileURLToPath(new URL(`${name}/`, import.meta.url));
}

/** One step a line, so that people can read it and version control can compare it. Gives the path. */
export function writeSchedule(path: string, { steps, ...head }: { readonly steps: readonly Step[] }): string {
  const lines = steps.map((step) => `    ${inOneLine(step)}`).join(',\n');
  mkdirSync(path.slice(0, path.lastIndexOf('/')), { recursive: true });
  writeFileSync(path, `${JSON.stringify(head, null, 2).slice(0, -2)},\n  "steps": [\n${lines}\n  ]\n}\n`);
  return path;
}

/** As the formatter has it. */
function inOneLine(step: Step): string {
  const fields = Object.entries(step).map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`);
  return `{ ${fields.join(', ')} }`;
}

/** All that were written to the directory, by name of file. */
export function readSchedules<T>(directory: string): (T & { readonly file: string })[] {
  return readdirSync(directory)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => ({ file, ...(JSON.parse(readFileSync(directory + file, 'utf8')) as T) }));
}
