import { assign, cancel, raise, setup } from 'xstate';
import { retryDelayMs } from '../domain/attempts.ts';
import type { Failure } from '../domain/failure.ts';
import type { Limits } from '../domain/limits.ts';
import type { Delivered } from './messages.ts';

export interface AttemptsContext {
  readonly limits: Limits;
  /** What is tried, in words. */
  readonly id: string;
  /** From 1; 0 before the first. */
  readonly attempt: number;
  readonly failure: Failure | undefined;
}

export type AttemptsEvent = Delivered &
  (
    | { readonly type: 'AttemptsWanted' }
    | { readonly type: 'AttemptSucceeded'; readonly attempt: number }
    | { readonly type: 'AttemptFailed'; readonly attempt: number; readonly failure: Failure }
    | { readonly type: 'AttemptElapsed' }
    | { readonly type: 'BackoffElapsed' }
    | { readonly type: 'EffectOutcomeUnknown'; readonly message?: string }
  );

/** One thing that is tried a few times: again only after a failure that may pass, and only after a while. It owns these retries. */
export const attemptsMachine = setup({
  types: {
    context: {} as AttemptsContext,
    events: {} as AttemptsEvent,
    input: {} as { id: string; limits: Limits },
  },
  actions: {
    countAttempt: assign(({ context }) => ({ attempt: context.attempt + 1 })),
    noteFailure: assign(({ event }) => ('failure' in event ? { failure: event.failure } : {})),
    noteElapsed: assign(({ context }) => ({ failure: overdue(context) })),
    noteCrash: assign(({ context, event }) => ({
      failure: {
        kind: 'internal' as const,
        message: `cannot ${context.id}: ${('message' in event ? event.message : undefined) ?? 'it ended without an outcome'}`,
      },
    })),
    attempt: (_, _params: { attempt: number }) => {},
  },
  guards: {
    /** One that was given up as overdue ended after all: another is on its way, or is about to be. */
    isEarlier: ({ context, event }) => event.type === 'AttemptFailed' && event.attempt < context.attempt,
    mayTryAgain: ({ context, event }) =>
      event.type === 'AttemptFailed' && retryDelayMs(context.attempt, event.failure, context.limits) !== undefined,
    attemptsLeft: ({ context }) => retryDelayMs(context.attempt, overdue(context), context.limits) !== undefined,
  },
  delays: {
    attemptWait: ({ context }) => context.limits.targetWaitMs,
    backoff: ({ context }) =>
      context.failure === undefined ? 0 : (retryDelayMs(context.attempt, context.failure, context.limits) ?? 0),
  },
}).createMachine({
  id: 'attempts',
  context: ({ input }) => ({ limits: input.limits, id: input.id, attempt: 0, failure: undefined }),
  initial: 'idle',
  states: {
    idle: { on: { AttemptsWanted: 'trying' } },
    trying: {
      entry: [
        'countAttempt',
        { type: 'attempt', params: ({ context }) => ({ attempt: context.attempt }) },
        raise({ type: 'AttemptElapsed' } as AttemptsEvent, { id: 'attemptWait', delay: 'attemptWait' }),
      ],
      exit: cancel('attemptWait'),
      on: {
        AttemptSucceeded: 'succeeded',
        AttemptFailed: [
          { guard: 'isEarlier' },
          { guard: 'mayTryAgain', target: 'backoff', actions: 'noteFailure' },
          { target: 'failed', actions: 'noteFailure' },
        ],
        AttemptElapsed: [
          { guard: 'attemptsLeft', target: 'backoff', actions: 'noteElapsed' },
          { target: 'failed', actions: 'noteElapsed' },
        ],
        EffectOutcomeUnknown: { target: 'failed', actions: 'noteCrash' },
      },
    },
    backoff: {
      entry: raise({ type: 'BackoffElapsed' } as AttemptsEvent, { id: 'backoff', delay: 'backoff' }),
      exit: cancel('backoff'),
      on: { BackoffElapsed: 'trying' },
    },
    succeeded: {},
    failed: {},
  },
});

function overdue({ id, limits }: AttemptsContext): Failure {
  return {
    kind: 'timeout',
    message: `cannot ${id}: not done within ${Math.round(limits.targetWaitMs / 1_000)} s`,
    hint: 'raise --timeout',
  };
}
