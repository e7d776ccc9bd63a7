import type { Clock } from '../engine/clock.ts';

/** Events in one burst from which on some may have been lost: the kernel's queue holds 16,384, several a file, and overflows unseen. */
const BURST_EVENTS = 256;
const BURST_ENDS_AFTER_MS = 250;
/** A look that nothing calls for waits until saves are over: in the middle of one it would hold it up. */
const SAVED_AFTER_MS = 2_000;

export interface RescanHints {
  /** Counts one event. */
  note(): void;
  close(): void;
}

/**
 * Asks for a look at the whole tree after each burst of events, and every `everyMs`: then once no event came for 2 s, but no later than after twice
 * that time.
 */
export function rescanHints(clock: Clock, everyMs: number, ask: (reason: string) => void): RescanHints {
  let burst = 0;
  let lastAt = Number.NEGATIVE_INFINITY;
  let cancelBurst: (() => void) | undefined;
  let dueAt = clock.now() + everyMs;
  let cancelPeriod = clock.schedule(period, everyMs);

  function period(): void {
    const now = clock.now();
    const quietMs = now - lastAt;
    const leftMs = dueAt + everyMs - now;
    if (quietMs < SAVED_AFTER_MS && leftMs > 0) {
      cancelPeriod = clock.schedule(period, Math.min(SAVED_AFTER_MS - quietMs, leftMs));
      return;
    }
    ask('now and then, since events may get lost');
    dueAt = clock.now() + everyMs;
    cancelPeriod = clock.schedule(period, everyMs);
  }

  function burstMayEnd(): void {
    const quietMs = clock.now() - lastAt;
    if (quietMs < BURST_ENDS_AFTER_MS) {
      cancelBurst = clock.schedule(burstMayEnd, BURST_ENDS_AFTER_MS - quietMs);
      return;
    }
    const events = burst;
    burst = 0;
    cancelBurst = undefined;
    if (events >= BURST_EVENTS) ask(`after a burst of ${events} events, of which more may have got lost`);
  }

  return {
    note: () => {
      burst += 1;
      lastAt = clock.now();
      cancelBurst ??= clock.schedule(burstMayEnd, BURST_ENDS_AFTER_MS);
    },
    close: () => {
      cancelBurst?.();
      cancelPeriod();
    },
  };
}
