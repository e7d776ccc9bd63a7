import type { ClusterClient } from '../../cluster/client.ts';
import type { Failure } from '../../domain/failure.ts';
import type { IsolateMode } from '../../domain/isolation/isolation-decision.ts';
import type { Limits } from '../../domain/limits.ts';
import type { RelativePath } from '../../domain/paths.ts';
import type { FedSource } from '../../effects/fed-source.ts';
import type { LiveView } from '../../effects/live-view.ts';
import type { Workspace } from '../../effects/workspace.ts';
import type { Clock } from '../../engine/clock.ts';
import type { EngineState, PendingEffect } from '../../engine/engine-state.ts';
import type { EventLog, LoggedEvent } from '../../engine/event-log.ts';
import type { Happening } from '../../ui/happening.ts';
import type { ConnectRegistry } from './own-artifact-places.ts';
import type { SessionProcess } from './session-process.ts';

/** What the user wants of a watch, as far as its parts need to know. */
export interface WatchSettings {
  /** The watched one, absolute. */
  readonly directory: string;
  readonly namespace: string | undefined;
  readonly dryRun: boolean;
  /** `--sync`: Applications without automated sync are synced. */
  readonly syncsManual: boolean;
  readonly isolate: IsolateMode;
  /** It ends after one cycle. */
  readonly once: boolean;
  /** Leaves isolated targets where they are at the end. */
  readonly keep: boolean;
  /** The cluster is on this machine. */
  readonly isLocal: boolean;
  /** `--registry` */
  readonly registry: string | undefined;
  /** `--tag` */
  readonly tag: string | undefined;
  /** What the registry is called in the cluster. */
  readonly registryInCluster: string | undefined;
}

/** A watch before it begins: what it is about, and where it reaches the outside. The simulator puts a simulated world behind the same seams. */
export interface WatchParts {
  readonly settings: WatchSettings;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly process: SessionProcess;
  readonly log: EventLog;
  readonly client: ClusterClient;
  /** Synced, and told of changes. */
  readonly view: LiveView;
  /** As it was found at the start. */
  readonly fed: FedSource;
  readonly workspace: Workspace;
  readonly connectRegistry: ConnectRegistry;
  /** Paths that differ from what is known, by a look at the whole tree. */
  readonly sweep: () => Promise<readonly RelativePath[]>;
  /** Resolves once no git command is rewriting the tree; true when it had to wait. */
  readonly gitUnlocked: (signal: AbortSignal) => Promise<boolean>;
  /** True where a git command may have changed more of the tree than was told of since this was last asked. Absent: never. */
  readonly gitRewrote?: () => boolean;
  /** Absent: there are none. */
  readonly runHooks?: (signal: AbortSignal) => Promise<Failure | undefined>;
  readonly onHappening: (happening: Happening) => void;
  /** After each durable append: what was appended, and the state after it. */
  readonly onCommit: (events: readonly LoggedEvent[], state: Readonly<EngineState>) => void;
  readonly onLogFailure?: (error: Error | undefined) => void;
  readonly onCrash: (error: unknown, effect: PendingEffect) => void;
}
