import { closeSync, fsyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventLog, NewEvent } from '../src/engine/event-log.ts';
import { openSqliteLog } from '../src/engine/sqlite-log.ts';
import { isMain, printTable, type Row } from './table.ts';

interface AppendFigures {
  readonly eventsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

const SINGLE_COMMITS = 2_000;
const BURST_EVENTS = 256;
const BURST_COMMITS = 200;

const event = (n: number): NewEvent => ({
  machine: 'target/Kustomization/flux-system/app-7',
  type: 'ObservationChanged',
  observation: {
    generation: n,
    ready: 'True',
    reason: 'ReconciliationSucceeded',
    revision: `latest@sha256:${'0'.repeat(64)}`,
  },
});

/** Times `commit(n)` for each n; `events` is how many one commit writes. */
function measure(commits: number, events: number, commit: (n: number) => void): AppendFigures {
  const times: number[] = [];
  const begin = performance.now();
  for (let n = 0; n < commits; n++) {
    const start = performance.now();
    commit(n);
    times.push(performance.now() - start);
  }
  const total = performance.now() - begin;
  times.sort((a, b) => a - b);
  const quantile = (share: number): number =>
    round(times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0);
  return {
    eventsPerSecond: Math.round((commits * events * 1_000) / total),
    p50Ms: quantile(0.5),
    p99Ms: quantile(0.99),
  };
}

function jsonl(path: string): { append(events: readonly NewEvent[]): void; close(): void } {
  const file = openSync(path, 'a');
  return {
    append: (events) => {
      writeSync(file, events.map((one) => `${JSON.stringify(one)}\n`).join(''));
      fsyncSync(file);
    },
    close: () => closeSync(file),
  };
}

const burst = (n: number): NewEvent[] =>
  Array.from({ length: BURST_EVENTS }, (_, index) => event(n * BURST_EVENTS + index));

/** Appends one durable event a commit and 256 a commit, beside JSONL + fsync on the same disk, then reads and opens the log. */
export async function run(): Promise<Row[]> {
  const directory = mkdtempSync(join(tmpdir(), 'reconcile-machine-bench-'));
  const path = join(directory, 'events.db');
  const identity = { root: directory, clusterUid: 'bench' };
  let log: EventLog = openSqliteLog(path, { mode: 'write', identity });
  const lines = jsonl(join(directory, 'events.jsonl'));
  try {
    const single = measure(SINGLE_COMMITS, 1, (n) => log.append([event(n)], n));
    const singleJsonl = measure(SINGLE_COMMITS, 1, (n) => lines.append([event(n)]));
    const many = measure(BURST_COMMITS, BURST_EVENTS, (n) => log.append(burst(n), n));
    const manyJsonl = measure(BURST_COMMITS, BURST_EVENTS, (n) => lines.append(burst(n)));
    const readStart = performance.now();
    let events = 0;
    for (const _ of log.read()) events += 1;
    const readMs = performance.now() - readStart;
    log.close();
    const openStart = performance.now();
    log = openSqliteLog(path, { mode: 'write', identity });
    const openMs = performance.now() - openStart;
    return [
      row('durable append of one event, p99', single.p99Ms, 'ms', '<= 1', singleJsonl.p99Ms),
      row('durable append of one event, p50', single.p50Ms, 'ms', '', singleJsonl.p50Ms),
      row('events/s, one a transaction', single.eventsPerSecond, 'events/s', '', singleJsonl.eventsPerSecond),
      row(
        `events/s, ${BURST_EVENTS} a transaction`,
        many.eventsPerSecond,
        'events/s',
        '>= 30000',
        manyJsonl.eventsPerSecond,
      ),
      row(`durable append of ${BURST_EVENTS} events, p99`, many.p99Ms, 'ms', '', manyJsonl.p99Ms),
      {
        measured: `open a log of ${events} events`,
        value: round(openMs),
        unit: 'ms',
        goal: '',
        baseline: round(readMs),
        baselineIs: 'reading all of it',
      },
    ];
  } finally {
    log.close();
    lines.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

function row(measured: string, value: number, unit: string, goal: string, baseline: number): Row {
  return { measured, value, unit, goal, baseline, baselineIs: 'JSONL and fsync' };
}

function round(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}

if (isMain(import.meta.url)) printTable('event-log', await run());
