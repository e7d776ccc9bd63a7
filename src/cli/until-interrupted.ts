const NEVER_MS = 2 ** 31 - 1;

/** Resolves when the signal aborts. Embedded servers do not keep a process alive, so that a test which forgets to stop one ends: this timer does. */
export function untilInterrupted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((done) => {
    const alive = setInterval(() => {}, NEVER_MS);
    const end = (): void => {
      clearInterval(alive);
      done();
    };
    signal.addEventListener('abort', end, { once: true });
  });
}
