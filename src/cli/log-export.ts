import { createWriteStream } from 'node:fs';
import { resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { contentOf, type LogContent, logLines } from '../engine/log-lines.ts';
import { salvageLog } from '../engine/log-salvage.ts';
import type { CommandIo } from './command.ts';
import { CommandFailedError } from './errors.ts';
import { EXIT_OK } from './exit-codes.ts';
import { logPathToRead, withLogToRead } from './open-log.ts';
import type { LogOptions } from './options.ts';

type ExportOptions = LogOptions & { readonly exportTo: string };

/** `log --export FILE`: the log as JSON lines, or with `--salvage` what is intact of it. The log is not changed. */
export async function exportLog(options: ExportOptions, io: CommandIo): Promise<number> {
  if (!options.salvage) return withLogToRead(options, io, (log) => write(contentOf(log), options, io));
  const { content, damage } = salvageLog(logPathToRead(options, io));
  for (const each of damage) io.stderr.write(`warning: ${each}\n`);
  return write(content, options, io);
}

async function write(content: LogContent, { exportTo, json }: ExportOptions, io: CommandIo): Promise<number> {
  if (exportTo === '-') {
    for (const line of logLines(content)) io.stdout.write(`${line}\n`);
    return EXIT_OK;
  }
  const path = resolve(io.cwd, exportTo);
  // Only for its owner, as the log itself: events name paths and hosts. What is there already is not written over.
  const file = createWriteStream(path, { flags: 'wx', mode: 0o600 });
  await pipeline(Readable.from(withNewlines(content)), file, { signal: io.signal }).catch((error: unknown) => {
    throw explained(error, path);
  });
  const { firstSeq, lastSeq } = content;
  const events = lastSeq - firstSeq + 1;
  const told = `exported ${events} events${events === 0 ? '' : ` (${firstSeq} to ${lastSeq})`} to ${path}`;
  io.stdout.write(json ? `${JSON.stringify({ path, events, firstSeq, lastSeq })}\n` : `${told}\n`);
  return EXIT_OK;
}

function* withNewlines(content: LogContent): Generator<string> {
  for (const line of logLines(content)) yield `${line}\n`;
}

function explained(error: unknown, path: string): unknown {
  if (!(error instanceof Error) || !('code' in error) || error.code !== 'EEXIST') return error;
  return new CommandFailedError(`expected a new file, found one at ${path}`, 'name another, or remove it first');
}
