import { closeSync, fsyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventLog, NewEvent } from '../src/engine/event-log.ts';
import { openSqliteLog } from '../src/engine/sqlite-log.ts';

export interface AppendFigures {
  readonly what: string;
  readonly eventsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

export interface EventLogFigures {
  readonly name: 'event-log';
  readonly appends: readonly AppendFigures[];
  /** The log against JSONL + fsync measured in the same run; above 1 the log is faster. */
  readonly ratioToJsonl: { readonly single: number; readonly burst: number };
  readonly read: { readonly events: number; readonly eventsPerSecond: number };
  readonly open: { readonly events: number; readonly ms: number };
  readonly goals: readonly { readonly goal: string; readonly met: boolean }[];
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
function measure(what: string, commits: number, events: number, commit: (n: number) => void): AppendFigures {
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
    what,
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
export async function run(): Promise<EventLogFigures> {
  const directory = mkdtempSync(join(tmpdir(), 'reconcile-machine-bench-'));
  const path = join(directory, 'events.db');
  const identity = { root: directory, clusterUid: 'bench' };
  let log: EventLog = openSqliteLog(path, { mode: 'write', identity });
  const lines = jsonl(join(directory, 'events.jsonl'));
  try {
    const single = measure('sqlite, one event a commit', SINGLE_COMMITS, 1, (n) => log.append([event(n)], n));
    const singleJsonl = measure('JSONL + fsync, one a commit', SINGLE_COMMITS, 1, (n) => lines.append([event(n)]));
    const many = measure('sqlite, 256 a commit', BURST_COMMITS, BURST_EVENTS, (n) => log.append(burst(n), n));
    const manyJsonl = measure('JSONL + fsync, 256 a commit', BURST_COMMITS, BURST_EVENTS, (n) =>
      lines.append(burst(n)),
    );
    const readStart = performance.now();
    let events = 0;
    for (const _ of log.read()) events += 1;
    const readMs = performance.now() - readStart;
    log.close();
    const openStart = performance.now();
    log = openSqliteLog(path, { mode: 'write', identity });
    const openMs = performance.now() - openStart;
    return {
      name: 'event-log',
      appends: [single, singleJsonl, many, manyJsonl],
      ratioToJsonl: {
        single: round(single.eventsPerSecond / singleJsonl.eventsPerSecond),
        burst: round(many.eventsPerSecond / manyJsonl.eventsPerSecond),
      },
      read: { events, eventsPerSecond: Math.round((events * 1_000) / readMs) },
      open: { events, ms: round(openMs) },
      goals: [
        { goal: 'one durable append ≤ 1 ms at p99', met: single.p99Ms <= 1 },
        { goal: '≥ 30,000 events/s, 256 a transaction', met: many.eventsPerSecond >= 30_000 },
      ],
    };
  } finally {
    log.close();
    lines.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

function round(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}

if (import.meta.main) {
  const figures = await run();
  console.table(figures.appends);
  console.table(figures.goals);
  console.log(JSON.stringify(figures));
}
