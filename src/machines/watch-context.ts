import type { Failure } from '../domain/failure.ts';
import type { Limits } from '../domain/limits.ts';
import type { AffectedTarget, FullReason, HeldTarget } from '../domain/resolution.ts';
import type { Delivered } from './messages.ts';

export type TargetOutcome = 'ready' | 'failed' | 'blocked' | 'held' | 'suspended' | 'gone' | 'unknown';

/** What a resolved batch asks of the other machines. */
export interface Plan {
  /** The fed source, e.g. `OCIRepository/flux-system/shop`. */
  readonly source: string;
  /** Digest of all a push would hold. */
  readonly contentDigest: string;
  /** ArtifactGenerators between the source and an affected target. */
  readonly generators: readonly string[];
  /** Dependencies first. `awaits`: affected targets that must be Ready before this one is asked. */
  readonly targets: readonly PlannedTarget[];
  readonly held: readonly HeldTarget[];
  readonly suspended: readonly string[];
  readonly bystanders: number;
  readonly pruneRisk: string | undefined;
  /** Targets that were held and whose files are sound again, unchanged from what is reconciled. */
  readonly released: readonly string[];
  /** Targets that may get other files by this push, and nobody here knows: the generator of what they read may not be listed. Absent: none. */
  readonly unseen?: readonly string[];
  /** False where every target goes through a source of its own: the shared one is left alone. Absent: as `true`. */
  readonly push?: boolean;
}

export interface PlannedTarget extends AffectedTarget {
  readonly awaits: readonly string[];
  readonly awaitedBy: readonly string[];
  /** The source this target itself reads (an ExternalArtifact, or the fed source). */
  readonly reads: string;
  /** Its own source, through which it is reconciled; absent: the shared one. */
  readonly isolation?: string;
  /** The shared source, where it has its own and is put back at its turn. */
  readonly leave?: string;
  /** Why it is the shared one, in words, where others have their own. */
  readonly sharedBecause?: string;
}

/** How one changed path was decided, shortened for the log. */
export interface DecisionSummary {
  readonly path: string;
  readonly decision: string;
  readonly reason: string;
  readonly detail: string;
}

export interface WatchContext {
  readonly limits: Limits;
  /** Paths seen changed and not yet resolved; hints, relative to the source root. */
  readonly collected: readonly string[];
  /** Too many paths, or events may have been lost: look at the whole tree. */
  readonly rescan: boolean;
  /** Something is to be resolved although no path says so (cluster objects changed, a start, a retry). */
  readonly recheck: boolean;
  /** A full reconcile is owed, for this reason. */
  readonly full: FullReason | undefined;
  /** A full reconcile that waits for a held file; it joins the next batch. */
  readonly heldFull: FullReason | undefined;
  /** When the oldest collected thing came, ms since the epoch. */
  readonly collectedAt: number;
  /** What is being resolved now; returned to `collected` when the step fails. */
  readonly batch: Batch;
  readonly cycle: number;
  readonly attempt: number;
  readonly failure: Failure | undefined;
  readonly mode: 'targeted' | 'full';
  readonly inFlight: Readonly<Record<string, true>>;
  /** Asked for and not Ready since: in flight, failed, blocked or suspended. A newer revision concerns them too. By the cycle in which it was wanted last. */
  readonly unsettled: Readonly<Record<string, number>>;
  /** How the targets of the cycle that is running, or ran last, ended. */
  readonly outcomes: Readonly<Record<string, TargetOutcome>>;
  readonly lastReason: string;
  readonly retryAfterMs: number;
  /** Whether changed targets get sources of their own in this session, and why. Undefined: never decided. */
  readonly isolation: IsolationDecision | undefined;
}

export interface IsolationDecision {
  readonly on: boolean;
  /** In words. */
  readonly reason: string;
}

export interface Batch {
  readonly paths: readonly string[];
  readonly rescan: boolean;
  readonly full: FullReason | undefined;
}

export type WatchEvent = Delivered &
  (
    | { readonly type: 'WatchStarted'; readonly full?: FullReason }
    | { readonly type: 'FilesChanged'; readonly paths: readonly string[]; readonly rescan?: boolean }
    | { readonly type: 'DefinitionsChanged'; readonly reason: string }
    | { readonly type: 'FullReconcileRequested'; readonly full: FullReason }
    | { readonly type: 'QuietPeriodElapsed' }
    | { readonly type: 'MaxWaitElapsed' }
    | { readonly type: 'BackoffElapsed' }
    | { readonly type: 'IsolationDecided'; readonly on: boolean; readonly reason: string }
    | { readonly type: 'SweepDue' }
    | { readonly type: 'TreeSwept'; readonly changed: number }
    | {
        readonly type: 'TargetsResolved';
        readonly plan: Plan;
        readonly decisions: readonly DecisionSummary[];
        readonly reason: string;
      }
    | {
        readonly type: 'TargetsUncertain';
        readonly plan: Plan;
        readonly full: FullReason;
        readonly decisions: readonly DecisionSummary[];
        readonly reason: string;
        /** What of it a held file keeps back on the shared source: still owed, as such. */
        readonly heldFull?: FullReason;
      }
    | {
        readonly type: 'NothingToDo';
        readonly reason: string;
        readonly decisions: readonly DecisionSummary[];
        readonly held: readonly HeldTarget[];
        readonly released: readonly string[];
        /** Would be asked, were they not suspended. */
        readonly suspended?: readonly string[];
        /** A full reconcile that a held file keeps back: still owed, as such. */
        readonly heldFull?: FullReason;
      }
    | { readonly type: 'StepFailed'; readonly step: 'resolve' | 'push'; readonly failure: Failure }
    | {
        readonly type: 'StepRefused';
        readonly step: 'resolve' | 'hook' | 'push';
        readonly failure: Failure;
        /** Whose push it was. */
        readonly cycle?: number;
      }
    | { readonly type: 'SourceAvailable'; readonly revisions: Readonly<Record<string, string>>; readonly cycle: number }
    | { readonly type: 'SourceUnavailable'; readonly reason: string; readonly message: string }
    | {
        readonly type: 'TargetSettled';
        readonly target: string;
        readonly outcome: TargetOutcome;
        /** In which it was wanted. */
        readonly cycle?: number;
      }
    | { readonly type: 'EffectOutcomeUnknown'; readonly effect: string }
  );
