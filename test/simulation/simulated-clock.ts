import type { Clock } from '../../src/engine/clock.ts';

interface Alarm {
  readonly at: number;
  readonly order: number;
  readonly callback: () => void;
}

/** Time of the simulated world. It moves when a step says so, one alarm after the other, so that what an alarm sets off is seen before the next. */
export class SimulatedClock {
  now = Date.UTC(2026, 0, 1);
  #order = 0;
  readonly #alarms = new Set<Alarm>();

  schedule(callback: () => void, delayMs: number): () => void {
    const alarm = { at: this.now + Math.max(0, delayMs), order: this.#order, callback };
    this.#order += 1;
    this.#alarms.add(alarm);
    return () => this.#alarms.delete(alarm);
  }

  /** When the next alarm goes off. */
  get nextAt(): number | undefined {
    return this.#next()?.at;
  }

  /** Moves on to the next alarm, if it goes off by `until`, and lets it; else to `until`. False: there is nothing more before that. */
  ring(until: number): boolean {
    const next = this.#next();
    if (next === undefined || next.at > until) {
      this.now = Math.max(this.now, until);
      return false;
    }
    this.#alarms.delete(next);
    this.now = Math.max(this.now, next.at);
    next.callback();
    return true;
  }

  #next(): Alarm | undefined {
    let found: Alarm | undefined;
    for (const alarm of this.#alarms) {
      if (found === undefined || alarm.at < found.at || (alarm.at === found.at && alarm.order < found.order))
        found = alarm;
    }
    return found;
  }
}

/** The clock of one process: what it waits for dies with it. */
export class ProcessClock implements Clock {
  readonly #clock: SimulatedClock;
  readonly #waiting = new Set<() => void>();
  #isDead = false;

  constructor(clock: SimulatedClock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.now;
  }

  schedule(callback: () => void, delayMs: number): () => void {
    if (this.#isDead) return () => {};
    const cancel = this.#clock.schedule(() => {
      this.#waiting.delete(cancel);
      callback();
    }, delayMs);
    this.#waiting.add(cancel);
    return () => {
      cancel();
      this.#waiting.delete(cancel);
    };
  }

  die(): void {
    this.#isDead = true;
    for (const cancel of this.#waiting) cancel();
    this.#waiting.clear();
  }
}
