const PATIENCE_MS = 60_000;
const POLL_MS = 20;

/** Resolves when `holds` does; rejects after 15 s, naming `what` was expected. */
export async function eventually(holds: () => Promise<boolean>, what: string): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`expected ${what} within ${PATIENCE_MS} ms`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
