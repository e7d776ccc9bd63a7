import type { TargetObservation } from '../domain/observation.ts';
import { targetVerdict } from '../domain/readiness.ts';
import { isAnswered } from '../domain/request-token.ts';
import { isolationMachineId, type Message, type Messages, targetMachineId, WATCH } from './messages.ts';
import type { DependencyState, TargetContext, TargetEvent } from './target-context.ts';
import { firstLine, hasRunSinceWanted, isReadyNow } from './target-rules.ts';
import type { TargetOutcome } from './watch-context.ts';

export type Args = { readonly context: TargetContext; readonly event: TargetEvent };

export function settled(context: TargetContext, outcome: TargetOutcome): Message {
  return {
    to: WATCH,
    type: 'TargetSettled',
    target: context.id,
    outcome,
    cycle: context.cycle,
    reason: context.reason,
    message: context.message,
    elapsedMs: Math.max(0, context.settledAt - context.wantedAt),
    asked: context.askedAt >= context.wantedAt,
    answered:
      context.token === undefined ||
      isAnswered(context.token, context.observation?.lastHandledReconcileAt) ||
      hasRunSinceWanted(context),
  };
}

export function recheckMessages({ context }: Args): Messages {
  const reason = `the outcome of an interrupted request for ${context.id} is unknown`;
  return { messages: [settled(context, 'unknown'), { to: WATCH, type: 'DefinitionsChanged', reason }] };
}

/** Its own source could not be used: the watch decides anew how what is wanted gets there. */
export function rerouteMessages({ context, event }: Args): Messages {
  const why = event.type === 'MoveAbandoned' || event.type === 'IsolationLost' ? event.reason : '';
  const reason = `${context.id} is to be decided about again: ${why}`;
  return { messages: [settled(context, 'unknown'), { to: WATCH, type: 'DefinitionsChanged', reason }] };
}

/** Asks for the artifact of its own, where it has one and that is not there yet; takes that back where it goes by the shared source now. */
export function closureMessages({ context }: Args): Messages {
  const { isolation, withdraws, revisions, desiredDigest: content, cycle } = context;
  if (withdraws) return { messages: [{ to: isolationMachineId(context.id), type: 'MoveWithdrawn' }] };
  // Of one that was resumed nothing is known before the watch has looked.
  if (isolation === undefined || revisions.length > 0 || content === undefined) return { messages: [] };
  return {
    messages: [{ to: isolationMachineId(context.id), type: 'ClosureWanted', source: isolation, content, cycle }],
  };
}

/** Its turn: the shared source has what is wanted, so it may go back there. */
export function leaveMessages({ context }: Args): Messages {
  return { messages: [{ to: isolationMachineId(context.id), type: 'LeaveWanted' }] };
}

/** Its dependencies are Ready: the revision may be put before it. */
export function turnMessages({ context }: Args): Messages {
  const revision = context.revisions.at(-1) ?? '';
  return { messages: [{ to: isolationMachineId(context.id), type: 'TurnCame', revision }] };
}

/** What is wanted of it is to be found anew: what it was decided by was out of date. */
export function resumedMessages({ context }: Args): Messages {
  return { messages: [{ to: WATCH, type: 'DefinitionsChanged', reason: `${context.id} was resumed meanwhile` }] };
}

export function retryMessages({ context }: Args): Messages {
  return { messages: [{ to: WATCH, type: 'DefinitionsChanged', reason: `a retry of ${context.id} was requested` }] };
}

/** What it was given up for may have passed. */
export function pastOutageMessages({ context }: Args): Messages {
  const reason = `${context.id} is tried again: what it failed on may be back`;
  return { messages: [{ to: WATCH, type: 'DefinitionsChanged', reason }] };
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

/** Who only was to go after it goes now; who depends on it waits for Flux to have it again. */
export function goneMessages({ context }: Args): Messages {
  return toDependents(context, everyWaiter(context), {
    pending: false,
    ready: false,
    failed: undefined,
    revision: undefined,
  });
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

export function settledUnknown({ context }: Args): Messages {
  return { messages: [settled(context, 'unknown')] };
}

export function settledGone({ context }: Args): Messages {
  return { messages: [settled(context, 'gone')] };
}
