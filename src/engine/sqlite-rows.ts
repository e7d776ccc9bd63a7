import type { SQLOutputValue } from 'node:sqlite';
import { chainChecksum, type EventRow, eventOf } from './event-row.ts';
import type { LoggedEvent } from './event-log.ts';
import { type EventShapes, upcast } from './event-shapes.ts';
import { LogDamagedError, LogVersionError } from './log-errors.ts';

export type SqliteRow = Record<string, SQLOutputValue>;

/** Where the chain of checksums stands: after event `seq`. */
export interface ChainEnd {
  readonly seq: number;
  readonly checksum: number;
}

/** The event in `row` and the new end of the chain. Throws LogDamagedError unless `row` is exactly what was written after `previous`. */
export function followChain(
  row: SqliteRow,
  previous: ChainEnd,
  path: string,
  shapes: EventShapes,
): { readonly event: LoggedEvent; readonly end: ChainEnd } {
  const stored = eventRowOf(row);
  const expected = previous.seq + 1;
  if (stored.seq !== expected) {
    const gap = stored.seq - expected;
    throw new LogDamagedError(path, `expected event ${expected}, found event ${stored.seq}: ${gap} missing`);
  }
  const checksum = chainChecksum(stored, previous.checksum);
  if (checksum !== row.checksum) {
    throw new LogDamagedError(path, `event ${expected} is not what was written (its checksum does not fit)`);
  }
  return { event: eventIn(stored, path, shapes), end: { seq: expected, checksum } };
}

function eventIn(stored: EventRow, path: string, shapes: EventShapes): LoggedEvent {
  let event: LoggedEvent;
  try {
    event = eventOf(stored);
  } catch (error) {
    throw new LogDamagedError(path, `event ${stored.seq} is no JSON`, { cause: error });
  }
  const current = upcast(shapes, event);
  if (current === undefined) {
    throw new LogVersionError(
      path,
      `event ${stored.seq} (${stored.type})`,
      1 + (shapes[stored.type]?.length ?? 0),
      stored.v,
    );
  }
  return current;
}

function eventRowOf(row: SqliteRow): EventRow {
  return {
    seq: Number(row.seq),
    at: Number(row.at),
    machine: String(row.machine),
    type: String(row.type),
    v: Number(row.v),
    fields: String(row.fields),
  };
}
