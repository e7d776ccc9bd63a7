import { type TargetStatus, type WatchStatus, watchStatus } from '../projections/status.ts';
import { sourceLabel } from '../ui/target-label.ts';
import type { CommandIo } from './command.ts';
import { stateFromLog } from './machine-states.ts';
import { withLogToRead } from './open-log.ts';
import type { StatusOptions } from './options.ts';

/** `status`: the watch, each target, what is held or in the dead letters and why; from the log, beside a running watch or after it. */
export async function runStatus(options: StatusOptions, io: CommandIo): Promise<number> {
  return withLogToRead(options, io, (log) => {
    const state = stateFromLog(log);
    const status = watchStatus(state.seq, state.machines);
    io.stdout.write(options.json ? `${JSON.stringify(status, null, 2)}\n` : formatStatus(status));
    return 0;
  });
}

function formatStatus(status: WatchStatus): string {
  const { watch } = status;
  const lines = [`watch    ${watch.state}, cycle ${watch.cycle}, event ${status.seq}`];
  if (watch.reason !== '') lines.push(`         last decision: ${watch.reason}`);
  if (watch.collected > 0) lines.push(`         ${watch.collected} changed paths are waiting`);
  if (watch.full !== undefined) lines.push(`         a full reconcile is owed: ${watch.full}`);
  if (watch.failure !== undefined) lines.push(`         failed, attempt ${watch.attempt}: ${watch.failure}`);
  if (status.isolation !== undefined)
    lines.push(`isolate  ${status.isolation.on ? 'on' : 'off'}: ${status.isolation.reason}`);
  for (const { id, state, revision, failure } of status.sources) {
    lines.push(
      `source   ${sourceLabel(id)}  ${state}${revision === undefined ? '' : `  ${revision}`}${failure === undefined ? '' : `  ${failure}`}`,
    );
  }
  for (const { dependency, state, failures, lastFailure } of status.breakers) {
    if (state !== 'closed' || failures > 0)
      lines.push(`breaker  ${dependency}  ${state}, ${failures} failures  ${lastFailure ?? ''}`);
  }
  const width = Math.max(0, ...status.targets.map(({ id }) => id.length));
  for (const target of status.targets)
    lines.push(`target   ${target.id.padEnd(width)}  ${target.state}${why(target)}${source(target, status)}`);
  if (status.deadLetters.length > 0) lines.push('', 'retry a dead letter: reconcile-machine retry NAME');
  return `${lines.join('\n')}\n`;
}

/** Only while some have their own is it of interest which the others read. */
function source({ ownSource, sharedBecause }: TargetStatus, { isolation }: WatchStatus): string {
  if (ownSource !== undefined) return `  on ${sourceLabel(ownSource)}`;
  return isolation?.on === true && sharedBecause !== '' ? `  shared: ${sharedBecause}` : '';
}

function why({ reason, message }: TargetStatus): string {
  if (reason === '') return '';
  return `  ${reason}${message === '' ? '' : `: ${message}`}`;
}
