import type { StoreEvent } from './store-event.ts';

/** Events that are kept of one resource; a watch from before them is told 410. */
const EVENTS_MAX = 10_000;

/** The last events of one resource, in order of their revisions, which have gaps: others take revisions too. */
export class History {
  #events: StoreEvent[] = [];
  #forgottenRevision: number;

  constructor(forgottenRevision: number) {
    this.#forgottenRevision = forgottenRevision;
  }

  /** Whatever happened up to this revision (and including it) is not known any more. */
  get forgottenRevision(): number {
    return this.#forgottenRevision;
  }

  add(event: StoreEvent): void {
    this.#events.push(event);
    // Cut rarely, and much at once: cutting copies what stays.
    if (this.#events.length <= EVENTS_MAX * 1.25) return;
    const dropped = this.#events.length - EVENTS_MAX;
    this.#forgottenRevision = this.#events[dropped - 1]?.revision ?? this.#forgottenRevision;
    this.#events = this.#events.slice(dropped);
  }

  forget(revision: number): void {
    this.#events = [];
    this.#forgottenRevision = revision;
  }

  /** The events after `revision`, oldest first; undefined when some of them are forgotten. */
  after(revision: number): readonly StoreEvent[] | undefined {
    if (revision < this.#forgottenRevision) return undefined;
    let low = 0;
    let high = this.#events.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#events[middle]?.revision ?? 0) <= revision) low = middle + 1;
      else high = middle;
    }
    return low === this.#events.length ? NONE : this.#events.slice(low);
  }
}

const NONE: readonly StoreEvent[] = [];
