import { assign, setup } from 'xstate';
import type { Limits } from '../domain/limits.ts';
import type { IsolationContext, IsolationEvent } from './isolation-context.ts';
import {
  beganMessages,
  contentMovedMessages,
  failedMessages,
  givenBackMessages,
  interruptedMessages,
  lostMessages,
  movedAfterAllMessages,
  movedMessages,
  notFetchedMessages,
  otherMessages,
  pushedMessages,
  refusedMessages,
  refusedMoveMessages,
  returnedMessages,
  vanishedMessages,
} from './isolation-messages.ts';
import {
  type CreateRequest,
  createRequest,
  dropRequest,
  type MoveRequest,
  moveRequest,
  type PushRequest,
  pushRequest,
  returnRequest,
  type SwitchRequest,
  switchRequest,
} from './isolation-requests.ts';
import {
  fetchVerdict,
  isBereft,
  isGivenBack,
  isLosing,
  isOther,
  isVanishing,
  mayPrepare,
  mayTryAgain,
  movesItself,
  mustAskAgain,
  mustPushAgain,
  pointsAtPushed,
  servesPushed,
  wantsNewer,
  wantsPushed,
} from './isolation-rules.ts';
import {
  BLANK,
  dropNoted,
  failureNoted,
  fetchFailureNoted,
  lossNoted,
  observed,
  pushNoted,
  pushStarted,
  refusalNoted,
  returnNoted,
  sourceNoted,
  switchNoted,
  tokenRenewed,
  turnNoted,
  wanted,
  wantedAgain,
} from './isolation-updates.ts';
import type { Messages } from './messages.ts';

/**
 * One target's own source: pushes exactly what the target's build reads, and, once it is the target's turn, puts that before it. The first
 * time the source is made and fetches ahead of the turn, since nobody reads it yet, and at the turn the target is pointed at it; after that only
 * the source's digest moves, at the turn. What is wanted when is the target machine's matter; each step looks at the cluster first, so that doing
 * it twice does no harm.
 */
