import { planCompaction } from '../../src/engine/compaction.ts';
import type { EventLog, LoggedEvent, LogIdentity, NewEvent, Snapshot } from '../../src/engine/event-log.ts';
import { type EventRow, eventOf, eventRow } from '../../src/engine/event-row.ts';
import { EVENT_SHAPES } from '../../src/engine/event-shapes.ts';
import { LogIdentityError, LogUnwritableError } from '../../src/engine/log-errors.ts';
import { plainJsonText } from '../../src/engine/plain-json.ts';

/** What becomes of one append. `torn-crash` and `written-crash`: the process dies, with half of the rows on disk or all of them. */
export type AppendFate = 'written' | 'refused' | 'torn' | 'lost-crash' | 'torn-crash' | 'written-crash';

/** A process died here: thrown through it, and seen by nobody in it. */
export class SimulatedCrash extends Error {
  constructor() {
    super('the process died');
    this.name = 'SimulatedCrash';
  }
}

interface StoredSnapshot {
  readonly at: number;
  readonly text: string;
}

/**
 * The event log's file: it outlives the processes that write it. A transaction that was torn lies on disk without its end, and is gone when
 * the file is opened or written next, as in a database with a write-ahead log.
 */
export class SimulatedDisk {
  /** Asked before each append. */
  fate: () => AppendFate = () => 'written';
  onCrash: () => void = () => {};
  onAppended: (events: readonly LoggedEvent[]) => void = () => {};
  #rows: EventRow[] = [];
  #firstSeq = 1;
  /** Rows of a transaction that never ended. */
  #torn = 0;
  #identity: LogIdentity | undefined;
  readonly #snapshots = new Map<number, StoredSnapshot>();

  get rowCount(): number {
    return this.#rows.length - this.#torn;
  }

  get isEmpty(): boolean {
    return this.#identity === undefined;
  }

  /** Throws LogIdentityError when it belongs to another directory or cluster. */
  open(identity: LogIdentity): EventLog & { die(): void } {
    const known = this.#identity ?? identity;
    for (const field of ['root', 'clusterUid'] as const) {
      if (known[field] !== identity[field]) throw new LogIdentityError('log', field, known[field], identity[field]);
    }
    this.#identity = known;
    this.#dropTorn();
    let isOpen = true;
    const assertOpen = (): void => {
      if (!isOpen) throw new SimulatedCrash();
    };
    return {
      append: (events, at) => {
        assertOpen();
        const appended = this.#append(events, at, () => {
          isOpen = false;
        });
        this.onAppended(appended);
        return appended;
      },
      read: (range) => this.#read(range),
      lastSeq: () => this.#lastSeq(),
      firstSeq: () => this.#firstSeq,
      saveSnapshot: (snapshot) => {
        assertOpen();
        this.#snapshots.set(snapshot.seq, { at: snapshot.at, text: plainJsonText(snapshot.state, 'snapshot') });
      },
      latestSnapshot: (atSeq) => this.#latestSnapshot(atSeq),
      compact: (bounds) => {
        assertOpen();
        this.#compact(bounds);
      },
      close: () => {
        isOpen = false;
      },
      die: () => {
        isOpen = false;
      },
    };
  }

  #append(events: readonly NewEvent[], at: number, die: () => void): readonly LoggedEvent[] {
    this.#dropTorn();
    const next = this.#lastSeq() + 1;
    const made = events.map((event, index) => eventRow(event, { seq: next + index, at }, EVENT_SHAPES));
    const fate = this.fate();
    const logged = made.map((one) => one.logged);
    const kept =
      fate === 'written' || fate === 'written-crash' ? made.length : fate.startsWith('torn') ? made.length >> 1 : 0;
    for (const { row } of made.slice(0, kept)) this.#rows.push(row);
    if (kept < made.length) this.#torn = kept;
    if (fate.endsWith('crash')) {
      if (fate === 'written-crash') this.onAppended(logged);
      die();
      this.onCrash();
      throw new SimulatedCrash();
    }
    if (fate !== 'written') throw new LogUnwritableError('log', 'ENOSPC', 'no space left on device', 'make room');
    return logged;
  }

  #dropTorn(): void {
    this.#rows.length -= this.#torn;
    this.#torn = 0;
  }

  *#read(range: { readonly from?: number; readonly to?: number } = {}): IterableIterator<LoggedEvent> {
    const to = Math.min(range.to ?? Number.POSITIVE_INFINITY, this.#lastSeq());
    for (let seq = Math.max(range.from ?? 1, this.#firstSeq); seq <= to; seq += 1) {
      const row = this.#rows[seq - this.#firstSeq];
      if (row !== undefined) yield eventOf(row);
    }
  }

  #lastSeq(): number {
    return this.#firstSeq + this.#rows.length - this.#torn - 1;
  }

  #latestSnapshot(atSeq = Number.POSITIVE_INFINITY): Snapshot | undefined {
    let seq = -1;
    for (const candidate of this.#snapshots.keys()) if (candidate <= atSeq && candidate > seq) seq = candidate;
    const found = this.#snapshots.get(seq);
    return found === undefined ? undefined : { seq, at: found.at, state: JSON.parse(found.text) as unknown };
  }

  #compact({ eventsMax, olderThan }: { readonly eventsMax: number; readonly olderThan: number }): void {
    const firstYoung = this.#rows.findIndex((row) => row.at >= olderThan);
    const plan = planCompaction({
      lastSeq: this.#lastSeq(),
      snapshotSeqs: [...this.#snapshots.keys()].sort((a, b) => a - b),
      eventsMax,
      lastTooOldSeq: firstYoung < 0 ? this.#lastSeq() : this.#firstSeq + firstYoung - 1,
    });
    if (plan.removeUpTo >= this.#firstSeq) {
      this.#rows = this.#rows.slice(plan.removeUpTo - this.#firstSeq + 1);
      this.#firstSeq = plan.removeUpTo + 1;
    }
    for (const seq of this.#snapshots.keys()) if (!plan.snapshotsToKeep.includes(seq)) this.#snapshots.delete(seq);
  }
}
