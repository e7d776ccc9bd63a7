import { assign, cancel, raise, setup } from 'xstate';
import { backoffMs } from '../domain/backoff.ts';
import type { Failure } from '../domain/failure.ts';
import type { Limits } from '../domain/limits.ts';
import type { Delivered } from './messages.ts';

export interface BreakerContext {
  readonly limits: Limits;
  readonly id: string;
  readonly failures: number;
  /** How often it opened since it was last closed. */
  readonly openings: number;
  /** Milliseconds since the epoch; when the next probe may go. */
  readonly probeAt: number;
  readonly lastFailure: Failure | undefined;
}

export type BreakerEvent = Delivered &
  (
    | { readonly type: 'CallSucceeded' }
    | { readonly type: 'CallFailed'; readonly failure: Failure }
    | { readonly type: 'ProbeStarted' }
    | { readonly type: 'OpenPeriodElapsed' }
    | { readonly type: 'ProbeElapsed' }
  );

/** Circuit breaker of one external dependency: after some failures in a row, calls are held back and one probe at a time is let through. */
export const breakerMachine = setup({
  types: {
    context: {} as BreakerContext,
    events: {} as BreakerEvent,
    input: {} as { id: string; limits: Limits },
  },
  actions: {
    countFailure: assign(({ context, event }) => ({
      failures: context.failures + 1,
      lastFailure: event.type === 'CallFailed' ? event.failure : context.lastFailure,
    })),
    countOpening: assign(({ context, event }) => {
      const openings = context.openings + 1;
      return { openings, probeAt: event.at + openMs({ ...context, openings }) };
    }),
    reset: assign({ failures: 0, openings: 0, probeAt: 0, lastFailure: undefined }),
  },
  guards: {
    tooManyFailures: ({ context }) => context.failures + 1 >= context.limits.breakerFailuresMax,
  },
  delays: {
    openPeriod: ({ context }) => openMs(context),
    probe: ({ context }) => context.limits.requestTimeoutMs,
  },
}).createMachine({
  id: 'breaker',
  context: ({ input }) => ({
    limits: input.limits,
    id: input.id,
    failures: 0,
    openings: 0,
    probeAt: 0,
    lastFailure: undefined,
  }),
  initial: 'closed',
  states: {
    closed: {
      on: {
        CallSucceeded: { actions: 'reset' },
        CallFailed: [
          { guard: 'tooManyFailures', target: 'open', actions: 'countFailure' },
          { actions: 'countFailure' },
        ],
      },
    },
    open: {
      entry: [
        'countOpening',
        raise({ type: 'OpenPeriodElapsed' } as BreakerEvent, { id: 'openPeriod', delay: 'openPeriod' }),
      ],
      on: {
        OpenPeriodElapsed: 'half-open',
        // A call that was under way when the breaker opened came back well: the dependency is there again.
        CallSucceeded: { target: 'closed', actions: 'reset' },
        CallFailed: { actions: 'countFailure' },
      },
      exit: cancel('openPeriod'),
    },
    'half-open': {
      initial: 'waiting',
      states: {
        waiting: { on: { ProbeStarted: 'probing' } },
        probing: {
          // A crash may swallow the probe's answer: without this nothing would ever be let through again.
          entry: raise({ type: 'ProbeElapsed' } as BreakerEvent, { id: 'probe', delay: 'probe' }),
          exit: cancel('probe'),
          on: { ProbeElapsed: 'waiting' },
        },
      },
      on: {
        CallSucceeded: { target: 'closed', actions: 'reset' },
        CallFailed: { target: 'open', actions: 'countFailure' },
      },
    },
  },
});

function openMs(context: { readonly limits: Limits; readonly openings: number; readonly id: string }): number {
  return backoffMs({
    attempt: Math.max(1, context.openings),
    minMs: context.limits.breakerOpenMsMin,
    maxMs: context.limits.breakerOpenMsMax,
    jitterRatio: 0,
    seed: context.id,
  });
}
