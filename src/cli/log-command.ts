import type { CommandIo } from './command.ts';
import { EXIT_OK } from './exit-codes.ts';
import { printLog } from './log.ts';
import { exportLog } from './log-export.ts';
import { importLog } from './log-import.ts';
import { verifyLog } from './log-verify.ts';
import { withLogToRead } from './open-log.ts';
import type { LogOptions } from './options.ts';

/** `reconcile-machine log`. */
export async function runLog(options: LogOptions, io: CommandIo): Promise<number> {
  if (options.verify) return verifyLog(options, io);
  if (options.exportTo !== undefined) return exportLog({ ...options, exportTo: options.exportTo }, io);
  if (options.importFrom !== undefined) return importLog({ ...options, importFrom: options.importFrom }, io);
  return withLogToRead(options, io, async (log) => {
    await printLog(
      {
        log,
        json: options.json,
        follow: options.follow,
        signal: io.signal,
        ...(options.from === undefined ? {} : { from: options.from }),
        ...(options.to === undefined ? {} : { to: options.to }),
        ...(options.machine === undefined ? {} : { machine: options.machine }),
        ...(options.type === undefined ? {} : { type: options.type }),
      },
      (line) => io.stdout.write(line),
    );
    return EXIT_OK;
  });
}
