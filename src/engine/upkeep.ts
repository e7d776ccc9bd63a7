import type { Clock } from './clock.ts';

/** So long after the last event nothing more is about to follow from it. */
const REST_MS = 50;
/** What comes sooner than this would be held up. */
const FREE_MS = 30;

export interface UpkeepOptions {
  readonly clock: Clock;
  readonly isDue: () => boolean;
  /** Ms until the next thing to do; 0 while something is under way, Infinity where nothing is to come. */
  readonly freeForMs: () => number;
  /** Where there is no rest for so long it is done all the same. */
  readonly overdueMs: number;
  readonly work: () => void;
}

/**
 * Work that is to be done now and then, and may wait for a moment when it holds up nothing: some 50 ms after the last event, when nothing is under way or
 * about to begin. There is an alarm only while there is something to do.
 */
export class Upkeep {
  readonly #options: UpkeepOptions;
  #lastEventAt = 0;
  #dueSince: number | undefined;
  /** At the next rest, or when it is overdue. */
  #alarm: { readonly atRest: boolean; readonly cancel: () => void } | undefined;

  constructor(options: UpkeepOptions) {
    this.#options = options;
  }

  /** Something happened just now. */
  note(): void {
    const now = this.#options.clock.now();
    this.#lastEventAt = now;
    if (this.#alarm?.atRest === true || !this.#options.isDue()) return;
    this.#dueSince ??= now;
    this.#lookAfter(REST_MS, true);
  }

  stop(): void {
    this.#alarm?.cancel();
    this.#alarm = undefined;
  }

  #look(): void {
    const { clock, isDue, freeForMs, overdueMs, work } = this.#options;
    this.#alarm = undefined;
    const now = clock.now();
    const restMs = this.#lastEventAt + REST_MS - now;
    const leftMs = (this.#dueSince ?? now) + overdueMs - now;
    if (!isDue()) this.#dueSince = undefined;
    else if (leftMs > 0 && restMs > 0) this.#lookAfter(Math.min(restMs, leftMs), true);
    // What it then waits for is told as an event.
    else if (leftMs > 0 && freeForMs() < FREE_MS) this.#lookAfter(leftMs, false);
    else {
      this.#dueSince = undefined;
      work();
    }
  }

  #lookAfter(ms: number, atRest: boolean): void {
    this.#alarm?.cancel();
    this.#alarm =
      ms === Number.POSITIVE_INFINITY
        ? undefined
        : { atRest, cancel: this.#options.clock.schedule(() => this.#look(), ms) };
  }
}
