import { createInterface } from 'node:readline/promises';
import type { Readable } from 'node:stream';

/**
 * Asks a yes/no question and waits for a line; only `y` or `yes` is a yes; the end of input is a no. Without a terminal on
 * both ends nobody is there to ask: false at once.
 */
export async function confirm(
  io: {
    readonly stdin: Readable & { readonly isTTY?: boolean };
    readonly stderr: { write(text: string): unknown };
    readonly isTty: boolean;
    readonly signal: AbortSignal;
  },
  question: string,
): Promise<boolean> {
  if (!io.isTty || io.stdin.isTTY !== true || io.signal.aborted) return false;
  io.stderr.write(`${question} [y/N] `);
  const lines = createInterface({ input: io.stdin, terminal: false });
  const stop = () => lines.close();
  io.signal.addEventListener('abort', stop, { once: true });
  try {
    for await (const line of lines) return /^\s*y(es)?\s*$/i.test(line);
    return false;
  } finally {
    io.signal.removeEventListener('abort', stop);
    lines.close();
  }
}
