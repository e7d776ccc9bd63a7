import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { foundSchedules } from './found-schedule.ts';
import { MUTANTS } from './mutants.ts';
import { runSchedule } from './run-schedule.ts';

const STEPS = 200;
/** The same ones always, so that a change is measured by what it was measured by before. */
const FIXED_SEEDS = Array.from({ length: 20 }, (_, index) => index + 1);
/** More of the same in CI, which says how many. */
const MORE_FROM = 1_000;
const MORE_SCHEDULES = Number(process.env.SIMULATE_SCHEDULES ?? 0);
/** And one that nobody has seen. */
const FRESH_SCHEDULES = 1;
const FRESH_SEED = Number(process.env.SIMULATE_SEED ?? Date.now() % 1_000_000_000);

async function violationsOf(seed: number): Promise<string[]> {
  const { violations } = await runSchedule({ seed, steps: STEPS });
  return violations.map(
    ({ invariant, message }) =>
      `${invariant}: ${message} (node scripts/simulate.ts --seed ${seed} --steps ${STEPS} --runs 1)`,
  );
}

test.for(FIXED_SEEDS)('nothing promised is broken in the schedule of seed %i', async (seed) => {
  expect(await violationsOf(seed)).toEqual([]);
});

test.runIf(MORE_SCHEDULES > 0)(
  `nothing promised is broken in ${MORE_SCHEDULES} schedules from seed ${MORE_FROM} on`,
  {
    timeout: 60_000 + MORE_SCHEDULES * 500,
  },
  async () => {
    for (let index = 0; index < MORE_SCHEDULES; index += 1) expect(await violationsOf(MORE_FROM + index)).toEqual([]);
  },
);

test(`nothing promised is broken in a schedule that nobody has seen, of seed ${FRESH_SEED}`, {
  timeout: 60_000 + FRESH_SCHEDULES * 500,
}, async () => {
  for (let index = 0; index < FRESH_SCHEDULES; index += 1) expect(await violationsOf(FRESH_SEED + index)).toEqual([]);
});

test('one seed decides everything: a second run takes the same steps and sees the same', async () => {
  const run = async (steps: Parameters<typeof runSchedule>[0]['steps']) => {
    const seen: string[] = [];
    const result = await runSchedule({
      seed: 12,
      steps,
      onEvidence: (evidence) => seen.push(JSON.stringify(evidence)),
    });
    return { seen, steps: result.steps };
  };
  const first = await run(STEPS);
  expect(await run(STEPS)).toEqual(first);
  expect((await run(first.steps)).seen).toEqual(first.seen);
});

const found = foundSchedules();

describe.runIf(found.length > 0)('what was found once', () => {
  test.for(found)('stays mended: $file', async ({ seed, steps }) => {
    expect((await runSchedule({ seed, steps })).violations).toEqual([]);
  });
});

test.for(MUTANTS)('the mutant $name can still be planted', ({ file, changes }) => {
  const source = readFileSync(fileURLToPath(new URL(`../../${file}`, import.meta.url)), 'utf8');
  for (const { from, times = 1 } of changes) expect(source.split(from).length - 1, from).toBe(times);
});
