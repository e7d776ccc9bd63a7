import { existsSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { LogLockedError, type LogWriter } from './log-errors.ts';
import { isBusy } from './sqlite-error.ts';
import { sqliteModule } from './sqlite-module.ts';
import { readWriterRecord } from './writer-record.ts';

const LOCK_WAIT_MS = 500;

export interface LogLock {
  release(): void;
}

function lockPath(logPath: string): string {
  return `${logPath}-lock`;
}

/**
 * Makes this process the log's one writer. The lock is the operating system's, taken on an empty file beside the log: it ends with
 * the process however that ends, so there is never a stale one to judge by its pid. Throws LogLockedError naming the holder.
 */
export function acquireLogLock(logPath: string): LogLock {
  const database = new (sqliteModule().DatabaseSync)(lockPath(logPath), { timeout: LOCK_WAIT_MS });
  try {
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if (isBusy(error)) throw new LogLockedError(logPath, readWriterRecord(logPath)?.writer);
    throw error;
  }
  return { release: () => database.close() };
}

/** Who is writing the log right now, or undefined when nobody is. */
export function runningWriter(logPath: string): LogWriter | undefined {
  const record = readWriterRecord(logPath);
  if (record === undefined || !existsSync(lockPath(logPath))) return undefined;
  let database: DatabaseSync | undefined;
  try {
    database = new (sqliteModule().DatabaseSync)(lockPath(logPath), { readOnly: true });
    database.prepare('SELECT count(*) FROM sqlite_schema').get();
    return undefined;
  } catch (error) {
    return isBusy(error) ? record.writer : undefined;
  } finally {
    database?.close();
  }
}
