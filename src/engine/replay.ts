import type { Limits } from '../domain/limits.ts';
import { applyEvent, type EngineState, emptyState, type MachineKinds, restoreState } from './engine-state.ts';
import type { EventLog } from './event-log.ts';

/**
 * The engine's state after event `atSeq` (default: the last), from the log alone: the newest snapshot before it, then each event after
 * that. Runs no effect. `useSnapshots: false` folds from the first event, where compaction has left it.
 */
export function replay(log: EventLog, kinds: MachineKinds, options: ReplayOptions): EngineState {
  return replayFromSnapshot(log, kinds, options).state;
}

export interface ReplayOptions {
  readonly limits: Limits;
  readonly atSeq?: number;
  readonly useSnapshots?: boolean;
}

/** As `replay`, with the seq of the snapshot that it began from: 0 without one. */
export function replayFromSnapshot(
  log: EventLog,
  kinds: MachineKinds,
  options: ReplayOptions,
): { readonly state: EngineState; readonly snapshotSeq: number } {
  const atSeq = options.atSeq ?? log.lastSeq();
  const snapshot = options.useSnapshots === false && log.firstSeq() === 1 ? undefined : log.latestSnapshot(atSeq);
  const state = snapshot === undefined ? emptyState(options.limits) : restoreState(snapshot.seq, snapshot.state, kinds);
  for (const event of log.read({ from: state.seq + 1, to: atSeq })) applyEvent(state, kinds, event);
  return { state, snapshotSeq: snapshot?.seq ?? 0 };
}
