import type { NewEvent } from '../../engine/event-log.ts';

/** Events that come in one turn of the loop become one transaction. */
export class Inbox {
  readonly #dispatch: (events: readonly NewEvent[]) => void;
  #events: NewEvent[] = [];

  constructor(dispatch: (events: readonly NewEvent[]) => void) {
    this.#dispatch = dispatch;
  }

  add(...events: readonly NewEvent[]): void {
    if (this.#events.length === 0 && events.length > 0) setImmediate(() => this.#flush());
    this.#events.push(...events);
  }

  #flush(): void {
    const events = this.#events;
    this.#events = [];
    this.#dispatch(events);
  }
}
