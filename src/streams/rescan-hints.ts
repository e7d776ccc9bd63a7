import type { Clock } from '../engine/clock.ts';

/** Events in one burst from which on some may have been lost: the kernel's queue holds 16,384, several a file, and overflows unseen. */
const BURST_EVENTS = 256;
const BURST_ENDS_AFTER_MS = 250;

export interface RescanHints {
  /** Counts one event. */
  note(): void;
  close(): void;
}

/** Asks for a look at the whole tree after each burst of events, and every `everyMs`. */
export function rescanHints(clock: Clock, everyMs: number, ask: (reason: string) => void): RescanHints {
  let burst = 0;
  let lastAt = 0;
  let cancelBurst: (() => void) | undefined;
  let cancelPeriod = clock.schedule(period, everyMs);

  function period(): void {
    ask('now and then, since events may get lost');
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
