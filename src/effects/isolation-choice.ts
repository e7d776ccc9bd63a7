import type { Rule } from '../domain/resolution.ts';
import type { ObjectId } from '../domain/target.ts';

/** By which source what is wanted of a target gets to it. */
export type IsolationChoice =
  | { readonly by: 'own'; readonly source: ObjectId }
  /** `because`: in words; empty where isolation is off anyway. */
  | {
      readonly by: 'shared';
      readonly because: string /** It has a source of its own, and is put back. */;
      readonly leave?: true;
    }
  /** It is on the source of another session: nobody else touches it. */
  | { readonly by: 'nobody'; readonly because: string; readonly hint: string };

export interface WantedTarget {
  readonly id: ObjectId;
  readonly rule: Rule;
  /** Digest of its closure; undefined where that cannot be computed. */
  readonly digest: string | undefined;
}

export type ChooseSource = (wanted: WantedTarget) => IsolationChoice;

/** Where nobody isolates. */
export const ALL_SHARED: ChooseSource = () => ({ by: 'shared', because: '' });
