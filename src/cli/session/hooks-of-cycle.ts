import type { Failure } from '../../domain/failure.ts';
import { failureOf } from '../../effects/call.ts';

type RunHooks = (signal: AbortSignal) => Promise<Failure | undefined>;

/** Runs the hooks once a cycle, however many artifacts it pushes. */
export class HooksOfCycle {
  readonly #run: RunHooks | undefined;
  readonly #before: () => Promise<void>;
  #cycle = -1;
  #outcome: Promise<Failure | undefined> = Promise.resolve(undefined);

  /** `run`: undefined where there are none. `before` is called before they run; where it rejects, they do not run. */
  constructor(run: RunHooks | undefined, before: () => Promise<void>) {
    this.#run = run;
    this.#before = before;
  }

  run(cycle: number, signal: AbortSignal): Promise<Failure | undefined> {
    if (this.#run !== undefined && cycle !== this.#cycle) {
      this.#cycle = cycle;
      this.#outcome = this.#begin(this.#run, signal);
    }
    return this.#outcome;
  }

  async #begin(run: RunHooks, signal: AbortSignal): Promise<Failure | undefined> {
    try {
      await this.#before();
    } catch (error) {
      return failureOf(error);
    }
    return run(signal);
  }
}
