import { existsSync } from 'node:fs';
import { openSqliteLog, type SqliteLog } from '../engine/sqlite-log.ts';
import type { CommandIo } from './command.ts';
import { CommandFailedError } from './errors.ts';
import { logPathFor } from './log-location.ts';
import type { LogSourceOptions } from './options.ts';
import { watchedDirectory } from './watched-directory.ts';

/** The log that a command means: `--log`, else that of DIR. */
export function readingLogPath(options: LogSourceOptions, io: CommandIo): string {
  const path = options.log ?? logPathFor(watchedDirectory(options.dir, io.cwd), undefined);
  if (existsSync(path)) return path;
  throw new CommandFailedError(
    `there is no event log at ${path}`,
    'run reconcile-machine watch there first, or name the directory or --log FILE',
  );
}

/** Opens it beside a running watch, hands it to `use`, closes it. */
export async function withReadingLog<T>(
  options: LogSourceOptions,
  io: CommandIo,
  use: (log: SqliteLog) => T | Promise<T>,
): Promise<T> {
  const log = openSqliteLog(readingLogPath(options, io), {
    mode: 'read',
    onWarning: (text) => io.stderr.write(`warning: ${text}\n`),
  });
  try {
    return await use(log);
  } finally {
    log.close();
  }
}
