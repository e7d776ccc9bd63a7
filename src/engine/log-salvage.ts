import type { DatabaseSync } from 'node:sqlite';
import type { LoggedEvent, Snapshot } from './event-log.ts';
import { EVENT_SHAPES, type EventShapes } from './event-shapes.ts';
import { LogDamagedError } from './log-errors.ts';
import type { LogContent } from './log-lines.ts';
import { openForReading } from './sqlite-connection.ts';
import { logErrorFrom } from './sqlite-error.ts';
import { EVENT_COLUMNS, type EventValues, followChain } from './sqlite-rows.ts';
import { checkSchema } from './sqlite-schema.ts';
import { snapshotTable } from './sqlite-snapshots.ts';

/** What a damaged log still holds for certain. */
export interface Salvage {
  readonly content: LogContent;
  /** In words, what is wrong: one line for each place. Empty for a sound log. */
  readonly damage: readonly string[];
}

/** Events that follow one another, each checked against the one before. */
interface Run {
  readonly firstSeq: number;
  lastSeq: number;
}

/**
 * Reads a log that may be damaged, changing nothing. Kept is the end of the log from an intact snapshot on, since a watch goes
 * on from there; where that cannot be, its beginning up to the damage. Throws LogDamagedError where nothing can be read.
 */
export function salvageLog(path: string, shapes: EventShapes = EVENT_SHAPES): Salvage {
  let database: DatabaseSync | undefined;
  try {
    database = openForReading(path);
    const identity = checkSchema(database, path, {});
    const { events, damage, runs } = intactEvents(database, path, shapes);
    const snapshots = intactSnapshots(database, damage);
    const { run, base } = chosen(path, runs, snapshots);
    const kept = events.filter(({ seq }) => seq >= run.firstSeq && seq <= run.lastSeq);
    return { content: { identity, ...run, base, events: () => kept }, damage };
  } catch (error) {
    throw logErrorFrom(error, path, 'read');
  } finally {
    database?.close();
  }
}

function intactEvents(
  database: DatabaseSync,
  path: string,
  shapes: EventShapes,
): { readonly events: readonly LoggedEvent[]; readonly damage: string[]; readonly runs: readonly Run[] } {
  const damage: string[] = [];
  const events: LoggedEvent[] = [];
  const runs: Run[] = [];
  const head = database.prepare('SELECT first_seq, before_first, last_seq FROM head WHERE id = 1').get();
  let before =
    head === undefined ? undefined : { seq: Number(head.first_seq) - 1, checksum: Number(head.before_first) };
  if (head === undefined) damage.push('the row that says where the log begins and ends is missing');
  for (const row of readableRows(database, damage)) {
    const [seq, , , , , , checksum] = row;
    const expected = (before?.seq ?? seq - 1) + 1;
    if (seq !== expected) {
      damage.push(`${seq - expected === 1 ? `event ${expected} is` : `events ${expected} to ${seq - 1} are`} missing`);
      before = undefined;
    }
    try {
      // Without the row before, nothing tells whether this one is what was written: what follows it can be told.
      if (before === undefined) continue;
      const { event } = followChain(row, before, path, shapes);
      events.push(event);
      const run = runs.at(-1);
      if (run !== undefined && run.lastSeq === seq - 1) run.lastSeq = seq;
      else runs.push({ firstSeq: seq, lastSeq: seq });
    } catch (error) {
      damage.push(
        error instanceof LogDamagedError
          ? error.message.replace(`${path}: the event log is damaged: `, '')
          : String(error),
      );
    } finally {
      before = { seq, checksum };
    }
  }
  const lastSeq = Number(head?.last_seq ?? 0);
  const found = before?.seq ?? 0;
  if (head !== undefined && found < lastSeq) damage.push(`events ${found + 1} to ${lastSeq} are missing`);
  return { events, damage, runs };
}

/** Rows in order, as far as the database can be read. */
function* readableRows(database: DatabaseSync, damage: string[]): Generator<EventValues> {
  const rows = database.prepare(`SELECT ${EVENT_COLUMNS} FROM events ORDER BY seq`);
  rows.setReturnArrays(true);
  try {
    for (const row of rows.iterate()) yield row as unknown as EventValues;
  } catch (error) {
    damage.push(`the file cannot be read further: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function intactSnapshots(database: DatabaseSync, damage: string[]): readonly Snapshot[] {
  const table = snapshotTable(database);
  try {
    const { intact, damaged } = table.seqs();
    for (const seq of damaged) damage.push(`the snapshot at event ${seq} is not what was written`);
    return intact.flatMap((seq) => table.newest(seq).snapshot ?? []);
  } catch (error) {
    damage.push(`snapshots cannot be read: ${error instanceof Error ? error.message : String(error)}`);
    return [];
  }
}

function chosen(
  path: string,
  runs: readonly Run[],
  snapshots: readonly Snapshot[],
): { readonly run: Run; readonly base: Snapshot | undefined } {
  const last = runs.at(-1);
  const newest = snapshots.at(-1);
  if (newest !== undefined && newest.seq > (last?.lastSeq ?? 0)) {
    return { run: { firstSeq: newest.seq + 1, lastSeq: newest.seq }, base: newest };
  }
  if (last !== undefined) {
    if (last.firstSeq === 1) return { run: last, base: undefined };
    // The oldest that the run's events follow: it keeps the most of the history.
    const base = snapshots.find(({ seq }) => seq >= last.firstSeq - 1 && seq <= last.lastSeq);
    if (base !== undefined) return { run: { firstSeq: base.seq + 1, lastSeq: last.lastSeq }, base };
  }
  const beginning = runs[0];
  const base = snapshots.find(({ seq }) => seq + 1 === beginning?.firstSeq);
  if (beginning !== undefined && (beginning.firstSeq === 1 || base !== undefined)) return { run: beginning, base };
  throw new LogDamagedError(path, 'neither its beginning nor any snapshot is intact, so no state can be told from it');
}
