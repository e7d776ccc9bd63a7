import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFAULT_LIMITS } from '../src/domain/limits.ts';
import { type EmbeddedProcess, type Report, sharedNow, startEmbeddedProcess } from './embedded-process.ts';
import { generateTree, leafOf, manifest } from './generated-tree.ts';
import { quantile } from './quantile.ts';
import { isMain, printTable, type Row } from './table.ts';
import { startWatch } from './watch-process.ts';

const KUSTOMIZATIONS = 100;
const MANIFESTS_EACH = 4;
const SAVES = Number(process.env.BENCH_SAVES ?? 200);
/** Saves before those that count: until then the code runs uncompiled. */
const WARM_UP_SAVES = 10;
/** `shared`, `own`: which sources are measured. */
const SOURCES = (process.env.BENCH_SOURCES ?? 'shared,own').split(',');
const STUCK_AFTER_MS = 30_000;
/** After a save is through: its events come in, and the sweep after the cycle ends. Nobody saves sooner. */
const AT_REST_MS = 300;

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
 * of that one's digest. The watch is the built CLI as a process; the API server, the registry and Flux's stand-ins are another, and this one saves.
 */
export async function run(): Promise<Row[]> {
  const rows: Row[] = [];
  if (SOURCES.includes('own')) {
    const isolated = await inWorld('on', (root, reports) => samplesOf((save) => saveIsolated(root, reports, save)));
    rows.push(...isolatedRows(isolated));
  }
  if (SOURCES.includes('shared')) {
    const shared = await inWorld('off', (root, reports) => samplesOf((save) => saveOne(root, reports, save)));
    rows.push(...sharedRows(shared));
  }
  return rows;
}

async function samplesOf<Sample>(measure: (save: number) => Promise<Sample>): Promise<Sample[]> {
  const samples: Sample[] = [];
  for (let save = 0; save < WARM_UP_SAVES + SAVES; save += 1) samples.push(await measure(save));
  return samples.slice(WARM_UP_SAVES);
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
    const through = reports.next((report) => report.type === 'through');
    const kubeconfig = join(directory, 'kubeconfig');
    writeFileSync(kubeconfig, world.kubeconfig, { mode: 0o600 });
    const home = join(directory, 'home');
    mkdirSync(home);
    const watch = startWatch({ directory: root, home, kubeconfig, more: ['--initial', `--isolate=${isolate}`] });
    try {
      await watch.started;
      await through;
      return await measure(root, reports);
    } finally {
      await watch.kill();
    }
  } finally {
    await world.stop();
    rmSync(directory, { recursive: true, force: true });
  }
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
  const savedAt = saveLeaf(root, index, save);
  const asked = await sourceAsked;
  const ready = await sourceReady;
  const last = await targetAsked;
  await through;
  await atRest();
  return { totalMs: last - savedAt, sourceAskedMs: asked - savedAt, fluxMs: ready - asked };
}

/** Ms from the save to the PATCH of the source that one Kustomization alone reads; the first time it is made. */
async function saveIsolated(root: string, reports: Reports, save: number): Promise<number> {
  const index = (save % ISOLATED_TARGETS) * 17;
  const moved = reports.next((report) => report.type === 'moved');
  const applied = reports.next((report) => report.type === 'applied' && report.name === `app-${index}`);
  const savedAt = saveLeaf(root, index, save);
  const movedAt = await moved;
  await applied;
  await atRest();
  return movedAt - savedAt;
}

/** When the new content was in the file. How long the disk then takes to close it is nobody's share. */
function saveLeaf(root: string, index: number, save: number): number {
  const file = openSync(join(root, leafOf(index)), 'w');
  try {
    writeSync(file, manifest(index, 0, save + 1));
    return sharedNow();
  } finally {
    closeSync(file);
  }
}

function atRest(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, AT_REST_MS));
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

const QUIET_MS = DEFAULT_LIMITS.quietPeriodMs;

function isolatedRows(samples: readonly number[]): Row[] {
  const own = samples.map((ms) => ms - QUIET_MS);
  return [
    rowOf('isolated: save -> last request, beyond the quiet period', own, 0.99, '<= 20'),
    rowOf('isolated: save -> last request, beyond the quiet period', own, 0.9, ''),
  ];
}

function sharedRows(samples: readonly Sample[]): Row[] {
  const own = samples.map(({ totalMs, fluxMs }) => totalMs - QUIET_MS - fluxMs);
  const total = samples.map(({ totalMs }) => totalMs);
  const flux = samples.map(({ fluxMs }) => fluxMs);
  const toSource = samples.map(({ sourceAskedMs }) => sourceAskedMs - QUIET_MS);
  return [
    rowOf('save -> last request, own share beyond the quiet period', own, 0.99, '<= 20'),
    rowOf('save -> last request, own share beyond the quiet period', own, 0.9, ''),
    rowOf('save -> request to the source, beyond the quiet period', toSource, 0.99, ''),
    rowOf('save -> last request, all in all', total, 0.99, ''),
    rowOf('request to the source -> its Ready (stand-in of source-controller)', flux, 0.99, ''),
  ];
}

function rowOf(measured: string, values: readonly number[], share: number, goal: string): Row {
  return {
    measured: `${measured}, p${share * 100}`,
    value: rounded(quantile(values, share)),
    unit: 'ms',
    goal,
    baseline: rounded(quantile(values, 0.5)),
    baselineIs: 'median',
  };
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}

if (isMain(import.meta.url)) printTable('save-to-request', await run());
