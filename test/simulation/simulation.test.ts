import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { foundSchedules } from './found-schedule.ts';
import { MUTANTS } from './mutants.ts';
import { runSchedule } from './run-schedule.ts';

const STEPS = 200;
/** The same ones always, so that a change is measured by what it was measured by before. */
const FIXED_SEEDS = Array.from({ length: 20 }, (_, index) => index + 1);
/** And one that nobody has seen. */
const FRESH_SEED = Number(process.env.SIMULATE_SEED ?? Date.now() % 1_000_000_000);
/** In CI so many more, the same ones always, too: what fails there is to be of the change that is being tested. */
const MANY_FROM_SEED = 1_000_001;
const MORE_SCHEDULES = Number(process.env.SIMULATE_SCHEDULES ?? 0);
/** So many reach everything that there is to reach; fewer may miss what is rare. */
const COVERING_SCHEDULES = 5_000;
const MS_MAX_A_SCHEDULE = 500;

async function violationsOf(seed: number, isolate = false): Promise<string[]> {
  const { violations } = await runSchedule({ seed, steps: STEPS, isolate });
  const options = `${isolate ? '--isolate ' : ''}--seed ${seed} --steps ${STEPS} --runs 1`;
  return violations.map(({ invariant, message }) => `${invariant}: ${message} (node scripts/simulate.ts ${options})`);
}

test.for(FIXED_SEEDS)('nothing promised is broken in the schedule of seed %i', async (seed) => {
  expect(await violationsOf(seed)).toEqual([]);
});

test.for(FIXED_SEEDS)('nothing promised is broken in the schedule of seed %i with --isolate', async (seed) => {
  expect(await violationsOf(seed, true)).toEqual([]);
});

test(`nothing promised is broken in a schedule that nobody has seen, of seed ${FRESH_SEED}`, {
  timeout: 60_000,
}, async () => {
  expect(await violationsOf(FRESH_SEED)).toEqual([]);
});

test.runIf(MORE_SCHEDULES > 0).for([false, true])(
  `nothing promised is broken in ${MORE_SCHEDULES} schedules from seed ${MANY_FROM_SEED} on (isolated: %s)`,
  { timeout: 60_000 + MORE_SCHEDULES * MS_MAX_A_SCHEDULE },
  async (isolate, { signal }) => {
    const options = ['--seed', String(MANY_FROM_SEED), '--runs', String(MORE_SCHEDULES), '--steps', String(STEPS)];
    if (isolate) options.push('--isolate');
    if (MORE_SCHEDULES >= COVERING_SCHEDULES) options.push('--require-coverage');
    const { code, output } = await simulate(options, signal);
    expect(code, output).toBe(0);
  },
);

test.for([false, true])(
  'one seed decides everything: a second run takes the same steps and sees the same (isolated: %s)',
  async (isolate) => {
    const run = async (steps: Parameters<typeof runSchedule>[0]['steps']) => {
      const seen: string[] = [];
      const result = await runSchedule({
        seed: 12,
        steps,
        isolate,
        onEvidence: (evidence) => seen.push(JSON.stringify(evidence)),
      });
      return { seen, steps: result.steps };
    };
    const first = await run(STEPS);
    expect(await run(STEPS)).toEqual(first);
    expect((await run(first.steps)).seen).toEqual(first.seen);
  },
);

/** In processes of its own, one for each core. */
function simulate(options: readonly string[], signal: AbortSignal): Promise<{ code: number | null; output: string }> {
  const script = fileURLToPath(new URL('../../scripts/simulate.ts', import.meta.url));
  const child = spawn(process.execPath, [script, ...options], { signal, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output }));
  });
}

const found = foundSchedules();

describe.runIf(found.length > 0)('what was found once', () => {
  test.for(found)('stays mended: $file', async ({ seed, steps, isolate = false }) => {
    expect((await runSchedule({ seed, steps, isolate })).violations).toEqual([]);
  });
});

test.for(MUTANTS)('the mutant $name can still be planted', ({ file, changes }) => {
  const source = readFileSync(fileURLToPath(new URL(`../../${file}`, import.meta.url)), 'utf8');
  for (const { from, times = 1 } of changes) expect(source.split(from).length - 1, from).toBe(times);
});
