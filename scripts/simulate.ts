// `node scripts/simulate.ts --seed N --runs N --steps N [--soak] [--jobs N]`: schedules by seed, in several processes, until one violates an
// invariant. That one is shrunk, written to test/simulation/found/ and shown. See docs/simulation.md.
import { type ChildProcess, fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Coverage } from '../test/simulation/coverage.ts';
import { keepFound } from '../test/simulation/found-schedule.ts';
import { rareSchedules } from '../test/simulation/rare-schedule.ts';
import { runSchedule } from '../test/simulation/run-schedule.ts';
import { type Progress, runSchedules, type Schedule } from '../test/simulation/run-schedules.ts';
import { shrink } from '../test/simulation/shrink.ts';
import { timeline } from '../test/simulation/timeline.ts';

const USAGE = `Runs the engine in simulated worlds, each decided by one seed, and checks invariants after every step.

Usage: node scripts/simulate.ts [options]      npm run simulate -- [options]

  --seed N              the first seed (default: another each time; it is printed)
  --runs N              how many schedules (default: 1000)
  --steps N             steps of each (default: 200)
  --jobs N              processes (default: one for each core)
  --isolate             the watches run with --isolate, and others isolate and restore beside them
  --soak                until Ctrl-C, or a violation
  --require-coverage    exit code 1 also when a transition was not taken, or a fault did not hit a call; takes the schedules of
                        test/simulation/rare/ first, which reach what chance hardly ever does
  --help                this text

Exit codes: 0 nothing was violated, 1 something was, 2 usage, 130 Ctrl-C.

Examples:
  npm run simulate -- --runs 5000 --require-coverage
  npm run simulate -- --seed 4711 --runs 1 --jobs 1
  npm run simulate -- --isolate --runs 2000
`;

