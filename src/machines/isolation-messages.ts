import { messageWithHint } from '../domain/failure.ts';
import type { IsolationContext, IsolationEvent } from './isolation-context.ts';
import { type Messages, targetMachineId, WATCH } from './messages.ts';

export type Args = { readonly context: IsolationContext; readonly event: IsolationEvent };

function toTarget({ id }: IsolationContext, type: string, fields: Record<string, unknown>): Messages {
  return { messages: [{ to: targetMachineId(id), type, ...fields }] };
}

export function pushedMessages({ context }: Args): Messages {
  const { source, pushed, wantedCycle: cycle } = context;
  return toTarget(context, 'SourceReady', {
    revisions: pushed === undefined ? {} : { [source]: pushed.revision },
    cycle,
  });
}

/** `follows`: Flux is sure to run the target, since it has another generation, or its source another artifact. */
export function movedMessages({ context, event }: Args): Messages {
  const follows = event.type === 'TargetSwitched' || (event.type === 'SourceMoved' && context.token === undefined);
  const token = event.type === 'TargetSwitched' ? event.token : undefined;
  const revision = context.pushed?.revision ?? '';
  return toTarget(context, 'TargetMoved', { revision, follows, ...(token === undefined ? {} : { token }) });
}

export function returnedMessages({ context }: Args): Messages {
  return toTarget(context, 'TargetReturned', {});
}

export function failedMessages({ context, event }: Args): Messages {
  // A newer closure is wanted, or the shared source has it: that is what the target waits for.
  if (context.wantedContent !== undefined || context.withdrawn !== undefined) return { messages: [] };
  return 'failure' in event ? toTarget(context, 'MoveFailed', { failure: event.failure }) : { messages: [] };
}

/** The target reads its own source already, and there is no other way to it: says what to do about that. */
export function refusedMoveMessages({ context, event }: Args): Messages {
  if (!('failure' in event)) return { messages: [] };
  const { hint: _, ...failure } = event.failure;
  const told = messageWithHint(event.failure).replace(/\.$/, '');
  const cure = 'Or end the watch: that puts the target back on the shared source.';
  const message = `its own source, ${context.source}, does not get what was saved: ${told}. ${cure}`;
  return failedMessages({ context, event: { ...event, failure: { ...failure, message } } });
}

/** What was decided about is not what lies on the disk any more. */
export function contentMovedMessages({ event }: Args): Messages {
  if (event.type !== 'ContentMoved') return { messages: [] };
  return { messages: [{ to: WATCH, type: 'FilesChanged', paths: event.paths, rescan: event.paths.length === 0 }] };
}

/** A crash came between a step and its outcome: the watch looks at everything again, and what is still wanted is wanted anew. */
export function interruptedMessages({ context, event }: Args): Messages {
  if (event.type === 'EffectOutcomeUnknown' && event.message !== undefined) {
    const message = `${event.effect} crashed: ${event.message}`;
    return toTarget(context, 'MoveFailed', { failure: { kind: 'internal', message } });
  }
  const reason = `the outcome of an interrupted step for ${context.id} is unknown`;
  return {
    messages: [
      ...toTarget(context, 'MoveAbandoned', { reason }).messages,
      { to: WATCH, type: 'DefinitionsChanged', reason },
    ],
  };
}

export function refusedMessages({ context }: Args): Messages {
  return toTarget(context, 'MoveAbandoned', { reason: context.refusal });
}

/** Whoever wants a revision that was never pushed by this session begins anew. */
export function otherMessages({ context, event }: Args): Messages {
  const revision = event.type === 'TurnCame' ? event.revision : '';
  return toTarget(context, 'MoveAbandoned', { reason: `its artifact ${revision} is to be pushed again` });
}

/** A new session knows nothing of what an earlier one had under way. */
export function beganMessages({ context }: Args): Messages {
  return toTarget(context, 'MoveAbandoned', { reason: 'the session that was moving it has ended' });
}

/** Once it has come back from another session it has whatever that one put before it. */
export function givenBackMessages({ context }: Args): Messages {
  return toTarget(context, 'IsolationLost', { reason: 'the session that had isolated it has let go of it' });
}

export function lostMessages({ context }: Args): Messages {
  return toTarget(context, 'IsolationLost', { reason: context.refusal });
}

/** What it is to have lies in the shared source, and it was pointed at its own all the same: it goes on from there. */
export function movedAfterAllMessages({ context }: Args): Messages {
  return toTarget(context, 'IsolationLost', { reason: `it was being pointed at ${context.source} by then` });
}

/** Whoever reads it cannot be run until it is made again. */
export function vanishedMessages({ context }: Args): Messages {
  return toTarget(context, 'IsolationLost', { reason: `${context.source} was deleted` });
}

/** The target is on its own source already, which cannot fetch what it was pointed at. */
export function notFetchedMessages({ context }: Args): Messages {
  const { observed, source } = context;
  const { reason = '', message = '' } = observed.source?.observation ?? {};
  return toTarget(context, 'SourceFailed', { reason, message: `${source}: ${message}`, source });
}

export function describeLoss({ source, observed }: IsolationContext): string {
  if (observed.elsewhere !== undefined) return observed.elsewhere;
  return `somebody pointed it at another source than ${source} meanwhile, and it stays there`;
}

export function describeFetch({ observed, unfetched, limits }: IsolationContext): string {
  const { reason = '', message = '' } = observed.source?.observation ?? {};
  const attempts = (unfetched?.times ?? 0) + 1;
  const next = attempts < limits.unfetchedMax ? 'its next change is another attempt' : 'it is not tried again';
  return `the cluster cannot fetch its artifact (${reason}: ${message}): ${next}; if the registry has another name there, give it with --registry-in-cluster`;
}
