import type { Answer } from './faults.ts';

/**
 * One step of a schedule, as plain JSON. `pick` numbers choose among what there is when the step is taken, so that a step still means
 * something when others before it are left out; one that finds nothing to choose from does nothing.
 */
export type Step =
  | FileStep
  | ClusterStep
  | IsolationStep
  | { readonly do: 'move-directory'; readonly pick: number }
  | { readonly do: 'rewire'; readonly pick: number; readonly value: number }
  | { readonly do: 'checkout'; readonly pick: number; readonly files: number; readonly isLocked: boolean }
  /** Writes some more of the files of a checkout, or of a directory that is being moved. */
  | { readonly do: 'write-on'; readonly count: number }
  | { readonly do: 'notice'; readonly pick: number; readonly how: 'tell' | 'lose' | 'double' | 'rescan' }
  | { readonly do: 'answer'; readonly pick: number; readonly how: Answer }
  | { readonly do: 'pass'; readonly ms: number }
  /** As long as that nothing comes back from outside, whatever alarms go off meanwhile. */
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'control'; readonly pick: number }
  | { readonly do: 'tell'; readonly pick: number; readonly count: number }
  | { readonly do: 'close-watch'; readonly pick: number; readonly how: 'end' | 'lost' | 'gone' | 'bookmark' }
  | { readonly do: 'compact' }
  | { readonly do: 'outage'; readonly of: Outage; readonly isOn: boolean }
  | { readonly do: 'suspend-source' | 'resume-source' | 'restart-controllers' }
  | { readonly do: 'retry'; readonly pick: number }
  | { readonly do: 'full' }
  /** Whether each call under way had reached the other side is in the bits of `reached`. */
  | { readonly do: 'crash'; readonly reached: number }
  | {
      readonly do: 'crash-at-append';
      readonly how: 'lost-crash' | 'torn-crash' | 'written-crash';
      readonly reached: number;
    }
  | { readonly do: 'break-log'; readonly how: 'refused' | 'torn'; readonly appends: number }
  | { readonly do: 'stop' | 'start' }
  /** The next start finds another cluster. */
  | { readonly do: 'other-cluster' }
  | { readonly do: 'rest' };

/** Somebody works on a file. */
export interface FileStep {
  readonly do: 'save' | 'touch' | 'revert' | 'rename' | 'delete' | 'break' | 'write-notes';
  readonly pick: number;
  readonly value: number;
}

/** Somebody works in the cluster, or something fails there. */
export interface ClusterStep {
  readonly do: 'suspend' | 'resume' | 'create' | 'remove' | 'repath' | 'ask' | 'slow' | 'fail' | 'recover' | 'reset';
  readonly pick: number;
}

/**
 * What others do to what sessions isolate: another session takes a target, ends or dies; somebody deletes an own source, or points a target back; the
 * registry collects an artifact; a person restores. Nothing comes of it where nothing is isolated.
 */
export interface IsolationStep {
  readonly do: 'other-session' | 'delete-own-source' | 'put-source-back' | 'collect-artifact' | 'restore';
  readonly pick: number;
}

/** The step that does `Kind`. */
export type StepOf<Kind extends Step['do']> = Extract<Step, { readonly do: Kind }>;

/** `api`: the API server cannot be reached from here. `registry`: nobody reaches the registry. `read-only`: it takes no pushes. */
export type Outage = 'api' | 'registry' | 'read-only';
