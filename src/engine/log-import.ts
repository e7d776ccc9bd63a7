import type { LoggedEvent, LogIdentity, Snapshot } from './event-log.ts';
import { EVENT_SHAPES, type EventShapes, upcast } from './event-shapes.ts';
import { LOG_LINES_VERSION, type LogHeader } from './log-lines.ts';
import type { SqliteLog } from './sqlite-log.ts';

/** A line of an export that is not what it should be. `line` counts from 1. */
export class LogLineError extends Error {
  readonly line: number;
  readonly hint: string;
  constructor(line: number, message: string, hint: string) {
    super(`line ${line}: ${message}`);
    this.name = 'LogLineError';
    this.line = line;
    this.hint = hint;
  }
}

const EVENTS_A_TRANSACTION = 1_000;
const WHOLE = 'Export the log again, or take another copy of the file.';
const NEWER = 'Use the version of reconcile-machine that wrote it, or a newer one.';

/**
 * Fills a new log with the lines of an export; `open` makes it once identity and beginning are known. Returns the log, open for
 * writing. Throws LogLineError; the log is then to be thrown away.
 */
export async function importLines(
  lines: AsyncIterable<string>,
  open: (identity: LogIdentity, base: Snapshot | undefined) => SqliteLog,
  shapes: EventShapes = EVENT_SHAPES,
): Promise<{ readonly log: SqliteLog; readonly events: number }> {
  let log: SqliteLog | undefined;
  let header: LogHeader | undefined;
  let line = 0;
  let next = 0;
  let batch: LoggedEvent[] = [];
  try {
    for await (const text of lines) {
      line += 1;
      const value = parsed(text, line);
      if (header === undefined) {
        header = headerIn(value, line);
        next = header.firstSeq;
        if (next === 1) log = open(header.identity, undefined);
        continue;
      }
      if (log === undefined) {
        log = open(header.identity, snapshotIn(value, header, line));
        continue;
      }
      batch.push(eventIn(value, next, line, shapes));
      next += 1;
      if (batch.length < EVENTS_A_TRANSACTION) continue;
      log.restore(batch);
      batch = [];
    }
    if (header === undefined) throw new LogLineError(1, 'expected the header of an exported log, found nothing', WHOLE);
    if (log === undefined) throw new LogLineError(2, `expected the state before event ${next}, found nothing`, WHOLE);
    if (next !== header.lastSeq + 1) {
      const found = `expected events up to ${header.lastSeq}, found them up to ${next - 1}`;
      throw new LogLineError(line, found, WHOLE);
    }
    log.restore(batch);
    return { log, events: header.lastSeq - header.firstSeq + 1 };
  } catch (error) {
    log?.close();
    throw error;
  }
}

type Fields = Readonly<Record<string, unknown>>;

function parsed(text: string, line: number): Fields {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  } catch {
    // Refused below, like every other line that is no object.
  }
  throw new LogLineError(line, `expected a JSON object, found ${excerpt(text)}`, WHOLE);
}

function headerIn(value: Fields, line: number): LogHeader {
  const { format, version, identity, firstSeq, lastSeq } = value as Partial<LogHeader>;
  if (format !== 'reconcile-machine-log') {
    throw new LogLineError(
      line,
      'expected the header of an exported log, found something else',
      'Make the file with reconcile-machine log --export FILE.',
    );
  }
  if (typeof version === 'number' && version > LOG_LINES_VERSION) {
    throw new LogLineError(
      line,
      `the export has version ${version}, but this program knows versions up to ${LOG_LINES_VERSION}`,
      NEWER,
    );
  }
  const named = typeof identity?.root === 'string' && typeof identity.clusterUid === 'string';
  const counted = isCount(firstSeq) && isCount(lastSeq) && firstSeq >= 1 && lastSeq >= firstSeq - 1;
  if (version !== LOG_LINES_VERSION || !named || !counted) {
    throw new LogLineError(
      line,
      `expected version, identity, firstSeq and lastSeq in the header, found ${excerpt(JSON.stringify(value))}`,
      WHOLE,
    );
  }
  return { format, version, identity, firstSeq, lastSeq };
}

function snapshotIn({ snapshot }: Fields, { firstSeq }: LogHeader, line: number): Snapshot {
  const { seq, at, state } = (snapshot ?? {}) as Partial<Snapshot>;
  if (seq === firstSeq - 1 && typeof at === 'number' && state !== undefined) return { seq, at, state };
  throw new LogLineError(
    line,
    `expected the state after event ${firstSeq - 1}, found ${seq === undefined ? 'no snapshot' : `that after event ${seq}`}`,
    WHOLE,
  );
}

function eventIn(value: Fields, expected: number, line: number, shapes: EventShapes): LoggedEvent {
  const { seq, at, v, machine, type } = value;
  if (seq !== expected)
    throw new LogLineError(
      line,
      `expected event ${expected}, found ${seq === undefined ? 'no event' : `event ${String(seq)}`}`,
      WHOLE,
    );
  if (!isCount(v) || typeof at !== 'number' || typeof machine !== 'string' || typeof type !== 'string') {
    throw new LogLineError(
      line,
      `expected seq, at, v, machine and type, found ${excerpt(JSON.stringify(value))}`,
      WHOLE,
    );
  }
  const event = upcast(shapes, { ...value, seq: expected, at, v, machine, type });
  if (event !== undefined) return event;
  throw new LogLineError(line, `event ${expected} (${type}) has version ${v}, which this program does not know`, NEWER);
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function excerpt(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text === '' ? 'an empty line' : text;
}
