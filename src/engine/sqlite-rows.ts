import type { SQLOutputValue } from 'node:sqlite';
import type { LoggedEvent } from './event-log.ts';
import { chainChecksum, type EventRow, eventOf } from './event-row.ts';
import { type EventShapes, upcast } from './event-shapes.ts';
import { LogDamagedError, LogVersionError } from './log-errors.ts';

export type SqliteRow = Record<string, SQLOutputValue>;

/** Where the chain of checksums stands: after event `seq`. */
export interface ChainEnd {
  readonly seq: number;
  readonly checksum: number;
}

/** The columns of an event, in the order of EventValues. */
export const EVENT_COLUMNS = 'seq, at, machine, type, v, fields, checksum';

/** One row of the table of events, which is STRICT: the database itself checks the types. */
export type EventValues = readonly [
  seq: number,
  at: number,
  machine: string,
  type: string,
  v: number,
  fields: string,
  checksum: number,
];

/** The event in `row` and the new end of the chain. Throws LogDamagedError unless `row` is exactly what was written after `previous`. */
export function followChain(
  row: EventValues,
  previous: ChainEnd,
  path: string,
  shapes: EventShapes,
): { readonly event: LoggedEvent; readonly end: ChainEnd } {
  const [seq, at, machine, type, v, fields, checksum] = row;
  const expected = previous.seq + 1;
  if (seq !== expected) {
    const gap = seq - expected;
    throw new LogDamagedError(path, `expected event ${expected}, found event ${seq}: ${gap} missing`);
  }
  const stored: EventRow = { seq, at, machine, type, v, fields };
  if (chainChecksum(stored, previous.checksum) !== checksum) {
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
