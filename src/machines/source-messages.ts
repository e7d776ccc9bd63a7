import { type Failure, isRetryable } from '../domain/failure.ts';
import type { SourceObservation } from '../domain/observation.ts';
import { isRevisionOf, sourceVerdict } from '../domain/readiness.ts';
import { type Messages, WATCH } from './messages.ts';
import type { SourceContext, SourceEvent } from './source-context.ts';

export function verdictOf(context: SourceContext): { verdict: string; reason: string; message: string } {
  if (context.observation === undefined) return { verdict: 'progressing', reason: '', message: '' };
  return sourceVerdict(context.observation, { digest: context.pushedDigest, token: context.token });
}

/**
 * What was pushed is there after nobody waited for it any more: the controller was slow, suspended, or its source away; or a composed artifact
 * is seen after its generator has answered, since the API server streams each kind apart.
 */
export function arrivedLate(context: SourceContext, seen: SourceObservation): boolean {
  const { id, pushedDigest, revisions, observation } = context;
  const revision = seen.artifactRevision;
  if (pushedDigest === undefined || revision === undefined || revision === revisions[seen.id]) return false;
  // Before the generators have answered, a composed artifact that is new here may be of the push before.
  if (seen.id !== id && context.generators.length > 0) return false;
  return isRevisionOf(pushedDigest, seen.id === id ? revision : observation?.artifactRevision);
}

/** The source itself arrived late, and what is made of it by generators is wanted, too. */
export function arrivedUngenerated(context: SourceContext, seen: SourceObservation): boolean {
  const { id, generators, pushedCycle, pushingCycle } = context;
  // Whose newer push has failed is pushed again first.
  return seen.id === id && generators.length > 0 && pushedCycle === pushingCycle && arrivedLate(context, seen);
}

export type Args = { readonly context: SourceContext; readonly event: SourceEvent };

/** `source`: who says so, where several are asked at once. */
function toWatch({ id: source }: SourceContext, type: string, fields: Record<string, unknown>): Messages {
  return { messages: [{ to: WATCH, type, source, ...fields }] };
}

export const NONE: Messages = { messages: [] };

/** Composed artifacts are told of only where their generators have answered: else they may have an older revision. */
export function availableMessages({ context }: Args): Messages {
  const { id, generators, revisions, pushingCycle } = context;
  const own = Object.fromEntries(Object.entries(revisions).filter(([source]) => source === id));
  return toWatch(context, 'SourceAvailable', {
    revisions: generators.length > 0 ? revisions : own,
    cycle: pushingCycle,
  });
}

/** Only what was seen: an artifact that was not composed again yet still has its older revision. */
export function lateMessages({ context, event }: Args): Messages {
  if (event.type !== 'SourceObserved') return NONE;
  const seen = new Set([context.id, event.observation.id]);
  const revisions = Object.fromEntries(Object.entries(context.revisions).filter(([id]) => seen.has(id)));
  return toWatch(context, 'SourceAvailable', { revisions, cycle: context.pushedCycle });
}

/** What may pass is retried by the watch machine, with everything still owed; what cannot is told to those who wait. */
export function stepFailedMessages({ context, event }: Args): Messages {
  if (!('failure' in event)) return NONE;
  const { failure } = event;
  const step = event.type === 'HookFailed' ? 'hook' : 'push';
  const type = step === 'push' && isRetryable(failure) ? 'StepFailed' : 'StepRefused';
  return toWatch(context, type, { step, failure, cycle: context.pushingCycle });
}

export function contentMovedMessages({ context, event }: Args): Messages {
  if (event.type !== 'ContentMoved') return NONE;
  return toWatch(context, 'FilesChanged', { paths: event.paths, rescan: event.paths.length === 0 });
}

export function describeVerdict(context: SourceContext): string | undefined {
  const verdict = verdictOf(context);
  return verdict.verdict === 'failed' ? `${verdict.reason}: ${verdict.message}` : context.toldFailure;
}

export function notFetchedMessages({ context }: Args): Messages {
  const verdict = verdictOf(context);
  if (verdict.verdict !== 'failed' || describeVerdict(context) === context.toldFailure) return NONE;
  return toWatch(context, 'SourceUnavailable', { reason: verdict.reason, message: verdict.message });
}

export function waitedTooLongMessages({ context }: Args): Messages {
  const seconds = Math.round(context.limits.targetWaitMs / 1_000);
  return toWatch(context, 'SourceUnavailable', {
    reason: 'Timeout',
    message: `${context.id} did not show the pushed revision within ${seconds} s`,
  });
}

export function suspendedMessages({ context }: Args): Messages {
  return toWatch(context, 'SourceUnavailable', {
    reason: 'Suspended',
    message: `${context.id} is suspended: nothing pushed is fetched until it is resumed (flux resume source)`,
  });
}

/**
 * A crash came between an effect and its outcome: the watch machine looks at everything again and wants what is still wanted. When it was
 * the effect itself that crashed (`message`), it would crash again at once: it is tried again after a while.
 */
export function recheckMessages({ context, event }: Args): Messages {
  if (event.type === 'EffectOutcomeUnknown' && event.message !== undefined) {
    const failure: Failure = { kind: 'internal', message: `${event.effect} crashed: ${event.message}` };
    return toWatch(context, 'StepFailed', { step: 'push', failure, cycle: context.pushingCycle });
  }
  return toWatch(context, 'DefinitionsChanged', { reason: 'the outcome of an interrupted push is unknown' });
}
