import type { TargetObservation } from '../domain/observation.ts';
import { targetVerdict } from '../domain/readiness.ts';
import { type Message, type Messages, targetMachineId, WATCH } from './messages.ts';
import type { DependencyState, TargetContext, TargetEvent } from './target-context.ts';
import { firstLine, isReadyNow } from './target-rules.ts';
import type { TargetOutcome } from './watch-context.ts';

export type Args = { readonly context: TargetContext; readonly event: TargetEvent };

export function settled(context: TargetContext, outcome: TargetOutcome): Message {
  return {
    to: WATCH,
    type: 'TargetSettled',
    target: context.id,
    outcome,
    reason: context.reason,
    message: context.message,
    elapsedMs: Math.max(0, context.settledAt - context.wantedAt),
  };
}

export function recheckMessages({ context }: Args): Messages {
  const reason = `the outcome of an interrupted request for ${context.id} is unknown`;
  return { messages: [settled(context, 'unknown'), { to: WATCH, type: 'DefinitionsChanged', reason }] };
}

export function retryMessages({ context }: Args): Messages {
  return { messages: [{ to: WATCH, type: 'DefinitionsChanged', reason: `a retry of ${context.id} was requested` }] };
}

function toDependents(context: TargetContext, names: Iterable<string>, state: DependencyState): Messages {
  return {
    messages: [...names].map((id) => ({
      to: targetMachineId(id),
      type: 'DependencyObserved',
      dependency: context.id,
      state,
    })),
  };
}

function everyWaiter(context: TargetContext): Set<string> {
  return new Set([...context.dependents, ...context.awaitedBy]);
}

export function pendingMessages({ context }: Args): Messages {
  return toDependents(context, everyWaiter(context), {
    pending: true,
    ready: false,
    failed: undefined,
    revision: context.observation?.lastAppliedRevision,
  });
}

export function readyMessages({ context }: Args): Messages {
  return toDependents(context, everyWaiter(context), {
    pending: false,
    ready: true,
    failed: undefined,
    revision: context.observation?.lastAppliedRevision,
  });
}

export function failedMessages({ context }: Args): Messages {
  return toDependents(context, everyWaiter(context), {
    pending: false,
    ready: false,
    failed: context.message === '' ? context.reason : `${context.reason}: ${firstLine(context.message)}`,
    revision: context.revisions.at(-1),
  });
}

/** Sound again, and not to be asked: who was held back by it goes by what the cluster shows. */
export function releasedMessages({ context }: Args): Messages {
  if (context.observation === undefined) return { messages: [] };
  return toDependents(context, everyWaiter(context), dependencyState(context.observation));
}

export function changedMessages({ context, event }: Args): Messages {
  // While a request is in flight, its own end is what counts.
  if (event.type !== 'TargetObserved' || context.owed) return { messages: [] };
  const before = context.observation;
  const now = event.observation;
  const state = dependencyState(now);
  if (before !== undefined && sameState(dependencyState(before), state)) return { messages: [] };
  return toDependents(context, context.dependents, state);
}

function dependencyState(observation: TargetObservation): DependencyState {
  const verdict = targetVerdict(observation, { revision: observation.lastAttemptedRevision, token: undefined });
  const failed = verdict.verdict === 'failed' ? `${verdict.reason}: ${firstLine(verdict.message)}` : undefined;
  return {
    pending: false,
    ready: isReadyNow(observation),
    failed,
    revision: failed === undefined ? observation.lastAppliedRevision : observation.lastAttemptedRevision,
  };
}

function sameState(a: DependencyState, b: DependencyState): boolean {
  return a.ready === b.ready && a.failed === b.failed && a.revision === b.revision;
}

export function settledReady({ context }: Args): Messages {
  return { messages: [settled(context, 'ready')] };
}

export function settledFailed({ context }: Args): Messages {
  return { messages: [settled(context, 'failed')] };
}

export function settledHeld({ context }: Args): Messages {
  return { messages: [settled(context, 'held')] };
}

export function settledBlocked({ context }: Args): Messages {
  return { messages: [settled(context, 'blocked')] };
}

export function settledSuspended({ context }: Args): Messages {
  return { messages: [settled(context, 'suspended')] };
}

export function settledGone({ context }: Args): Messages {
  return { messages: [settled(context, 'gone')] };
}
