import type { BuildProblem } from '../domain/closure.ts';
import type { Failure } from '../domain/failure.ts';
import type { Limits } from '../domain/limits.ts';
import type { TargetObservation } from '../domain/observation.ts';
import type { Rule } from '../domain/resolution.ts';
import type { Delivered } from './messages.ts';

/** What another target knows of one it depends on. */
export interface DependencyState {
  /** Asked, or about to be: its answer is awaited. */
  readonly pending: boolean;
  readonly ready: boolean;
  /** Set when it has failed: why. */
  readonly failed: string | undefined;
  readonly revision: string | undefined;
}

export interface TargetContext {
  readonly limits: Limits;
  readonly id: string;
  /** The source it reads. */
  readonly reads: string;
  /** Its own source, through which what is wanted comes to it; undefined: through the one it shares. */
  readonly isolation: string | undefined;
  /** It was to come through its own when that was decided last: what is under way there is taken back. */
  readonly withdraws: boolean;
  /** The shared source, where it has its own and is put back at its turn. */
  readonly leave: string | undefined;
  /** Why what is wanted comes through the shared source although others have their own; empty where there is nothing to say. */
  readonly sharedBecause: string;
  readonly dependsOn: readonly { readonly id: string; readonly sameSource: boolean }[];
  readonly dependents: readonly string[];
  /** Affected targets of the running cycle to wait for, and to tell. */
  readonly awaits: readonly string[];
  readonly awaitedBy: readonly string[];
  readonly dependencies: Readonly<Record<string, DependencyState>>;
  readonly desiredDigest: string | undefined;
  /** The digest the request in flight, or the last one, was made for. */
  readonly askedDigest: string | undefined;
  readonly reconciledDigest: string | undefined;
  readonly rule: Rule;
  /** Asked for, and not answered yet: work is owed even where the digests agree (nearest owner, full reconcile). */
  readonly owed: boolean;
  readonly cycle: number;
  /** Revisions of its source that hold the desired digest, oldest first; empty while the push is under way. */
  readonly revisions: readonly string[];
  /** The revision at which it was Ready when it was wanted, until it is seen otherwise: being Ready there is no answer. */
  readonly readyBefore: string | undefined;
  readonly token: string | undefined;
  /** Place in the log of what the last request was sent for: what answers a request with an id before it answers an earlier one. */
  readonly askedSeq: number;
  /** Asked once more, since the status contradicted itself; see `contradictsItself`. */
  readonly askedAgain: boolean;
  /** Flux had tried the revision already when it was about to be put before the target: it starts nothing by itself. */
  readonly triedBefore: boolean;
  /** Of an Application: see `WantedTarget`. */
  readonly syncedBefore: string | null | undefined;
  readonly attempt: number;
  /** How often in a row it was given up since what it needs was away. */
  readonly outages: number;
  readonly retryAfterMs: number;
  readonly observation: TargetObservation | undefined;
  readonly problem: BuildProblem | undefined;
  /** Why it is where it is, in words: a failure, a hold, what it waits for. */
  readonly reason: string;
  readonly message: string;
  readonly wantedAt: number;
  readonly askedAt: number;
  readonly settledAt: number;
}

export type TargetEvent = Delivered &
  (
    | {
        readonly type: 'TargetDefined';
        readonly reads: string;
        readonly dependsOn: readonly { readonly id: string; readonly sameSource: boolean }[];
        readonly dependents: readonly string[];
      }
    | { readonly type: 'TargetRemoved' }
    | { readonly type: 'TargetObserved'; readonly observation: TargetObservation }
    | { readonly type: 'BaselineFound'; readonly digest?: string }
    | {
        readonly type: 'ReconcileWanted';
        readonly digest: string;
        readonly rule: Rule;
        readonly awaits: readonly string[];
        readonly awaitedBy: readonly string[];
        readonly reads: string;
        readonly cycle: number;
        readonly isolation?: string;
        readonly sharedBecause?: string;
        readonly leave?: string;
      }
    | { readonly type: 'TargetHeld'; readonly problem: BuildProblem }
    | { readonly type: 'HoldReleased' }
    | { readonly type: 'TargetSuspended' }
    | { readonly type: 'PushedUnseen' }
    | { readonly type: 'SourceReady'; readonly revisions: Readonly<Record<string, string>>; readonly cycle: number }
    | {
        readonly type: 'SourceFailed';
        readonly reason: string;
        readonly message: string;
        readonly cycle?: number;
        /** Its own source; absent for the shared one. */
        readonly source?: string;
      }
    /** `token`: it was asked by the same request. */
    | { readonly type: 'TargetMoved'; readonly revision: string; readonly follows: boolean; readonly token?: string }
    | { readonly type: 'TargetReturned' }
    | { readonly type: 'MoveFailed'; readonly failure: Failure }
    | { readonly type: 'MoveAbandoned'; readonly reason: string }
    | { readonly type: 'IsolationLost'; readonly reason: string }
    | { readonly type: 'DependencyObserved'; readonly dependency: string; readonly state: DependencyState }
    | { readonly type: 'RequestAccepted'; readonly followed?: boolean; readonly effectId?: number }
    | { readonly type: 'RequestFailed'; readonly failure: Failure; readonly effectId?: number }
    | { readonly type: 'BackoffElapsed' }
    | { readonly type: 'TargetWaitElapsed' }
    | { readonly type: 'DoubtElapsed' }
    /** The API server was away, and can be watched again. */
    | { readonly type: 'ClusterReturned' }
    | { readonly type: 'AnswerOverdue' }
    | { readonly type: 'RetryRequested' }
    | { readonly type: 'EffectOutcomeUnknown'; readonly effect: string }
  );
