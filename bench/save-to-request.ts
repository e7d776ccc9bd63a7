import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startWatchSession, type WatchSession } from '../src/cli/watch-session.ts';
import { loadKubeconfig } from '../src/cluster/kubeconfig.ts';
import { DEFAULT_LIMITS } from '../src/domain/limits.ts';
import { type EmbeddedProcess, type Report, sharedNow, startEmbeddedProcess } from './embedded-process.ts';
import { generateTree, leafOf, manifest } from './generated-tree.ts';
import { quantile } from './quantile.ts';
import { isMain, printTable, type Row } from './table.ts';

const KUSTOMIZATIONS = 100;
const MANIFESTS_EACH = 4;
const SAVES = Number(process.env.BENCH_SAVES ?? 200);
/** Saves before those that count: until then the code runs uncompiled. */
const WARM_UP_SAVES = 10;
const STUCK_AFTER_MS = 30_000;

interface Sample {
  /** Save → PATCH of the Kustomization at the API server. */
  readonly totalMs: number;
  /** Save → PATCH of the source. */
  readonly sourceAskedMs: number;
  /** PATCH of the source → its Ready: source-controller's own time. */
  readonly fluxMs: number;
}

/** Targets that get sources of their own here, and are saved in turn. */
const ISOLATED_TARGETS = 5;

/**
 * From a save to the last request it makes: on the shared source the PATCH of the one Kustomization it affects, with a source of its own the PATCH
 * of that one's digest. The watch runs in this process; the API server, the registry and Flux's stand-ins in another.
 */
export async function run(): Promise<Row[]> {
  const shared = await inWorld('off', async (root, reports) => {
    const samples: Sample[] = [];
    for (let save = 0; save < WARM_UP_SAVES; save += 1) await saveOne(root, reports, save);
    for (let save = 0; save < SAVES; save += 1) samples.push(await saveOne(root, reports, WARM_UP_SAVES + save));
    return samples;
  });
  const isolated = await inWorld('on', async (root, reports) => {
    const samples: number[] = [];
    for (let save = 0; save < WARM_UP_SAVES; save += 1) await saveIsolated(root, reports, save);
    for (let save = 0; save < SAVES; save += 1) samples.push(await saveIsolated(root, reports, WARM_UP_SAVES + save));
    return samples;
  });
  return rowsOf(shared, isolated);
}

