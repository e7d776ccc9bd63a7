import type { ApplicationState } from './argo/application-state.ts';
import type { ObjectId } from './target.ts';

/** The few fields of a live target that decisions need. Compared with `sameObservation`; logged only when different. */
export interface TargetObservation {
  readonly id: ObjectId;
  readonly generation: number;
  readonly suspended: boolean;
  /** The Ready condition. */
  readonly ready: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  /** Shortened to 1,000 characters. */
  readonly message: string;
  readonly readyGeneration: number | undefined;
  readonly observedGeneration: number | undefined;
  readonly stalled: boolean;
  readonly reconciling: boolean;
  readonly lastAppliedRevision: string | undefined;
  readonly lastAttemptedRevision: string | undefined;
  readonly lastHandledReconcileAt: string | undefined;
  /** The CR carries `kustomize.toolkit.fluxcd.io/reconcile: disabled`. */
  readonly disabled: boolean;
  /** Application only. */
  readonly application?: ApplicationState;
}

export interface SourceObservation {
  readonly id: ObjectId;
  readonly generation: number;
  readonly suspended: boolean;
  readonly ready: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
  readonly observedGeneration: number | undefined;
  /** `observedGeneration` of the Ready condition. Absent counts as unknown. */
  readonly readyGeneration?: number | undefined;
  /** Stalled=True at the current generation: the controller will not try again by itself. */
  readonly stalled?: boolean;
  readonly artifactRevision: string | undefined;
  readonly lastHandledReconcileAt: string | undefined;
}
