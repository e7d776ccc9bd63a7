const POLL_MS = 5;
export const PATIENCE_MS = 60_000;

/** The first value that `look` returns which is not undefined or false; rejects after a minute, with what `describe` says. */
export async function until<T>(
  what: string,
  look: () => T | undefined | false,
  describe: () => string = () => '',
): Promise<T> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const found = look();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > deadline) throw new Error(`${PATIENCE_MS} ms went by without ${what}. ${describe()}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
