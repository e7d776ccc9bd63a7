import { type EmbeddedClock, realClock } from '../../src/embedded/clock.ts';

/** A latency that ends when the test opens the gate, instead of after a time. */
export const UNTIL_OPENED_MS = 1_234_567_890;

export interface GatedClock extends EmbeddedClock {
  /** How many reconciles stand at the gate. */
  waiting(): number;
  /** Lets those go that stand there. */
  open(): void;
}

/** The real clock, except for delays of UNTIL_OPENED_MS. */
export function gatedClock(): GatedClock {
  const held = new Set<() => void>();
  return {
    now: () => realClock.now(),
    schedule(callback, delayMs) {
      if (delayMs !== UNTIL_OPENED_MS) return realClock.schedule(callback, delayMs);
      held.add(callback);
      return () => held.delete(callback);
    },
    waiting: () => held.size,
    open() {
      const going = [...held];
      held.clear();
      for (const callback of going) callback();
    },
  };
}
