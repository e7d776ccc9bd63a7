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

/** RFC 3339 with seconds, as metav1.Time is written. */
export function rfc3339(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 19)}Z`;
}
