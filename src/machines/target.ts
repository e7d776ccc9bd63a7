import { assign, cancel, raise, setup } from 'xstate';
import { backoffMs } from '../domain/backoff.ts';
import { isRetryable } from '../domain/failure.ts';
import type { Limits } from '../domain/limits.ts';
import { requestToken } from '../domain/request-token.ts';
import type { Messages } from './messages.ts';
import type { TargetContext, TargetEvent } from './target-context.ts';
import {
  changedMessages,
  failedMessages,
  pendingMessages,
  readyMessages,
  recheckMessages,
  releasedMessages,
  retryMessages,
  settledBlocked,
  settledFailed,
  settledGone,
  settledHeld,
  settledReady,
  settledSuspended,
} from './target-messages.ts';
import {
  dependenciesAllow,
  describeProblem,
  failedDependency,
  recoveredBy,
  timeoutMessage,
  verdictOf,
} from './target-rules.ts';

const REVISIONS_KEPT = 8;

/**
 * One reconciled thing. Wanted → (revision there, dependencies Ready) → asked → Ready or failed, as the cluster shows it. At most one
 * request is in flight; the newest desired digest wins; a Ready or failure from before the request is no answer.
 */
export const targetMachine = setup({
  types: {
    context: {} as TargetContext,
    events: {} as TargetEvent,
    input: {} as { id: string; limits: Limits },
  },
  actions: {
    define: assign(({ event }) =>
      event.type === 'TargetDefined'
        ? { reads: event.reads, dependsOn: event.dependsOn, dependents: event.dependents }
        : {},
    ),
    observe: assign(({ event }) => (event.type === 'TargetObserved' ? { observation: event.observation } : {})),
    noteBaseline: assign(({ event }) =>
      event.type === 'BaselineFound' ? { reconciledDigest: event.digest, desiredDigest: event.digest } : {},
    ),
    want: assign(({ context, event }) => {
      if (event.type !== 'ReconcileWanted') return {};
      const dependencies = { ...context.dependencies };
      for (const id of event.awaits) {
        dependencies[id] = { pending: true, ready: false, failed: undefined, revision: dependencies[id]?.revision };
      }
      return {
        desiredDigest: event.digest,
        rule: event.rule,
        owed: true,
        awaits: event.awaits,
        awaitedBy: event.awaitedBy,
        reads: event.reads,
        cycle: event.cycle,
        dependencies,
        revisions: [],
        attempt: 0,
        problem: undefined,
        reason: '',
        message: '',
        wantedAt: event.at,
      };
    }),
    noteRevision: assign(({ context, event }) => {
      if (event.type !== 'SourceReady' || event.cycle < context.cycle) return {};
      const revision = event.revisions[context.reads];
      if (revision === undefined || context.revisions.includes(revision)) return {};
      return { revisions: [...context.revisions, revision].slice(-REVISIONS_KEPT) };
    }),
    noteDependency: assign(({ context, event }) =>
      event.type === 'DependencyObserved'
        ? { dependencies: { ...context.dependencies, [event.dependency]: event.state } }
        : {},
    ),
    startRequest: assign(({ context, event }) => ({
      token: requestToken(event.at, event.seq),
      askedDigest: context.desiredDigest,
      askedAt: event.at,
      reason: '',
      message: '',
    })),
    settle: assign(({ context, event }) => ({
      reconciledDigest: context.desiredDigest,
      owed: false,
      attempt: 0,
      reason: '',
      message: '',
      settledAt: event.at,
    })),
    noteVerdict: assign(({ context, event }) => {
      const verdict = verdictOf(context);
      return { owed: false, reason: verdict.reason, message: verdict.message, settledAt: event.at };
    }),
    noteRequestFailure: assign(({ context, event }) => {
      if (event.type !== 'RequestFailed') return {};
      const { failure } = event;
      return {
        // An open breaker is no attempt: nothing was sent.
        attempt: failure.kind === 'breaker-open' ? context.attempt : context.attempt + 1,
        retryAfterMs: failure.retryAfterMs ?? 0,
        reason: failure.kind,
        message: failure.message,
        settledAt: event.at,
      };
    }),
    noteSourceFailure: assign(({ event }) =>
      event.type === 'SourceFailed'
        ? { owed: false, reason: event.reason, message: event.message, settledAt: event.at }
        : {},
    ),
    noteTimeout: assign(({ context, event }) => ({
      owed: false,
      reason: 'Timeout',
      message: timeoutMessage(context),
      settledAt: event.at,
    })),
    hold: assign(({ event }) =>
      event.type === 'TargetHeld'
        ? {
            // What was asked for and never sent (a full reconcile, say) is still owed once the file is sound.
            problem: event.problem,
            reason: 'Held',
            message: describeProblem(event.problem),
            settledAt: event.at,
          }
        : {},
    ),
    release: assign({ problem: undefined, reason: '', message: '' }),
    noteProblem: assign(({ event }) => (event.type === 'TargetHeld' ? { problem: event.problem } : {})),
    holdAgain: assign(({ context }) => ({
      reason: 'Held',
      message: context.problem === undefined ? '' : describeProblem(context.problem),
    })),
    noteBlocked: assign(({ context, event }) => {
      const failed = failedDependency(context);
      return {
        reason: 'DependencyFailed',
        message: failed === undefined ? '' : `waits for ${failed.id}, which failed: ${failed.why}`,
        settledAt: event.at,
      };
    }),
    noteSuspended: assign(({ event }) => ({
      reason: 'Suspended',
      message: 'spec.suspend is true: Flux does nothing until it is resumed (flux resume kustomization)',
      settledAt: event.at,
    })),
    requeue: assign({ owed: true, attempt: 0, reason: '', message: '' }),
    forget: assign({ observation: undefined, reason: 'Gone', message: 'it is no longer in the cluster', owed: false }),
    tellReady: (_, _params: Messages) => {},
    tellFailed: (_, _params: Messages) => {},
    tellHeld: (_, _params: Messages) => {},
    tellBlocked: (_, _params: Messages) => {},
    tellSuspended: (_, _params: Messages) => {},
    tellGone: (_, _params: Messages) => {},
    tellRecheck: (_, _params: Messages) => {},
    tellRetry: (_, _params: Messages) => {},
    // Those who wait for this target hear what they need: pending, Ready at which revision, or failed.
    tellDependents: (_, _params: Messages) => {},
    askTarget: (_, _params: { target: string; token: string }) => {},
  },
  guards: {
    isSuspended: ({ context }) => context.observation?.suspended === true,
    revisionKnown: ({ context }) => context.revisions.length > 0,
    artifactMissing: ({ context, event }) =>
      event.type === 'SourceReady' && event.cycle >= context.cycle && event.revisions[context.reads] === undefined,
    mayGo: ({ context }) => context.revisions.length > 0 && dependenciesAllow(context),
    dependencyFailed: ({ context }) => context.revisions.length > 0 && failedDependency(context) !== undefined,
    newerWanted: ({ context }) => context.desiredDigest !== context.askedDigest || context.revisions.length === 0,
    isReadyAndHeld: ({ context }) => context.problem !== undefined && verdictOf(context).verdict === 'ready',
    isReady: ({ context }) => verdictOf(context).verdict === 'ready',
    hasFailed: ({ context }) => verdictOf(context).verdict === 'failed',
    /** A push for an older cycle says nothing of the one that this target waits for, which comes next. */
    isOwnPush: ({ context, event }) => event.type === 'SourceFailed' && (event.cycle ?? context.cycle) >= context.cycle,
    isOwnNewerPush: ({ context, event }) =>
      event.type === 'SourceFailed' &&
      (event.cycle ?? context.cycle) >= context.cycle &&
      context.revisions.length === 0,
    newerPushFailed: ({ context }) => context.revisions.length === 0 && !context.owed,
    sameDigestInFlight: ({ context, event }) =>
      event.type === 'ReconcileWanted' &&
      event.digest === context.askedDigest &&
      (event.rule === 'owed' || event.rule === 'closure'),
    retryableAndAttemptsLeft: ({ context, event }) =>
      event.type === 'RequestFailed' &&
      isRetryable(event.failure) &&
      (event.failure.kind === 'breaker-open' || context.attempt + 1 < context.limits.targetAttemptsMax),
    observedReady: ({ context, event }) => event.type === 'TargetObserved' && recoveredBy(context, event.observation),
    /** It was Ready at this revision before anybody here knew that the revision holds what is wanted. */
    observedReadyBefore: ({ context, event }) => {
      if (event.type !== 'SourceReady' || event.cycle < context.cycle || context.observation === undefined)
        return false;
      // A composed artifact may be seen only after its generator's answer: its revision can be an older one.
      const revision = context.reads.startsWith('ExternalArtifact/') ? undefined : event.revisions[context.reads];
      return revision !== undefined && recoveredBy({ ...context, revisions: [revision] }, context.observation);
    },
    resumedAndOwed: ({ context, event }) =>
      event.type === 'TargetObserved' && !event.observation.suspended && context.owed,
    blockedAndDependencyReady: ({ context, event }) =>
      context.problem === undefined && context.owed && event.type === 'DependencyObserved' && event.state.ready,
    resumed: ({ event }) => event.type === 'TargetObserved' && !event.observation.suspended,
  },
  delays: {
    targetWait: ({ context }) => context.limits.targetWaitMs,
    backoff: ({ context }) =>
      Math.max(
        context.retryAfterMs,
        backoffMs({
          attempt: Math.max(1, context.attempt),
          minMs: context.limits.targetBackoffMsMin,
          maxMs: context.limits.targetBackoffMsMax,
          jitterRatio: context.limits.backoffJitterRatio,
          seed: context.id,
        }),
      ),
  },
}).createMachine({
  id: 'target',
  context: ({ input }) => ({
    limits: input.limits,
    id: input.id,
    reads: '',
    dependsOn: [],
    dependents: [],
    awaits: [],
    awaitedBy: [],
    dependencies: {},
    desiredDigest: undefined,
    askedDigest: undefined,
    reconciledDigest: undefined,
    rule: 'closure',
    owed: false,
    cycle: 0,
    revisions: [],
    token: undefined,
    attempt: 0,
    retryAfterMs: 0,
    observation: undefined,
    problem: undefined,
    reason: '',
    message: '',
    wantedAt: 0,
    askedAt: 0,
    settledAt: 0,
  }),
  initial: 'settled',
  on: {
    TargetDefined: { actions: 'define' },
    TargetObserved: { actions: [{ type: 'tellDependents', params: changedMessages }, 'observe'] },
    DependencyObserved: { actions: 'noteDependency' },
    SourceReady: { actions: 'noteRevision' },
    TargetRemoved: { target: '.gone', actions: ['forget', { type: 'tellGone', params: settledGone }] },
    TargetHeld: { target: '.held', actions: ['hold', { type: 'tellHeld', params: settledHeld }] },
    ReconcileWanted: { target: '.requested', actions: 'want' },
  },
  states: {
    settled: {
      on: {
        BaselineFound: { actions: 'noteBaseline' },
        TargetSuspended: {
          target: 'suspended',
          // Its files differ: asked once it is resumed, also when that is after a restart.
          actions: ['requeue', 'noteSuspended', { type: 'tellSuspended', params: settledSuspended }],
        },
      },
    },
    requested: {
      entry: { type: 'tellDependents', params: pendingMessages },
      initial: 'awaiting-source',
      states: {
        'awaiting-source': {
          always: { guard: 'revisionKnown', target: 'awaiting-dependencies' },
          // Only here: one that waits for a dependency has its revision, whatever becomes of a later push.
          on: {
            SourceFailed: { guard: 'isOwnPush', target: '#target.dead-letter', actions: 'noteSourceFailure' },
            SourceReady: [
              { guard: 'artifactMissing', target: 'awaiting-artifact', actions: 'noteRevision' },
              { actions: 'noteRevision' },
            ],
          },
        },
        // The source is there, the artifact that is made from it is not seen yet.
        'awaiting-artifact': {
          entry: raise({ type: 'TargetWaitElapsed' } as TargetEvent, { id: 'targetWait', delay: 'targetWait' }),
          exit: cancel('targetWait'),
          always: { guard: 'revisionKnown', target: 'awaiting-dependencies' },
          on: { TargetWaitElapsed: { target: '#target.dead-letter', actions: 'noteTimeout' } },
        },
        'awaiting-dependencies': {
          entry: raise({ type: 'TargetWaitElapsed' } as TargetEvent, { id: 'targetWait', delay: 'targetWait' }),
          exit: cancel('targetWait'),
          on: { TargetWaitElapsed: { target: '#target.dead-letter', actions: 'noteTimeout' } },
        },
      },
      always: [
        {
          guard: 'isSuspended',
          target: 'suspended',
          actions: ['noteSuspended', { type: 'tellSuspended', params: settledSuspended }],
        },
        {
          guard: 'dependencyFailed',
          target: 'held',
          actions: ['noteBlocked', { type: 'tellBlocked', params: settledBlocked }],
        },
        { guard: 'mayGo', target: 'progressing' },
      ],
      on: {
        ReconcileWanted: { target: 'requested', reenter: true, actions: 'want' },
      },
    },
    progressing: {
      entry: raise({ type: 'TargetWaitElapsed' } as TargetEvent, { id: 'targetWait', delay: 'targetWait' }),
      exit: cancel('targetWait'),
      initial: 'asking',
      states: {
        asking: {
          entry: [
            'startRequest',
            { type: 'askTarget', params: ({ context }) => ({ target: context.id, token: context.token ?? '' }) },
          ],
          on: {
            // One request at a time: what is wanted meanwhile is asked once this one is out.
            ReconcileWanted: [{ guard: 'sameDigestInFlight' }, { actions: 'want' }],
            // Whose push failed while the older request was on its way waits for nothing.
            SourceFailed: { guard: 'isOwnNewerPush', actions: 'noteSourceFailure' },
            RequestAccepted: [
              { guard: 'newerPushFailed', target: '#target.dead-letter' },
              { guard: 'newerWanted', target: '#target.requested' },
              { target: 'waiting' },
            ],
            RequestFailed: [
              { guard: 'newerPushFailed', target: '#target.dead-letter' },
              { guard: 'retryableAndAttemptsLeft', target: '#target.backoff', actions: 'noteRequestFailure' },
              { target: '#target.dead-letter', actions: 'noteRequestFailure' },
            ],
            EffectOutcomeUnknown: {
              target: '#target.settled',
              actions: { type: 'tellRecheck', params: recheckMessages },
            },
          },
        },
        waiting: {
          always: [
            {
              guard: 'isSuspended',
              target: '#target.suspended',
              actions: ['noteSuspended', { type: 'tellSuspended', params: settledSuspended }],
            },
            {
              guard: 'isReadyAndHeld',
              target: '#target.held',
              actions: ['settle', 'holdAgain', { type: 'tellHeld', params: settledHeld }],
            },
            {
              guard: 'isReady',
              target: '#target.settled',
              actions: [
                'settle',
                { type: 'tellDependents', params: readyMessages },
                { type: 'tellReady', params: settledReady },
              ],
            },
            { guard: 'hasFailed', target: '#target.dead-letter', actions: 'noteVerdict' },
          ],
          on: {
            ReconcileWanted: [{ guard: 'sameDigestInFlight' }, { target: '#target.requested', actions: 'want' }],
          },
        },
      },
      on: {
        // What is in flight was sound: it is seen to its end, and held afterwards.
        TargetHeld: { actions: 'noteProblem' },
        TargetWaitElapsed: { target: 'dead-letter', actions: 'noteTimeout' },
      },
    },
    backoff: {
      entry: raise({ type: 'BackoffElapsed' } as TargetEvent, { id: 'backoff', delay: 'backoff' }),
      exit: cancel('backoff'),
      on: {
        BackoffElapsed: 'requested',
        RetryRequested: 'requested',
        SourceFailed: { guard: 'isOwnNewerPush', target: 'dead-letter', actions: 'noteSourceFailure' },
      },
    },
    'dead-letter': {
      entry: [
        { type: 'tellDependents', params: failedMessages },
        { type: 'tellFailed', params: settledFailed },
      ],
      on: {
        RetryRequested: { target: 'settled', actions: ['requeue', { type: 'tellRetry', params: retryMessages }] },
        // The controller may still recover on its own: believe a later Ready.
        TargetObserved: [
          {
            guard: 'observedReady',
            target: 'settled',
            actions: [
              'observe',
              'settle',
              { type: 'tellDependents', params: readyMessages },
              { type: 'tellReady', params: settledReady },
            ],
          },
          { actions: ['observe'] },
        ],
        SourceReady: [
          {
            guard: 'observedReadyBefore',
            target: 'settled',
            actions: [
              'noteRevision',
              'settle',
              { type: 'tellDependents', params: readyMessages },
              { type: 'tellReady', params: settledReady },
            ],
          },
          { actions: 'noteRevision' },
        ],
        // It was not reconciled, and is not once the file is sound either: then it is asked again.
        TargetHeld: { target: 'held', actions: ['requeue', 'hold', { type: 'tellHeld', params: settledHeld }] },
      },
    },
    held: {
      entry: { type: 'tellDependents', params: failedMessages },
      on: {
        HoldReleased: {
          target: 'settled',
          actions: ['release', { type: 'tellDependents', params: releasedMessages }],
        },
        RetryRequested: { target: 'settled', actions: ['requeue', { type: 'tellRetry', params: retryMessages }] },
        DependencyObserved: [
          { guard: 'blockedAndDependencyReady', target: 'requested', actions: 'noteDependency' },
          { actions: 'noteDependency' },
        ],
      },
    },
    suspended: {
      on: {
        ReconcileWanted: { actions: ['want', 'noteSuspended', { type: 'tellSuspended', params: settledSuspended }] },
        TargetObserved: [
          { guard: 'resumedAndOwed', target: 'requested', actions: 'observe' },
          { guard: 'resumed', target: 'settled', actions: ['observe', 'release'] },
          { actions: 'observe' },
        ],
      },
    },
    gone: {
      on: {
        TargetDefined: { target: 'settled', actions: 'define' },
        // Deleted and made again at once: nobody was told of the new one yet.
        TargetObserved: {
          target: 'settled',
          actions: [{ type: 'tellDependents', params: changedMessages }, 'observe'],
        },
        ReconcileWanted: { actions: ['want', { type: 'tellGone', params: settledGone }] },
      },
    },
  },
});
