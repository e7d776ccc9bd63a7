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

/** A totally ordered, durable log. Synchronous: when a method returns, its work is on disk. */
export interface EventLog {
  /** Appends all of them in one durable transaction, or none (throws). */
  append(events: readonly NewEvent[], at: number): readonly LoggedEvent[];
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
  close(): void;
}
