import { type Answer, type Dependency, failureOf } from './faults.ts';

/** A call that has not come back yet. */
export interface OpenCall {
  /** The effect behind it, or what the process does besides: `list`, `watch`, `readConfig`. */
  readonly effect: string;
  readonly owner: string;
  readonly dependency: Dependency;
  /** It cannot end well for now. */
  readonly isBlocked: () => boolean;
  readonly answer: (answer: Answer) => void;
  /** The work is done on the other side, and nobody hears of it: what a crash leaves behind. */
  readonly reach: () => void;
}

export interface CallDescription<T> {
  readonly effect: string;
  readonly owner: string;
  readonly dependency: Dependency;
  readonly isBlocked?: () => boolean;
  /** What it does on the other side, and what it answers. Throws FailureError for a refusal. */
  readonly reach: () => T;
}

/** All calls of one process that are under way; a step picks which of them ends next, and how. */
export class OpenCalls {
  readonly open: OpenCall[] = [];
  #isDead = false;

  make<T>(description: CallDescription<T>): Promise<T> {
    const { effect, owner, dependency, reach } = description;
    return new Promise<T>((resolve, reject) => {
      // Nobody is there any more to send it.
      if (this.#isDead) return;
      const answer = (how: Answer): void => {
        try {
          if (how === 'ok') {
            resolve(reach());
          } else {
            if (how === 'lost') reach();
            reject(failureOf(how === 'lost' ? 'timeout' : how, dependency));
          }
        } catch (error) {
          reject(error);
        }
      };
      const isBlocked = description.isBlocked ?? (() => false);
      this.open.push({ effect, owner, dependency, isBlocked, answer, reach: () => reachAnyway(reach) });
    });
  }

  answer(call: OpenCall, how: Answer): void {
    this.open.splice(this.open.indexOf(call), 1);
    call.answer(how);
  }

  /** The connection is cut by this side. */
  drop(call: OpenCall): void {
    const index = this.open.indexOf(call);
    if (index >= 0) this.open.splice(index, 1);
  }

  die(): void {
    this.#isDead = true;
    this.open.length = 0;
  }
}

function reachAnyway(reach: () => unknown): void {
  try {
    reach();
  } catch {
    // A refusal that nobody hears.
  }
}