const OPTIONS = {
  seed: { type: 'string' },
  steps: { type: 'string', default: '200' },
  runs: { type: 'string', default: '1000' },
  jobs: { type: 'string', default: String(availableParallelism()) },
  isolate: { type: 'boolean', default: false },
  soak: { type: 'boolean', default: false },
  'require-coverage': { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
  /** Internal: run every jobs-th seed, beginning with the n-th, and tell the process that started this one. */
  worker: { type: 'string' },
} as const;

const values = given();
if (values.help) {
  process.stdout.write(USAGE);
  process.exit(0);
}
const steps = wholeNumber('steps', values.steps);
const jobs = Math.max(1, wholeNumber('jobs', values.jobs));
const runs = values.soak ? Number.POSITIVE_INFINITY : wholeNumber('runs', values.runs);
const firstSeed = values.seed === undefined ? Date.now() % 1_000_000_000 : wholeNumber('seed', values.seed);

function given() {
  try {
    return parseArgs({ options: OPTIONS }).values;
  } catch (error) {
    return misused(error instanceof Error ? error.message : String(error));
  }
}

function wholeNumber(name: string, text: string): number {
  return /^\d+$/.test(text)
    ? Number(text)
    : misused(`--${name}: expected a whole number, found ${JSON.stringify(text)}`);
}

function misused(message: string): never {
  process.stderr.write(`${message}\nSee --help.\n`);
  process.exit(2);
}

/** Which process takes a schedule does not matter for what it does. */
function* schedulesFrom(offset: number): Iterable<Schedule> {
  if (values['require-coverage'])
    yield* rareSchedules()
      .filter(({ isolate = false }) => isolate === values.isolate)
      .filter((_, index) => index % jobs === offset);
  for (let index = offset; index < runs; index += jobs)
    yield { seed: firstSeed + index, steps, isolate: values.isolate };
}

async function work(offset: number): Promise<void> {
  const coverage = new Coverage(values.isolate);
  coverage.observe();
  let isOver = false;
  // Ctrl-C reaches every process of the terminal. The leader tells when to end, so that nothing covered so far is lost.
  process.on('SIGINT', () => {});
  process.on('message', () => {
    isOver = true;
  });
  process.on('disconnect', () => process.exit(1));
  await runSchedules({
    schedules: schedulesFrom(offset),
    coverage,
    isOver: () => isOver,
    tell: (progress) => process.send?.(progress),
  });
  process.removeAllListeners('disconnect');
  process.disconnect();
}

async function lead(): Promise<void> {
  const began = performance.now();
  const coverage = new Coverage(values.isolate);
  let done = 0;
  let events = 0;
  let failed: Schedule | undefined;
  let isInterrupted = false;
  const isTerminal = process.stderr.isTTY === true;
  process.stdout.write(`seed ${firstSeed}, ${steps} steps each, ${jobs} at a time\n`);
  const workers = Array.from({ length: jobs }, (_, offset) => startWorker(offset));
  const stop = () => {
    // One that has told of a failure may be gone by now.
    for (const worker of workers) if (worker.connected) worker.send('stop', () => {});
  };
  process.once('SIGINT', () => {
    isInterrupted = true;
    stop();
    process.once('SIGINT', () => process.exit(130));
  });
  const take = (progress: Progress): void => {
    done += progress.done;
    events += progress.events;
    failed ??= progress.failed;
    if (progress.coverage !== undefined) coverage.add(progress.coverage);
    if (progress.failed !== undefined) stop();
    const perSecond = (done * 1_000) / (performance.now() - began);
    if (isTerminal) process.stderr.write(`\r${bar(done)} ${done} schedules, ${perSecond.toFixed(0)}/s `);
  };
  await Promise.all(workers.map((worker) => endOf(worker, take)));
  if (isTerminal) process.stderr.write('\n');
  const seconds = (performance.now() - began) / 1_000;
  const perSecond = done / seconds;
  process.stdout.write(
    `${done} schedules in ${seconds.toFixed(1)} s: ${perSecond.toFixed(1)}/s, ${(perSecond / jobs).toFixed(1)}/s a process, ${events} events\n`,
  );
  for (const line of coverage.report()) process.stdout.write(`${line}\n`);
  if (failed !== undefined) return explain(failed);
  if (isInterrupted) process.exitCode = 130;
  else if (values['require-coverage']) requireAll(coverage);
}

function startWorker(offset: number): ChildProcess {
  return fork(fileURLToPath(import.meta.url), [
    ...['--worker', String(offset), '--seed', String(firstSeed), '--steps', String(steps), '--jobs', String(jobs)],
    ...(values.isolate ? ['--isolate'] : []),
    ...(values.soak ? ['--soak'] : ['--runs', String(runs)]),
    ...(values['require-coverage'] ? ['--require-coverage'] : []),
  ]);
}

/** Resolves once the worker has told everything and is gone; rejects when it is gone before. */
function endOf(worker: ChildProcess, take: (progress: Progress) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    let isComplete = false;
    worker.on('message', (progress: Progress) => {
      isComplete = progress.coverage !== undefined;
      take(progress);
    });
    worker.on('exit', (code, signal) => {
      if (isComplete) resolve();
      else
        reject(
          new Error(`a worker ended too early, with ${signal ?? `exit code ${code}`}: its schedules do not count`),
        );
    });
  });
}

function requireAll(coverage: Coverage): void {
  const { notReached, reachedAfterAll } = coverage.flaws();
  if (notReached.length + reachedAfterAll.length === 0) return;
  process.stdout.write(
    `the coverage is not what it must be: ${notReached.length} not reached, ${reachedAfterAll.length} reached that cannot be\n`,
  );
  process.exitCode = 1;
}

/** The failing schedule again, then a shorter one, and what happened in it. */
async function explain(schedule: Schedule): Promise<void> {
  const { seed } = schedule;
  const { steps: found, violations } = await runSchedule(schedule);
  const [violation] = violations;
  if (violation === undefined)
    throw new Error(`seed ${seed} failed once and not again: something in the simulator is not by the seed`);
  const short = await shrink(schedule, found, violation);
  for (const line of await timeline(schedule, short.steps)) process.stdout.write(`${line}\n`);
  process.stdout.write(
    `\n${violation.invariant} is violated: ${violation.message}\nseed ${seed}, ${violation.step} steps, ${short.steps.length} after leaving out what does not matter\nwritten to ${keepFound(schedule, short.steps, short.violation)}; once mended, the tests replay it\n`,
  );
  process.exitCode = 1;
}

const BAR_WIDTH = 24;

function bar(done: number): string {
  if (!Number.isFinite(runs)) return '[ soaking ]';
  const filled = Math.round((BAR_WIDTH * done) / Math.max(1, runs));
  return `[${'#'.repeat(filled)}${'.'.repeat(BAR_WIDTH - filled)}]`;
}

if (values.worker === undefined) await lead();
else await work(wholeNumber('worker', values.worker));
