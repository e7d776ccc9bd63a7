/** Work that many may want at once and that is done once: whoever comes while it is under way gets its outcome. */
export class OneAtATime<Result> {
  readonly #underway = new Map<
    string,
    { readonly result: Promise<Result>; readonly signal: AbortSignal | undefined }
  >();

  has(key: string): boolean {
    return this.#underway.has(key);
  }

  /** `mine`: whether it was done for this caller. What befell the work befalls all who wait for it, but not that somebody else gave up. */
  async run(
    key: string,
    signal: AbortSignal | undefined,
    work: () => Promise<Result>,
  ): Promise<{ readonly result: Result; readonly mine: boolean }> {
    for (;;) {
      const other = this.#underway.get(key);
      if (other === undefined) break;
      try {
        return { result: await other.result, mine: false };
      } catch (error) {
        if (other.signal?.aborted !== true || signal?.aborted === true) throw error;
      }
    }
    const result = work().finally(() => this.#underway.delete(key));
    this.#underway.set(key, { result, signal });
    return { result: await result, mine: true };
  }
}
