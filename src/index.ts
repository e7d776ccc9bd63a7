/**
 * The public API: the engine (event-sourced statecharts over a durable log), the mapping from files to targets, and the Flux effects
 * that a watch is made of. Everything is named here; what is not is internal.
 */

export { type ClusterClient, createClusterClient } from './cluster/client.ts';
export type { ClusterConnection } from './cluster/connection.ts';
export { type KubeconfigOptions, loadKubeconfig } from './cluster/kubeconfig.ts';
export { listWatch } from './cluster/list-watch.ts';
export type { BuildProblem, Closure } from './domain/closure.ts';
export { closureDigest } from './domain/closure-digest.ts';
export { type DefiningObject, definitionsFromObjects } from './domain/definitions-from-objects.ts';
export { type Failure, FailureError, type FailureKind, isRetryable } from './domain/failure.ts';
export type { DirectoryEntry, FileFacts, FileTree } from './domain/file-tree.ts';
export { FileUnreadableError } from './domain/file-tree.ts';
export { KustomizationGraph } from './domain/kustomization-graph.ts';
export { DEFAULT_LIMITS, type Limits } from './domain/limits.ts';
export { type RelativePath, relativePath } from './domain/paths.ts';
export { sourceVerdict, targetVerdict, type Verdict } from './domain/readiness.ts';
export type { AffectedTarget, FileDecision, FullReason, HeldTarget, Resolution } from './domain/resolution.ts';
export type {
  Definitions,
  GeneratorDefinition,
  ObjectId,
  SourceDefinition,
  TargetDefinition,
} from './domain/target.ts';
export { Workspace, type WorkspaceOptions } from './effects/workspace.ts';
export { type Clock, systemClock } from './engine/clock.ts';
export type { SeenAgain } from './engine/durability.ts';
export { type EffectContext, type EffectHandler, Engine, type EngineOptions, type Outcome } from './engine/engine.ts';
export type { EngineState, MachineKinds, PendingEffect } from './engine/engine-state.ts';
export type { Durability, EventLog, LoggedEvent, LogIdentity, NewEvent, Snapshot } from './engine/event-log.ts';
export { createMemoryLog } from './engine/memory-log.ts';
export { replay } from './engine/replay.ts';
export { openSqliteLog } from './engine/sqlite-log.ts';
export { breakerMachine } from './machines/breaker.ts';
export { WATCH_KINDS } from './machines/kinds.ts';
export type { Message } from './machines/messages.ts';
export { sourceMachine } from './machines/source.ts';
export { targetMachine } from './machines/target.ts';
export { watchMachine } from './machines/watch.ts';
export { type WatchStatus, watchStatus } from './projections/status.ts';
export { type ClusterEvent, clusterEvents } from './streams/cluster-events.ts';
export { DiskTree } from './streams/disk-tree.ts';
export { type FileEvent, type FileEventsOptions, fileEvents } from './streams/file-events.ts';
