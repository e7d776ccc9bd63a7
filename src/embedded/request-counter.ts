const RECENT_MAX = 10_000;

/** Counts requests by the fields that describe them, and keeps the last 10,000 in order. */
export class RequestCounter<Request extends object> {
  readonly #counts = new Map<string, number>();
  readonly #nameOf: (request: Request) => string;
  #recent: Request[] = [];
  #total = 0;

  /** `nameOf` gives the line that a request is counted under, e.g. `patch kustomizations`. */
  constructor(nameOf: (request: Request) => string) {
    this.#nameOf = nameOf;
  }

  add(request: Request): void {
    const name = this.#nameOf(request);
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
    this.#total += 1;
    this.#recent.push(request);
    if (this.#recent.length > 2 * RECENT_MAX) this.#recent = this.#recent.slice(-RECENT_MAX);
  }

  /** All requests, or those counted under `name`. */
  count(name?: string): number {
    return name === undefined ? this.#total : (this.#counts.get(name) ?? 0);
  }

  /** Every name with its count. */
  counts(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** The last requests, oldest first. */
  recent(): readonly Request[] {
    return this.#recent.slice(-RECENT_MAX);
  }

  reset(): void {
    this.#counts.clear();
    this.#recent = [];
    this.#total = 0;
  }
}
