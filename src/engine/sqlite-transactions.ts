import { existsSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { DatabaseSync } from 'node:sqlite';
import type { Durability } from './event-log.ts';
import { LogUnwritableError } from './log-errors.ts';
import { logErrorFrom } from './sqlite-error.ts';

/** The transactions of a database with a write-ahead log, and when they get from memory to the disk. */
export interface SqliteTransactions {
  /** Runs `work` in one transaction, durable unless that may wait (default: `now`), or leaves everything as it was. Throws LogUnwritableError. */
  run<T>(work: () => T, durability?: Durability): T;
  /** Syncs what was committed `later`, while this thread goes on. Rejects with LogUnwritableError. */
  sync(): Promise<void>;
  /** Whether the write-ahead log has grown. */
  isUntidy(): boolean;
  /**
   * Moves the write-ahead log into the database, and syncs both: the next commits overwrite its beginning, which is faster for the disk than to let
   * it grow. What does not work is left for the next time: nothing is lost by it.
   */
  checkpoint(): void;
  close(): void;
}

/** Some 2 MB, of a few pages each. */
const UNTIDY_COMMITS = 100;
/** A commit without a sync leaves its frames to the next one with, which syncs the file as a whole. */
const LEVELS: Readonly<Record<Durability, string>> = { now: 'FULL', later: 'NORMAL' };

/** The database is expected to be opened with `synchronous = FULL`. */
export function sqliteTransactions(
  database: DatabaseSync,
  { path, isWritable }: { readonly path: string; readonly isWritable: boolean },
): SqliteTransactions {
  let level: Durability = 'now';
  let commits = 0;
  let isUnsynced = false;
  /** The last that began. */
  let syncing: Promise<void> = Promise.resolve();
  let wal: Promise<FileHandle> | undefined;

  /** SQLite syncs it only with a commit that changes something. */
  async function syncWal(): Promise<void> {
    try {
      // Where the file system allows no write-ahead log, every commit is synced.
      if (wal === undefined && !existsSync(`${path}-wal`)) return;
      wal ??= open(`${path}-wal`, 'r+').catch((error: unknown) => {
        wal = undefined;
        throw error;
      });
      await (await wal).datasync();
    } catch (error) {
      isUnsynced = true;
      throw logErrorFrom(error, path, 'write');
    }
  }

  function setLevel(durability: Durability): void {
    if (durability === level) return;
    database.exec(`PRAGMA synchronous = ${LEVELS[durability]}`);
    level = durability;
  }

  return {
    run: (work, durability = 'now') => {
      if (!isWritable) {
        throw new LogUnwritableError(path, 'READ_MODE', 'this log was opened for reading', 'Open it for writing.');
      }
      try {
        setLevel(durability);
        database.exec('BEGIN IMMEDIATE');
        const result = work();
        database.exec('COMMIT');
        commits += 1;
        if (durability === 'later') isUnsynced = true;
        return result;
      } catch (error) {
        if (database.isOpen && database.isTransaction) database.exec('ROLLBACK');
        throw logErrorFrom(error, path, 'write');
      }
    },
    sync: () => {
      if (!isUnsynced) return syncing;
      isUnsynced = false;
      syncing = syncWal();
      return syncing;
    },
    isUntidy: () => commits >= UNTIDY_COMMITS,
    checkpoint: () => {
      commits = 0;
      try {
        // PASSIVE waits for nobody: who reads an older state holds up what is newer than that.
        database.exec('PRAGMA wal_checkpoint(PASSIVE)');
      } catch {
        // A full disk: the write-ahead log has all of it.
      }
    },
    close: () => {
      // It closes once what is under way is done.
      void wal?.then((file) => file.close()).catch(() => {});
      wal = undefined;
    },
  };
}
