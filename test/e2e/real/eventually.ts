const POLL_MS = 25;
const PATIENCE_MS = 60_000;

/** The first value that `look` resolves to which is not undefined or false. What it throws is no end: the server may be away. */
export async function eventually<T>(
  what: string,
  look: () => Promise<T | undefined | false>,
  describe: () => Promise<string> | string = () => '',
  patienceMs = PATIENCE_MS,
): Promise<T> {
  const giveUpAt = Date.now() + patienceMs;
  for (;;) {
    let last: unknown;
    try {
      const found = await look();
      if (found !== undefined && found !== false) return found;
    } catch (error) {
      last = error;
    }
    if (Date.now() > giveUpAt) {
      const seen = await Promise.resolve(describe()).catch(String);
      throw new Error(`expected ${what} within ${patienceMs} ms. ${seen}`, { cause: last });
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
