import { expect, test } from 'vitest';
import { Coverage } from './coverage.ts';
import { isNamed, OUT_OF_REACH, outOfReach } from './out-of-reach.ts';
import { rareSchedules } from './rare-schedule.ts';
import { runSchedule } from './run-schedule.ts';

const names = new Coverage().names();

test.for(OUT_OF_REACH.flatMap((entry) => entry.names))('what is out of reach is there: %s', (given) => {
  expect(names.filter((name) => isNamed(given, name))).not.toEqual([]);
});

test('whatever is not named as out of reach must be reached', () => {
  const coverage = new Coverage();
  expect(coverage.flaws().notReached).toEqual(names.filter((name) => outOfReach(name) === undefined));
  expect(coverage.flaws().notReached).toContain('source: fetching ─SourceWaitElapsed→ idle');
  expect(coverage.flaws().notReached).toContain('askGenerators × gone');
});

test('what is reached although it is named as out of reach is a flaw', () => {
  const name = 'source: idle ─always [askWanted]→ asking';
  const coverage = new Coverage();
  coverage.add({ taken: { [name]: 1 }, hits: {}, states: {} });
  expect(coverage.flaws().reachedAfterAll).toEqual([name]);
  expect(coverage.report().join('\n')).toContain(name);
});

test('what several processes have covered adds up, and nothing is missing once all of it is reached', () => {
  const coverage = new Coverage();
  const counts = coverage.counts();
  const once = (of: Readonly<Record<string, number>>) =>
    Object.fromEntries(Object.keys(of).flatMap((name) => (outOfReach(name) === undefined ? [[name, 1]] : [])));
  coverage.add({ taken: once(counts.taken), hits: {}, states: {} });
  coverage.add({ taken: {}, hits: once(counts.hits), states: once(counts.states) });
  expect(coverage.flaws()).toEqual({ notReached: [], reachedAfterAll: [] });
});

test.for(rareSchedules())(
  'the rare schedule $file still reaches what it is kept for',
  async ({ seed, steps, reaches, isolate = false }) => {
    const coverage = new Coverage(isolate);
    coverage.observe();
    const { violations } = await runSchedule({ seed, steps, isolate, onFault: coverage.fault.bind(coverage) });
    expect(violations).toEqual([]);
    expect(coverage.count(reaches), `${reaches}: node scripts/simulate-rare.ts finds another`).toBeGreaterThan(0);
  },
);
