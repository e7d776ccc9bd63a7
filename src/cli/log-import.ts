import { createReadStream, existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { LogIdentity, Snapshot } from '../engine/event-log.ts';
import { importLines } from '../engine/log-import.ts';
import { openSqliteLog, type SqliteLog } from '../engine/sqlite-log.ts';
import type { CommandIo } from './command.ts';
import { CommandFailedError } from './errors.ts';
import { EXIT_OK } from './exit-codes.ts';
import { logPathFor, logPlaceOf } from './log-location.ts';
import type { LogOptions } from './options.ts';

type ImportOptions = LogOptions & { readonly importFrom: string };

/**
 * `log --import FILE`: a new log of exported lines, at `--log` or where the log of its directory belongs. It appears whole or not
 * at all, and never in the place of another.
 */
export async function importLog({ importFrom, log, json }: ImportOptions, io: CommandIo): Promise<number> {
  const file = importFrom === '-' ? undefined : resolve(io.cwd, importFrom);
  const input = file === undefined ? io.stdin : createReadStream(file, 'utf8');
  let path = '';
  let unfinished = '';
  const open = (identity: LogIdentity, base: Snapshot | undefined): SqliteLog => {
    path = logPathFor(identity.root, log, logPlaceOf(io));
    if (existsSync(path)) {
      throw new CommandFailedError(
        `expected no log at ${path} yet, found one`,
        'name another place with --log FILE, or move that one and the files beside it that begin with its name away',
      );
    }
    unfinished = `${path}.import-${process.pid}`;
    return openSqliteLog(unfinished, { mode: 'write', identity, base });
  };
  try {
    const { log: imported, events } = await importLines(linesOf(input, io.signal), open);
    imported.close();
    renameSync(unfinished, path);
    io.stdout.write(json ? `${JSON.stringify({ path, events })}\n` : `imported ${events} events into ${path}\n`);
    return EXIT_OK;
  } catch (error) {
    if (error instanceof Error && error.name === 'LogLineError')
      error.message = `${file ?? 'standard input'}: ${error.message}`;
    throw error;
  } finally {
    if (unfinished !== '') removeBeginningWith(unfinished);
  }
}

async function* linesOf(input: NodeJS.ReadableStream, signal: AbortSignal): AsyncGenerator<string> {
  // readline loses an error of its input: a file that is not there would be an empty one.
  let failed: unknown;
  input.once('error', (error) => {
    failed = error;
  });
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY, signal })) yield line;
  if (failed !== undefined) throw failed;
  signal.throwIfAborted();
}

/** The unfinished log and what the database and the lock left beside it. */
function removeBeginningWith(path: string): void {
  for (const name of readdirSync(dirname(path))) {
    if (name.startsWith(basename(path))) rmSync(join(dirname(path), name), { force: true });
  }
}
