import { LogDamagedError, LogError, LogUnreadableError, LogUnwritableError } from './log-errors.ts';

// Primary result codes of https://www.sqlite.org/rescode.html
const BUSY = 5;
const READONLY = 8;
const IOERR = 10;
const CORRUPT = 11;
const FULL = 13;
const CANTOPEN = 14;
const NOTADB = 26;

const UNWRITABLE_HINT = 'Make room or give write permission there, or name another place with --log FILE.';

/** The primary result code of an error from node:sqlite, or undefined where `error` is none. */
export function sqliteCodeOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return undefined;
  return error.errcode & 0xff;
}

export function isBusy(error: unknown): boolean {
  return sqliteCodeOf(error) === BUSY;
}

export function cannotOpen(error: unknown): boolean {
  const code = sqliteCodeOf(error);
  return code === CANTOPEN || code === READONLY;
}

/** What an error from node:sqlite or node:fs means for the log at `path`; anything else is handed back as it is. */
export function logErrorFrom(error: unknown, path: string, doing: 'read' | 'write'): unknown {
  if (error instanceof LogError) return error;
  const options = { cause: error };
  const detail = error instanceof Error ? error.message : String(error);
  switch (sqliteCodeOf(error)) {
    case CORRUPT:
    case NOTADB:
      return new LogDamagedError(path, detail, options);
    case FULL:
      return new LogUnwritableError(
        path,
        'SQLITE_FULL',
        'the disk is full, nothing was written',
        UNWRITABLE_HINT,
        options,
      );
    case IOERR:
      return doing === 'write'
        ? new LogUnwritableError(
            path,
            'SQLITE_IOERR',
            `writing failed (${detail}), nothing was written`,
            UNWRITABLE_HINT,
            options,
          )
        : new LogUnreadableError(path, 'SQLITE_IOERR', `reading failed (${detail})`, 'Check the disk.', options);
    case READONLY:
      return new LogUnwritableError(
        path,
        'SQLITE_READONLY',
        'the log or its directory is read-only',
        UNWRITABLE_HINT,
        options,
      );
    case CANTOPEN:
      return doing === 'write'
        ? new LogUnwritableError(
            path,
            'SQLITE_CANTOPEN',
            `cannot be opened for writing (${detail})`,
            UNWRITABLE_HINT,
            options,
          )
        : new LogUnreadableError(
            path,
            'SQLITE_CANTOPEN',
            `cannot be opened (${detail})`,
            'Check that you may read the file and its directory.',
            options,
          );
    case undefined:
      break;
    default:
      return error;
  }
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return error;
  if (!/^E[A-Z]+$/.test(error.code)) return error;
  return doing === 'write'
    ? new LogUnwritableError(path, error.code, `cannot be written (${detail})`, UNWRITABLE_HINT, options)
    : new LogUnreadableError(
        path,
        error.code,
        `cannot be read (${detail})`,
        'Check that you may read the file and its directory.',
        options,
      );
}
