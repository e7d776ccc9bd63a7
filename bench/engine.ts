import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFAULT_LIMITS } from '../src/domain/limits.ts';
import { systemClock } from '../src/engine/clock.ts';
import { Engine } from '../src/engine/engine.ts';
import type { NewEvent } from '../src/engine/event-log.ts';
import { createMemoryLog } from '../src/engine/memory-log.ts';
import { replay } from '../src/engine/replay.ts';
import { openSqliteLog } from '../src/engine/sqlite-log.ts';
import { WATCH_KINDS } from '../src/machines/kinds.ts';
import { targetReady } from '../test/support/observed-events.ts';
import { isMain, printTable, type Row } from './table.ts';

const BURST = 256;
const REPLAYED = Number(process.env.BENCH_REPLAY_EVENTS ?? 1_000_000);
const IDENTITY = { root: '/bench', clusterUid: 'bench' };
const SOURCE = 'OCIRepository/flux-system/bench';

/** Saves of 40 files in turn: what a burst of file events is. */
function burst(round: number): NewEvent[] {
  return Array.from({ length: BURST }, (_, index) => ({
    machine: 'watch',
    type: 'FilesChanged',
    paths: [`apps/app-${(round * BURST + index) % 40}/deployment.yaml`],
  }));
}

/** One target's cycle as the log holds it: every event with its message and intent. About the mix of a real log. */
function* cycleEvents(count: number): Generator<NewEvent> {
  for (let made = 0, cycle = 1; made < count; cycle += 1) {
    const id = `Kustomization/flux-system/app-${cycle % 100}`;
    const target = `target/${id}`;
    const revision = `latest@sha256:${cycle}`;
    const token = String(cycle);
    const events: NewEvent[] = [
      { machine: 'watch', type: 'FilesChanged', paths: [`apps/app-${cycle % 100}/deployment.yaml`] },
      { machine: 'watch', type: 'FilesChanged', paths: [`apps/app-${cycle % 100}/deployment.yaml`] },
      { machine: 'watch', type: 'QuietPeriodElapsed', timer: 'quietPeriod' },
      {
        machine: target,
        type: 'ReconcileWanted',
        digest: token,
        rule: 'closure',
        awaits: [],
        awaitedBy: [],
        reads: SOURCE,
        cycle,
      },
      { machine: target, type: 'SourceReady', revisions: { [SOURCE]: revision }, cycle },
      { machine: target, type: 'RequestAccepted' },
      targetReady(id, revision, token, { ready: 'Unknown', reason: 'Progressing' }),
      targetReady(id, revision, token),
      { machine: 'watch', type: 'NothingToDo', reason: 'unchanged', decisions: [], held: [], released: [] },
    ];
    for (const event of events) {
      if (made >= count) return;
      made += 1;
      yield event;
    }
  }
}

/** Events a second in bursts, through the whole engine on the durable log; baseline: the same on a log in memory. */
async function bursts(directory: string): Promise<Row[]> {
  const run = (log: ReturnType<typeof createMemoryLog>): number => {
    const engine = new Engine({
      log,
      clock: systemClock,
      kinds: WATCH_KINDS,
      // Collecting is measured, not resolving: the quiet period never ends here.
      limits: { ...DEFAULT_LIMITS, quietPeriodMs: 3_600_000, maxWaitMs: 3_600_000 },
      effects: {},
    });
    engine.start();
    for (let round = 0; round < 20; round += 1) engine.dispatch(...burst(round));
    const rounds = 400;
    const start = performance.now();
    for (let round = 0; round < rounds; round += 1) engine.dispatch(...burst(round));
    const perSecond = (rounds * BURST) / ((performance.now() - start) / 1_000);
    engine.stop();
    log.close();
    return perSecond;
  };
  const memory = run(createMemoryLog());
  const durable = run(openSqliteLog(join(directory, 'bursts.db'), { mode: 'write', identity: IDENTITY }));
  return [
    {
      measured: `engine events/s, bursts of ${BURST}, durable`,
      value: Math.round(durable),
      unit: 'events/s',
      goal: '>= 30000',
      baseline: Math.round(memory),
      baselineIs: 'log in memory',
    },
  ];
}

async function replays(directory: string): Promise<Row[]> {
  const log = openSqliteLog(join(directory, 'replay.db'), { mode: 'write', identity: IDENTITY });
  let batch: NewEvent[] = [{ machine: 'engine', type: 'EngineStarted', limits: DEFAULT_LIMITS }];
  let at = Date.now();
  for (const event of cycleEvents(REPLAYED - 1)) {
    batch.push(event);
    if (batch.length >= 1_000) {
      at += 500;
      log.append(batch, at);
      batch = [];
    }
  }
  if (batch.length > 0) log.append(batch, at);

  const fullStart = performance.now();
  const state = replay(log, WATCH_KINDS, { limits: DEFAULT_LIMITS, useSnapshots: false });
  const full = performance.now() - fullStart;

  const { serializeState } = await import('../src/engine/engine-state.ts');
  const snapshotSeq = REPLAYED - DEFAULT_LIMITS.snapshotEveryEvents;
  const before = replay(log, WATCH_KINDS, { limits: DEFAULT_LIMITS, atSeq: snapshotSeq, useSnapshots: false });
  log.saveSnapshot({ seq: snapshotSeq, at, state: serializeState(before) });
  log.close();

  const startAt = performance.now();
  const reopened = openSqliteLog(join(directory, 'replay.db'), { mode: 'write', identity: IDENTITY });
  const restored = replay(reopened, WATCH_KINDS, { limits: DEFAULT_LIMITS });
  const start = performance.now() - startAt;
  if (JSON.stringify(serializeState(restored)) !== JSON.stringify(serializeState(state)))
    throw new Error('a replay from a snapshot differs from a full one');
  reopened.close();
  return [
    {
      measured: `full replay of ${REPLAYED} events`,
      value: Math.round(full),
      unit: 'ms',
      goal: `<= ${Math.round((12_000 * REPLAYED) / 1e6)}`,
      baseline: Math.round(start),
      baselineIs: 'from the snapshot',
    },
    {
      measured: `start on a log of ${REPLAYED} events`,
      value: Math.round(start),
      unit: 'ms',
      goal: '<= 1000',
      baseline: Math.round(full),
      baselineIs: 'full replay',
    },
  ];
}

export async function run(): Promise<Row[]> {
  const directory = mkdtempSync(join(tmpdir(), 'bench-engine-'));
  try {
    return [...(await bursts(directory)), ...(await replays(directory))];
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

if (isMain(import.meta.url)) printTable('engine', await run());
