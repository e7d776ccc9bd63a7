import { createInterface } from 'node:readline/promises';
import type { Readable } from 'node:stream';

/** Where questions are asked and answered. */
export interface QuestionIo {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stderr: { write(text: string): unknown };
  readonly isTty: boolean;
  readonly signal: AbortSignal;
}

/** Somebody is there to answer: a terminal on both ends. */
export function canAsk({ isTty, stdin }: Pick<QuestionIo, 'isTty' | 'stdin'>): boolean {
  return isTty && stdin.isTTY === true;
}

/**
 * Asks a yes/no question and waits for a line; only `y` or `yes` is a yes; the end of input is a no. Without a terminal on
 * both ends nobody is there to ask: false at once.
 */
export async function confirm(io: QuestionIo, question: string): Promise<boolean> {
  if (!canAsk(io) || io.signal.aborted) return false;
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
