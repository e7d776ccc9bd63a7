import { applyChange, type Change, type State, sameState, type Truth } from './truth.ts';

type Entry = { readonly list: State; readonly revision: number } | { readonly change: Change };

/** What one client got: lists, and the changes after them. */
export class Feed {
  readonly #entries: Entry[] = [];
  readonly #state = new Map<string, number>();
  lists = 0;
  changes = 0;

  listed(revision: number, list: State): void {
    this.lists++;
    this.#entries.push({ list, revision });
    this.#state.clear();
    for (const [name, at] of list) this.#state.set(name, at);
  }

  changed(change: Change): void {
    this.changes++;
    this.#entries.push({ change });
    applyChange(this.#state, change);
  }

  /** What the client believes is there. */
  get state(): State {
    return this.#state;
  }

  /**
   * What was wrong: a list that never was the state of its revision, a change that never was, a change between a list and the next
   * that was left out. Changes may come twice.
   */
  faults(truth: Truth): readonly string[] {
    const faults: string[] = [];
    const known = new Set(truth.changes.map(textOf));
    let next = -1;
    for (const entry of this.#entries) {
      if ('list' in entry) {
        if (!sameState(entry.list, truth.stateAt(entry.revision)))
          faults.push(`the list at ${entry.revision} is wrong`);
        next = truth.indexAfter(entry.revision);
        continue;
      }
      const { change } = entry;
      if (!known.has(textOf(change))) {
        faults.push(`${textOf(change)} never happened`);
        continue;
      }
      const expected = truth.changes[next];
      if (next < 0 || expected === undefined || change.revision < expected.revision) continue;
      if (change.revision === expected.revision) {
        next++;
      } else {
        faults.push(`expected ${textOf(expected)}, found ${textOf(change)}`);
        next = truth.indexAfter(change.revision);
      }
    }
    if (next < 0) faults.push('nothing was listed');
    else if (next < truth.changes.length) faults.push(`ended before ${textOf(truth.changes[next])}`);
    return faults;
  }
}

export function textOf(change: Change | undefined): string {
  return change === undefined ? 'nothing' : `${change.type} ${change.name} at ${change.revision}`;
}
