import type { DatabaseSync } from 'node:sqlite';
import { planCompaction } from './compaction.ts';
import type { Durability, EventLog, LoggedEvent, LogIdentity, NewEvent, Snapshot } from './event-log.ts';
import { chainChecksum, eventRow } from './event-row.ts';
import { EVENT_SHAPES, type EventShapes } from './event-shapes.ts';
import { EventInvalidError, LogDamagedError } from './log-errors.ts';
import { acquireLogLock, type LogLock } from './log-lock.ts';
import { plainJsonText } from './plain-json.ts';
import { checkEnd, checkSnapshots } from './sqlite-checks.ts';
import { makeLogDirectory, openForReading, openForWriting } from './sqlite-connection.ts';
import { logErrorFrom } from './sqlite-error.ts';
import { sqliteReader } from './sqlite-reader.ts';
import { checkSchema, createTables } from './sqlite-schema.ts';
import { snapshotTable } from './sqlite-snapshots.ts';
import { sqliteTransactions } from './sqlite-transactions.ts';
import { createWriterRecord, type OpenWriterRecord, readWriterRecord } from './writer-record.ts';

export type SqliteLogOptions =
  /** `base`: the state that a log made by this begins with; its events follow that. */
  (
    | { readonly mode: 'write'; readonly identity: LogIdentity; readonly base?: Snapshot | undefined }
    /** Fields of the identity that are left out are not compared: a reader may not know the cluster. */
    | { readonly mode: 'read'; readonly identity?: Partial<LogIdentity> }
  ) & {
    readonly shapes?: EventShapes;
    /** Told in words of damage that could be worked around (a snapshot passed over). */
    readonly onWarning?: (message: string) => void;
  };

export interface SqliteLog extends EventLog {
  readonly path: string;
  readonly identity: LogIdentity;
  /** Reads everything and checks it; returns the number of events kept. Throws LogDamagedError. About 2 µs an event. */
  verify(): number;
  /** The events at which a snapshot was saved, ascending; damaged ones are left out. */
  snapshotSeqs(): readonly number[];
  /** Appends events of another log at their own time, in one transaction. They must follow the last one without a gap. */
  restore(events: readonly LoggedEvent[]): void;
}

const TAIL_CHECKED_EVENTS = 256;

/**
 * The durable event log: SQLite, one row an event, a transaction an append, synced before `append` returns unless that may be later. One process
 * writes, any number read beside it. Checks its end when opened and every event when read.
 * Throws LogLockedError, LogIdentityError, LogVersionError, LogDamagedError, LogUnwritableError, LogUnreadableError.
 */
export function openSqliteLog(path: string, options: SqliteLogOptions): SqliteLog {
  const doing = options.mode;
  let lock: LogLock | undefined;
  let database: DatabaseSync | undefined;
  try {
    const promised = readWriterRecord(path)?.lastSeq ?? 0;
    if (options.mode === 'write') {
      makeLogDirectory(path);
      lock = acquireLogLock(path);
      database = openForWriting(path);
      createTables(database, options.identity, options.base);
    } else {
      database = openForReading(path);
    }
    const identity = checkSchema(database, path, options.identity ?? {});
    return sqliteLog(database, { path, identity, options, lock, promised });
  } catch (error) {
    database?.close();
    lock?.release();
    throw logErrorFrom(error, path, doing);
  }
}

interface Opened {
  readonly path: string;
  readonly identity: LogIdentity;
  readonly options: SqliteLogOptions;
  readonly lock: LogLock | undefined;
  /** The last event that the writer's record calls durable. */
  readonly promised: number;
}

