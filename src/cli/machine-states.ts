import { DEFAULT_LIMITS } from '../domain/limits.ts';
import { type EngineState, serializeState } from '../engine/engine-state.ts';
import type { EventLog } from '../engine/event-log.ts';
import { replay } from '../engine/replay.ts';
import { WATCH_KINDS } from '../machines/kinds.ts';

/** The state of the engine after event `atSeq` (default: the last), from the log alone. */
export function stateFromLog(log: EventLog, atSeq?: number): EngineState {
  return replay(log, WATCH_KINDS, { limits: DEFAULT_LIMITS, ...(atSeq === undefined ? {} : { atSeq }) });
}

/** Every machine's state value and context, by machine id, as plain JSON. */
export function machineStates(state: EngineState): Record<string, { value: unknown; context: unknown }> {
  return (serializeState(state) as { machines: Record<string, { value: unknown; context: unknown }> }).machines;
}
