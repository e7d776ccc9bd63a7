import { assign, cancel, raise, setup } from 'xstate';
import { isTransient, retryDelayMs } from '../domain/attempts.ts';
import type { Failure } from '../domain/failure.ts';
import type { Limits } from '../domain/limits.ts';
import { requestToken } from '../domain/request-token.ts';
import type { Delivered, Messages } from './messages.ts';
import { type PlannedRecovery, RUN } from './run-context.ts';

export interface ReleaseContext {
  readonly limits: Limits;
  /** `HelmRelease/<namespace>/<name>` */
  readonly id: string;
  readonly how: PlannedRecovery['how'];
  /** How often resuming was tried. */
  readonly attempt: number;
  readonly failure: Failure | undefined;
}

export type ReleaseEvent = Delivered &
  (
    | { readonly type: 'RecoveryWanted'; readonly how: PlannedRecovery['how'] }
    | { readonly type: 'ReleaseReset' }
    | { readonly type: 'ReleaseSuspended' }
    | { readonly type: 'ReleaseResumed' }
    | { readonly type: 'RecoveryFailed'; readonly failure: Failure }
    | { readonly type: 'BackoffElapsed' }
    | { readonly type: 'EffectOutcomeUnknown'; readonly message?: string }
  );

/**
 * Gets one stuck HelmRelease going again: by a reset where its controller knows that, else by suspending and resuming it. What was suspended
 * is resumed whatever happens: tried again here, and by the next run where this one ends before.
 */
export const releaseMachine = setup({
  types: {
    context: {} as ReleaseContext,
    events: {} as ReleaseEvent,
    input: {} as { id: string; limits: Limits },
  },
  actions: {
    begin: assign(({ event }) => (event.type === 'RecoveryWanted' ? { how: event.how, attempt: 0 } : {})),
    countAttempt: assign(({ context }) => ({ attempt: context.attempt + 1 })),
    noteFailure: assign(({ event }) => ('failure' in event ? { failure: event.failure } : {})),
    noteCrash: assign(({ context, event }) => ({
      failure: {
        kind: 'internal' as const,
        message: `cannot recover ${context.id}: ${('message' in event ? event.message : undefined) ?? 'interrupted'}`,
      },
    })),
    tellRecovered: (_, _params: Messages) => {},
    tellFailed: (_, _params: Messages) => {},
    resetRelease: (_, _params: { release: string; token: string }) => {},
    suspendRelease: (_, _params: { release: string }) => {},
    resumeRelease: (_, _params: { release: string; token: string }) => {},
  },
  guards: {
    isReset: ({ event }) => event.type === 'RecoveryWanted' && event.how === 'reset',
    isResume: ({ event }) => event.type === 'RecoveryWanted' && event.how === 'resume',
    /** A refused patch has suspended nothing; one whose answer is missing may have. */
    mayBeSuspended: ({ event }) => event.type === 'RecoveryFailed' && isTransient(event.failure),
    mayTryAgain: ({ context, event }) =>
      event.type === 'RecoveryFailed' && retryDelayMs(context.attempt, event.failure, context.limits) !== undefined,
  },
  delays: {
    backoff: ({ context }) =>
      context.failure === undefined ? 0 : (retryDelayMs(context.attempt, context.failure, context.limits) ?? 0),
  },
}).createMachine({
  id: 'release',
  context: ({ input }) => ({ limits: input.limits, id: input.id, how: 'reset', attempt: 0, failure: undefined }),
  initial: 'idle',
  states: {
    idle: {
      on: {
        RecoveryWanted: [
          { guard: 'isReset', target: 'resetting', actions: 'begin' },
          { guard: 'isResume', target: 'resuming', actions: 'begin' },
          { target: 'suspending', actions: 'begin' },
        ],
      },
    },
    resetting: {
      entry: {
        type: 'resetRelease',
        params: ({ context, event }) => ({ release: context.id, token: requestToken(event.at, event.seq) }),
      },
      on: {
        ReleaseReset: 'recovered',
        RecoveryFailed: { target: 'failed', actions: 'noteFailure' },
        EffectOutcomeUnknown: { target: 'failed', actions: 'noteCrash' },
      },
    },
    suspending: {
      entry: { type: 'suspendRelease', params: ({ context }) => ({ release: context.id }) },
      on: {
        ReleaseSuspended: 'resuming',
        RecoveryFailed: [
          { guard: 'mayBeSuspended', target: 'resuming', actions: 'noteFailure' },
          { target: 'failed', actions: 'noteFailure' },
        ],
        EffectOutcomeUnknown: 'resuming',
      },
    },
    resuming: {
      entry: [
        'countAttempt',
        {
          type: 'resumeRelease',
          params: ({ context, event }) => ({ release: context.id, token: requestToken(event.at, event.seq) }),
        },
      ],
      on: {
        ReleaseResumed: 'recovered',
        RecoveryFailed: [
          { guard: 'mayTryAgain', target: 'backoff', actions: 'noteFailure' },
          { target: 'failed', actions: 'noteFailure' },
        ],
        EffectOutcomeUnknown: { target: 'failed', actions: 'noteCrash' },
      },
    },
    backoff: {
      entry: raise({ type: 'BackoffElapsed' } as ReleaseEvent, { id: 'backoff', delay: 'backoff' }),
      exit: cancel('backoff'),
      on: { BackoffElapsed: 'resuming' },
    },
    recovered: { entry: { type: 'tellRecovered', params: settledMessages } },
    failed: { entry: { type: 'tellFailed', params: failedMessages } },
  },
});

function settledMessages({ context }: { readonly context: ReleaseContext }): Messages {
  return { messages: [{ to: RUN, type: 'ReleaseSettled', release: context.id }] };
}

function failedMessages({ context }: { readonly context: ReleaseContext }): Messages {
  return { messages: [{ to: RUN, type: 'ReleaseSettled', release: context.id, failure: context.failure }] };
}
