import { isDeepStrictEqual } from 'node:util';
import type { Limits } from '../domain/limits.ts';
import { applyEvent, emptyState, restoreState, serializeState } from '../engine/engine-state.ts';
import type { SqliteLog } from '../engine/sqlite-log.ts';
import { WATCH_KINDS } from '../machines/kinds.ts';
import type { CommandIo } from './command.ts';
import { EXIT_OK } from './exit-codes.ts';
import { withLogToRead } from './open-log.ts';
import type { LogOptions } from './options.ts';

/**
 * `log --verify`: every event is what was written and follows the one before, every snapshot is intact, and replaying the events
 * leads to each snapshot. Damage is thrown as LogDamagedError. Changes nothing, and runs beside a watch.
 */
export function verifyLog(options: LogOptions, io: CommandIo): Promise<number> {
  return withLogToRead(options, io, (log) => {
    const events = log.verify();
    const [firstSeq, lastSeq] = [log.firstSeq(), log.lastSeq()];
    const snapshots = log.snapshotSeqs();
    const different = snapshots.filter((seq) => !leadsTo(log, seq));
    const { path, identity } = log;
    if (options.json) {
      const report = { path, identity, events, firstSeq, lastSeq, snapshots, snapshotsByOtherRules: different };
      io.stdout.write(`${JSON.stringify(report)}\n`);
      return EXIT_OK;
    }
    const range = events === 0 ? '' : ` (${firstSeq} to ${lastSeq})`;
    io.stdout.write(`${path}: ${events} events${range} and ${snapshots.length} snapshots, all as they were written\n`);
    for (const seq of different) {
      io.stderr.write(
        `warning: replaying the events does not lead to the snapshot at event ${seq}: another version of this program wrote it\n`,
      );
    }
    return EXIT_OK;
  });
}

/** Whether the events before the snapshot, from the snapshot before it on, lead to the same state. */
function leadsTo(log: SqliteLog, seq: number): boolean {
  const before = log.latestSnapshot(seq - 1);
  // Older events are gone: the first snapshot is what there is to begin with.
  if (before === undefined && log.firstSeq() > 1) return true;
  const saved = log.latestSnapshot(seq)?.state as { readonly limits: Limits };
  const state = before === undefined ? emptyState(saved.limits) : restoreState(before.seq, before.state, WATCH_KINDS);
  for (const event of log.read({ from: state.seq + 1, to: seq })) applyEvent(state, WATCH_KINDS, event);
  return isDeepStrictEqual(plainJson(serializeState(state)), saved);
}

/** As it was when it was saved: JSON has no undefined. */
function plainJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
