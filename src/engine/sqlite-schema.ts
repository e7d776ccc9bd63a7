import type { DatabaseSync } from 'node:sqlite';
import type { LogIdentity, Snapshot } from './event-log.ts';
import { LogDamagedError, LogIdentityError, LogVersionError } from './log-errors.ts';
import { plainJsonText } from './plain-json.ts';
import { snapshotTable } from './sqlite-snapshots.ts';

/** `PRAGMA application_id`: marks the file as one of ours ("rMLg"). */
const APPLICATION_ID = 0x724d4c67;
/** `PRAGMA user_version`: raised when the tables change. */
const SCHEMA_VERSION = 1;

/** `head` has one row, changed in the same transaction as the events, so that events missing at either end are noticed. */
const TABLES = `
  CREATE TABLE identity (field TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE head (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    first_seq INTEGER NOT NULL, before_first INTEGER NOT NULL,
    last_seq INTEGER NOT NULL, checksum INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE events (
    seq INTEGER PRIMARY KEY, at REAL NOT NULL, machine TEXT NOT NULL, type TEXT NOT NULL,
    v INTEGER NOT NULL, fields TEXT NOT NULL, checksum INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE snapshots (seq INTEGER PRIMARY KEY, at REAL NOT NULL, state TEXT NOT NULL, checksum INTEGER NOT NULL) STRICT;
  INSERT INTO head VALUES (1, 1, 0, 0, 0);
`;

/** Creates the tables in an empty database, with `base` as the state before the first event; leaves one that has them alone. */
export function createTables(database: DatabaseSync, identity: LogIdentity, base?: Snapshot): void {
  if (isOurs(database) || !isEmpty(database)) return;
  database.exec('BEGIN IMMEDIATE');
  try {
    database.exec(TABLES);
    const insert = database.prepare('INSERT INTO identity VALUES (?, ?)');
    insert.run('root', identity.root);
    insert.run('clusterUid', identity.clusterUid);
    if (base !== undefined) {
      database.prepare('UPDATE head SET first_seq = ?, last_seq = ? WHERE id = 1').run(base.seq + 1, base.seq);
      snapshotTable(database).save(base.seq, base.at, plainJsonText(base.state, 'snapshot'));
    }
    database.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${SCHEMA_VERSION}; COMMIT`);
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

/** Throws where the database is no event log, a newer one, or another root's or cluster's. Fields left out are not compared. */
export function checkSchema(database: DatabaseSync, path: string, expected: Partial<LogIdentity>): LogIdentity {
  if (!isOurs(database)) throw new LogDamagedError(path, 'it is a database, but no event log of this program');
  const version = numberOf(database, 'user_version');
  if (version > SCHEMA_VERSION) throw new LogVersionError(path, 'the event log', SCHEMA_VERSION, version);
  const identity = readIdentity(database, path);
  for (const field of ['root', 'clusterUid'] as const) {
    const wanted = expected[field];
    if (wanted !== undefined && wanted !== identity[field]) {
      throw new LogIdentityError(path, field, wanted, identity[field]);
    }
  }
  return identity;
}

function readIdentity(database: DatabaseSync, path: string): LogIdentity {
  const rows = database.prepare('SELECT field, value FROM identity').all();
  const value = (field: string): string => {
    const found = rows.find((row) => row.field === field)?.value;
    if (typeof found !== 'string') throw new LogDamagedError(path, `it does not say which ${field} it belongs to`);
    return found;
  };
  return { root: value('root'), clusterUid: value('clusterUid') };
}

function isOurs(database: DatabaseSync): boolean {
  return numberOf(database, 'application_id') === APPLICATION_ID;
}

function isEmpty(database: DatabaseSync): boolean {
  return database.prepare('SELECT count(*) AS count FROM sqlite_schema').get()?.count === 0;
}

function numberOf(database: DatabaseSync, pragma: 'application_id' | 'user_version'): number {
  return Number(database.prepare(`PRAGMA ${pragma}`).get()?.[pragma]);
}
