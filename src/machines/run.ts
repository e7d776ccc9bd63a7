import { assign, cancel, raise, setup } from 'xstate';
import type { Limits } from '../domain/limits.ts';
import type { Messages } from './messages.ts';
import type { RunContext, RunEvent } from './run-context.ts';
import {
  againMessages,
  availableMessages,
  dueMessages,
  recoveryMessages,
  revisionMessages,
  sourceFailedMessages,
  startMessages,
} from './run-messages.ts';
import {
  everyTargetReady,
  isOver,
  isStaleReady,
  nextDueAt,
  settledTarget,
  sourceFailure,
  sourceRetryMs,
  targetRetryMs,
  unblockedBy,
  waitedForOthers,
} from './run-rules.ts';
import { plannedRun, withDueTaken, withSource, withTarget } from './run-steps.ts';

/**
 * One `reconcile`: recovers what is stuck, asks every source and target once, and is over when each has answered. It owns the further attempts
 * of sources that could not be asked, and of whatever took too long; those of a target's request are the target's own.
 */
export const runMachine = setup({
  types: {
    context: {} as RunContext,
    events: {} as RunEvent,
    input: {} as { limits: Limits },
  },
  actions: {
    plan: assign(({ event }) => (event.type === 'RunStarted' ? plannedRun(event) : {})),
    noteRelease: assign(({ context, event }) => {
      if (event.type !== 'ReleaseSettled') return {};
      const { [event.release]: _, ...recovering } = context.recovering;
      return { recovering };
    }),
    noteAvailable: assign(({ context, event }) =>
      event.type === 'SourceAvailable'
        ? {
            ...withSource(context, event.source, { phase: 'available', reason: '', message: '' }),
            revisions: { ...context.revisions, ...event.revisions },
          }
        : {},
    ),
    noteRevision: assign(({ context, event }) =>
      event.type === 'RevisionObserved' ? { revisions: { ...context.revisions, [event.source]: event.revision } } : {},
    ),
    oweSource: assign(({ context, event }) => {
      const failed = sourceFailure(event);
      if (failed === undefined) return {};
      const { kind, message } = failed.failure;
      const dueAt = event.at + (sourceRetryMs(context, event) ?? 0);
      return withSource(context, failed.source, { phase: 'owed', dueAt, reason: kind, message });
    }),
    failSource: assign(({ context, event }) => {
      const failed = sourceFailure(event);
      if (failed === undefined) return {};
      const reason = event.type === 'SourceUnavailable' ? event.reason : failed.failure.kind;
      return withSource(context, failed.source, { phase: 'failed', reason, message: failed.failure.message });
    }),
    oweTarget: assign(({ context, event }) => {
      if (event.type !== 'TargetSettled') return {};
      const { reason, message } = event;
      const dueAt = event.at + (targetRetryMs(context, event) ?? 0);
      return withTarget(context, event.target, { phase: 'owed', dueAt, reason, message });
    }),
    settleTarget: assign(({ context, event }) => {
      const target = event.type === 'TargetSettled' ? context.targets[event.target] : undefined;
      if (event.type !== 'TargetSettled' || target === undefined) return {};
      const targets = { ...context.targets, [event.target]: settledTarget(target, event, context.startedAt) };
      return { targets: targets[event.target]?.phase === 'ready' ? unblockedBy(targets, event.target) : targets };
    }),
    nextCycle: assign(({ context }) => ({ cycle: context.cycle + 1 })),
    takeDue: assign(({ context, event }) => withDueTaken(context, event.at)),
    tellReleases: (_, _params: Messages) => {},
    tellStart: (_, _params: Messages) => {},
    tellAvailable: (_, _params: Messages) => {},
    tellRevision: (_, _params: Messages) => {},
    tellSourceFailed: (_, _params: Messages) => {},
    tellDue: (_, _params: Messages) => {},
    tellAgain: (_, _params: Messages) => {},
  },
  guards: {
    nothingRecovering: ({ context }) => Object.keys(context.recovering).length === 0,
    everyTargetReady: ({ context }) => everyTargetReady(context),
    isOver: ({ context }) => isOver(context),
    somethingOwed: ({ context }) => nextDueAt(context) !== undefined,
    sourceIsRetried: ({ context, event }) => sourceRetryMs(context, event) !== undefined,
    targetIsRetried: ({ context, event }) => targetRetryMs(context, event) !== undefined,
    waitedForOthers: ({ context, event }) => waitedForOthers(context, event),
    /** Given up as failed: what comes after that answers no request of ours. */
    sourceGivenUp: ({ context, event }) =>
      event.type === 'SourceAvailable' && context.sources[event.source]?.phase === 'failed',
    /** What is settled, or about to be asked again, does not become Ready by an old Ready. */
    isNoAnswer: ({ context, event }) =>
      event.type === 'TargetSettled' && isStaleReady(event) && context.targets[event.target]?.phase !== 'waiting',
  },
  delays: {
    untilRetry: ({ context, event }) => Math.max(0, (nextDueAt(context) ?? event.at) - event.at),
  },
}).createMachine({
  id: 'run',
  context: ({ input }) => ({
    limits: input.limits,
    startedAt: 0,
    cycle: 0,
    recovering: {},
    sources: {},
    targets: {},
    revisions: {},
  }),
  initial: 'idle',
  states: {
    idle: {
      on: {
        RunStarted: { target: 'recovering', actions: ['plan', { type: 'tellReleases', params: recoveryMessages }] },
      },
    },
    recovering: {
      always: {
        guard: 'nothingRecovering',
        target: 'reconciling',
        actions: { type: 'tellStart', params: startMessages },
      },
      on: { ReleaseSettled: { actions: 'noteRelease' } },
    },
    reconciling: {
      always: [
        { guard: 'everyTargetReady', target: 'succeeded' },
        { guard: 'isOver', target: 'failed' },
      ],
      initial: 'waiting',
      states: {
        waiting: { always: { guard: 'somethingOwed', target: 'owing' } },
        owing: {
          entry: raise({ type: 'RetryDue' } as RunEvent, { id: 'retry', delay: 'untilRetry' }),
          exit: cancel('retry'),
          on: {
            RetryDue: {
              target: 'waiting',
              actions: ['nextCycle', { type: 'tellDue', params: dueMessages }, 'takeDue'],
            },
          },
        },
      },
      on: {
        SourceAvailable: [
          { guard: 'sourceGivenUp' },
          { actions: ['noteAvailable', { type: 'tellAvailable', params: availableMessages }] },
        ],
        RevisionObserved: { actions: ['noteRevision', { type: 'tellRevision', params: revisionMessages }] },
        SourceUnavailable: [
          { guard: 'sourceIsRetried', target: '.owing', actions: 'oweSource' },
          { actions: ['failSource', { type: 'tellSourceFailed', params: sourceFailedMessages }] },
        ],
        StepFailed: [
          { guard: 'sourceIsRetried', target: '.owing', actions: 'oweSource' },
          { actions: ['failSource', { type: 'tellSourceFailed', params: sourceFailedMessages }] },
        ],
        StepRefused: { actions: ['failSource', { type: 'tellSourceFailed', params: sourceFailedMessages }] },
        TargetSettled: [
          { guard: 'isNoAnswer' },
          { guard: 'targetIsRetried', target: '.owing', actions: 'oweTarget' },
          { guard: 'waitedForOthers', actions: ['nextCycle', { type: 'tellAgain', params: againMessages }] },
          { actions: 'settleTarget' },
        ],
      },
    },
    succeeded: {},
    failed: {},
  },
});
