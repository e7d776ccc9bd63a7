import type { RelativePath } from '../domain/paths.ts';

/** One look at the whole tree at a time. Who wants one while it goes on has it taken once more after it, and need not wait. */
export class Sweeps {
  #isUnderWay = false;
  #isWantedAgain = false;

  /** The paths that `look` finds, for all that wanted one; none for who finds it under way. Rejects as `look` does. */
  async run(look: () => Promise<readonly RelativePath[]>): Promise<readonly RelativePath[]> {
    this.#isWantedAgain = true;
    if (this.#isUnderWay) return [];
    this.#isUnderWay = true;
    const found = new Set<RelativePath>();
    try {
      while (this.#isWantedAgain) {
        this.#isWantedAgain = false;
        for (const path of await look()) found.add(path);
      }
    } finally {
      this.#isUnderWay = false;
    }
    return [...found];
  }
}
