import { assign, cancel, raise, setup } from 'xstate';
import { backoffMs } from '../domain/backoff.ts';
import { isOutage, isRetryable, messageWithHint } from '../domain/failure.ts';
import type { Limits } from '../domain/limits.ts';
import { requestToken } from '../domain/request-token.ts';
import type { Messages } from './messages.ts';
import type { TargetContext, TargetEvent } from './target-context.ts';
import {
  changedMessages,
  closureMessages,
  failedMessages,
  goneMessages,
  leaveMessages,
  pastOutageMessages,
  pendingMessages,
  readyMessages,
  recheckMessages,
  releasedMessages,
  rerouteMessages,
  resumedMessages,
  retryMessages,
  settledBlocked,
  settledFailed,
  settledGone,
  settledHeld,
  settledReady,
  settledSuspended,
  settledUnknown,
  turnMessages,
} from './target-messages.ts';
import {
  awaitedSource,
  contradictsItself,
  dependenciesAllow,
  describeProblem,
  failedDependency,
  hasRunSinceWanted,
  isAboutContent,
  isComposed,
  looksAgainLate,
  moveTimeoutMessage,
  readyRevision,
  recoveredBy,
  stillReadyBefore,
  suspension,
  syncedNow,
  timeoutMessage,
  verdictOf,
  waitersFor,
  wasAskedSinceWanted,
  wasSentAway,
  wasTried,
  wasTurnedAway,
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
    observe: assign(({ context, event }) =>
      event.type === 'TargetObserved'
        ? { observation: event.observation, readyBefore: stillReadyBefore(context, event.observation) }
        : {},
    ),
    noteBaseline: assign(({ context, event }) => {
      if (event.type !== 'BaselineFound') return {};
      const { digest } = event;
      const revision = digest === undefined ? undefined : context.observation?.lastAppliedRevision;
      return { reconciledDigest: digest, desiredDigest: digest, revisions: revision === undefined ? [] : [revision] };
    }),
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
        awaitedBy: waitersFor(context, event.awaitedBy),
        reads: event.reads,
        isolation: event.isolation,
        withdraws: context.isolation !== undefined && event.isolation === undefined,
        leave: event.leave,
        sharedBecause: event.sharedBecause ?? '',
        cycle: event.cycle,
        dependencies,
        revisions: [],
        readyBefore: readyRevision(context.observation),
        askedAgain: false,
        attempt: 0,
        problem: undefined,
        reason: '',
        message: '',
        wantedAt: event.at,
      };
    }),
    // It is in flight already, and its answer is the one to this want, too.
    noteCycle: assign(({ context, event }) =>
      event.type === 'ReconcileWanted' ? { cycle: event.cycle, awaitedBy: waitersFor(context, event.awaitedBy) } : {},
    ),
    noteRevision: assign(({ context, event }) => {
      if (event.type !== 'SourceReady' || event.cycle < context.cycle || context.desiredDigest === undefined) return {};
      const revision = event.revisions[awaitedSource(context)];
      if (revision === undefined || context.revisions.includes(revision)) return {};
      // Composed of an older push, maybe, and seen late: only the newest surely holds what is wanted.
      const earlier = isComposed(context) ? [] : context.revisions;
      return { revisions: [...earlier, revision].slice(-REVISIONS_KEPT) };
    }),
    noteDependency: assign(({ context, event }) =>
      event.type === 'DependencyObserved'
        ? { dependencies: { ...context.dependencies, [event.dependency]: event.state } }
        : {},
    ),
    startRequest: assign(({ context, event }) => ({
      token: requestToken(event.at, event.seq),
      askedSeq: event.seq,
      syncedBefore: syncedNow(context),
      askedDigest: context.desiredDigest,
      askedAt: event.at,
      reason: '',
      message: '',
    })),
    // Flux follows a new revision of its own source by itself: nothing is asked of the target.
    startMove: assign(({ context, event }) => ({
      token: undefined,
      triedBefore: wasTried(context),
      syncedBefore: syncedNow(context),
      askedDigest: context.desiredDigest,
      askedAt: event.at,
      reason: '',
      message: '',
    })),
    noteMoved: assign(({ event }) => (event.type === 'TargetMoved' ? { token: event.token } : {})),
    // Nothing was sent, since Flux runs it for the new revision anyway: there is no token to wait for.
    noteFollowed: assign(({ context, event }) => ({
      token: event.type === 'RequestAccepted' && event.followed === true ? undefined : context.token,
    })),
    noteAskedAgain: assign({ askedAgain: true }),
    settle: assign(({ context, event }) => ({
      reconciledDigest: context.desiredDigest,
      owed: false,
      attempt: 0,
      outages: 0,
      reason: '',
      message: '',
      settledAt: event.at,
    })),
    noteVerdict: assign(({ context, event }) => {
      const verdict = verdictOf(context);
      return { owed: false, reason: verdict.reason, message: verdict.message, settledAt: event.at };
    }),
    noteRequestFailure: assign(({ context, event }) => {
      if (event.type !== 'RequestFailed' && event.type !== 'MoveFailed') return {};
      const { failure } = event;
      return {
        // An open breaker is no attempt: nothing was sent.
        attempt: failure.kind === 'breaker-open' ? context.attempt : context.attempt + 1,
        retryAfterMs: failure.retryAfterMs ?? 0,
        reason: failure.kind,
        message: messageWithHint(failure),
        settledAt: event.at,
      };
    }),
    giveUp: assign({ owed: false }),
    countOutage: assign(({ context }) => ({ outages: context.outages + 1 })),
    // What was away may be back by then: nobody saves again for that.
    tryAgainLater: raise({ type: 'BackoffElapsed' } as TargetEvent, { id: 'outage', delay: 'outage' }),
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
    noteMoveTimeout: assign(({ context, event }) => ({
      owed: false,
      reason: 'Timeout',
      message: moveTimeoutMessage(context),
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
    forgetProblem: assign({ problem: undefined }),
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
    noteSuspended: assign(({ context, event }) => ({ ...suspension(context), settledAt: event.at })),
    requeue: assign({ owed: true, attempt: 0, reason: '', message: '' }),
    // What is pushed from here on holds files that are not the ones it was wanted for: what it has then is decided when it is resumed.
    wantLater: assign({ owed: true, desiredDigest: undefined, revisions: [], attempt: 0, problem: undefined }),
    // One that is made in its place has nothing of what it had.
    forget: assign({
      observation: undefined,
      desiredDigest: undefined,
      reconciledDigest: undefined,
      revisions: [],
      readyBefore: undefined,
      problem: undefined,
      reason: 'Gone',
      message: 'it is no longer in the cluster',
      owed: false,
    }),
    tellReady: (_, _params: Messages) => {},
    tellFailed: (_, _params: Messages) => {},
    tellHeld: (_, _params: Messages) => {},
    tellBlocked: (_, _params: Messages) => {},
    tellSuspended: (_, _params: Messages) => {},
    tellGone: (_, _params: Messages) => {},
    tellRecheck: (_, _params: Messages) => {},
    tellRetry: (_, _params: Messages) => {},
    tellReroute: (_, _params: Messages) => {},
    tellIsolation: (_, _params: Messages) => {},
    // Those who wait for this target hear what they need: pending, Ready at which revision, or failed.
    tellDependents: (_, _params: Messages) => {},
    askTarget: (_, _params: { target: string; token: string }) => {},
  },
  guards: {
    isSuspended: ({ context }) => context.observation?.suspended === true,
    isSuspendedToStay: ({ context }) => context.observation?.suspended === true && context.leave === undefined,
    mayLeaveSuspended: ({ context }) =>
      context.observation?.suspended === true && context.leave !== undefined && context.revisions.length > 0,
    wantedToLeave: ({ event }) => event.type === 'ReconcileWanted' && event.leave !== undefined,
    revisionKnown: ({ context }) => context.revisions.length > 0,
    artifactMissing: ({ context, event }) =>
      event.type === 'SourceReady' &&
      context.isolation === undefined &&
      event.cycle >= context.cycle &&
      event.revisions[awaitedSource(context)] === undefined,
    mayMove: ({ context }) =>
      context.isolation !== undefined && context.revisions.length > 0 && dependenciesAllow(context),
    mayLeave: ({ context }) =>
      context.leave !== undefined && context.revisions.length > 0 && dependenciesAllow(context),
    isMoved: ({ context, event }) => event.type === 'TargetMoved' && context.revisions.includes(event.revision),
    isMovedAndTried: ({ context, event }) =>
      event.type === 'TargetMoved' &&
      event.token === undefined &&
      context.revisions.includes(event.revision) &&
      // What Flux has tried since it began to move, it has tried because of it.
      (context.triedBefore ||
        looksAgainLate(context, event.follows) ||
        // Nothing has moved, and a run from before it was wanted may be seen only now.
        !(event.follows || isAboutContent(context.rule))),
    hasIsolation: ({ context }) => context.isolation !== undefined,
    isOwnSource: ({ context, event }) =>
      event.type === 'SourceFailed' && event.source !== undefined && event.source === context.isolation,
    mayGo: ({ context }) => context.revisions.length > 0 && dependenciesAllow(context),
    dependencyFailed: ({ context }) => context.revisions.length > 0 && failedDependency(context) !== undefined,
    newerWanted: ({ context }) => context.desiredDigest !== context.askedDigest || context.revisions.length === 0,
    isHeldBefore: ({ context }) => context.problem !== undefined && context.revisions.length === 0,
    isReadyAndHeld: ({ context }) => context.problem !== undefined && verdictOf(context).verdict === 'ready',
    isInDoubt: ({ context, event }) => {
      if (event.type !== 'TargetObserved') return false;
      const seen = { ...context, observation: event.observation };
      return wasSentAway(seen) || (!context.askedAgain && contradictsItself(seen));
    },
    wasSentAway: ({ context }) => wasSentAway(context),
    dependencyIsBack: ({ context, event }) =>
      event.type === 'DependencyObserved' &&
      event.state.ready &&
      wasSentAway({ ...context, dependencies: { ...context.dependencies, [event.dependency]: event.state } }),
    isToBeAskedAgain: ({ context }) => !context.askedAgain && contradictsItself(context),
    isReady: ({ context }) => verdictOf(context).verdict === 'ready',
    hasFailed: ({ context }) => verdictOf(context).verdict === 'failed',
    /** Flux came to it by itself, and would look again only after a while. */
    sentAway: ({ context }) =>
      context.token === undefined &&
      context.isolation === undefined &&
      wasTurnedAway(context) &&
      dependenciesAllow(context),
    /** A push for an older cycle says nothing of the one that this target waits for, which comes next. */
    isOwnPush: ({ context, event }) =>
      event.type === 'SourceFailed' &&
      event.source === context.isolation &&
      (event.cycle ?? context.cycle) >= context.cycle,
    isOwnNewerPush: ({ context, event }) =>
      event.type === 'SourceFailed' &&
      event.source === context.isolation &&
      (event.cycle ?? context.cycle) >= context.cycle &&
      context.revisions.length === 0,
    newerPushFailed: ({ context }) => context.revisions.length === 0 && !context.owed,
    sameDigestInFlight: ({ context, event }) =>
      event.type === 'ReconcileWanted' &&
      event.digest === context.askedDigest &&
      // Saved otherwise and back while the request was on its way: the push in between comes first.
      event.digest === context.desiredDigest &&
      // One that is to be put back meanwhile is, whatever its content.
      event.leave === context.leave &&
      // What waits for a push of one source does not wait for that of another.
      (context.revisions.length > 0 || event.isolation === context.isolation) &&
      isAboutContent(event.rule),
    /** One that was given up is answered after all: the one that is on its way since goes on. */
    isEarlier: ({ context, event }) =>
      (event.type === 'RequestAccepted' || event.type === 'RequestFailed') &&
      event.effectId !== undefined &&
      event.effectId < context.askedSeq,
    retryableAndAttemptsLeft: ({ context, event }) =>
      (event.type === 'RequestFailed' || event.type === 'MoveFailed') &&
      isRetryable(event.failure) &&
      (event.failure.kind === 'breaker-open' || context.attempt + 1 < context.limits.targetAttemptsMax),
    isOutage: ({ event }) => (event.type === 'RequestFailed' || event.type === 'MoveFailed') && isOutage(event.failure),
    /** With a new revision Flux has run by itself: that its request was lost does not matter. */
    ranAllTheSame: ({ context }) => context.problem === undefined && hasRunSinceWanted(context),
    observedReady: ({ context, event }) =>
      event.type === 'TargetObserved' &&
      recoveredBy(context, event.observation) &&
      // A composed artifact may be seen only after its generator's answer: the revision that is known can be an older one.
      (!isComposed(context) || wasAskedSinceWanted(context)),
    /** It was Ready at this revision before anybody here knew that the revision holds what is wanted. */
    observedReadyBefore: ({ context, event }) => {
      if (event.type !== 'SourceReady' || event.cycle < context.cycle || context.observation === undefined)
        return false;
      // A composed artifact may be seen only after its generator's answer: its revision can be an older one.
      const revision = isComposed(context) ? undefined : event.revisions[awaitedSource(context)];
      return revision !== undefined && recoveredBy({ ...context, revisions: [revision] }, context.observation);
    },
    resumedAndOwed: ({ context, event }) =>
      event.type === 'TargetObserved' && !event.observation.suspended && context.owed,
    blockedAndDependencyReady: ({ context, event }) =>
      context.problem === undefined && context.owed && event.type === 'DependencyObserved' && event.state.ready,
    /** The cluster shows it resumed by now: that it was found suspended is out of date. */
    isResumed: ({ context }) => context.observation?.suspended === false,
    resumed: ({ event }) => event.type === 'TargetObserved' && !event.observation.suspended,
  },
  delays: {
    targetWait: ({ context }) => context.limits.targetWaitMs,
    doubt: ({ context }) => context.limits.targetBackoffMsMin,
    // What fails each time again, and for this target alone, opens no circuit breaker.
    outage: ({ context }) =>
      backoffMs({
        attempt: Math.max(1, context.outages),
        minMs: context.limits.breakerOpenMsMin,
        maxMs: context.limits.targetBackoffMsMax,
        jitterRatio: context.limits.backoffJitterRatio,
        seed: context.id,
      }),
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
    isolation: undefined,
    withdraws: false,
    leave: undefined,
    sharedBecause: '',
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
    readyBefore: undefined,
    token: undefined,
    askedSeq: 0,
    askedAgain: false,
    triedBefore: false,
    syncedBefore: undefined,
    attempt: 0,
    outages: 0,
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
    HoldReleased: { actions: 'forgetProblem' },
    // Its files differ: asked once it is resumed, also when that is after a restart.
    TargetSuspended: [
      {
        guard: 'isResumed',
        target: '.settled',
        actions: [
          'wantLater',
          { type: 'tellSuspended', params: settledUnknown },
          { type: 'tellRecheck', params: resumedMessages },
        ],
      },
      {
        target: '.suspended',
        actions: ['wantLater', 'noteSuspended', { type: 'tellSuspended', params: settledSuspended }],
      },
    ],
    ReconcileWanted: { target: '.requested', actions: 'want' },
  },
  states: {
    settled: {
      on: {
        BaselineFound: { actions: 'noteBaseline' },
        // What it has from now on nobody knows: asked once it is known again how it is fed.
        PushedUnseen: { actions: 'requeue' },
        // Back on the shared source, whose content is an older one: wanted anew.
        IsolationLost: { actions: ['requeue', { type: 'tellReroute', params: rerouteMessages }] },
      },
    },
    requested: {
      entry: { type: 'tellDependents', params: pendingMessages },
      initial: 'awaiting-source',
      states: {
        'awaiting-source': {
          entry: { type: 'tellIsolation', params: closureMessages },
          always: { guard: 'revisionKnown', target: 'awaiting-dependencies' },
          // Only here: one that waits for a dependency has its revision, whatever becomes of a later push.
          on: {
            SourceFailed: { guard: 'isOwnPush', target: '#target.dead-letter', actions: 'noteSourceFailure' },
            SourceReady: [
              { guard: 'artifactMissing', target: 'awaiting-artifact', actions: 'noteRevision' },
              { actions: 'noteRevision' },
            ],
            MoveFailed: [
              { guard: 'retryableAndAttemptsLeft', target: '#target.backoff', actions: 'noteRequestFailure' },
              // As for a shared push that is refused: the next save is another attempt.
              {
                guard: 'isOutage',
                target: '#target.dead-letter',
                actions: ['noteRequestFailure', 'giveUp', 'countOutage', 'tryAgainLater'],
              },
              { target: '#target.dead-letter', actions: ['noteRequestFailure', 'giveUp'] },
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
        // A file broke while an older request was on its way: nothing is pushed for what is wanted since.
        {
          guard: 'isHeldBefore',
          target: 'held',
          actions: ['holdAgain', { type: 'tellHeld', params: settledHeld }],
        },
        // Flux need not do anything for it to be put back, and its parent waits for that.
        { guard: 'mayLeaveSuspended', target: '#target.progressing.leaving' },
        {
          guard: 'isSuspendedToStay',
          target: 'suspended',
          actions: ['noteSuspended', { type: 'tellSuspended', params: settledSuspended }],
        },
        {
          guard: 'dependencyFailed',
          target: 'held',
          actions: ['noteBlocked', { type: 'tellBlocked', params: settledBlocked }],
        },
        { guard: 'mayMove', target: '#target.progressing.moving' },
        { guard: 'mayLeave', target: '#target.progressing.leaving' },
        { guard: 'mayGo', target: 'progressing' },
      ],
      on: {
        MoveAbandoned: {
          guard: 'hasIsolation',
          target: 'settled',
          actions: { type: 'tellReroute', params: rerouteMessages },
        },
        // What it was to have through the one source is to come through the other.
        IsolationLost: { target: 'settled', actions: { type: 'tellReroute', params: rerouteMessages } },
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
            TargetSuspended: [
              { guard: 'isResumed', actions: ['wantLater', { type: 'tellRecheck', params: resumedMessages }] },
              { actions: 'wantLater' },
            ],
            // One request at a time: what is wanted meanwhile is asked once this one is out.
            ReconcileWanted: [{ guard: 'sameDigestInFlight', actions: 'noteCycle' }, { actions: 'want' }],
            // Whose push failed while the older request was on its way waits for nothing.
            SourceFailed: { guard: 'isOwnNewerPush', actions: 'noteSourceFailure' },
            // What it is asked for does not come this way any more: once this request is out, it goes by what is decided then.
            IsolationLost: { actions: ['wantLater', { type: 'tellReroute', params: rerouteMessages }] },
            RequestAccepted: [
              { guard: 'isEarlier' },
              { guard: 'newerPushFailed', target: '#target.dead-letter' },
              { guard: 'newerWanted', target: '#target.requested' },
              { target: 'waiting', actions: 'noteFollowed' },
            ],
            RequestFailed: [
              { guard: 'isEarlier' },
              { guard: 'newerPushFailed', target: '#target.dead-letter' },
              { guard: 'retryableAndAttemptsLeft', target: '#target.backoff', actions: 'noteRequestFailure' },
              {
                guard: 'ranAllTheSame',
                target: '#target.settled',
                // Both are said: the request was refused, a missing right say, and what it was for is there all the same.
                actions: [
                  'noteRequestFailure',
                  { type: 'tellFailed', params: settledFailed },
                  'settle',
                  { type: 'tellDependents', params: readyMessages },
                  { type: 'tellReady', params: settledReady },
                ],
              },
              {
                guard: 'isOutage',
                target: '#target.dead-letter',
                actions: ['noteRequestFailure', 'countOutage', 'tryAgainLater'],
              },
              { target: '#target.dead-letter', actions: 'noteRequestFailure' },
            ],
            EffectOutcomeUnknown: [
              { guard: 'newerPushFailed', target: '#target.dead-letter' },
              { target: '#target.settled', actions: { type: 'tellRecheck', params: recheckMessages } },
            ],
          },
        },
        // The revision is put before it by its isolation: a source of its own, made or moved.
        moving: {
          entry: ['startMove', { type: 'tellIsolation', params: turnMessages }],
          on: {
            ReconcileWanted: [
              { guard: 'sameDigestInFlight', actions: 'noteCycle' },
              { target: '#target.requested', actions: 'want' },
            ],
            TargetMoved: [
              { guard: 'isMovedAndTried', target: 'asking' },
              { guard: 'isMoved', target: 'waiting', actions: 'noteMoved' },
            ],
            MoveFailed: [
              { guard: 'retryableAndAttemptsLeft', target: '#target.backoff', actions: 'noteRequestFailure' },
              {
                guard: 'isOutage',
                target: '#target.dead-letter',
                actions: ['noteRequestFailure', 'giveUp', 'countOutage', 'tryAgainLater'],
              },
              { target: '#target.dead-letter', actions: ['noteRequestFailure', 'giveUp'] },
            ],
            MoveAbandoned: { target: '#target.settled', actions: { type: 'tellReroute', params: rerouteMessages } },
            TargetWaitElapsed: { target: '#target.dead-letter', actions: 'noteMoveTimeout' },
          },
        },
        // Back to the shared source, which runs it by itself.
        leaving: {
          entry: ['startMove', { type: 'tellIsolation', params: leaveMessages }],
          on: {
            ReconcileWanted: [
              { guard: 'sameDigestInFlight', actions: 'noteCycle' },
              { target: '#target.requested', actions: 'want' },
            ],
            TargetReturned: 'waiting',
            MoveAbandoned: { target: '#target.settled', actions: { type: 'tellReroute', params: rerouteMessages } },
            MoveFailed: [
              { guard: 'retryableAndAttemptsLeft', target: '#target.backoff', actions: 'noteRequestFailure' },
              {
                guard: 'isOutage',
                target: '#target.dead-letter',
                actions: ['noteRequestFailure', 'giveUp', 'countOutage', 'tryAgainLater'],
              },
              { target: '#target.dead-letter', actions: ['noteRequestFailure', 'giveUp'] },
            ],
          },
        },
        waiting: {
          exit: [cancel('doubt'), cancel('overdue')],
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
            { guard: 'sentAway', target: 'asking' },
            { guard: 'hasFailed', target: '#target.dead-letter', actions: 'noteVerdict' },
          ],
          on: {
            // Shown for a moment by each run: what stays so is asked once more.
            TargetObserved: {
              guard: 'isInDoubt',
              actions: [
                { type: 'tellDependents', params: changedMessages },
                'observe',
                raise({ type: 'DoubtElapsed' } as TargetEvent, { id: 'doubt', delay: 'doubt' }),
              ],
            },
            // A run that ended while the API server was away could not say so, and is not taken up again for the whole interval.
            ClusterReturned: {
              actions: [
                cancel('overdue'),
                raise({ type: 'AnswerOverdue' } as TargetEvent, { id: 'overdue', delay: 'outage' }),
              ],
            },
            AnswerOverdue: 'asking',
            DoubtElapsed: [
              { guard: 'isToBeAskedAgain', target: 'asking', actions: 'noteAskedAgain' },
              { guard: 'wasSentAway', target: 'asking' },
            ],
            // Flux would look again after 30 s.
            DependencyObserved: [
              { guard: 'dependencyIsBack', target: 'asking', actions: 'noteDependency' },
              { actions: 'noteDependency' },
            ],
            ReconcileWanted: [
              { guard: 'sameDigestInFlight', actions: 'noteCycle' },
              { target: '#target.requested', actions: 'want' },
            ],
            SourceFailed: { guard: 'isOwnSource', target: '#target.dead-letter', actions: 'noteSourceFailure' },
            IsolationLost: { target: '#target.settled', actions: { type: 'tellReroute', params: rerouteMessages } },
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
        // What it was decided by is out of date: it is decided anew, not tried again.
        MoveAbandoned: {
          guard: 'hasIsolation',
          target: 'settled',
          actions: { type: 'tellReroute', params: rerouteMessages },
        },
        RetryRequested: 'requested',
        SourceFailed: { guard: 'isOwnNewerPush', target: 'dead-letter', actions: 'noteSourceFailure' },
      },
    },
    'dead-letter': {
      entry: [
        { type: 'tellDependents', params: failedMessages },
        { type: 'tellFailed', params: settledFailed },
      ],
      exit: cancel('outage'),
      on: {
        RetryRequested: { target: 'settled', actions: ['requeue', { type: 'tellRetry', params: retryMessages }] },
        // Given up since something was away: decided anew once it may be back.
        BackoffElapsed: { target: 'settled', actions: ['requeue', { type: 'tellRetry', params: pastOutageMessages }] },
        IsolationLost: { target: 'settled', actions: ['requeue', { type: 'tellReroute', params: rerouteMessages }] },
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
        IsolationLost: {
          target: 'settled',
          actions: ['release', 'requeue', { type: 'tellReroute', params: rerouteMessages }],
        },
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
      // Nobody knows for how long: who was to go after it goes by what the cluster shows.
      entry: { type: 'tellDependents', params: releasedMessages },
      on: {
        TargetSuspended: { actions: 'wantLater' },
        // Once it is resumed it is decided anew.
        MoveAbandoned: { guard: 'hasIsolation', actions: 'wantLater' },
        ReconcileWanted: [
          { guard: 'wantedToLeave', target: 'requested', actions: 'want' },
          {
            actions: [
              'want',
              'noteSuspended',
              { type: 'tellDependents', params: releasedMessages },
              { type: 'tellSuspended', params: settledSuspended },
            ],
          },
        ],
        TargetObserved: [
          { guard: 'resumedAndOwed', target: 'requested', actions: 'observe' },
          { guard: 'resumed', target: 'settled', actions: ['observe', 'release'] },
          { actions: 'observe' },
        ],
      },
    },
    gone: {
      entry: { type: 'tellDependents', params: goneMessages },
      on: {
        TargetSuspended: {},
        TargetDefined: { target: 'settled', actions: ['define', 'release'] },
        // Deleted and made again at once: nobody was told of the new one yet.
        TargetObserved: {
          target: 'settled',
          actions: [{ type: 'tellDependents', params: changedMessages }, 'observe', 'release'],
        },
        ReconcileWanted: {
          actions: [
            'want',
            { type: 'tellDependents', params: goneMessages },
            { type: 'tellGone', params: settledGone },
          ],
        },
      },
    },
  },
});
