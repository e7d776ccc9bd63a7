/** Answers that hold for a moment. */
export class Lately<Answer> {
  readonly #holdsMs: number;
  readonly #now: () => number;
  readonly #answers = new Map<string, { readonly answer: Answer; readonly until: number }>();

  /** `now`: ms since the epoch. */
  constructor(holdsMs: number, now: () => number) {
    this.#holdsMs = holdsMs;
    this.#now = now;
  }

  note(key: string, answer: Answer): void {
    const now = this.#now();
    for (const [other, { until }] of this.#answers) if (until <= now) this.#answers.delete(other);
    this.#answers.set(key, { answer, until: now + this.#holdsMs });
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
