import type { EngineState } from '../engine/engine-state.ts';
import { nameOf } from '../engine/engine-state.ts';
import type { LoggedEvent } from '../engine/event-log.ts';
import type { TargetContext } from '../machines/target-context.ts';
import { verdictOf } from '../machines/target-rules.ts';
import type { Happening } from '../ui/happening.ts';

/** What its controller says of a target that is waited for, once it has taken up what it was asked: health checks, or a sync that is tried again. */
export function progressHappening({ machine }: LoggedEvent, state: Readonly<EngineState>): Happening[] {
  const snapshot = state.machines.get(machine);
  if (snapshot?.matches({ progressing: 'waiting' }) !== true) return [];
  const { verdict, reason, message, stale } = verdictOf(snapshot.context as TargetContext);
  if (verdict !== 'progressing' || stale !== undefined || message === '') return [];
  return [{ type: 'targetProgress', id: nameOf(machine), reason, message }];
}
