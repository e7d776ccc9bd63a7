// `node scripts/simulate-mutants.ts [--runs N] [--steps N] [--jobs N] [--only NAME,NAME]`: plants each mutant in turn, runs the same schedules, and
// tells which invariants notice, and after how many. Fails when one is not caught, or when an invariant could be left out unnoticed.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { INVARIANTS } from '../models/invariants/all.ts';
import { MUTANTS, type Mutant } from '../test/simulation/mutants.ts';
import { runSchedule } from '../test/simulation/run-schedule.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '150' },
    steps: { type: 'string', default: '200' },
    jobs: { type: 'string', default: '1' },
    only: { type: 'string' },
    worker: { type: 'boolean', default: false },
  },
});

const FIRST_SEED = 1;
/** What chance brings seldom is waited for so much longer. */
const MORE_TIMES = 6;
const runs = Number(values.runs);
const steps = Number(values.steps);
const only = values.only?.split(',');

/** After how many schedules each invariant noticed. */
type Caught = Readonly<Record<string, number>>;

async function runMutant(): Promise<void> {
  const isolate = MUTANTS.find(({ name }) => name === process.env.SIMULATION_MUTANT)?.isolate ?? false;
  const caught: Record<string, number> = {};
  const isCaught = (): boolean => Object.keys(caught).length > 0;
  for (let index = 0; index < runs || (index < MORE_TIMES * runs && !isCaught()); index += 1) {
    const { violations } = await runSchedule({ seed: FIRST_SEED + index, steps, isolate, findAll: true });
    for (const { invariant } of violations) caught[invariant] ??= index + 1;
  }
  process.send?.(caught);
  process.disconnect();
}

function plant(mutant: Mutant): Promise<Caught> {
  const plantFile = fileURLToPath(new URL('../test/simulation/plant-mutant.ts', import.meta.url));
  const worker = fork(fileURLToPath(import.meta.url), ['--worker', '--runs', String(runs), '--steps', String(steps)], {
    env: { ...process.env, SIMULATION_MUTANT: mutant.name },
    execArgv: ['--import', plantFile],
  });
  return new Promise((resolve, reject) => {
    let caught: Caught | undefined;
    worker.on('message', (message: Caught) => {
      caught = message;
    });
    worker.on('exit', (code) => {
      if (caught === undefined) reject(new Error(`${mutant.name}: ended with exit code ${code}`));
      else resolve(caught);
    });
  });
}

async function lead(): Promise<void> {
  const chosen = MUTANTS.filter(({ name }) => only === undefined || only.includes(name));
  const waiting = [...chosen];
  const results = new Map<string, Caught>();
  const work = async (): Promise<void> => {
    for (let mutant = waiting.shift(); mutant !== undefined; mutant = waiting.shift()) {
      const caught = await plant(mutant);
      results.set(mutant.name, caught);
      process.stdout.write(`${mutant.name.padEnd(32)} ${inWords(caught)}\n`);
    }
  };
  await Promise.all(Array.from({ length: Number(values.jobs) }, work));
  const survivors = chosen.filter(({ name }) => Object.keys(results.get(name) ?? {}).length === 0);
  for (const { name, mistake } of survivors) process.stdout.write(`not caught: ${name}: ${mistake}\n`);
  process.stdout.write(
    `${chosen.length - survivors.length} of ${chosen.length} mutants caught by ${runs} schedules of ${steps} steps\n`,
  );
  if (survivors.length > 0) process.exitCode = 1;
  // What one mutant or another shows says nothing of all invariants.
  if (only === undefined && !tellNeed(results)) process.exitCode = 1;
}

/** Without the invariant these mutants would survive. */
function witnessesOf(invariant: string, results: ReadonlyMap<string, Caught>): string[] {
  return [...results].flatMap(([mutant, caught]) => {
    const names = Object.keys(caught);
    return names.length === 1 && names[0] === invariant ? [mutant] : [];
  });
}

/** A table: each invariant, and the mutants that it alone catches. False when one could be deleted and no mutant would survive. */
function tellNeed(results: ReadonlyMap<string, Caught>): boolean {
  const width = Math.max(...INVARIANTS.map(({ name }) => name.length));
  const needs = INVARIANTS.map(({ name }) => ({ name, witnesses: witnessesOf(name, results) }));
  process.stdout.write(`\n${'invariant'.padEnd(width)}   mutants that only it catches\n`);
  for (const { name, witnesses } of needs)
    process.stdout.write(`${name.padEnd(width)}   ${witnesses.length === 0 ? 'NONE' : witnesses.join(', ')}\n`);
  const idle = needs.filter(({ witnesses }) => witnesses.length === 0);
  process.stdout.write(`${needs.length - idle.length} of ${needs.length} invariants cannot be left out\n`);
  return idle.length === 0;
}

function inWords(caught: Caught): string {
  const entries = Object.entries(caught).sort(([, a], [, b]) => a - b);
  return entries.length === 0 ? 'NOT CAUGHT' : entries.map(([name, after]) => `${name} after ${after}`).join(', ');
}

if (values.worker) await runMutant();
else await lead();
