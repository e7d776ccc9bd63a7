import { DEFAULT_LIMITS } from '../src/domain/limits.ts';
import { type BenchCluster, realCluster, standInCluster } from './isolation/bench-cluster.ts';
import {
  MANIFESTS_EACH,
  type Measured,
  measureSaves,
  type Sample,
  type SavesWanted,
} from './isolation/measure-saves.ts';
import { tunedTo } from './isolation/tuned-stand-in.ts';
import { quantile } from './quantile.ts';
import { isMain, printTable, type Row } from './table.ts';

// Asked for in the environment:
/** How many Kustomizations, on the real cluster. 500 on one shared source take a quarter of an hour to settle, each time. */
const SIZES = (process.env.BENCH_SIZES ?? '10,100').split(',').map(Number);
/** How many on the stand-in, slowed down to what was measured on the real ones. 0: none. */
const STAND_IN_SIZE = Number(process.env.BENCH_STAND_IN ?? 1_000);
/** On the stand-in what the shared source takes is nothing but waiting, most of an hour: it waits a part of it, and the rest is counted. */
const TIME_LAPSE = 30;
const TARGETS = 10;
/** Of a save for each of the targets, with sources of their own. */
const ISOLATED_ROUNDS = Number(process.env.BENCH_ROUNDS ?? 5);
const QUIET_MS = DEFAULT_LIMITS.quietPeriodMs;

/** From a save to its object being live and its Kustomization Ready: with a source of its own, beside the one shared source in the same run. */
export async function run(): Promise<Row[]> {
  const rows: Row[] = [];
  const measured = new Map<number, Measured>();
  for (const size of SIZES) {
    // With many, a single save of the shared source takes minutes. 0 leaves it out.
    const sharedSaves = Number(process.env.BENCH_SHARED_SAVES ?? (size <= 10 ? 20 : size <= 100 ? 5 : 1));
    const found = await measuredOn(realCluster, size, { isolatedRounds: ISOLATED_ROUNDS, sharedSaves });
    measured.set(size, found);
    rows.push(...rowsOf(`${size}`, found));
  }
  if (STAND_IN_SIZE > 0) rows.push(...rowsOf(`${STAND_IN_SIZE} (stand-in)`, await measuredOnStandIn(measured)));
  return rows;
}

async function measuredOn(
  start: () => Promise<BenchCluster>,
  kustomizations: number,
  saves: Pick<SavesWanted, 'isolatedRounds' | 'sharedSaves'>,
): Promise<Measured> {
  const cluster = await start();
  try {
    process.stderr.write(`${kustomizations} Kustomizations, ${MANIFESTS_EACH + 1} files each\n`);
    return await measureSaves(cluster, { kustomizations, targets: TARGETS, ...saves });
  } finally {
    await cluster.stop();
  }
}

async function measuredOnStandIn(measured: ReadonlyMap<number, Measured>): Promise<Measured> {
  const tuned = tunedTo(measured, STAND_IN_SIZE);
  process.stderr.write(`the stand-in takes ${JSON.stringify(tuned)}\n`);
  const { isolated, first } = await measuredOn(() => standInCluster({ ...tuned, sharedApplyMs: 0 }), STAND_IN_SIZE, {
    isolatedRounds: ISOLATED_ROUNDS,
    sharedSaves: 0,
  });
  if ([...measured.values()].some(({ shared }) => shared.length === 0)) return { isolated, first, shared: [] };
  const lapsed = { ...tuned, sharedApplyMs: tuned.sharedApplyMs / TIME_LAPSE, healthMs: tuned.healthMs / TIME_LAPSE };
  const { shared } = await measuredOn(() => standInCluster(lapsed), STAND_IN_SIZE, {
    isolatedRounds: 0,
    sharedSaves: 3,
  });
  return { isolated, first, shared: shared.map(inFull) };
}

function inFull(sample: Sample): Sample {
  const full = (ms: number): number => sample.fetchedMs + (ms - sample.fetchedMs) * TIME_LAPSE;
  return { ...sample, liveMs: full(sample.liveMs), readyMs: full(sample.readyMs), settledMs: full(sample.settledMs) };
}

function rowsOf(size: string, { isolated, first, shared }: Measured): Row[] {
  const row = (measured: string, field: keyof Sample, share: number, goal = '', samples = isolated): Row => ({
    measured: `${size}: ${measured}, p${share * 100}`,
    value: figure(samples, field, share),
    unit: 'ms',
    goal,
    baseline: figure(shared, field, share),
    baselineIs: `shared source, ${shared.length} saves`,
  });
  return [
    row('save -> live', 'liveMs', 0.5),
    row('save -> live', 'liveMs', 0.99),
    row('save -> Ready', 'readyMs', 0.5, `<= ${QUIET_MS + 250}`),
    row('save -> Ready', 'readyMs', 0.99),
    row('save -> all through', 'settledMs', 0.5),
    row('first save of a target -> Ready', 'readyMs', 0.5, '', first),
    {
      measured: `${size}: save -> last request seen, less the quiet period, p99`,
      value: figure(isolated, 'requestedMs', 0.99) - QUIET_MS,
      unit: 'ms',
      goal: '<= 20',
      baseline: figure(isolated, 'requestedMs', 0.5) - QUIET_MS,
      baselineIs: 'median',
    },
  ];
}

function figure(samples: readonly Sample[], field: keyof Sample, share: number): number {
  const values = samples.map((sample) => sample[field]);
  return Math.round(quantile(values, share));
}

if (isMain(import.meta.url)) printTable('isolation', await run());
