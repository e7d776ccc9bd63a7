/** From a look ahead to the push that follows. What was not there is then taken for not there: should somebody have brought it, it is sent once more. */
const HOLDS_MS = 1_000;

/** Answers that hold for a moment. */
export class Lately<Answer> {
  readonly #now: () => number;
  readonly #answers = new Map<string, { readonly answer: Answer; readonly until: number }>();

  /** `now`: ms since the epoch. */
  constructor(now: () => number) {
    this.#now = now;
  }

  note(key: string, answer: Answer): void {
    const now = this.#now();
    for (const [other, { until }] of this.#answers) if (until <= now) this.#answers.delete(other);
    this.#answers.set(key, { answer, until: now + HOLDS_MS });
  }

  /** Undefined where nothing is known, or not any more. */
  of(key: string): Answer | undefined {
    const known = this.#answers.get(key);
    return known === undefined || known.until <= this.#now() ? undefined : known.answer;
  }

  forget(key: string): void {
    this.#answers.delete(key);
  }
}
