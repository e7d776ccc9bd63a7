import type { Clock } from '../../src/engine/clock.ts';

/** Time that moves only when told to; callbacks run in the order they are due. */
export class VirtualClock implements Clock {
  #now: number;
  #next = 0;
  readonly #due = new Map<number, { readonly at: number; readonly callback: () => void }>();

  constructor(startMs = Date.UTC(2026, 0, 1)) {
    this.#now = startMs;
  }

  now(): number {
    return this.#now;
  }

  schedule(callback: () => void, delayMs: number): () => void {
    const id = this.#next;
    this.#next += 1;
    this.#due.set(id, { at: this.#now + Math.max(0, delayMs), callback });
    return () => {
      this.#due.delete(id);
    };
  }

  /** Moves time forward, running what falls due on the way. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (let next = this.#earliest(end); next !== undefined; next = this.#earliest(end)) {
      this.#due.delete(next.id);
      this.#now = Math.max(this.#now, next.at);
      next.callback();
    }
    this.#now = end;
  }

  get pending(): number {
    return this.#due.size;
  }

  #earliest(end: number): { id: number; at: number; callback: () => void } | undefined {
    let found: { id: number; at: number; callback: () => void } | undefined;
    for (const [id, { at, callback }] of this.#due) {
      if (at <= end && (found === undefined || at < found.at)) found = { id, at, callback };
    }
    return found;
  }
}
