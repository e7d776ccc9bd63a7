import { closeSync, openSync, readFileSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import { hostname } from 'node:os';
import type { LogWriter } from './log-errors.ts';

/**
 * The file beside a log that says who writes it and how far they came. It is no lock (log-lock.ts is), and it is not synced: it
 * may be older than the log, after a power cut, but never newer. So a log that ends before this says has lost events.
 */
export interface WriterRecord {
  readonly writer: LogWriter;
  /** Of the last event known to be durable. */
  readonly lastSeq: number;
}

export function writerRecordPath(logPath: string): string {
  return `${logPath}-writer`;
}

/** Undefined where there is none, or none that can be understood. */
export function readWriterRecord(logPath: string): WriterRecord | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(writerRecordPath(logPath), 'utf8'));
  } catch {
    return undefined;
  }
  if (typeof parsed !== 'object' || parsed === null) return undefined;
  const { lastSeq, pid, host, startedAt } = parsed as Record<string, unknown>;
  if (typeof pid !== 'number' || typeof host !== 'string' || typeof startedAt !== 'number') return undefined;
  const seq = Number(lastSeq);
  return Number.isSafeInteger(seq) ? { writer: { pid, host, startedAt }, lastSeq: seq } : undefined;
}

const PREFIX = '{"lastSeq":"';
const DIGITS = 16;

export interface OpenWriterRecord {
  advanceTo(lastSeq: number): void;
  close(): void;
}

/** Writes this process's record, replacing the one before. Throws what node:fs throws. */
export function createWriterRecord(logPath: string, lastSeq: number, startedAt: number): OpenWriterRecord {
  const path = writerRecordPath(logPath);
  const rest = JSON.stringify({ pid: process.pid, host: hostname(), startedAt }).slice(1);
  const temporary = `${path}.${process.pid}`;
  writeFileSync(temporary, `${PREFIX}${padded(lastSeq)}",${rest}\n`);
  renameSync(temporary, path);
  const file = openSync(path, 'r+');
  let isOpen = true;
  let written = lastSeq;
  return {
    // The digits keep their place and width, so that this one write is all that an append costs here.
    advanceTo: (seq) => {
      // A sync may end after a later commit that did not wait for it, or after the end.
      if (!isOpen || seq <= written) return;
      written = seq;
      try {
        writeSync(file, padded(seq), PREFIX.length);
      } catch {
        // The events are durable already; a record that lags behind only promises less.
      }
    },
    close: () => {
      isOpen = false;
      closeSync(file);
    },
  };
}

function padded(seq: number): string {
  return String(seq).padStart(DIGITS, '0');
}
