import type { Failure } from '../failure.ts';
import type { ObjectId } from '../target.ts';

/** What became of one target of a session. */
export interface TargetRestored {
  readonly target: ObjectId;
  readonly session: string | undefined;
  /**
   * `restored`: it reads its source again. `tidied`: somebody had put it back, only the marks were taken off. `forgotten`: the same for one that
   * somebody pointed elsewhere. `kept`: left isolated as asked. `repointed`, `unreadable`: left as it is, `message` says why. `taken-over`: another session has it now.
   */
  readonly outcome:
    | 'restored'
    | 'tidied'
    | 'forgotten'
    | 'kept'
    | 'repointed'
    | 'unreadable'
    | 'taken-over'
    | 'gone'
    | 'failed';
  /** The source that it reads again, where restored. */
  readonly source?: ObjectId;
  readonly message?: string;
  readonly failure?: Failure;
}

/** What became of one source that a session made. */
export interface SourceRestored {
  readonly source: ObjectId;
  readonly session: string;
  /** `in-use`: something else reads it, `readers` says what. `kept`: its own target still does. `taken-over`: another session has it now. */
  readonly outcome: 'deleted' | 'gone' | 'in-use' | 'kept' | 'taken-over' | 'failed';
  readonly readers?: readonly ObjectId[];
  readonly failure?: Failure;
}

/** What became of a session as a whole. */
export interface SessionRestored {
  readonly session: string;
  /** `ended`: nothing of it is left. `left`: something is, see its targets and sources. `live`: it renewed its Lease meanwhile, nothing was done. */
  readonly outcome: 'ended' | 'left' | 'live' | 'failed';
  readonly failure?: Failure;
}

export interface RestoreReport {
  readonly targets: readonly TargetRestored[];
  readonly sources: readonly SourceRestored[];
  readonly sessions: readonly SessionRestored[];
}

/** False where something is left that should not be: a refusal, an outage, a record that cannot be read. */
export function isRestored({ targets, sources, sessions }: RestoreReport): boolean {
  return (
    targets.every(({ outcome }) => outcome !== 'failed' && outcome !== 'unreadable' && outcome !== 'repointed') &&
    sources.every(({ outcome }) => outcome !== 'failed') &&
    sessions.every(({ outcome }) => outcome !== 'failed')
  );
}