export const isolationMachine = setup({
  types: {
    context: {} as IsolationContext,
    events: {} as IsolationEvent,
    input: {} as { id: string; limits: Limits },
  },
  actions: {
    begin: assign(BLANK),
    observe: assign(observed),
    want: assign(wanted),
    noteTurn: assign(turnNoted),
    beginReturn: assign({ isGivingBack: true }),
    withdraw: assign({ withdrawn: 'shared' }),
    leaveLater: assign({ withdrawn: 'leaving' }),
    heed: assign({ withdrawn: undefined }),
    wantAgain: assign(wantedAgain),
    noteServed: assign({ repushes: 0 }),
    startPush: assign(pushStarted),
    notePushed: assign(pushNoted),
    answer: assign({ wantedContent: undefined }),
    newToken: assign(tokenRenewed),
    forgetToken: assign({ token: undefined }),
    noteSource: assign(sourceNoted),
    noteSwitchSent: assign({ isSwitchUnanswered: true }),
    noteSwitched: assign(switchNoted),
    noteReturned: assign(returnNoted),
    noteDropped: assign(dropNoted),
    noteFailure: assign(failureNoted),
    noteRefusal: assign(refusalNoted),
    noteNotFetched: assign(fetchFailureNoted),
    noteFetched: assign({ unfetched: undefined }),
    noteLost: assign(lossNoted),
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
    pushClosure: (_, _params: PushRequest) => {},
    createSource: (_, _params: CreateRequest) => {},
    switchTarget: (_, _params: SwitchRequest) => {},
    moveSource: (_, _params: MoveRequest) => {},
    returnTarget: (_, _params: ReturnType<typeof returnRequest>) => {},
    dropSource: (_, _params: ReturnType<typeof dropRequest>) => {},
  },
  guards: {
    isGivenBack,
    isVanishing,
    isLosing,
    isOther,
    isIsolated: ({ context }) => context.observed.isolated,
    isElsewhere: ({ context }) => context.observed.elsewhere !== undefined,
    isBereft: ({ context }) => isBereft(context),
    vanished: ({ context }) => context.observed.source === undefined && !movesItself(context),
    movesItself: ({ context }) => movesItself(context),
    isWithdrawn: ({ context }) => context.withdrawn !== undefined,
    isMovedAfterAll: ({ context }) =>
      context.observed.isolated && context.isSwitchUnanswered && context.withdrawn === 'shared',
    isLeaving: ({ context }) => context.withdrawn === 'leaving',
    newerWanted: ({ context }) => wantsNewer(context),
    mayPrepare: ({ context }) => mayPrepare(context),
    mayTryAgain: ({ context }) => mayTryAgain(context),
    mustPushAgain: ({ context }) => mustPushAgain(context),
    mustAskAgain: ({ context }) => mustAskAgain(context),
    isServedAgain: ({ context }) => context.repushes > 0 && fetchVerdict(context) === 'ready',
    /** By somebody else: what we put back ourselves may be seen before we hear that it is done. */
    isShared: ({ context }) => !context.observed.isolated && !context.isGivingBack,
    wanted: ({ context }) => context.wantedContent !== undefined,
    wantedIsPushed: ({ context }) => wantsPushed(context),
    isTurn: ({ context }) => context.turn !== undefined,
    isEarly: ({ context }) => context.turn === undefined,
    isThere: ({ context }) => context.observed.isolated && pointsAtPushed(context),
    isMovable: ({ context }) => context.observed.isolated && context.observed.source !== undefined,
    fetched: ({ context }) => fetchVerdict(context) === 'ready',
    fetchedAndIsolated: ({ context }) => context.observed.isolated && fetchVerdict(context) === 'ready',
    notFetched: ({ context }) => fetchVerdict(context) === 'failed',
    notFetchedAndIsolated: ({ context }) => context.observed.isolated && fetchVerdict(context) === 'failed',
    servesOther: ({ context }) => !servesPushed(context),
  },
}).createMachine({
  id: 'isolation',
  context: ({ input: { id, limits } }) => ({
    ...BLANK,
    limits,
    id,
    source: '',
    wantedCycle: 0,
    pushingContent: '',
  }),
  initial: 'shared',
  on: {
    SessionBegan: { target: '.shared', actions: ['begin', { type: 'tellBegan', params: beganMessages }] },
    // Another session had it, and has let go of it.
    IsolationObserved: [
      { guard: 'isGivenBack', actions: ['observe', { type: 'tellLost', params: givenBackMessages }] },
      { actions: 'observe' },
    ],
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
      always: [
        // An earlier session of ours isolated it, and somebody deleted its source since.
        { guard: 'isBereft', target: 'isolated', actions: { type: 'tellVanished', params: vanishedMessages } },
        // The answer was lost by which it was pointed there, and it was to go by the shared source by then.
        {
          guard: 'isMovedAfterAll',
          target: 'isolated',
          actions: ['noteSwitched', 'heed', { type: 'tellMovedAfterAll', params: movedAfterAllMessages }],
        },
        { guard: 'isIsolated', target: 'isolated' },
      ],
      on: {
        ClosureWanted: { target: 'deciding', actions: 'want' },
        TurnCame: [
          { guard: 'isOther', actions: { type: 'tellOther', params: otherMessages } },
          { guard: 'movesItself', target: 'switching' },
          { target: 'creating', actions: 'noteTurn' },
        ],
      },
    },
    isolated: {
      always: [
        {
          guard: 'isShared',
          target: 'refused',
          actions: ['noteLost', { type: 'tellLost', params: lostMessages }],
        },
        // Flux serves on what it has fetched, until it loses that too.
        { guard: 'mustPushAgain', target: 'pushing', actions: 'wantAgain' },
        { guard: 'notFetched', target: 'stuck' },
        { guard: 'isServedAgain', actions: 'noteServed' },
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
          { guard: 'movesItself', target: 'switching' },
          { guard: 'isMovable', target: 'moving' },
          { target: 'creating', actions: 'noteTurn' },
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
      entry: ['startPush', { type: 'pushClosure', params: pushRequest }],
      on: {
        SessionBegan: { target: 'interrupted', actions: ['begin', { type: 'tellBegan', params: beganMessages }] },
        IsolationObserved: [
          {
            guard: 'isLosing',
            target: 'refused',
            actions: ['observe', 'noteLost', 'answer', { type: 'tellLost', params: lostMessages }],
          },
          { guard: 'isGivenBack', actions: ['observe', { type: 'tellLost', params: givenBackMessages }] },
          { actions: 'observe' },
        ],
        // What it is pointed at already is being pushed again.
        TurnCame: [
          { guard: 'isOther', actions: { type: 'tellOther', params: otherMessages } },
          { guard: 'isThere', actions: { type: 'tellMoved', params: movedMessages } },
        ],
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
    // In the registry. What the target reads already moves at its turn only.
    pushed: {
      entry: [{ type: 'tellPushed', params: pushedMessages }, 'answer'],
      always: [
        { guard: 'mayPrepare', target: 'creating' },
        { guard: 'mustAskAgain', target: 'moving' },
      ],
      on: {
        IsolationObserved: [
          {
            guard: 'isLosing',
            target: 'refused',
            actions: ['observe', 'noteLost', { type: 'tellLost', params: lostMessages }],
          },
          { guard: 'isGivenBack', actions: ['observe', { type: 'tellLost', params: givenBackMessages }] },
          { actions: 'observe' },
        ],
        ClosureWanted: { target: 'deciding', actions: 'want' },
        TurnCame: [
          { guard: 'isOther', actions: { type: 'tellOther', params: otherMessages } },
          { guard: 'isThere', target: 'isolated', actions: { type: 'tellMoved', params: movedMessages } },
          { guard: 'movesItself', target: 'switching' },
          { guard: 'isMovable', target: 'moving' },
          { target: 'creating', actions: 'noteTurn' },
        ],
      },
    },
    creating: {
      entry: ['forgetToken', { type: 'createSource', params: createRequest }],
      on: {
        SessionBegan: { target: 'interrupted', actions: ['begin', { type: 'tellBegan', params: beganMessages }] },
        TurnCame: [
          { guard: 'isOther', actions: { type: 'tellOther', params: otherMessages } },
          { actions: 'noteTurn' },
        ],
        SourceCreated: [
          { guard: 'isWithdrawn', target: 'deciding', actions: 'noteSource' },
          { target: 'fetching', actions: 'noteSource' },
        ],
        MoveFailed: [
          // Nothing is lost by it: its turn is another attempt.
          { guard: 'isEarly', target: 'deciding', actions: 'noteFailure' },
          { target: 'deciding', actions: ['noteFailure', { type: 'tellFailed', params: failedMessages }] },
        ],
        MoveRefused: [
          // It reads that source already: there is no other way to it.
          {
            guard: 'isIsolated',
            target: 'deciding',
            actions: ['noteFailure', { type: 'tellFailed', params: refusedMoveMessages }],
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
        { guard: 'fetched', target: 'fetched', actions: 'noteFetched' },
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
      on: {
        TurnCame: [
          { guard: 'isOther', actions: { type: 'tellOther', params: otherMessages } },
          { actions: 'noteTurn' },
        ],
        MoveWithdrawn: { target: 'deciding', actions: 'withdraw' },
      },
    },
    // Its source has the artifact; the target says when it may go.
    fetched: {
      always: [
        { guard: 'wanted', target: 'deciding' },
        // An answer was lost by which it was pointed there.
        { guard: 'isIsolated', target: 'isolated', actions: { type: 'tellMoved', params: movedMessages } },
        {
          guard: 'isElsewhere',
          target: 'refused',
          actions: ['noteLost', { type: 'tellRefused', params: refusedMessages }],
        },
        // Deleted, or pointed at something else, by somebody.
        { guard: 'servesOther', target: 'creating' },
        { guard: 'isTurn', target: 'switching' },
      ],
      on: {
        TurnCame: [
          { guard: 'isOther', actions: { type: 'tellOther', params: otherMessages } },
          { actions: 'noteTurn' },
        ],
        MoveWithdrawn: { target: 'deciding', actions: 'withdraw' },
      },
    },
    switching: {
      entry: ['noteSwitchSent', { type: 'switchTarget', params: switchRequest }],
      on: {
        SessionBegan: { target: 'interrupted', actions: ['begin', { type: 'tellBegan', params: beganMessages }] },
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
      entry: ['newToken', { type: 'moveSource', params: moveRequest }],
      on: {
        SessionBegan: { target: 'interrupted', actions: ['begin', { type: 'tellBegan', params: beganMessages }] },
        SourceMoved: [
          // Pointed at another source meanwhile.
          {
            guard: 'isShared',
            target: 'refused',
            actions: ['noteSource', 'noteLost', { type: 'tellRefused', params: refusedMessages }],
          },
          { target: 'deciding', actions: ['noteSource', { type: 'tellMoved', params: movedMessages }] },
        ],
        // Whether it was asked is not known then: what its source says next counts, also without an answer to this.
        MoveFailed: {
          target: 'deciding',
          actions: ['forgetToken', 'noteFailure', { type: 'tellFailed', params: failedMessages }],
        },
        // It is on its own source already: there is no other way to it.
        MoveRefused: {
          target: 'deciding',
          actions: ['forgetToken', 'noteFailure', { type: 'tellFailed', params: refusedMoveMessages }],
        },
        EffectOutcomeUnknown: {
          target: 'deciding',
          actions: ['forgetToken', { type: 'tellInterrupted', params: interruptedMessages }],
        },
      },
    },
    // Put back while the session goes on. Its source stays, for the next time.
    returning: {
      entry: { type: 'returnTarget', params: returnRequest },
      on: {
        SessionBegan: { target: 'interrupted', actions: ['begin', { type: 'tellBegan', params: beganMessages }] },
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
      entry: { type: 'dropSource', params: dropRequest },
      on: {
        SessionBegan: { target: 'interrupted', actions: ['begin', { type: 'tellBegan', params: beganMessages }] },
        SourceDropped: [
          // The registry or the source-controller may have been away for a moment.
          { guard: 'mayTryAgain', target: 'shared', actions: 'noteDropped' },
          { target: 'refused', actions: 'noteDropped' },
        ],
        MoveFailed: [{ guard: 'mayTryAgain', target: 'shared' }, { target: 'refused' }],
        MoveRefused: [{ guard: 'mayTryAgain', target: 'shared' }, { target: 'refused' }],
        EffectOutcomeUnknown: [{ guard: 'mayTryAgain', target: 'shared' }, { target: 'refused' }],
        ClosureWanted: { actions: { type: 'tellRefused', params: refusedMessages } },
        TurnCame: { actions: { type: 'tellRefused', params: refusedMessages } },
      },
    },
    // An earlier process had a step under way. That is told to be of unknown outcome once the world was looked at; till then there is no other.
    interrupted: {
      on: {
        SessionBegan: { actions: ['begin', { type: 'tellBegan', params: beganMessages }] },
        TurnCame: { actions: { type: 'tellOther', params: otherMessages } },
        LeaveWanted: [
          { guard: 'isIsolated', actions: 'leaveLater' },
          { actions: { type: 'tellReturned', params: returnedMessages } },
        ],
        TargetReturned: { actions: ['answer', 'noteReturned'] },
        EffectOutcomeUnknown: [{ guard: 'isLeaving', target: 'returning', actions: 'heed' }, { target: 'deciding' }],
      },
    },
    // On the shared source for the rest of the session, which says why.
    refused: {
      // Whoever pointed it back has decided otherwise.
      always: { guard: 'isIsolated', target: 'isolated' },
      on: {
        ClosureWanted: { actions: { type: 'tellRefused', params: refusedMessages } },
        TurnCame: { actions: { type: 'tellRefused', params: refusedMessages } },
      },
    },
  },
});