function sqliteLog(database: DatabaseSync, { path, identity, options, lock, promised }: Opened): SqliteLog {
  const shapes = options.shapes ?? EVENT_SHAPES;
  const warn = options.onWarning ?? (() => {});
  const { head: readHead, chainBefore, read, guarded: reading } = sqliteReader(database, path, shapes);
  const setHeadEnd = database.prepare('UPDATE head SET last_seq = ?, checksum = ? WHERE id = 1');
  const setHeadStart = database.prepare('UPDATE head SET first_seq = ?, before_first = ? WHERE id = 1');
  const insert = database.prepare('INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?)');
  const bounds = database.prepare('SELECT count(*) AS count, min(seq) AS first, max(seq) AS last FROM events');
  const end = database.prepare('SELECT seq, checksum FROM events ORDER BY seq DESC LIMIT 1');
  const firstYoung = database.prepare('SELECT seq FROM events WHERE at >= ? ORDER BY seq LIMIT 1');
  const removeEvents = database.prepare('DELETE FROM events WHERE seq <= ?');
  const snapshots = snapshotTable(database);
  const transactions = sqliteTransactions(database, { path, isWritable: lock !== undefined });
  let record: OpenWriterRecord | undefined;

  function check(): void {
    // One transaction: the writer may append between two statements.
    database.exec('BEGIN');
    try {
      const head = readHead();
      checkEnd(path, head, end.get(), promised);
      for (const _ of read({ from: Math.max(head.firstSeq, head.lastSeq - TAIL_CHECKED_EVENTS + 1) }));
      const newest = snapshots.newest(Number.MAX_SAFE_INTEGER);
      checkSnapshots(path, head, newest.snapshot);
      for (const seq of newest.damagedSeqs)
        warn(`${path}: the snapshot at event ${seq} is damaged, an older one serves in its place`);
    } finally {
      if (database.isTransaction) database.exec('ROLLBACK');
    }
  }

  function verify(): number {
    return reading(() => {
      const problem = database.prepare('PRAGMA integrity_check(1)').get()?.integrity_check;
      if (problem !== 'ok') throw new LogDamagedError(path, String(problem));
      database.exec('BEGIN');
      try {
        const head = readHead();
        checkEnd(path, head, end.get(), promised);
        const count = Number(bounds.get()?.count);
        const expected = head.lastSeq - head.firstSeq + 1;
        if (count !== expected) throw new LogDamagedError(path, `expected ${expected} events, found ${count}`);
        for (const _ of read());
        checkSnapshots(path, head, snapshots.newest(Number.MAX_SAFE_INTEGER).snapshot);
        const damaged = snapshots.seqs().damaged[0];
        if (damaged !== undefined)
          throw new LogDamagedError(path, `the snapshot at event ${damaged} is not what was written`);
        return count;
      } finally {
        if (database.isTransaction) database.exec('ROLLBACK');
      }
    });
  }

  function append(events: readonly NewEvent[], at: number, durability?: Durability): readonly LoggedEvent[] {
    return insertAll(
      events.map((event) => ({ event, at })),
      durability,
    );
  }

  function restore(events: readonly LoggedEvent[]): void {
    const { lastSeq } = readHead();
    insertAll(
      events.map(({ seq, at, v: _version, ...event }, index) => {
        const expected = lastSeq + 1 + index;
        if (seq !== expected)
          throw new EventInvalidError(`event ${event.type}: expected seq ${expected}, found ${seq}`);
        return { event, at };
      }),
    );
  }

  function insertAll(
    events: readonly { readonly event: NewEvent; readonly at: number }[],
    durability: Durability = 'now',
  ): readonly LoggedEvent[] {
    if (events.length === 0) return [];
    const logged: LoggedEvent[] = [];
    const lastSeq = transactions.run(() => {
      const head = readHead();
      let { lastSeq: seq, checksum } = head;
      for (const { event, at } of events) {
        seq += 1;
        const made = eventRow(event, { seq, at }, shapes);
        checksum = chainChecksum(made.row, checksum);
        insert.run(seq, at, made.row.machine, made.row.type, made.row.v, made.row.fields, checksum);
        logged.push(made.logged);
      }
      setHeadEnd.run(seq, checksum);
      return seq;
    }, durability);
    if (durability === 'now') record?.advanceTo(lastSeq);
    return logged;
  }

  async function sync(): Promise<void> {
    const { lastSeq } = readHead();
    await transactions.sync();
    record?.advanceTo(lastSeq);
  }

  function saveSnapshot({ seq, at, state }: Snapshot): void {
    const text = plainJsonText(state, 'snapshot');
    transactions.run(() => {
      const { firstSeq, lastSeq } = readHead();
      if (seq < firstSeq - 1 || seq > lastSeq) {
        throw new EventInvalidError(`snapshot: expected seq between ${firstSeq - 1} and ${lastSeq}, found ${seq}`);
      }
      snapshots.save(seq, at, text);
    });
  }

  function latestSnapshot(atSeq = Number.MAX_SAFE_INTEGER): Snapshot | undefined {
    return reading(() => {
      const { snapshot, damagedSeqs } = snapshots.newest(atSeq);
      const { firstSeq } = readHead();
      if (snapshot === undefined && damagedSeqs.length > 0 && firstSeq > 1) {
        throw new LogDamagedError(
          path,
          `no snapshot up to event ${atSeq} is intact, and its events begin at ${firstSeq} only`,
        );
      }
      for (const seq of damagedSeqs)
        warn(`${path}: the snapshot at event ${seq} is damaged, an older state serves in its place`);
      return snapshot;
    });
  }

  function compact({ eventsMax, olderThan }: { readonly eventsMax: number; readonly olderThan: number }): void {
    transactions.run(() => {
      const head = readHead();
      const young = firstYoung.get(olderThan)?.seq;
      const plan = planCompaction({
        lastSeq: head.lastSeq,
        snapshotSeqs: snapshots.intactSeqs(),
        eventsMax,
        lastTooOldSeq: typeof young === 'number' ? young - 1 : head.lastSeq,
      });
      if (plan.removeUpTo >= head.firstSeq) {
        const { checksum } = chainBefore(plan.removeUpTo + 1, head);
        removeEvents.run(plan.removeUpTo);
        setHeadStart.run(plan.removeUpTo + 1, checksum);
      }
      snapshots.keepOnly(plan.snapshotsToKeep);
    });
  }

  check();
  if (lock !== undefined) record = createWriterRecord(path, readHead().lastSeq, Date.now());
  return {
    path,
    identity,
    append,
    sync,
    restore,
    read,
    lastSeq: () => reading(readHead).lastSeq,
    firstSeq: () => reading(readHead).firstSeq,
    saveSnapshot,
    latestSnapshot,
    compact,
    verify,
    isUntidy: transactions.isUntidy,
    tidy: transactions.checkpoint,
    snapshotSeqs: () => reading(() => snapshots.seqs().intact),
    close: () => {
      if (!database.isOpen) return;
      transactions.close();
      database.close();
      record?.close();
      lock?.release();
    },
  };
}
