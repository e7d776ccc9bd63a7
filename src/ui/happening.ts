import type { Failure } from '../domain/failure.ts';
import type { RelativePath } from '../domain/paths.ts';
import type { AffectedTarget, FileDecision, FullReason, HeldTarget } from '../domain/resolution.ts';
import type { ObjectId } from '../domain/target.ts';

/** What a watch shows the user: one thing that happened, as data. All times are ms. */
export type Happening =
  | BannerShown
  | {
      readonly type: 'filesChanged';
      readonly paths: readonly RelativePath[];
      /** Ms since the epoch; shown as the time of day. */
      readonly at?: number;
    }
  | BatchResolved
  /** A hook begins to run. */
  | { readonly type: 'hook'; readonly command: string }
  | { readonly type: 'hookFailed'; readonly command: string; readonly failure: Failure }
  | { readonly type: 'pushStarted'; readonly source: ObjectId; readonly fileCount: number }
  | {
      readonly type: 'pushed';
      /** The shared source, or the target whose own artifact it is. */
      readonly source: ObjectId;
      readonly own?: boolean;
      readonly revision: string;
      readonly bytes: number;
      /** The registry held it already. */
      readonly unchanged: boolean;
      readonly elapsedMs?: number;
    }
  | { readonly type: 'sourceReady'; readonly source: ObjectId; readonly revision: string; readonly elapsedMs?: number }
  | { readonly type: 'sourceFailed'; readonly source: ObjectId; readonly reason: string; readonly message: string }
  | { readonly type: 'asked'; readonly id: ObjectId }
  /** The target reads a source of its own from now on. */
  | { readonly type: 'isolated'; readonly id: ObjectId; readonly source: ObjectId }
  /** It was to, and does not. */
  | { readonly type: 'notIsolated'; readonly id: ObjectId; readonly because: string }
  /** What a target in flight says of itself meanwhile. Shown on a terminal only. */
  | { readonly type: 'targetProgress'; readonly id: ObjectId; readonly reason: string; readonly message: string }
  | { readonly type: 'targetReady'; readonly id: ObjectId; readonly elapsedMs: number }
  | {
      readonly type: 'targetFailed';
      readonly id: ObjectId;
      readonly reason: string;
      readonly message: string;
      readonly elapsedMs?: number;
      /** Set when it is tried again. */
      readonly retryInMs?: number;
      /** It is given up until `retry` or a new save. */
      readonly deadLetter?: boolean;
    }
  /** Not asked, since a target it depends on is not Ready. */
  | { readonly type: 'targetBlocked'; readonly id: ObjectId; readonly by: ObjectId }
  | {
      readonly type: 'cycleEnd';
      readonly ready: number;
      readonly failed: number;
      readonly held: number;
      readonly elapsedMs: number;
      /** Asked, and not waited for. */
      readonly excluded?: number;
      /** Targets that Flux ran besides, since they share the source. */
      readonly otherRuns: number;
    }
  | { readonly type: 'full'; readonly reason: FullReason }
  | { readonly type: 'backoff'; readonly step: string; readonly failure: Failure; readonly inMs: number }
  | { readonly type: 'message'; readonly level: MessageLevel; readonly text: string; readonly hint?: string };

export type MessageLevel = 'info' | 'warning' | 'error';

export interface BannerShown {
  readonly type: 'banner';
  /** The watched directory as the user knows it. */
  readonly directory: string;
  readonly context: string;
  /** The API server's URL, or `embedded`. */
  readonly cluster: string;
  readonly source: ObjectId | undefined;
  /** Where pushes go, e.g. `oci://localhost:5050/shop:latest`; undefined: nowhere. */
  readonly registry: string | undefined;
  readonly targets: number;
  /** Whether changed targets get sources of their own, and why. */
  readonly isolation?: { readonly on: boolean; readonly reason: string };
  readonly warnings: readonly string[];
  readonly dryRun?: boolean;
  readonly log?: string;
}

/** What one batch of saves means. `Resolution` has all of these fields under the same names. */
export interface BatchResolved {
  readonly type: 'resolved';
  readonly decision: 'targeted' | 'full' | 'held' | 'none';
  readonly full: FullReason | undefined;
  readonly decisions: readonly FileDecision[];
  readonly affected: readonly AffectedTarget[];
  readonly held: readonly HeldTarget[];
  readonly suspended: readonly ObjectId[];
  readonly bystanders: number;
  /** Why nothing is pushed although something changed, in words. */
  readonly pruneRisk: string | undefined;
  /** Affected ones that go by the shared source though others have their own, and why. */
  readonly shared?: readonly { readonly id: ObjectId; readonly because: string }[];
}
