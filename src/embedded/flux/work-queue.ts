import { setImmediate as nextTurn } from 'node:timers/promises';
import type { EmbeddedClock } from '../clock.ts';

/**
 * The queue of a controller, as in controller-runtime: keys in order, each once; a key is handled by one worker at a time, and added
 * again meanwhile it runs once more afterwards. A delayed key keeps the earliest of its delays.
 */
export class WorkQueue {
  readonly #clock: EmbeddedClock;
  readonly #workers: number;
  readonly #handle: (key: string) => Promise<void>;
  readonly #waiting = new Set<string>();
  readonly #running = new Set<string>();
  readonly #again = new Set<string>();
  readonly #delayed = new Map<string, { readonly at: number; readonly cancel: () => void }>();
  #stopped = false;
  #idle: (() => void)[] = [];

  /** `handle` must not reject. */
  constructor(clock: EmbeddedClock, workers: number, handle: (key: string) => Promise<void>) {
    this.#clock = clock;
    this.#workers = workers;
    this.#handle = handle;
  }

  add(key: string): void {
    if (this.#stopped) return;
    if (this.#running.has(key)) this.#again.add(key);
    else this.#waiting.add(key);
    this.#start();
  }

  addAfter(key: string, delayMs: number): void {
    if (this.#stopped) return;
    const at = this.#clock.now() + delayMs;
    const known = this.#delayed.get(key);
    if (known !== undefined && known.at <= at) return;
    known?.cancel();
    const cancel = this.#clock.schedule(() => {
      this.#delayed.delete(key);
      this.add(key);
    }, delayMs);
    this.#delayed.set(key, { at, cancel });
  }

  /** Keys that wait for a worker. */
  get length(): number {
    return this.#waiting.size;
  }

  /** Takes nothing more; resolves when the running ones are through. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#waiting.clear();
    this.#again.clear();
    for (const { cancel } of this.#delayed.values()) cancel();
    this.#delayed.clear();
    if (this.#running.size > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  #start(): void {
    for (const key of this.#waiting) {
      if (this.#running.size >= this.#workers) return;
      this.#waiting.delete(key);
      this.#running.add(key);
      // A later turn: a write must not run a reconcile inside the writer's own call, and what it told the watches goes out first. In a
      // real cluster a controller cannot hold up the API server.
      void nextTurn()
        .then(() => this.#handle(key))
        .finally(() => this.#finished(key));
    }
  }

  #finished(key: string): void {
    this.#running.delete(key);
    if (this.#again.delete(key) && !this.#stopped) this.#waiting.add(key);
    this.#start();
    if (this.#running.size > 0) return;
    for (const resolve of this.#idle) resolve();
    this.#idle = [];
  }
}
