// `node scripts/simulate.ts --seed N --runs N --steps N [--soak] [--jobs N]`: schedules by seed, one after the other, until one violates an
// invariant. That one is shrunk, written to test/simulation/found/ and shown. See docs/simulation.md.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Coverage, type CoverageCounts } from '../test/simulation/coverage.ts';
import { keepFound } from '../test/simulation/found-schedule.ts';
import { runSchedule } from '../test/simulation/run-schedule.ts';
import { shrink } from '../test/simulation/shrink.ts';
import { timeline } from '../test/simulation/timeline.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    steps: { type: 'string', default: '200' },
    runs: { type: 'string', default: '1000' },
    jobs: { type: 'string', default: '1' },
    soak: { type: 'boolean', default: false },
    worker: { type: 'boolean', default: false },
  },
});

const steps = wholeNumber('steps', values.steps);
const jobs = wholeNumber('jobs', values.jobs);
const runs = values.soak ? Number.POSITIVE_INFINITY : wholeNumber('runs', values.runs);
const firstSeed = values.seed === undefined ? Date.now() % 1_000_000_000 : wholeNumber('seed', values.seed);

/** What a worker tells, now and then and at its end. */
interface Progress {
  readonly done: number;
  readonly events: number;
  readonly failedSeed?: number;
  readonly coverage?: CoverageCounts;
}

const PROGRESS_EVERY_MS = 250;

function wholeNumber(name: string, text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  process.stderr.write(`--${name}: expected a whole number, found ${JSON.stringify(text)}\n`);
  process.exit(2);
}

/** Seeds `first`, `first + jobs`, …: which process takes one does not matter for what it does. */
async function runSeeds(offset: number, tell: (progress: Progress) => void): Promise<void> {
  const coverage = new Coverage();
  coverage.observe();
  let done = 0;
  let events = 0;
  let toldAt = performance.now();
  for (let index = offset; index < runs; index += jobs) {
    const seed = firstSeed + index;
    const result = await runSchedule({ seed, steps, onFault: (effect, how) => coverage.fault(effect, how) });
    done += 1;
    events += result.events;
    if (result.violations.length > 0) return tell({ done, events, failedSeed: seed, coverage: coverage.counts() });
    if (performance.now() - toldAt < PROGRESS_EVERY_MS) continue;
    tell({ done, events });
    [done, events, toldAt] = [0, 0, performance.now()];
  }
  tell({ done, events, coverage: coverage.counts() });
}

async function lead(): Promise<void> {
  const began = performance.now();
  const coverage = new Coverage();
  let done = 0;
  let events = 0;
  let failedSeed: number | undefined;
  const isTerminal = process.stderr.isTTY === true;
  const take = (progress: Progress): void => {
    done += progress.done;
    events += progress.events;
    failedSeed ??= progress.failedSeed;
    if (progress.coverage !== undefined) coverage.add(progress.coverage);
    const perSecond = (done * 1_000) / (performance.now() - began);
    if (isTerminal) process.stderr.write(`\r${bar(done)} ${done} schedules, ${perSecond.toFixed(0)}/s `);
  };
  process.stdout.write(`seed ${firstSeed}, ${steps} steps each, ${jobs} at a time\n`);
  if (jobs === 1) await runSeeds(0, take);
  else await runWorkers(take, () => failedSeed !== undefined);
  if (isTerminal) process.stderr.write('\n');
  const seconds = (performance.now() - began) / 1_000;
  const perSecond = done / seconds;
  process.stdout.write(
    `${done} schedules in ${seconds.toFixed(1)} s: ${perSecond.toFixed(1)}/s, ${(perSecond / jobs).toFixed(1)}/s a process, ${events} events\n`,
  );
  for (const line of coverage.report()) process.stdout.write(`${line}\n`);
  if (failedSeed !== undefined) await explain(failedSeed);
}

async function runWorkers(take: (progress: Progress) => void, isOver: () => boolean): Promise<void> {
  const workers = Array.from({ length: jobs }, (_, offset) =>
    fork(
      fileURLToPath(import.meta.url),
      [
        ...['--worker', '--seed', String(firstSeed), '--steps', String(steps), '--jobs', String(jobs)],
        ...(values.soak ? ['--soak'] : ['--runs', String(runs)]),
      ],
      { env: { ...process.env, SIMULATION_WORKER: String(offset) } },
    ),
  );
  await Promise.all(
    workers.map(
      (worker) =>
        new Promise<void>((resolve, reject) => {
          worker.on('message', (progress: Progress) => {
            take(progress);
            if (isOver()) for (const other of workers) other.kill();
          });
          worker.on('exit', (code, signal) =>
            code === 0 || signal !== null ? resolve() : reject(new Error(`a worker ended with exit code ${code}`)),
          );
        }),
    ),
  );
}

/** The failing schedule again, then a shorter one, and what happened in it. */
async function explain(seed: number): Promise<void> {
  const { steps: found, violations } = await runSchedule({ seed, steps });
  const [violation] = violations;
  if (violation === undefined)
    throw new Error(`seed ${seed} failed once and not again: something in the simulator is not by the seed`);
  const short = await shrink(seed, found, violation);
  for (const line of await timeline(seed, short.steps)) process.stdout.write(`${line}\n`);
  process.stdout.write(
    `\n${violation.invariant} is violated: ${violation.message}\nseed ${seed}, ${violation.step} steps, ${short.steps.length} after leaving out what does not matter\nwritten to ${keepFound(seed, short.steps, short.violation)}; once mended, the tests replay it\n`,
  );
  process.exitCode = 1;
}

const BAR_WIDTH = 24;

function bar(done: number): string {
  if (!Number.isFinite(runs)) return '[ soaking ]';
  const filled = Math.round((BAR_WIDTH * done) / Math.max(1, runs));
  return `[${'#'.repeat(filled)}${'.'.repeat(BAR_WIDTH - filled)}]`;
}

if (values.worker) {
  await runSeeds(Number(process.env.SIMULATION_WORKER), (progress) => process.send?.(progress));
  process.disconnect();
} else {
  await lead();
}
