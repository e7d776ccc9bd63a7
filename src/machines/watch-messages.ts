import type { HeldTarget } from '../domain/resolution.ts';
import { type Message, type Messages, sourceMachineId, targetMachineId } from './messages.ts';
import type { WatchContext, WatchEvent } from './watch-context.ts';

export type Args = { readonly context: WatchContext; readonly event: WatchEvent };

export function planMessages({ context, event }: Args): Messages {
  if (event.type !== 'TargetsResolved' && event.type !== 'TargetsUncertain') return { messages: [] };
  const { plan } = event;
  const messages: Message[] = [
    ...heldOnes(plan.held),
    ...releasedOnes(plan.released),
    ...suspendedOnes(plan.suspended),
    ...(plan.unseen ?? []).map((id) => ({ to: targetMachineId(id), type: 'PushedUnseen' })),
  ];
  for (const target of plan.targets) {
    messages.push({
      to: targetMachineId(target.id),
      type: 'ReconcileWanted',
      digest: target.digest ?? '',
      rule: target.rule,
      awaits: target.awaits,
      awaitedBy: target.awaitedBy,
      reads: target.reads,
      cycle: context.cycle,
      ...(target.isolation === undefined ? {} : { isolation: target.isolation }),
      ...(target.leave === undefined ? {} : { leave: target.leave }),
      ...(target.sharedBecause === undefined ? {} : { sharedBecause: target.sharedBecause }),
    });
  }
  if (plan.targets.length > 0 && plan.push !== false) {
    messages.push({
      to: sourceMachineId(plan.source),
      type: 'PushWanted',
      contentDigest: plan.contentDigest,
      generators: plan.generators,
      cycle: context.cycle,
    });
  }
  return { messages };
}

export function heldMessages({ event }: Args): Messages {
  if (event.type !== 'NothingToDo') return { messages: [] };
  return {
    messages: [...heldOnes(event.held), ...releasedOnes(event.released), ...suspendedOnes(event.suspended ?? [])],
  };
}

function heldOnes(held: readonly HeldTarget[]): Message[] {
  return held.map(({ id, problem }) => ({ to: targetMachineId(id), type: 'TargetHeld', problem }));
}

function releasedOnes(released: readonly string[]): Message[] {
  return released.map((id) => ({ to: targetMachineId(id), type: 'HoldReleased' }));
}

function suspendedOnes(suspended: readonly string[]): Message[] {
  return suspended.map((id) => ({ to: targetMachineId(id), type: 'TargetSuspended' }));
}

export function sourceReadyMessages({ context, event }: Args): Messages {
  if (event.type !== 'SourceAvailable') return { messages: [] };
  const { revisions, cycle } = event;
  return toTargets(Object.keys(context.unsettled), { type: 'SourceReady', revisions, cycle });
}

export function sourceFailedMessages({ context, event }: Args): Messages {
  if (event.type === 'SourceUnavailable')
    return toTargets(Object.keys(context.inFlight), {
      type: 'SourceFailed',
      reason: event.reason,
      message: event.message,
    });
  if (event.type !== 'StepRefused') return { messages: [] };
  return toTargets(Object.keys(context.inFlight), {
    type: 'SourceFailed',
    reason: `${event.step} refused`,
    message: event.failure.message,
    cycle: event.cycle,
  });
}

function toTargets(targets: readonly string[], message: Omit<Message, 'to'> & { readonly type: string }): Messages {
  return { messages: targets.map((target) => ({ ...message, to: targetMachineId(target) })) };
}
