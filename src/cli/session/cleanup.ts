/** What is to be undone at the end, in reverse order. */
export class Cleanup {
  readonly #steps: (() => void)[] = [];

  add(step: () => void): void {
    this.#steps.push(step);
  }

  /** In reverse order; each step runs whatever the others do. */
  run(): void {
    for (const step of this.#steps.splice(0).reverse()) {
      try {
        step();
      } catch {
        // Closing is best effort: the log has all that matters.
      }
    }
  }
}
