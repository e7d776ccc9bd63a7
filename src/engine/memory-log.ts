import { planCompaction } from './compaction.ts';
import type { EventLog, LoggedEvent, NewEvent, Snapshot } from './event-log.ts';
import { type EventRow, eventOf, eventRow } from './event-row.ts';
import { EVENT_SHAPES } from './event-shapes.ts';
import { EventInvalidError } from './log-errors.ts';
import { plainJsonText } from './plain-json.ts';

/** An event log that lives as long as the process: for tests and the simulator. It stores JSON, as the durable one does. */
export function createMemoryLog(): EventLog {
  let rows: EventRow[] = [];
  let firstSeq = 1;
  let closed = false;
  const snapshots = new Map<number, { readonly at: number; readonly state: string }>();
  const lastSeq = (): number => firstSeq + rows.length - 1;
  const assertOpen = (): void => {
    if (closed) throw new Error('the event log is closed');
  };

  function* read(range: { readonly from?: number; readonly to?: number } = {}): IterableIterator<LoggedEvent> {
    const to = Math.min(range.to ?? Number.POSITIVE_INFINITY, lastSeq());
    for (let seq = Math.max(range.from ?? 1, firstSeq); seq <= to; seq++) {
      assertOpen();
      const row = rows[seq - firstSeq];
      if (row !== undefined) yield eventOf(row);
    }
  }

  return {
    append(events: readonly NewEvent[], at: number): readonly LoggedEvent[] {
      assertOpen();
      const next = lastSeq() + 1;
      const made = events.map((event, index) => eventRow(event, { seq: next + index, at }, EVENT_SHAPES));
      for (const { row } of made) rows.push(row);
      return made.map(({ logged }) => logged);
    },
    read,
    lastSeq: () => {
      assertOpen();
      return lastSeq();
    },
    firstSeq: () => {
      assertOpen();
      return firstSeq;
    },
    saveSnapshot({ seq, at, state }: Snapshot): void {
      assertOpen();
      if (seq < firstSeq - 1 || seq > lastSeq()) {
        throw new EventInvalidError(`snapshot: expected seq between ${firstSeq - 1} and ${lastSeq()}, found ${seq}`);
      }
      snapshots.set(seq, { at, state: plainJsonText(state, 'snapshot') });
    },
    latestSnapshot(atSeq = Number.POSITIVE_INFINITY): Snapshot | undefined {
      assertOpen();
      const seq = Math.max(...[...snapshots.keys()].filter((candidate) => candidate <= atSeq));
      const found = snapshots.get(seq);
      return found === undefined ? undefined : { seq, at: found.at, state: JSON.parse(found.state) as unknown };
    },
    compact({ eventsMax, olderThan }): void {
      assertOpen();
      const firstYoung = rows.findIndex((row) => row.at >= olderThan);
      const plan = planCompaction({
        lastSeq: lastSeq(),
        snapshotSeqs: [...snapshots.keys()].sort((a, b) => a - b),
        eventsMax,
        lastTooOldSeq: firstYoung < 0 ? lastSeq() : firstSeq + firstYoung - 1,
      });
      if (plan.removeUpTo >= firstSeq) {
        rows = rows.slice(plan.removeUpTo - firstSeq + 1);
        firstSeq = plan.removeUpTo + 1;
      }
      for (const seq of snapshots.keys()) if (!plan.snapshotsToKeep.includes(seq)) snapshots.delete(seq);
    },
    close(): void {
      closed = true;
    },
  };
}