async function inWorld<Samples>(
  isolate: 'on' | 'off',
  measure: (root: string, reports: Reports) => Promise<Samples>,
): Promise<Samples> {
  const directory = mkdtempSync(join(tmpdir(), 'bench-save-'));
  const root = join(directory, 'tree');
  generateTree(root, { kustomizations: KUSTOMIZATIONS, manifestsEach: MANIFESTS_EACH });
  const world = await startEmbeddedProcess({ kustomizations: KUSTOMIZATIONS, flux: true });
  try {
    const reports = new Reports(world);
    const session = await startSession(directory, root, world, isolate);
    try {
      await reports.next((report) => report.type === 'through');
      return await measure(root, reports);
    } finally {
      await session.stop();
    }
  } finally {
    await world.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

async function startSession(
  directory: string,
  root: string,
  world: EmbeddedProcess,
  isolate: 'on' | 'off',
): Promise<WatchSession> {
  const kubeconfig = join(directory, 'kubeconfig');
  writeFileSync(kubeconfig, world.kubeconfig, { mode: 0o600 });
  return startWatchSession({
    dir: root,
    root: undefined,
    connection: await loadKubeconfig({ path: kubeconfig }),
    clusterName: 'bench',
    namespace: undefined,
    source: undefined,
    registry: undefined,
    tag: undefined,
    full: { reason: 'initial', detail: 'bench' },
    dryRun: false,
    logPath: join(directory, 'log', 'events.db'),
    hooks: [],
    isolate,
    poll: false,
    allowPrune: false,
    ignore: [],
    limits: DEFAULT_LIMITS,
    env: process.env,
    signal: new AbortController().signal,
    onHappening: (happening) => {
      if (happening.type === 'message' && happening.level !== 'info') process.stderr.write(`${happening.text}\n`);
    },
    onEvent: () => {},
  });
}

/** Waits out what the save before set in motion, then saves one leaf. The leaf is any, but the same in each run. */
async function saveOne(root: string, reports: Reports, save: number): Promise<Sample> {
  const index = (save * 37) % KUSTOMIZATIONS;
  const name = `app-${index}`;
  const sourceAsked = reports.next(
    ({ type, ...rest }) => type === 'asked' && 'kind' in rest && rest.kind === 'OCIRepository',
  );
  const sourceReady = reports.next(({ type }) => type === 'source-ready');
  const targetAsked = reports.next(
    (report) => report.type === 'asked' && report.kind === 'Kustomization' && report.name === name,
  );
  const through = reports.next(({ type }) => type === 'through');
  const savedAt = sharedNow();
  writeFileSync(join(root, leafOf(index)), manifest(index, 0, save + 1));
  const asked = await sourceAsked;
  const ready = await sourceReady;
  const last = await targetAsked;
  await through;
  // The events of the rest come in, and the sweep after the cycle ends.
  await new Promise((resolve) => setTimeout(resolve, 150));
  return { totalMs: last - savedAt, sourceAskedMs: asked - savedAt, fluxMs: ready - asked };
}

/** Ms from the save to the PATCH of the source that one Kustomization alone reads; the first time it is made. */
async function saveIsolated(root: string, reports: Reports, save: number): Promise<number> {
  const index = (save % ISOLATED_TARGETS) * 17;
  const moved = reports.next((report) => report.type === 'moved');
  const applied = reports.next((report) => report.type === 'applied' && report.name === `app-${index}`);
  const savedAt = sharedNow();
  writeFileSync(join(root, leafOf(index)), manifest(index, 0, save + 1));
  const movedAt = await moved;
  await applied;
  await new Promise((resolve) => setTimeout(resolve, 150));
  return movedAt - savedAt;
}

/** Turns reports into promises of the time at which one comes that fits. */
class Reports {
  readonly #waiting = new Set<(report: Report) => void>();

  constructor(world: EmbeddedProcess) {
    world.onReport((report) => {
      for (const take of this.#waiting) take(report);
    });
  }

  next(fits: (report: Report) => boolean): Promise<number> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error('the cluster did not show what a save should bring about')),
        STUCK_AFTER_MS,
      );
      const take = (report: Report): void => {
        if (!fits(report)) return;
        clearTimeout(timer);
        this.#waiting.delete(take);
        resolve('atMs' in report ? report.atMs : sharedNow());
      };
      this.#waiting.add(take);
    });
  }
}

function rowsOf(samples: readonly Sample[], isolatedMs: readonly number[]): Row[] {
  const quiet = DEFAULT_LIMITS.quietPeriodMs;
  const isolated = isolatedMs.map((ms) => ms - quiet);
  const own = samples.map(({ totalMs, fluxMs }) => totalMs - quiet - fluxMs);
  const total = samples.map(({ totalMs }) => totalMs);
  const flux = samples.map(({ fluxMs }) => fluxMs);
  const toSource = samples.map(({ sourceAskedMs }) => sourceAskedMs - quiet);
  const row = (measured: string, values: readonly number[], share: number, goal: string): Row => ({
    measured,
    value: rounded(quantile(values, share)),
    unit: 'ms',
    goal,
    baseline: rounded(quantile(values, 0.5)),
    baselineIs: 'median',
  });
  return [
    row('isolated: save -> last request, beyond the quiet period, p99', isolated, 0.99, '<= 20'),
    row('isolated: save -> last request, beyond the quiet period, p90', isolated, 0.9, ''),
    row('save -> last request, own share beyond the quiet period, p99', own, 0.99, '<= 20'),
    row('save -> last request, own share beyond the quiet period, p90', own, 0.9, ''),
    row('save -> request to the source, beyond the quiet period, p99', toSource, 0.99, ''),
    row('save -> last request, all in all, p99', total, 0.99, ''),
    row('request to the source -> its Ready (stand-in of source-controller), p99', flux, 0.99, ''),
  ];
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}

if (isMain(import.meta.url)) printTable('save-to-request', await run());
