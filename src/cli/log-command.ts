import type { CommandIo } from './command.ts';
import { EXIT_OK } from './exit-codes.ts';
import { printLog } from './log.ts';
import { withLogToRead } from './open-log.ts';
import type { LogOptions } from './options.ts';

/** `reconcile-machine log`. */
export async function runLog(options: LogOptions, io: CommandIo): Promise<number> {
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
