import { crc32 } from 'node:zlib';
import type { LoggedEvent, NewEvent } from './event-log.ts';
import { currentVersion, type EventShapes } from './event-shapes.ts';
import { EventInvalidError } from './log-errors.ts';
import { toPlainJson } from './plain-json.ts';

/** An event as the log stores it: `fields` is JSON of all fields that have no column of their own. */
export interface EventRow {
  readonly seq: number;
  readonly at: number;
  readonly machine: string;
  readonly type: string;
  readonly v: number;
  readonly fields: string;
}

/**
 * The checksum of a row, chained to that of the row before it: a changed, missing, doubled or reordered row breaks the chain at
 * that very place. CRC-32 guards against accidents, not against forgery.
 */
export function chainChecksum(row: EventRow, previous: number): number {
  return crc32(`${row.seq}\n${row.at}\n${row.v}\n${row.machine}\n${row.type}\n${row.fields}`, previous);
}

const RESERVED = ['seq', 'at', 'v'] as const;

/** Throws EventInvalidError for what is no plain JSON or claims a place of its own in the order. */
export function eventRow(
  event: NewEvent,
  place: { readonly seq: number; readonly at: number },
  shapes: EventShapes,
): { readonly row: EventRow; readonly logged: LoggedEvent } {
  const { machine, type, ...rest } = event;
  if (typeof machine !== 'string' || typeof type !== 'string' || type === '' || !`${machine}${type}`.isWellFormed()) {
    throw new EventInvalidError(`event ${JSON.stringify(type)}: expected machine and type as strings`);
  }
  for (const name of RESERVED) {
    if (rest[name] !== undefined) throw new EventInvalidError(`event ${type}: the log itself sets ${name}`);
  }
  const fields = toPlainJson(rest, `event ${type}`);
  const v = currentVersion(shapes, type);
  return {
    row: { seq: place.seq, at: place.at, machine, type, v, fields: fields.text },
    logged: { seq: place.seq, at: place.at, machine, type, v, ...fields.value },
  };
}

/** Throws SyntaxError where `fields` is no JSON. */
export function eventOf(row: EventRow): LoggedEvent {
  const fields = JSON.parse(row.fields) as Readonly<Record<string, unknown>>;
  return { seq: row.seq, at: row.at, machine: row.machine, type: row.type, v: row.v, ...fields };
}
