import type { BuildProblem } from './closure.ts';
import type { RelativePath } from './paths.ts';
import type { ObjectId } from './target.ts';

export type Rule = 'closure' | 'nearest-owner' | 'chart' | 'follower' | 'full' | 'owed';

/** Stands for the digest of a target that was asked for and not reconciled since: it differs from every other. */
export const OWED = 'owed';

/**
 * Stands for the digest of a target whose definition is another one now than when its artifact was pushed: the cluster has built it anew since, from
 * files of which only the digest under the old definition was noted. It differs from every other, so the target is asked, and that is why.
 */
export const OTHER_BUILD = 'other build';

/** The line of the precedence table that decided about one changed path. */
export type DecisionReason =
  | 'ignored'
  | 'unchanged'
  | 'held'
  | 'root-level'
  | 'ambiguous'
  | 'unmapped'
  | 'closure'
  | 'nearest-owner'
  | 'chart';

export interface FileDecision {
  readonly path: RelativePath;
  readonly decision: 'none' | 'held' | 'full' | 'targeted';
  readonly reason: DecisionReason;
  /** In words, naming the rule, the directory or the file. */
  readonly detail: string;
}

export interface AffectedTarget {
  readonly id: ObjectId;
  readonly rule: Rule;
  /** Hex sha256 over the closure's paths, modes and contents; undefined where it cannot be computed (full reconcile of an ambiguous target). */
  readonly digest: string | undefined;
  /** Up to 5 of the paths that pointed here. */
  readonly because: readonly RelativePath[];
  /** Rule `follower` only: the targets whose objects it reads; it is asked once they are Ready. */
  readonly follows?: readonly ObjectId[];
}

export interface HeldTarget {
  readonly id: ObjectId;
  readonly problem: BuildProblem;
}

export interface FullReason {
  readonly reason: 'root-level' | 'ambiguous' | 'unmapped' | 'initial' | 'requested';
  readonly detail: string;
  readonly path?: RelativePath;
}

/** What one batch of changed paths means. Plain data; it goes to the event log. */
export interface Resolution {
  readonly decisions: readonly FileDecision[];
  readonly full: FullReason | undefined;
  /** In dependency order (dependencies first). Excludes held and suspended ones. */
  readonly affected: readonly AffectedTarget[];
  readonly held: readonly HeldTarget[];
  /** Affected but `spec.suspend: true`. */
  readonly suspended: readonly ObjectId[];
  /** Digest of everything a push of the source would hold now, and the number of files in it. */
  readonly contentDigest: string;
  readonly fileCount: number;
  /** Set when a push would drop what must not be dropped (design: never prune by accident), in words. */
  readonly pruneRisk: string | undefined;
  /** The targets that the risk is about; absent where it is about all of them. */
  readonly emptied?: readonly ObjectId[];
  /** Every target's digest as of now (for the artifact's config blob and as the next `known`). */
  readonly digests: Readonly<Record<ObjectId, string>>;
  /** Targets of the fed source that are not affected: Flux runs them all the same when the source is shared. */
  readonly bystanders: number;
  /** Sentences the user should see: a dependsOn cycle, a chart whose version must be raised, a path with a placeholder. */
  readonly warnings?: readonly string[];
}
