import { fork } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedProcess } from './embedded-process.ts';
import { generateTree } from './generated-tree.ts';
import { isMain, printTable, type Row } from './table.ts';

const KUSTOMIZATIONS = 1_000;
const MANIFESTS_EACH = 9;
/** After the start everything is let settle: first looks, snapshots, garbage. */
const SETTLE_MS = 10_000;
const IDLE_MS = 20_000;

interface Usage {
  readonly residentMb: number;
  readonly idleCpuPercent: number;
}

/**
 * The built `watch` as a process, watching 10,000 files in 1,000 kustomizations with their 1,000 Kustomizations in the cluster, beside the
 * same watch of an empty directory and an empty cluster. The cluster runs in another process.
 */
export async function run(): Promise<Row[]> {
  const directory = mkdtempSync(join(tmpdir(), 'bench-memory-'));
  try {
    const empty = await usageOf(directory, 'empty', 0);
    const full = await usageOf(directory, 'full', KUSTOMIZATIONS);
    const help = helpMs();
    const files = KUSTOMIZATIONS * (MANIFESTS_EACH + 1);
    return [
      row(
        `memory of a watch of ${files} files beyond one of none`,
        full.residentMb - empty.residentMb,
        'MB',
        '<= 50',
        empty.residentMb,
        'watching nothing',
      ),
      row(`memory of a watch of ${files} files`, full.residentMb, 'MB', '<= 150', empty.residentMb, 'watching nothing'),
      row('CPU when idle', full.idleCpuPercent, '%', '< 1', empty.idleCpuPercent, 'watching nothing'),
      row('--help', await help, 'ms', '<= 200', await bareNodeMs(), 'an empty script'),
    ];
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function row(measured: string, value: number, unit: string, goal: string, baseline: number, baselineIs: string): Row {
  const rounded = (number: number): number => Math.round(number * 100) / 100;
  return { measured, value: rounded(value), unit, goal, baseline: rounded(baseline), baselineIs };
}

const CLI = new URL('../dist/cli.js', import.meta.url).pathname;

async function usageOf(directory: string, name: string, kustomizations: number): Promise<Usage> {
  const root = join(directory, name);
  mkdirSync(root);
  generateTree(root, { kustomizations, manifestsEach: MANIFESTS_EACH });
  // An empty watch needs one Kustomization to be allowed to start.
  const world = await startEmbeddedProcess({ kustomizations: Math.max(1, kustomizations), flux: false });
  const kubeconfig = join(directory, `${name}.kubeconfig`);
  writeFileSync(kubeconfig, world.kubeconfig, { mode: 0o600 });
  const watch = fork(
    CLI,
    [
      'watch',
      root,
      '--kubeconfig',
      kubeconfig,
      '--source',
      'flux-system/bench',
      '--log',
      join(directory, `${name}.db`),
      '--json',
    ],
    { stdio: ['ignore', 'pipe', 'inherit', 'ipc'], execArgv: [] },
  );
  try {
    const started = Promise.withResolvers<void>();
    watch.once('exit', (code) => started.reject(new Error(`watch ended with ${code}`)));
    watch.stdout?.on('data', (text: Buffer) => text.includes('"WatchStarted"') && started.resolve());
    await started.promise;
    await passed(SETTLE_MS);
    const { pid = 0 } = watch;
    const before = cpuMs(pid);
    await passed(IDLE_MS);
    const idleCpuPercent = ((cpuMs(pid) - before) * 100) / IDLE_MS;
    return { residentMb: residentMb(pid), idleCpuPercent };
  } finally {
    watch.kill('SIGTERM');
    await world.stop();
  }
}

function passed(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function residentMb(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1_024;
}

/** User and system time, from /proc: in ticks of 10 ms. */
function cpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

async function helpMs(): Promise<number> {
  return bestOf(5, () => ended(CLI, ['--help']));
}

async function bareNodeMs(): Promise<number> {
  return bestOf(5, () => ended(new URL('nothing.mjs', import.meta.url).pathname, []));
}

async function bestOf(times: number, measure: () => Promise<number>): Promise<number> {
  const found: number[] = [];
  for (let run = 0; run < times; run += 1) found.push(await measure());
  return Math.min(...found);
}

function ended(script: string, args: readonly string[]): Promise<number> {
  const start = performance.now();
  return new Promise((resolve) => {
    fork(script, args, { stdio: 'ignore', execArgv: [] }).once('exit', () => resolve(performance.now() - start));
  });
}

if (isMain(import.meta.url)) printTable('resident-memory', await run());
