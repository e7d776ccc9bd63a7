import type { EmbeddedClock } from './clock.ts';

/** A clock that is wrong by as much as one likes; what is scheduled on it still takes the true time. */
export class SkewedClock implements EmbeddedClock {
  readonly #clock: EmbeddedClock;
  /** How far it is ahead. */
  skewMs = 0;

  constructor(clock: EmbeddedClock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.now() + this.skewMs;
  }

  schedule(callback: () => void, delayMs: number): () => void {
    return this.#clock.schedule(callback, delayMs);
  }
}
