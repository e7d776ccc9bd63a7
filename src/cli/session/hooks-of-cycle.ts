import type { Failure } from '../../domain/failure.ts';

/** Runs the hooks once a cycle, however many artifacts it pushes. */
export class HooksOfCycle {
  readonly #run: (signal: AbortSignal) => Promise<Failure | undefined>;
  #cycle = -1;
  #outcome: Promise<Failure | undefined> = Promise.resolve(undefined);

  constructor(run: (signal: AbortSignal) => Promise<Failure | undefined>) {
    this.#run = run;
  }

  run(cycle: number, signal: AbortSignal): Promise<Failure | undefined> {
    if (cycle !== this.#cycle) {
      this.#cycle = cycle;
      this.#outcome = this.#run(signal);
    }
    return this.#outcome;
  }
}
