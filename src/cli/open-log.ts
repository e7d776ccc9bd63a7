import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { openSqliteLog, type SqliteLog } from '../engine/sqlite-log.ts';
import type { CommandIo } from './command.ts';
import { CommandFailedError } from './errors.ts';
import { defaultLogPath, type FoundLog, findLogs, logPlaceOf } from './log-location.ts';
import type { LogSourceOptions } from './options.ts';
import { watchedDirectory } from './watched-directory.ts';

const LOGS_NAMED_MAX = 5;

/**
 * The log that `--log`, DIR or the current directory mean, opened for reading beside a running watch. Without either of
 * the two and without a log of the current directory, it is that of the only watch that runs.
 * Throws CommandFailedError when there is none, and what `openSqliteLog` throws.
 */
export function openLogToRead(
  source: Pick<LogSourceOptions, 'dir' | 'log'>,
  io: Pick<CommandIo, 'cwd' | 'env' | 'stderr'>,
): SqliteLog {
  return openSqliteLog(logPathToRead(source, io), {
    mode: 'read',
    onWarning: (message) => io.stderr.write(`warning: ${message}\n`),
  });
}

/** Opens that log, hands it to `use` and closes it. */
export async function withLogToRead<T>(
  source: Pick<LogSourceOptions, 'dir' | 'log'>,
  io: Pick<CommandIo, 'cwd' | 'env' | 'stderr'>,
  use: (log: SqliteLog) => T | Promise<T>,
): Promise<T> {
  const log = openLogToRead(source, io);
  try {
    return await use(log);
  } finally {
    log.close();
  }
}

/** Where that log is; the file exists. */
export function logPathToRead(
  source: Pick<LogSourceOptions, 'dir' | 'log'>,
  io: Pick<CommandIo, 'cwd' | 'env'>,
): string {
  if (source.log !== undefined) {
    const path = resolve(io.cwd, source.log);
    if (existsSync(path)) return path;
    throw new CommandFailedError(`expected an event log, found nothing at ${path}`, 'check the path given with --log');
  }
  const place = logPlaceOf(io);
  const directory = watchedDirectory(source.dir, io.cwd);
  const usual = defaultLogPath(directory, place);
  if (existsSync(usual)) return usual;
  const others = findLogs(place);
  const running = others.filter(({ writer }) => writer !== undefined);
  const [only] = running;
  if (source.dir === undefined && running.length === 1 && only !== undefined) return only.path;
  throw new CommandFailedError(
    `no watch of ${directory} has left an event log (expected at ${usual})`,
    whatElse(others),
  );
}

function whatElse(others: readonly FoundLog[]): string {
  const roots = others.flatMap(({ identity }) => (identity === undefined ? [] : [identity.root]));
  if (roots.length === 0) return 'run reconcile-machine watch there first, or name a log with --log FILE';
  const named = roots.slice(0, LOGS_NAMED_MAX).join(', ');
  const more = roots.length > LOGS_NAMED_MAX ? ` and ${roots.length - LOGS_NAMED_MAX} more` : '';
  return `name the watched directory or --log FILE; there are logs of ${named}${more}`;
}
