import { watchStatus } from '../projections/status.ts';
import { spoolRequest } from '../streams/request-spool.ts';
import type { CommandIo } from './command.ts';
import { UsageError } from './errors.ts';
import { stateFromLog } from './machine-states.ts';
import { logPathToRead, withLogToRead } from './open-log.ts';
import type { RetryOptions } from './options.ts';

/** `retry NAME`: hands a dead letter or a held target back to the watch, which takes it up at once, or at its next start. */
export async function runRetry(options: RetryOptions, io: CommandIo): Promise<number> {
  const path = logPathToRead(options, io);
  const target = await withLogToRead(options, io, (log) => {
    const state = stateFromLog(log);
    const { targets } = watchStatus(state.seq, state.machines);
    const found = targets.filter(({ id }) => id === options.name || id.endsWith(`/${options.name}`));
    const [only] = found;
    if (only === undefined) {
      const known = targets
        .filter(({ state: where }) => where === 'dead-letter' || where === 'held')
        .map(({ id }) => id);
      throw new UsageError(
        `no target is called ${options.name}`,
        known.length === 0
          ? 'nothing is held or in the dead letters'
          : `held or in the dead letters: ${known.join(', ')}`,
      );
    }
    if (found.length > 1)
      throw new UsageError(
        `${options.name} names ${found.length} targets: ${found.map(({ id }) => id).join(', ')}`,
        'give the whole name',
      );
    return only;
  });
  spoolRequest(path, { type: 'RetryRequested', target: target.id });
  const result = { target: target.id, state: target.state, requested: true };
  io.stdout.write(
    options.json
      ? `${JSON.stringify(result)}\n`
      : `${target.id} (${target.state}) is handed back: a running watch takes it up now, else the next one\n`,
  );
  return 0;
}
