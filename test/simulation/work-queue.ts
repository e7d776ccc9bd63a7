import type { SimulatedClock } from './simulated-clock.ts';

/** A controller's queue: a key once, one worker a key, and keys that come back after a time. */
export class WorkQueue {
  readonly #clock: SimulatedClock;
  readonly #waiting = new Set<string>();
  readonly #running = new Set<string>();
  readonly #later = new Map<string, () => void>();
  readonly #workers: number;

  constructor(clock: SimulatedClock, workers: number) {
    this.#clock = clock;
    this.#workers = workers;
  }

  add(key: string): void {
    this.#waiting.add(key);
  }

  addLater(key: string, delayMs: number): void {
    this.#later.get(key)?.();
    const cancel = this.#clock.schedule(() => {
      this.#later.delete(key);
      this.add(key);
    }, delayMs);
    this.#later.set(key, cancel);
  }

  /** Keys that a free worker could take up now. */
  takeable(): string[] {
    if (this.#running.size >= this.#workers) return [];
    return [...this.#waiting].filter((key) => !this.#running.has(key));
  }

  take(key: string): void {
    this.#waiting.delete(key);
    this.#later.get(key)?.();
    this.#later.delete(key);
    this.#running.add(key);
  }

  done(key: string): void {
    this.#running.delete(key);
  }

  /** The controller is started anew: nothing is under way. */
  restart(): void {
    this.#running.clear();
    for (const cancel of this.#later.values()) cancel();
    this.#later.clear();
  }
}
