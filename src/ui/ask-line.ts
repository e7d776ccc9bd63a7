import { createInterface } from 'node:readline/promises';
import type { Readable } from 'node:stream';

/** Where questions are asked, and answers come from. */
export interface Dialogue {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stderr: { write(text: string): unknown };
  readonly signal: AbortSignal;
}

/**
 * Asks for a line; an empty one, and the end of input, is `fallback`. What `problemOf` finds wrong with an answer is said, and it is asked again.
 * One reader for all questions: a second one would miss what the first has read ahead.
 */
export class LineQuestions {
  readonly #dialogue: Dialogue;
  readonly #lines: AsyncIterator<string>;
  readonly #close: () => void;

  constructor(dialogue: Dialogue) {
    this.#dialogue = dialogue;
    const reader = createInterface({ input: dialogue.stdin, terminal: false });
    this.#lines = reader[Symbol.asyncIterator]();
    this.#close = () => reader.close();
    dialogue.signal.addEventListener('abort', this.#close, { once: true });
  }

  async ask(
    question: string,
    fallback: string,
    problemOf: (answer: string) => string | undefined = () => undefined,
  ): Promise<string> {
    for (;;) {
      this.#dialogue.stderr.write(`${question} [${fallback}] `);
      const { value, done } = await this.#lines.next();
      this.#dialogue.signal.throwIfAborted();
      const answer = done === true || value.trim() === '' ? fallback : value.trim();
      const problem = problemOf(answer);
      if (problem === undefined || done === true) return answer;
      this.#dialogue.stderr.write(`${problem}\n`);
    }
  }

  close(): void {
    this.#dialogue.signal.removeEventListener('abort', this.#close);
    this.#close();
  }
}
