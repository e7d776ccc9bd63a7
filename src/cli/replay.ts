import { stateName } from '../machines/state-name.ts';
import type { CommandIo } from './command.ts';
import { UsageError } from './errors.ts';
import { machineStates, stateFromLog } from './machine-states.ts';
import { withLogToRead } from './open-log.ts';
import type { ReplayOptions } from './options.ts';

/** `replay [--at SEQ]`: the state of every machine after that event, from the log alone. Runs no effect. */
export async function runReplay(options: ReplayOptions, io: CommandIo): Promise<number> {
  return withLogToRead(options, io, (log) => {
    const last = log.lastSeq();
    const first = log.latestSnapshot(options.at ?? last)?.seq ?? log.firstSeq();
    const at = options.at ?? last;
    if (at > last || (at < first && at !== 0)) {
      throw new UsageError(
        `--at ${at}: the log holds the states after events ${first} to ${last}`,
        'choose one of these',
      );
    }
    const state = stateFromLog(log, at);
    if (options.json) {
      const pending = [...state.pending.values()];
      const timers = [...state.timers.values()];
      io.stdout.write(
        `${JSON.stringify({ seq: state.seq, machines: machineStates(state), pending, timers }, null, 2)}\n`,
      );
      return 0;
    }
    io.stdout.write(`state after event ${state.seq} of ${last}\n`);
    const width = Math.max(0, ...[...state.machines.keys()].map((id) => id.length));
    for (const [id, snapshot] of [...state.machines].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const reason = String((snapshot.context as { reason?: unknown }).reason ?? '');
      io.stdout.write(`${id.padEnd(width)}  ${stateName(snapshot)}${reason === '' ? '' : `  (${reason})`}\n`);
    }
    for (const effect of state.pending.values())
      io.stdout.write(`pending: ${effect.effect} for ${effect.owner} since event ${effect.id}\n`);
    for (const timer of state.timers.values()) {
      io.stdout.write(`timer: ${timer.id} of ${timer.machine}, due ${new Date(timer.dueAt).toISOString()}\n`);
    }
    return 0;
  });
}
