import type { ObjectId } from '../domain/target.ts';
import type { EngineState } from '../engine/engine-state.ts';
import type { LoggedEvent } from '../engine/event-log.ts';
import { targetMachineId } from '../machines/messages.ts';
import type { Happening } from '../ui/happening.ts';

/** How a target came to rest; `state` is the one after that. */
export function settledHappening(event: LoggedEvent, state: Readonly<EngineState>): Happening[] {
  const id = String(event.target);
  const reason = String(event.reason ?? '');
  const message = String(event.message ?? '');
  const elapsedMs = Number(event.elapsedMs ?? 0);
  switch (event.outcome) {
    case 'ready':
      return [{ type: 'targetReady', id, elapsedMs }];
    case 'failed':
      return [{ type: 'targetFailed', id, reason, message, elapsedMs, ...fateOf(id, event.at, state) }];
    case 'blocked':
      return [{ type: 'targetBlocked', id, by: blockedBy(message) }];
    case 'suspended':
      return [{ type: 'message', level: 'warning', text: `${id} is suspended: ${message}` }];
    case 'gone':
      return [{ type: 'message', level: 'warning', text: `${id} is no longer in the cluster` }];
    default:
      return [];
  }
}

/** What was away may be back after a while, and is tried again then. */
function fateOf(
  target: ObjectId,
  at: number,
  state: Readonly<EngineState>,
): { readonly retryInMs: number } | { readonly deadLetter: true } {
  const due = state.timers.get(`${targetMachineId(target)}#outage`)?.dueAt;
  return due === undefined ? { deadLetter: true } : { retryInMs: Math.max(0, due - at) };
}

function blockedBy(message: string): string {
  return /^waits for ([^,]+),/.exec(message)?.[1] ?? message;
}
