import type { EngineState } from '../../src/engine/engine-state.ts';
import { Random } from './random.ts';

/** The state after the event `seq`, which ended a transaction. */
export interface Commit {
  readonly seq: number;
  readonly state: EngineState;
}

/** The last commit of a log and one of all of them by chance, each as likely. Kept are these two: a thousand states of a run would only be moved about. */
export class SampledCommits {
  last: Commit | undefined;
  any: Commit | undefined;
  #count = 0;
  readonly #random: Random;

  constructor(seed: number) {
    this.#random = new Random(~seed);
  }

  add(commit: Commit): void {
    this.#count += 1;
    this.last = commit;
    if (this.#random.below(this.#count) === 0) this.any = commit;
  }
}
