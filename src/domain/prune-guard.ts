import { makesNothing } from './makes-nothing.ts';
import type { ObjectId } from './target.ts';
import type { TargetState } from './target-state.ts';

type Made = 'objects' | 'nothing';

/**
 * Remembers the targets that had something to make and make nothing now: Flux would delete all they made. What a target had is remembered also
 * while its path is gone, and until it makes something else, or its emptiness is what is reconciled.
 */
export class PruneGuard {
  /** What a target was last seen to make, or to have been emptied to. Unknown: only what is reconciled can tell whether it ever made something. */
  readonly #had = new Map<ObjectId, Made>();
  readonly #empty = new Set<ObjectId>();

  /**
   * Looks at the targets whose closure was computed again, each with its state before. Manifests are read here; what is returned takes note of
   * what they hold, and is to be called once it is sure that they are what the digests say.
   */
  look(
    computed: ReadonlyMap<ObjectId, TargetState | undefined>,
    states: ReadonlyMap<ObjectId, TargetState>,
  ): () => void {
    const found = [...computed].flatMap(([id, before]) => {
      const now = states.get(id);
      if (now === undefined || now.target.kind === 'HelmRelease' || before?.digest === now.digest) return [];
      const made = madeOf(now);
      return made === undefined ? [] : [{ id, made }];
    });
    return () => {
      for (const { id, made } of found) {
        if (made === 'nothing') this.#empty.add(id);
        else {
          this.#empty.delete(id);
          this.#had.set(id, made);
        }
      }
    };
  }

  forget(id: ObjectId): void {
    this.#empty.delete(id);
    this.#had.delete(id);
  }

  /** The targets that a push would empty, those left out whose digest in `known` is the present one. */
  endangered(
    states: ReadonlyMap<ObjectId, TargetState>,
    known: Readonly<Record<ObjectId, string | undefined>>,
  ): ObjectId[] {
    return [...this.#empty].filter((id) => {
      const state = states.get(id);
      // Without a path Flux does not build, and so deletes nothing.
      if (state?.digest === undefined) return false;
      if (known[id] === state.digest) this.#had.set(id, 'nothing');
      const had = this.#had.get(id) ?? (known[id] === undefined ? 'nothing' : 'objects');
      return had === 'objects' && !state.target.suspended;
    });
  }
}

/** Undefined: nothing can be told, since nothing is there to be looked at. */
function madeOf({ closure, root }: TargetState): Made | undefined {
  if (closure === undefined || (closure.files.length === 0 && closure.problems.length > 0)) return undefined;
  return makesNothing(closure, root.tree) ? 'nothing' : 'objects';
}
