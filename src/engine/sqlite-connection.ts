import { existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { LogUnreadableError } from './log-errors.ts';
import { makeDirectory } from './make-directory.ts';
import { cannotOpen } from './sqlite-error.ts';
import { sqliteModule } from './sqlite-module.ts';

const BUSY_WAIT_MS = 5_000;
/** The write-ahead log is moved into the database at rest (`tidy`). Beyond so many pages of 4 KiB a commit does it, so that it stays bounded. */
const WAL_PAGES_MAX = 4_000;

/** Opens for writing, durably: a committed transaction survives a power cut. Makes the directory where there is none. */
export function openForWriting(path: string): DatabaseSync {
  const database = new (sqliteModule().DatabaseSync)(path, { timeout: BUSY_WAIT_MS });
  try {
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF');
    database.exec(`PRAGMA wal_autocheckpoint = ${WAL_PAGES_MAX}`);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** For the owner alone: events name paths and hosts. */
export function makeLogDirectory(path: string): void {
  makeDirectory(dirname(path), 0o700);
}

/** Opens for reading, beside a running writer or after a crash of one. */
export function openForReading(path: string): DatabaseSync {
  const { DatabaseSync } = sqliteModule();
  if (!existsSync(path)) {
    throw new LogUnreadableError(
      path,
      'ENOENT',
      'there is no event log here',
      'Run `reconcile-machine watch` first, or name its log with --log FILE.',
    );
  }
  if (!statSync(path).isFile()) {
    throw new LogUnreadableError(
      path,
      'EISDIR',
      'expected an event log, found no regular file',
      'Name the file itself with --log FILE.',
    );
  }
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { readOnly: true, timeout: BUSY_WAIT_MS });
    database.prepare('SELECT count(*) FROM sqlite_schema').get();
    return database;
  } catch (error) {
    database?.close();
    if (!cannotOpen(error) || existsSync(`${path}-wal`)) throw error;
    // A log that was closed cleanly, in a directory that this reader may not write to: SQLite needs to hear that nobody will change it.
    const url = pathToFileURL(path);
    url.searchParams.set('immutable', '1');
    return new DatabaseSync(url, { readOnly: true });
  }
}
