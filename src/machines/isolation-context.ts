import type { Failure } from '../domain/failure.ts';
import type { Limits } from '../domain/limits.ts';
import type { SourceObservation } from '../domain/observation.ts';
import type { Delivered } from './messages.ts';

/** What the cluster has of a target's own source. */
export interface OwnSourceSeen {
  /** e.g. `OCIRepository/flux-system/shop-isolated`. */
  readonly id: string;
  /** `spec.ref.digest`; undefined for one that follows a tag: it was written into the repository, and stays. */
  readonly digest: string | undefined;
  /** Digest of the closure that artifact holds, where it is told. */
  readonly content: string | undefined;
  readonly observation: SourceObservation;
}

/** What the cluster shows of a target's isolation. Logged only when different. */
export interface IsolationObservation {
  /** The target reads `source`, for this session or for good. */
  readonly isolated: boolean;
  /** Another session has moved it, or one that this process had: which, in words. */
  readonly elsewhere: string | undefined;
  readonly source: OwnSourceSeen | undefined;
}

/** An artifact that holds one closure. */
export interface PushedClosure {
  readonly content: string;
  /** Of the manifest: `sha256:…`. */
  readonly digest: string;
  /** As the own source will call it. */
  readonly revision: string;
}

export interface IsolationContext {
  readonly limits: Limits;
  /** The target. */
  readonly id: string;
  /** The own source that is, or is to be, there. */
  readonly source: string;
  /** Digest of the closure that is wanted and not told of yet, and the cycle that wants it. */
  readonly wantedContent: string | undefined;
  readonly wantedCycle: number;
  /** What is being pushed. */
  readonly pushingContent: string;
  /** What was pushed last; it may not be before the target yet. */
  readonly pushed: PushedClosure | undefined;
  readonly observed: IsolationObservation;
  /** Of the request to a source whose digest does not move: it follows a tag, or is to fetch again what it failed to. */
  readonly token: string | undefined;
  /** How often what the registry had lost was pushed again since its source had it, or since a save. */
  readonly repushes: number;
  /** The revision for which the target has said that its turn has come; until then it is not pointed at its own source. */
  readonly turn: string | undefined;
  /** The target goes by the shared source after all: decided so while something was under way here, or put back at its turn. */
  readonly withdrawn: 'shared' | 'leaving' | undefined;
  /** It is being put back before its turn, since its parent prunes it. */
  readonly isGivingBack: boolean;
  /** It was to be pointed at its own source, and how that ended was not heard: it may read it by now. */
  readonly isSwitchUnanswered: boolean;
  /** What the cluster could not fetch when it was to be the first artifact of its own, and how often in a row that was so. */
  readonly unfetched: { readonly content: string; readonly times: number } | undefined;
  /** Why the target stays on the shared source: for the rest of the session, or (`unfetched`) for this content. */
  readonly refusal: string;
  readonly failure: Failure | undefined;
}

export type IsolationEvent = Delivered &
  (
    | { readonly type: 'SessionBegan' }
    | {
        readonly type: 'ClosureWanted';
        readonly source: string;
        readonly content: string;
        readonly cycle: number;
      }
    | {
        readonly type: 'ClosurePushed';
        readonly digest: string;
        readonly revision: string;
        readonly unchanged: boolean;
        readonly bytesSent: number;
      }
    | { readonly type: 'ContentMoved'; readonly paths: readonly string[] }
    | { readonly type: 'ClosurePushFailed'; readonly failure: Failure }
    | { readonly type: 'TurnCame'; readonly revision: string }
    | { readonly type: 'SourceCreated'; readonly source: OwnSourceSeen }
    | { readonly type: 'SourceMoved'; readonly source: OwnSourceSeen }
    /** `source`, `token`: of an Application, which is asked by the same patch. */
    | { readonly type: 'TargetSwitched'; readonly source?: OwnSourceSeen; readonly token?: string }
    | { readonly type: 'MoveFailed'; readonly failure: Failure }
    | { readonly type: 'MoveRefused'; readonly failure: Failure }
    | { readonly type: 'SourceDropped' }
    | { readonly type: 'LeaveWanted' }
    | { readonly type: 'MoveWithdrawn' }
    | { readonly type: 'ReturnBegan' }
    | { readonly type: 'TargetReturned' }
    | { readonly type: 'IsolationObserved'; readonly observation: IsolationObservation }
    | { readonly type: 'EffectOutcomeUnknown'; readonly effect: string; readonly message?: string }
  );
