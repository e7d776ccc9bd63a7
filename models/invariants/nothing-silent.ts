import type { Evidence, Invariant, LoggedEvent, StateView } from './evidence.ts';
import { stateOf, targetOf, topStateOf } from './machine-views.ts';

type Committed = Extract<Evidence, { readonly type: 'committed' }>;

const SAYS_WHY: ReadonlySet<string> = new Set(['held', 'dead-letter', 'suspended', 'backoff']);

export const nothingSilent: Invariant = {
  name: 'nothing-silent',
  promise: 'Every full reconcile, hold, refusal and give-up has its reason in the log and in the status.',
  begin() {
    let before: StateView | undefined;
    return (evidence: Evidence) => {
      if (evidence.type === 'restarted') before = evidence.state;
      if (evidence.type !== 'committed') return undefined;
      const { events, state } = evidence;
      let silence: string | undefined;
      for (const event of events)
        silence ??= silentEvent(event) ?? silentMachine(state, event.machine) ?? silentRefusal(evidence, event, before);
      before = state;
      return silence;
    };
  },
};

function silentEvent(event: LoggedEvent): string | undefined {
  const says = (text: unknown): boolean => typeof text === 'string' && text !== '';
  switch (event.type) {
    case 'TargetsUncertain': {
      const full = event.full as { readonly reason?: string; readonly detail?: string } | undefined;
      return says(full?.reason) && says(full?.detail) && says(event.reason)
        ? undefined
        : 'a full reconcile gives no reason';
    }
    case 'NothingToDo':
      return says(event.reason) ? undefined : 'nothing was done, and no reason is given';
    case 'TargetHeld':
      return says((event.problem as { readonly message?: string }).message)
        ? undefined
        : `${event.machine} is held without a reason`;
    case 'IsolationLost':
    case 'MoveAbandoned':
      return says(event.reason) ? undefined : `${event.type} of ${event.machine} gives no reason`;
    case 'StepFailed':
    case 'StepRefused':
    case 'RequestFailed':
      return says((event.failure as { readonly message?: string }).message) ? undefined : `${event.type} says nothing`;
    default:
      return undefined;
  }
}

/** After a refusal a target is given up, tried again, or told to be Ready all the same: not as if nothing had been. */
function silentRefusal({ events, state }: Committed, event: LoggedEvent, before?: StateView): string | undefined {
  const machine = event.type === 'RequestFailed' ? state.machines.get(event.machine) : undefined;
  if (machine === undefined || topStateOf(machine) !== 'settled') return undefined;
  // Of a request that was given up before, and hung on, nobody waits for an answer.
  const wasAsking = before?.machines.get(event.machine);
  if (wasAsking !== undefined && topStateOf(wasAsking) !== 'progressing') return undefined;
  const isTold = events.some(({ type, target }) => type === 'TargetSettled' && `target/${target}` === event.machine);
  if (isTold) return undefined;
  return `the request of ${event.machine} failed, and it is settled`;
}

function silentMachine(state: StateView, id: string): string | undefined {
  const machine = id.startsWith('target/') ? state.machines.get(id) : undefined;
  if (machine === undefined || !SAYS_WHY.has(topStateOf(machine))) return undefined;
  const { reason } = targetOf(machine);
  return reason === '' ? `${id} is in ${stateOf(machine)} and does not say why` : undefined;
}
