import type { EventLog, LoggedEvent, LogIdentity, Snapshot } from './event-log.ts';

/** The first line of an export. */
export interface LogHeader {
  readonly format: 'reconcile-machine-log';
  /** Of these lines, not of the events. */
  readonly version: 1;
  readonly identity: LogIdentity;
  readonly firstSeq: number;
  readonly lastSeq: number;
}

export const LOG_LINES_VERSION = 1;

/** What an export is made of: a whole log, or what could be saved of one. */
export interface LogContent {
  readonly identity: LogIdentity;
  readonly firstSeq: number;
  readonly lastSeq: number;
  /** The state before `firstSeq`; undefined where that is 1. */
  readonly base: Snapshot | undefined;
  events(): Iterable<LoggedEvent>;
}

/** What `log` holds from its first event on. Snapshots in between can be made again, so they are left out. */
export function contentOf(log: EventLog & { readonly identity: LogIdentity }): LogContent {
  const [firstSeq, lastSeq] = [log.firstSeq(), log.lastSeq()];
  return {
    identity: log.identity,
    firstSeq,
    lastSeq,
    base: firstSeq === 1 ? undefined : log.latestSnapshot(firstSeq - 1),
    events: () => log.read({ from: firstSeq, to: lastSeq }),
  };
}

/** The content as JSON lines: a header, the state to begin with where older events were compacted away, the events. */
export function* logLines({ identity, firstSeq, lastSeq, base, events }: LogContent): Generator<string> {
  const header: LogHeader = {
    format: 'reconcile-machine-log',
    version: LOG_LINES_VERSION,
    identity,
    firstSeq,
    lastSeq,
  };
  yield JSON.stringify(header);
  if (base !== undefined) yield JSON.stringify({ snapshot: base });
  for (const event of events()) yield JSON.stringify(event);
}
