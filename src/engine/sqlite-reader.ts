import type { DatabaseSync } from 'node:sqlite';
import type { LoggedEvent } from './event-log.ts';
import type { EventShapes } from './event-shapes.ts';
import { LogDamagedError } from './log-errors.ts';
import type { Head } from './sqlite-checks.ts';
import { logErrorFrom } from './sqlite-error.ts';
import { type ChainEnd, EVENT_COLUMNS, type EventValues, followChain } from './sqlite-rows.ts';

const PAGE_EVENTS = 1_000;

/** Reads events in order and checks each against the one before it. */
export interface SqliteReader {
  head(): Head;
  /** Where the chain of checksums stands before event `seq`. */
  chainBefore(seq: number, head: Head): ChainEnd;
  read(range?: { readonly from?: number; readonly to?: number }): IterableIterator<LoggedEvent>;
  /** Runs `work`; an error of the database comes out as one of the log. */
  guarded<T>(work: () => T): T;
}

export function sqliteReader(database: DatabaseSync, path: string, shapes: EventShapes): SqliteReader {
  const headRow = database.prepare('SELECT first_seq, before_first, last_seq, checksum FROM head WHERE id = 1');
  const page = database.prepare(`SELECT ${EVENT_COLUMNS} FROM events WHERE seq >= ? AND seq <= ? ORDER BY seq LIMIT ?`);
  // An array a row takes half the time of an object a row.
  page.setReturnArrays(true);
  const checksumAt = database.prepare('SELECT checksum FROM events WHERE seq = ?');

  function guarded<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw logErrorFrom(error, path, 'read');
    }
  }

  function head(): Head {
    const row = headRow.get();
    if (row === undefined) throw new LogDamagedError(path, 'the row that says where it begins and ends is missing');
    return {
      firstSeq: Number(row.first_seq),
      beforeFirst: Number(row.before_first),
      lastSeq: Number(row.last_seq),
      checksum: Number(row.checksum),
    };
  }

  /** Where the chain stands before event `seq`. */
  function chainBefore(seq: number, head: Head): ChainEnd {
    if (seq === head.firstSeq) return { seq: seq - 1, checksum: head.beforeFirst };
    const row = checksumAt.get(seq - 1);
    if (row === undefined) throw new LogDamagedError(path, `event ${seq - 1} is missing`);
    return { seq: seq - 1, checksum: Number(row.checksum) };
  }

  /** Page by page, so that no reader keeps the writer from checkpointing; what was compacted away meanwhile is an error, not a gap. */
  function* read(range: { readonly from?: number; readonly to?: number } = {}): IterableIterator<LoggedEvent> {
    const start = guarded(head);
    const to = Math.min(range.to ?? Number.POSITIVE_INFINITY, start.lastSeq);
    const from = Math.max(range.from ?? 1, start.firstSeq);
    if (from > to) return;
    let chain = guarded(() => chainBefore(from, start));
    while (chain.seq < to) {
      const rows = guarded(() => page.all(chain.seq + 1, to, PAGE_EVENTS) as unknown as readonly EventValues[]);
      const first = rows[0];
      if (first === undefined || first[0] !== chain.seq + 1) {
        const { firstSeq } = guarded(head);
        if (firstSeq > chain.seq + 1) {
          throw new Error(
            `${path}: event ${chain.seq + 1} was compacted away while it was read; read again from ${firstSeq}`,
          );
        }
        if (first === undefined)
          throw new LogDamagedError(path, `expected events up to ${to}, found none after ${chain.seq}`);
      }
      for (const row of rows) {
        const step = followChain(row, chain, path, shapes);
        chain = step.end;
        yield step.event;
      }
    }
  }

  return { head, chainBefore, read, guarded };
}
