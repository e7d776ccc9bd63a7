/** An event before it has its place in the order. `machine` is the id of the machine it is addressed to. Fields are plain JSON. */
export interface NewEvent {
  readonly machine: string;
  readonly type: string;
  readonly [field: string]: unknown;
}

/** An event in its place: `seq` counts from 1 without gaps, `at` is ms since the epoch, `v` the version of the event's shape. */
export interface LoggedEvent extends NewEvent {
  readonly seq: number;
  readonly at: number;
  readonly v: number;
}

export interface Snapshot {
  /** The last event folded into `state`. */
  readonly seq: number;
  readonly at: number;
  /** Plain JSON. */
  readonly state: unknown;
}

/** One log belongs to one root and one cluster. */
export interface LogIdentity {
  readonly root: string;
  /** metadata.uid of the namespace kube-system. */
  readonly clusterUid: string;
}

/**
 * When an append is safe from a power cut. `now`: when it returns. `later`: with the next one of the other kind, or when the system writes it to the
 * disk. The end of this process loses neither, and who reads the log sees both at once.
 */
export type Durability = 'now' | 'later';

/** A totally ordered, durable log. Synchronous but for `sync`: when a method returns, its work is on disk, unless that may be later. */
export interface EventLog {
  /** Appends all of them in one transaction, or none (throws). `durability` is `now` by default. */
  append(events: readonly NewEvent[], at: number, durability?: Durability): readonly LoggedEvent[];
  /** What was appended before the call is safe from a power cut when this resolves. Rejects where it cannot be written. Absent: nothing ever waits. */
  sync?(): Promise<void>;
  /** Events with `from <= seq <= to`, oldest first, streamed. */
  read(range?: { readonly from?: number; readonly to?: number }): IterableIterator<LoggedEvent>;
  /** 0 for an empty log. */
  lastSeq(): number;
  /** The oldest event still kept (compaction removes older ones); 1 for an uncompacted log. */
  firstSeq(): number;
  saveSnapshot(snapshot: Snapshot): void;
  /** The newest snapshot with `seq <= atSeq`. */
  latestSnapshot(atSeq?: number): Snapshot | undefined;
  /** Removes events that a kept snapshot covers, beyond either bound. */
  compact(bounds: { readonly eventsMax: number; readonly olderThan: number }): void;
  /** Whether there is something to tidy up. Default: never. */
  isUntidy?(): boolean;
  /** What may wait for a moment of rest, and takes some milliseconds. What does not work is left for the next time. */
  tidy?(): void;
  close(): void;
}
