import { makesNothing } from './makes-nothing.ts';
import type { ObjectId } from './target.ts';
import type { TargetState } from './target-state.ts';

/**
 * Remembers the targets that had something to make and make nothing now: Flux would delete all they made. A target is forgotten
 * once it makes something again, or once its emptiness is what is reconciled.
 */
export class PruneGuard {
  readonly #emptied = new Set<ObjectId>();
  /** They make nothing since they were first seen: whether they ever did, only what is reconciled can tell. */
  readonly #emptyFromTheStart = new Set<ObjectId>();

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
      if (now?.closure === undefined || now.target.kind === 'HelmRelease' || before?.digest === now.digest) return [];
      return [{ id, before, makesNone: makesNothing(now.closure, now.root.tree) }];
    });
    return () => {
      for (const { id, before, makesNone } of found) {
        if (!makesNone) this.forget(id);
        else if (before === undefined) this.#emptyFromTheStart.add(id);
        else if ((before.closure?.files.length ?? 0) > 0) this.#emptied.add(id);
      }
    };
  }

  forget(id: ObjectId): void {
    this.#emptied.delete(id);
    this.#emptyFromTheStart.delete(id);
  }

  /** The targets that a push would empty, those left out whose digest in `known` is the present one. */
  endangered(
    states: ReadonlyMap<ObjectId, TargetState>,
    known: Readonly<Record<ObjectId, string | undefined>>,
  ): ObjectId[] {
    for (const id of this.#emptied) {
      const digest = states.get(id)?.digest;
      if (digest === undefined || known[id] === digest) this.#emptied.delete(id);
    }
    const differing = [...this.#emptyFromTheStart].filter(
      (id) => known[id] !== undefined && known[id] !== states.get(id)?.digest,
    );
    return [...new Set([...this.#emptied, ...differing])].filter((id) => states.get(id)?.target.suspended === false);
  }
}
