import type { IncomingHttpHeaders } from 'node:http';

/**
 * The API server's clock as its answers tell it (`Date`, whole seconds). Two machines whose own clocks differ agree by it on what has expired.
 */
export class ServerTime {
  readonly #now: () => number;
  #aheadMs: number | undefined;

  /** `now`: this machine's clock, which is taken until the server has told its own. */
  constructor(now: () => number) {
    this.#now = now;
  }

  now(): number {
    return this.#now() + (this.#aheadMs ?? 0);
  }

  /** How far the server is ahead of this machine; undefined: it has not told. */
  get aheadMs(): number | undefined {
    return this.#aheadMs;
  }

  /** To be called when an answer arrives. */
  observe({ date }: Pick<IncomingHttpHeaders, 'date'>): void {
    const told = Date.parse(date ?? '');
    if (!Number.isNaN(told)) this.#aheadMs = told - this.#now();
  }
}
