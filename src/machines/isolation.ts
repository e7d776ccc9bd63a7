import { assign, setup } from 'xstate';
import type { Limits } from '../domain/limits.ts';
import { requestToken } from '../domain/request-token.ts';
import type { IsolationContext, IsolationEvent } from './isolation-context.ts';
import {
  beganMessages,
  contentMovedMessages,
  describeFetch,
  describeLoss,
  failedMessages,
  fetchVerdict,
  interruptedMessages,
  lostMessages,
  movedAfterAllMessages,
  movedMessages,
  notFetchedMessages,
  otherMessages,
  pointsAtPushed,
  pushedMessages,
  refusedMessages,
  returnedMessages,
  vanishedMessages,
} from './isolation-messages.ts';
import type { Messages } from './messages.ts';

/**
 * One target's own source: pushes exactly what the target's build reads, and, once it is the target's turn, puts that before it. The first
 * time this makes the source, awaits its artifact and only then points the target at it; after that only the source's digest moves. What
 * is wanted when is the target machine's matter; each step looks at the cluster first, so that doing it twice does no harm.
 */
export const isolationMachine = setup({
  types: {
    context: {} as IsolationContext,
    events: {} as IsolationEvent,
    input: {} as { id: string; limits: Limits },
  },
  actions: {
    begin: assign({
      wantedContent: undefined,
      pushed: undefined,
      observed: { isolated: false, elsewhere: undefined, source: undefined },
      withdrawn: undefined,
      isGivingBack: false,
      unfetched: undefined,
      refusal: '',
      failure: undefined,
    }),
    observe: assign(({ event }) => (event.type === 'IsolationObserved' ? { observed: event.observation } : {})),
    want: assign(({ event }) =>
      event.type === 'ClosureWanted'
        ? {
            source: event.source,
            wantedContent: event.content,
            wantedCycle: event.cycle,
            withdrawn: undefined,
            isGivingBack: false,
          }
        : {},
    ),
    beginReturn: assign({ isGivingBack: true }),
    withdraw: assign({ withdrawn: 'shared' }),
    leaveLater: assign({ withdrawn: 'leaving' }),
    heed: assign({ withdrawn: undefined }),
    startPush: assign(({ context }) => ({ pushingContent: context.wantedContent ?? '', failure: undefined })),
    notePushed: assign(({ context, event }) =>
      event.type === 'ClosurePushed'
        ? { pushed: { content: context.pushingContent, digest: event.digest, revision: event.revision } }
        : {},
    ),
    answer: assign({ wantedContent: undefined }),
    newToken: assign(({ event }) => ({ token: requestToken(event.at, event.seq) })),
    noteSource: assign(({ context, event }) =>
      event.type === 'SourceCreated' || event.type === 'SourceMoved'
        ? { observed: { ...context.observed, source: event.source } }
        : {},
    ),
    noteSwitched: assign(({ context }) => ({ observed: { ...context.observed, isolated: true } })),
    noteReturned: assign(({ context }) => ({
      observed: { ...context.observed, isolated: false },
      isGivingBack: false,
    })),
    noteDropped: assign(({ context }) => ({ observed: { ...context.observed, source: undefined } })),
    noteFailure: assign(({ event }) => ('failure' in event ? { failure: event.failure } : {})),
    noteRefusal: assign(({ event }) =>
      'failure' in event ? { failure: event.failure, refusal: event.failure.message } : {},
    ),
    noteNotFetched: assign(({ context }) => ({
      refusal: describeFetch(context),
      unfetched: { content: context.pushed?.content ?? '', times: (context.unfetched?.times ?? 0) + 1 },
    })),
    noteFetched: assign({ unfetched: undefined }),
    noteLost: assign(({ context }) => ({ refusal: describeLoss(context) })),
    tellPushed: (_, _params: Messages) => {},
    tellMoved: (_, _params: Messages) => {},
    tellFailed: (_, _params: Messages) => {},
    tellContentMoved: (_, _params: Messages) => {},
    tellInterrupted: (_, _params: Messages) => {},
    tellReturned: (_, _params: Messages) => {},
    tellRefused: (_, _params: Messages) => {},
    tellOther: (_, _params: Messages) => {},
    tellBegan: (_, _params: Messages) => {},
    tellLost: (_, _params: Messages) => {},
    tellVanished: (_, _params: Messages) => {},
    tellMovedAfterAll: (_, _params: Messages) => {},
    tellNotFetched: (_, _params: Messages) => {},
    pushClosure: (_, _params: { target: string; source: string; content: string; cycle: number }) => {},
    createSource: (_, _params: { target: string; source: string; digest: string; content: string }) => {},
    switchTarget: (_, _params: { target: string; source: string }) => {},
    moveSource: (_, _params: { source: string; digest: string; content: string; token: string }) => {},
    returnTarget: (_, _params: { target: string }) => {},
    dropSource: (_, _params: { target: string; source: string }) => {},
  },
  guards: {
    isGivenBack: ({ context, event }) =>
      event.type === 'IsolationObserved' &&
      context.observed.elsewhere !== undefined &&
      event.observation.elsewhere === undefined,
    isIsolated: ({ context }) => context.observed.isolated,
    /** Somebody deleted the own source that the target reads. */
    isVanishing: ({ context, event }) =>
      event.type === 'IsolationObserved' &&
      event.observation.isolated &&
      event.observation.source === undefined &&
      context.observed.source !== undefined,
    vanished: ({ context }) => context.observed.source === undefined,
    isWithdrawn: ({ context }) => context.withdrawn !== undefined,
    isLeaving: ({ context }) => context.withdrawn === 'leaving',
    newerWanted: ({ context }) =>
      context.wantedContent !== undefined && context.wantedContent !== context.pushingContent,
    mayTryAgain: ({ context }) =>
      context.unfetched !== undefined && context.unfetched.times < context.limits.unfetchedMax,
    /** By somebody else: what we put back ourselves may be seen before we hear that it is done. */
    isShared: ({ context }) => !context.observed.isolated && !context.isGivingBack,
    wanted: ({ context }) => context.wantedContent !== undefined,
    wantedIsPushed: ({ context }) =>
      context.wantedContent !== undefined && context.wantedContent === context.pushed?.content,
    isOther: ({ context, event }) => event.type === 'TurnCame' && event.revision !== context.pushed?.revision,
    isThere: ({ context }) => context.observed.isolated && pointsAtPushed(context),
    isMovable: ({ context }) => context.observed.isolated && context.observed.source !== undefined,
    fetched: ({ context }) => fetchVerdict(context) === 'ready',
    fetchedAndIsolated: ({ context }) => context.observed.isolated && fetchVerdict(context) === 'ready',
    notFetched: ({ context }) => fetchVerdict(context) === 'failed',
    notFetchedAndIsolated: ({ context }) => context.observed.isolated && fetchVerdict(context) === 'failed',
  },
}).createMachine({
  id: 'isolation',
  context: ({ input }) => ({
    limits: input.limits,
    id: input.id,
    source: '',
    wantedContent: undefined,
    wantedCycle: 0,
    pushingContent: '',
    pushed: undefined,
    observed: { isolated: false, elsewhere: undefined, source: undefined },
    token: undefined,
    withdrawn: undefined,
    isGivingBack: false,
    unfetched: undefined,
    refusal: '',
    failure: undefined,
  }),
  initial: 'shared',
  on: {
    SessionBegan: { target: '.shared', actions: ['begin', { type: 'tellBegan', params: beganMessages }] },
    IsolationObserved: { actions: 'observe' },
    ClosureWanted: { actions: 'want' },
    LeaveWanted: [
      { guard: 'isIsolated', target: '.returning', actions: 'heed' },
      { actions: { type: 'tellReturned', params: returnedMessages } },
    ],
    // It goes by the shared source now: what is under way must not put older content before it.
    MoveWithdrawn: { actions: 'withdraw' },
    // Given back before its turn, since its parent prunes it; or it is no longer there.
    ReturnBegan: { actions: 'beginReturn' },
    TargetReturned: { target: '.shared', actions: ['answer', 'noteReturned'] },
  },
  states: {
    shared: {
      always: { guard: 'isIsolated', target: 'isolated' },
      on: {
        // Another session had it, and has let go of it.
        IsolationObserved: [
          { guard: 'isGivenBack', actions: ['observe', { type: 'tellLost', params: lostMessages }] },
          { actions: 'observe' },
        ],
        ClosureWanted: { target: 'deciding', actions: 'want' },
        TurnCame: [{ guard: 'isOther', actions: { type: 'tellOther', params: otherMessages } }, { target: 'creating' }],
      },
    },
    isolated: {
      always: [
        {
          guard: 'isShared',
          target: 'refused',
          actions: ['noteLost', { type: 'tellLost', params: lostMessages }],
        },
        { guard: 'notFetched', target: 'stuck' },
      ],
      on: {
        IsolationObserved: [
          { guard: 'isVanishing', actions: ['observe', { type: 'tellVanished', params: vanishedMessages }] },
          { actions: 'observe' },
        ],
        ClosureWanted: { target: 'deciding', actions: 'want' },
        TurnCame: [
          { guard: 'isOther', actions: { type: 'tellOther', params: otherMessages } },
          { guard: 'isThere', actions: { type: 'tellMoved', params: movedMessages } },
          { guard: 'isMovable', target: 'moving' },
          { target: 'creating' },
        ],
      },
    },
    // The own source cannot fetch what it was pointed at. It tries on by itself.
    stuck: {
      entry: { type: 'tellNotFetched', params: notFetchedMessages },
      on: {
        IsolationObserved: [
          {
            guard: 'isVanishing',
            target: 'isolated',
            actions: ['observe', { type: 'tellVanished', params: vanishedMessages }],
          },
          { target: 'isolated', actions: 'observe' },
        ],
        ClosureWanted: { target: 'deciding', actions: 'want' },
        TurnCame: [{ guard: 'isOther', actions: { type: 'tellOther', params: otherMessages } }, { target: 'moving' }],
      },
    },
    // What was pushed before is not pushed again.
    deciding: {
      always: [
        { guard: 'wantedIsPushed', target: 'pushed' },
        { guard: 'wanted', target: 'pushing' },
        { guard: 'isIsolated', target: 'isolated' },
        { target: 'shared' },
      ],
    },
    pushing: {
      entry: [
        'startPush',
        {
          type: 'pushClosure',
          params: ({ context }) => ({
            target: context.id,
            source: context.source,
            content: context.pushingContent,
            cycle: context.wantedCycle,
          }),
        },
      ],
      on: {
        ClosurePushed: { target: 'deciding', actions: 'notePushed' },
        ContentMoved: {
          target: 'deciding',
          actions: ['answer', { type: 'tellContentMoved', params: contentMovedMessages }],
        },
        ClosurePushFailed: [
          // That was about older files: the newest are another attempt.
          { guard: 'newerWanted', target: 'deciding', actions: 'noteFailure' },
          {
            target: 'deciding',
            actions: ['answer', 'noteFailure', { type: 'tellFailed', params: failedMessages }],
          },
        ],
        EffectOutcomeUnknown: {
          target: 'deciding',
          actions: ['answer', { type: 'tellInterrupted', params: interruptedMessages }],
        },
      },
    },
    // In the registry; the target says when it may go.
    pushed: {
      entry: [{ type: 'tellPushed', params: pushedMessages }, 'answer'],
      on: {
        ClosureWanted: { target: 'deciding', actions: 'want' },
        TurnCame: [
          { guard: 'isOther', actions: { type: 'tellOther', params: otherMessages } },
          { guard: 'isThere', target: 'isolated', actions: { type: 'tellMoved', params: movedMessages } },
          { guard: 'isMovable', target: 'moving' },
          { target: 'creating' },
        ],
      },
    },
    creating: {
      entry: {
        type: 'createSource',
        params: ({ context }) => ({
          target: context.id,
          source: context.source,
          digest: context.pushed?.digest ?? '',
          content: context.pushed?.content ?? '',
        }),
      },
      on: {
        SourceCreated: [
          { guard: 'isWithdrawn', target: 'deciding', actions: 'noteSource' },
          { target: 'fetching', actions: 'noteSource' },
        ],
        MoveFailed: {
          target: 'deciding',
          actions: ['noteFailure', { type: 'tellFailed', params: failedMessages }],
        },
        MoveRefused: [
          // It reads that source already: there is no other way to it.
          {
            guard: 'isIsolated',
            target: 'deciding',
            actions: ['noteFailure', { type: 'tellFailed', params: failedMessages }],
          },
          { target: 'refused', actions: ['noteRefusal', { type: 'tellRefused', params: refusedMessages }] },
        ],
        EffectOutcomeUnknown: {
          target: 'deciding',
          actions: { type: 'tellInterrupted', params: interruptedMessages },
        },
      },
    },
    // Whoever reads a source without artifact fails: the target is moved only once there is one.
    fetching: {
      always: [
        { guard: 'wanted', target: 'deciding' },
        // Deleted by somebody meanwhile.
        { guard: 'vanished', target: 'creating' },
        {
          guard: 'fetchedAndIsolated',
          target: 'isolated',
          actions: { type: 'tellMoved', params: movedMessages },
        },
        { guard: 'fetched', target: 'switching', actions: 'noteFetched' },
        {
          guard: 'notFetchedAndIsolated',
          target: 'isolated',
          actions: { type: 'tellMoved', params: movedMessages },
        },
        {
          guard: 'notFetched',
          target: 'dropping',
          actions: ['noteNotFetched', { type: 'tellRefused', params: refusedMessages }],
        },
      ],
      on: { MoveWithdrawn: { target: 'deciding', actions: 'withdraw' } },
    },
    switching: {
      entry: {
        type: 'switchTarget',
        params: ({ context }) => ({ target: context.id, source: context.source }),
      },
      on: {
        LeaveWanted: [{ guard: 'isIsolated', target: 'returning', actions: 'heed' }, { actions: 'leaveLater' }],
        TargetSwitched: [
          { guard: 'isLeaving', target: 'returning', actions: ['noteSwitched', 'heed'] },
          {
            guard: 'isWithdrawn',
            target: 'deciding',
            actions: ['noteSwitched', 'heed', { type: 'tellMovedAfterAll', params: movedAfterAllMessages }],
          },
          // Its source was deleted meanwhile.
          { guard: 'vanished', target: 'creating', actions: 'noteSwitched' },
          { target: 'deciding', actions: ['noteSwitched', { type: 'tellMoved', params: movedMessages }] },
        ],
        MoveFailed: {
          target: 'deciding',
          actions: ['noteFailure', { type: 'tellFailed', params: failedMessages }],
        },
        MoveRefused: [
          // The answer to an earlier attempt was lost: what it reads is not taken away.
          {
            guard: 'isIsolated',
            target: 'deciding',
            actions: ['noteFailure', { type: 'tellFailed', params: failedMessages }],
          },
          { target: 'dropping', actions: ['noteRefusal', { type: 'tellRefused', params: refusedMessages }] },
        ],
        EffectOutcomeUnknown: {
          target: 'deciding',
          actions: { type: 'tellInterrupted', params: interruptedMessages },
        },
      },
    },
    moving: {
      entry: [
        'newToken',
        {
          type: 'moveSource',
          params: ({ context }) => ({
            source: context.source,
            digest: context.pushed?.digest ?? '',
            content: context.pushed?.content ?? '',
            token: context.token ?? '',
          }),
        },
      ],
      on: {
        SourceMoved: [
          // Pointed at another source meanwhile.
          {
            guard: 'isShared',
            target: 'refused',
            actions: ['noteSource', 'noteLost', { type: 'tellRefused', params: refusedMessages }],
          },
          { target: 'deciding', actions: ['noteSource', { type: 'tellMoved', params: movedMessages }] },
        ],
        MoveFailed: {
          target: 'deciding',
          actions: ['noteFailure', { type: 'tellFailed', params: failedMessages }],
        },
        // It is on its own source already: there is no other way to it.
        MoveRefused: {
          target: 'deciding',
          actions: ['noteFailure', { type: 'tellFailed', params: failedMessages }],
        },
        EffectOutcomeUnknown: {
          target: 'deciding',
          actions: { type: 'tellInterrupted', params: interruptedMessages },
        },
      },
    },
    // Put back while the session goes on. Its source stays, for the next time.
    returning: {
      entry: { type: 'returnTarget', params: ({ context }) => ({ target: context.id }) },
      on: {
        TargetReturned: {
          target: 'deciding',
          actions: ['noteReturned', { type: 'tellReturned', params: returnedMessages }],
        },
        MoveFailed: {
          target: 'deciding',
          actions: ['noteFailure', { type: 'tellFailed', params: failedMessages }],
        },
        MoveRefused: {
          target: 'deciding',
          actions: ['noteFailure', { type: 'tellFailed', params: failedMessages }],
        },
        EffectOutcomeUnknown: {
          target: 'deciding',
          actions: { type: 'tellInterrupted', params: interruptedMessages },
        },
      },
    },
    // What was made for it and is of no use goes away.
    dropping: {
      entry: {
        type: 'dropSource',
        params: ({ context }) => ({ target: context.id, source: context.source }),
      },
      on: {
        SourceDropped: [
          // The registry or the source-controller may have been away for a moment.
          { guard: 'mayTryAgain', target: 'shared', actions: 'noteDropped' },
          { target: 'refused', actions: 'noteDropped' },
        ],
        MoveFailed: [{ guard: 'mayTryAgain', target: 'shared' }, { target: 'refused' }],
        MoveRefused: [{ guard: 'mayTryAgain', target: 'shared' }, { target: 'refused' }],
        EffectOutcomeUnknown: [{ guard: 'mayTryAgain', target: 'shared' }, { target: 'refused' }],
        ClosureWanted: { actions: { type: 'tellRefused', params: refusedMessages } },
      },
    },
    // On the shared source for the rest of the session, which says why.
    refused: {
      // Whoever pointed it back has decided otherwise.
      always: { guard: 'isIsolated', target: 'isolated' },
      on: {
        IsolationObserved: [
          { guard: 'isGivenBack', actions: ['observe', { type: 'tellLost', params: lostMessages }] },
          { actions: 'observe' },
        ],
        ClosureWanted: { actions: { type: 'tellRefused', params: refusedMessages } },
        TurnCame: { actions: { type: 'tellRefused', params: refusedMessages } },
      },
    },
  },
});
