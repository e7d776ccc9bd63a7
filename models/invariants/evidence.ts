import type { Build } from '../kustomize-build.ts';

/** An event of the log, as far as an invariant looks at it. */
export interface LoggedEvent {
  readonly seq: number;
  readonly at: number;
  readonly machine: string;
  readonly type: string;
  readonly [field: string]: unknown;
}

export interface MachineView {
  readonly value: unknown;
  readonly context: unknown;
}

export interface PendingView {
  readonly id: number;
  readonly owner: string;
  readonly effect: string;
  readonly params: unknown;
}

/** The engine's state, as anything outside may look at it. */
export interface StateView {
  readonly seq: number;
  readonly machines: ReadonlyMap<string, MachineView>;
  readonly pending: ReadonlyMap<number, PendingView>;
  readonly timers: ReadonlyMap<string, { readonly machine: string; readonly id: string; readonly dueAt: number }>;
}

/** A line of `status`, by the name of what it is about. */
export interface StatusLine {
  readonly id: string;
  readonly state: string;
  readonly said: string;
}

/** What is true outside about one target. */
export interface TargetTruth {
  readonly id: string;
  /** What a build of the files on disk would read now. */
  readonly onDisk: Build;
  /** What was applied last; undefined: nothing yet. */
  readonly applied: string | undefined;
  /** What its status says is applied, while it is Ready, and what it reads is there. */
  readonly revision: string | undefined;
  /** Does not become Ready for now, or depends on one that does not. */
  readonly hampered: boolean;
}

/** `version` counts the states of the disk: the newest one that the artifact was made of. It may be made again, of a newer one. */
export interface ArtifactAge {
  readonly version: number;
}

/** Everything an invariant may look at, in the order it happened. */
export type Evidence =
  /** A process took up work with this state, restored from the log. */
  | { readonly type: 'restarted'; readonly state: StateView }
  | { readonly type: 'committed'; readonly events: readonly LoggedEvent[]; readonly state: StateView }
  /** The state folded anew from the log, and what the live one was after the same event; both as JSON would hold them. */
  | { readonly type: 'rebuilt'; readonly seq: number; readonly rebuilt: unknown; readonly live: unknown }
  /** An effect calls the outside. `key` tells the intents of one kind apart; `logged`: the intent is on disk. */
  | {
      readonly type: 'called';
      readonly effect: string;
      readonly owner: string;
      readonly logged: boolean;
    }
  /** The process threw where nothing may throw. */
  | { readonly type: 'crashed'; readonly what: string }
  /** The kubeconfig leads to another cluster, where nothing was applied from here. */
  | { readonly type: 'cluster-changed' }
  /** Somebody gave the target another path, or made or deleted it. */
  | { readonly type: 'redefined'; readonly target: string }
  /** The watch had the tree resolved: what it decides from here on is about the files as they are now. */
  | { readonly type: 'resolved'; readonly version: number }
  /** A process that starts has seen the cluster and what is reconciled. */
  | { readonly type: 'observed' }
  /** The request reached the cluster. `offered`: what a build of the tagged artifact would read for the target. */
  | { readonly type: 'asked'; readonly target: string; readonly token: string; readonly offered: string | undefined }
  /** A push moved the tag. */
  | {
      readonly type: 'pushed';
      readonly files: ReadonlySet<string>;
      /** Files whose content is not the one that was looked at when the push was decided. */
      readonly undecided: readonly string[];
      /** Pushed before, and on disk since then without a change. */
      readonly stillOnDisk: readonly string[];
      /** Targets whose objects the artifact no longer holds, though nothing says that they should go. */
      readonly emptied: readonly string[];
      /** Targets that could be built of what was pushed before, and cannot be of this. */
      readonly brokenNow: readonly string[];
      /** What a build of the artifact reads for a target; undefined where it fails, or there is no such target. */
      readonly contentFor: (target: string) => string | undefined;
    }
  /** A push of what one target's build reads, for a source of its own. */
  | {
      readonly type: 'closure-pushed';
      readonly target: string;
      /** What it was wanted by. */
      readonly digest: string | undefined;
      /** What a build of it reads; undefined where that fails. */
      readonly content: string | undefined;
      /** As for `pushed`. */
      readonly undecided: readonly string[];
      /** Files in it that a build of the target does not read. */
      readonly unread: readonly string[];
      /** The target had objects by the push before, and has none by this. */
      readonly isEmptied: boolean;
      /** It cannot be built. */
      readonly isBroken: boolean;
    }
  /** A target was pointed at another source. `isTouched`: a file below its path, or that its build reads, was ever written. */
  | {
      readonly type: 'moved';
      readonly target: string;
      readonly by: 'session' | 'others';
      readonly to: 'own' | 'shared';
      readonly isTouched: boolean;
    }
  /** The last session ended well and `restore` was run: what is not as it was before the first. */
  | { readonly type: 'left'; readonly differences: readonly string[] }
  /** A controller applied a target. */
  | { readonly type: 'applied'; readonly target: string; readonly content: string; readonly artifact: ArtifactAge }
  /** A controller answered the request `token` as done, at `content`. */
  | { readonly type: 'answered'; readonly target: string; readonly token: string | undefined; readonly content: string }
  /** Nothing is under way, outside everything but `hampered` targets is healthy, and time has passed. */
  | {
      readonly type: 'at-rest';
      /** `slow`: some targets are still slow or failing. `healed`: nothing ails. `retried`: and the user asked for a retry. */
      readonly stage: 'slow' | 'healed' | 'retried';
      readonly state: StateView;
      readonly status: readonly StatusLine[];
      readonly targets: readonly TargetTruth[];
      /** Events logged since the stage began, and for how long it went. */
      readonly eventsLogged: number;
      readonly elapsedMs: number;
      /** Rows that the log holds. */
      readonly logRows: number;
    };

/** Limits, as far as invariants hold the machines to them. */
export interface Bounds {
  readonly targetAttemptsMax: number;
  readonly collectedPathsMax: number;
  readonly logEventsMax: number;
  readonly snapshotEveryEvents: number;
  readonly watchBackoffMsMax: number;
  readonly targetBackoffMsMax: number;
  readonly breakerOpenMsMax: number;
  readonly targetWaitMs: number;
  readonly sweepIntervalMs: number;
  readonly backoffJitterRatio: number;
}

export interface Invariant {
  readonly name: string;
  /** One sentence: what is never otherwise. */
  readonly promise: string;
  /** A fresh checker; it is shown the evidence of one run and returns what is wrong, in words. */
  begin(bounds: Bounds): (evidence: Evidence) => string | undefined;
}
