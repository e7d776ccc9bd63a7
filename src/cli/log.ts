import { type Clock, systemClock } from '../engine/clock.ts';
import type { EventLog, LoggedEvent } from '../engine/event-log.ts';
import { eventColumns, eventJson } from './event-line.ts';

const FOLLOW_EVERY_MS = 200;

export interface PrintLogOptions {
  readonly log: EventLog;
  /** One event a line as JSON; else as aligned text. */
  readonly json: boolean;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly machine?: string | undefined;
  readonly type?: string | undefined;
  /** Go on with what is appended later, until `signal` aborts. */
  readonly follow?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly clock?: Clock;
}

/** Prints events, one a line, each with its newline; returns how many. */
export async function printLog(options: PrintLogOptions, write: (line: string) => void): Promise<number> {
  const { log, clock = systemClock, signal } = options;
  const lineOf = options.json ? eventJson : eventColumns(log.lastSeq());
  const to = options.to ?? Number.POSITIVE_INFINITY;
  let next = options.from ?? 1;
  let printed = 0;
  for (;;) {
    for (const event of log.read({ from: next, to })) {
      if (signal?.aborted) return printed;
      next = event.seq + 1;
      if (!isWanted(event, options)) continue;
      printed += 1;
      write(`${lineOf(event)}\n`);
    }
    if (options.follow !== true || signal?.aborted || next > to) return printed;
    await pause(clock, signal);
  }
}

function isWanted(event: LoggedEvent, { machine, type }: PrintLogOptions): boolean {
  return (machine === undefined || event.machine === machine) && (type === undefined || event.type === type);
}

function pause(clock: Clock, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      cancel();
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const cancel = clock.schedule(end, FOLLOW_EVERY_MS);
    signal?.addEventListener('abort', end);
  });
}
