import { setImmediate as nextTurn } from 'node:timers/promises';

/** Knows whether some of the work it was given is under way. */
export class Underway {
  #running = 0;
  #waiting: (() => void)[] = [];

  get isUnderway(): boolean {
    return this.#running > 0;
  }

  async during<T>(work: () => Promise<T>): Promise<T> {
    this.#running += 1;
    try {
      return await work();
    } finally {
      this.#running -= 1;
      // A turn later: what comes next may follow at once.
      if (this.#running === 0) void this.#release();
    }
  }

  /** Resolves once nothing is under way, a turn of the event loop from now at the earliest. */
  async over(): Promise<void> {
    await nextTurn();
    if (this.#running > 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  async #release(): Promise<void> {
    await nextTurn();
    if (this.#running > 0) return;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
