// `node scripts/simulate-rare.ts [--seed N] [--runs N] [--isolate] [NAME…]`: looks for schedules that reach what chance reaches too seldom, and keeps a short one of
// each in test/simulation/rare/. Without names: whatever fewer than SELDOM of the runs reach. See docs/simulation.md.
import { parseArgs } from 'node:util';
import { Coverage } from '../test/simulation/coverage.ts';
import { outOfReach } from '../test/simulation/out-of-reach.ts';
import { keepRare } from '../test/simulation/rare-schedule.ts';
import { runSchedule } from '../test/simulation/run-schedule.ts';
import { shortest } from '../test/simulation/shrink.ts';
import type { Step } from '../test/simulation/step.ts';

const STEPS = 200;
/** So few of the runs that as many others might well have none. */
const SELDOM = 12;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string' },
    runs: { type: 'string', default: '2000' },
    isolate: { type: 'boolean', default: false },
  },
});
const firstSeed = values.seed === undefined ? Date.now() % 1_000_000_000 : Number(values.seed);
const runs = Number(values.runs);
const { isolate } = values;
const coverage = new Coverage(isolate);
coverage.observe();
const onFault = coverage.fault.bind(coverage);
const wanted =
  positionals.length > 0 ? positionals : coverage.names().filter((name) => outOfReach(name, isolate) === undefined);

interface Reached {
  schedules: number;
  readonly seed: number;
  readonly steps: readonly Step[];
}

async function reachedByChance(): Promise<Map<string, Reached>> {
  const reached = new Map<string, Reached>();
  for (let seed = firstSeed; seed < firstSeed + runs; seed += 1) {
    const before = new Map(wanted.map((name) => [name, coverage.count(name)]));
    const { steps, violations } = await runSchedule({ seed, steps: STEPS, isolate, onFault });
    if (violations.length > 0) process.stdout.write(`seed ${seed} violates ${violations[0]?.invariant}\n`);
    for (const name of violations.length > 0 ? [] : wanted) {
      if (coverage.count(name) === before.get(name)) continue;
      const known = reached.get(name);
      if (known === undefined) reached.set(name, { schedules: 1, seed, steps });
      else known.schedules += 1;
    }
    if (positionals.length > 0 && reached.size === wanted.length) break;
  }
  return reached;
}

/** The steps without those that do not matter for `name`. */
async function shortened(name: string, { seed, steps }: Reached): Promise<readonly Step[]> {
  const short = await shortest(steps, { step: steps.length }, async (candidate) => {
    const before = coverage.count(name);
    const { violations } = await runSchedule({ seed, steps: candidate, isolate, onFault });
    return violations.length === 0 && coverage.count(name) > before ? { step: candidate.length } : undefined;
  });
  return short.steps;
}

process.stdout.write(`seed ${firstSeed}, ${runs} schedules\n`);
const reached = await reachedByChance();
for (const name of wanted) {
  const found = reached.get(name);
  if (found === undefined) process.stdout.write(`not reached: ${name}\n`);
  else if (positionals.length > 0 || found.schedules < SELDOM) {
    const steps = await shortened(name, found);
    const path = keepRare({ seed: found.seed, ...(isolate ? { isolate } : {}), reaches: name, steps });
    process.stdout.write(`${found.schedules} of ${runs}: ${name}: ${steps.length} steps, ${path}\n`);
  }
}
process.exitCode = wanted.every((name) => reached.has(name)) ? 0 : 1;
