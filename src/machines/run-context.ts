import type { Failure } from '../domain/failure.ts';
import type { Limits } from '../domain/limits.ts';
import type { PlannedReconcile, PlannedSource } from '../domain/reconcile-plan.ts';
import { type Delivered, WATCH } from './messages.ts';
import type { TargetOutcome } from './watch-context.ts';

/** The machine that sources and targets report to: a watch there, a run here. */
export const RUN = WATCH;

/** What is known of one source or target of the run. */
interface Tried {
  /** From 1. */
  readonly attempt: number;
  /** Ms since the epoch; when an attempt that is owed is due. */
  readonly dueAt: number;
  readonly reason: string;
  readonly message: string;
}

export interface RunSource extends Tried {
  readonly generators: readonly string[];
  readonly phase: 'waiting' | 'owed' | 'available' | 'failed';
}

export interface RunTarget extends Tried {
  readonly reads: string;
  readonly via: string | undefined;
  readonly awaits: readonly string[];
  readonly awaitedBy: readonly string[];
  /** Its end is not waited for. */
  readonly excluded: boolean;
  readonly phase: 'waiting' | 'owed' | 'ready' | 'failed' | 'blocked' | 'suspended' | 'gone';
  readonly elapsedMs: number;
}

export interface RunContext {
  readonly limits: Limits;
  /** Ms since the epoch. */
  readonly startedAt: number;
  readonly cycle: number;
  /** HelmReleases whose recovery is under way. */
  readonly recovering: Readonly<Record<string, true>>;
  readonly sources: Readonly<Record<string, RunSource>>;
  readonly targets: Readonly<Record<string, RunTarget>>;
  /** By source; of those that have answered, and of composed artifacts that nobody can be asked for. */
  readonly revisions: Readonly<Record<string, string>>;
}

/** A HelmRelease to be recovered, and how. */
export interface PlannedRecovery {
  readonly release: string;
  readonly how: 'reset' | 'suspend' | 'resume';
}

export type RunEvent = Delivered &
  (
    | {
        readonly type: 'RunStarted';
        readonly sources: readonly PlannedSource[];
        readonly targets: readonly PlannedReconcile[];
        readonly recoveries: readonly PlannedRecovery[];
      }
    | { readonly type: 'ReleaseSettled'; readonly release: string; readonly failure?: Failure }
    | {
        readonly type: 'SourceAvailable';
        readonly source: string;
        readonly revisions: Readonly<Record<string, string>>;
      }
    | { readonly type: 'SourceUnavailable'; readonly source: string; readonly reason: string; readonly message: string }
    | { readonly type: 'StepFailed'; readonly source: string; readonly failure: Failure }
    | { readonly type: 'StepRefused'; readonly source: string; readonly failure: Failure }
    | { readonly type: 'RevisionObserved'; readonly source: string; readonly revision: string }
    | {
        readonly type: 'TargetSettled';
        readonly target: string;
        readonly outcome: TargetOutcome;
        readonly reason: string;
        readonly message: string;
        readonly elapsedMs: number;
        readonly asked: boolean;
        readonly answered: boolean;
      }
    | { readonly type: 'RetryDue' }
  );
