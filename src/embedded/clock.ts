/** Time as the stand-ins see it. Any object of this shape will do; tests bring a virtual one. */
export interface EmbeddedClock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls `callback` once, after `delayMs`; the returned function cancels it. */
  schedule(callback: () => void, delayMs: number): () => void;
}

/** setTimeout fires at once for delays beyond 31 bits. */
const DELAY_MS_MAX = 2 ** 31 - 1;

export const realClock: EmbeddedClock = {
  now: () => Date.now(),
  schedule: (callback, delayMs) => {
    // Unreferenced: a resync in ten minutes must not keep a finished process alive.
    const timer = setTimeout(callback, Math.min(delayMs, DELAY_MS_MAX)).unref();
    return () => clearTimeout(timer);
  },
};

/** The last text that was made: a busy server needs the same one thousands of times. */
let lastSecond = Number.NaN;
let lastText = '';

/** RFC 3339 with seconds, as metav1.Time is written. */
export function rfc3339(atMs: number): string {
  const second = Math.floor(atMs / 1_000);
  if (second !== lastSecond) {
    lastText = `${new Date(second * 1_000).toISOString().slice(0, 19)}Z`;
    lastSecond = second;
  }
  return lastText;
}
