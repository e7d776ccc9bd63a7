import { assign, cancel, raise, setup } from 'xstate';
import type { Limits } from '../domain/limits.ts';
import { requestToken } from '../domain/request-token.ts';
import type { Messages } from './messages.ts';
import type { SourceContext, SourceEvent } from './source-context.ts';
import {
  arrivedLate,
  arrivedUngenerated,
  availableMessages,
  contentMovedMessages,
  describeVerdict,
  lateMessages,
  notFetchedMessages,
  recheckMessages,
  stepFailedMessages,
  suspendedMessages,
  verdictOf,
  waitedTooLongMessages,
} from './source-messages.ts';

/**
 * One OCI source: pushes the newest content, asks the source controller for it, and tells the watch machine once its revision is
 * there. One push at a time; content wanted meanwhile is pushed next, and satisfies those who waited for the older one.
 */
export const sourceMachine = setup({
  types: {
    context: {} as SourceContext,
    events: {} as SourceEvent,
    input: {} as { id: string; limits: Limits },
  },
  actions: {
    want: assign(({ context, event }) =>
      event.type === 'PushWanted'
        ? {
            wantedCycle: event.cycle,
            contentDigest: event.contentDigest,
            // Those that were asked for and not awaited yet are still owed an answer.
            generators: [...new Set([...context.generators, ...event.generators])],
          }
        : {},
    ),
    startPush: assign(({ context }) => ({
      pushingCycle: context.wantedCycle,
      failure: undefined,
      toldFailure: undefined,
    })),
    notePushed: assign(({ context, event }) =>
      event.type === 'ArtifactPushed' ? { pushedDigest: event.digest, pushedCycle: context.pushingCycle } : {},
    ),
    newToken: assign(({ event }) => ({ token: requestToken(event.at, event.seq) })),
    observe: assign(({ context, event }) => {
      if (event.type !== 'SourceObserved') return {};
      const { observation } = event;
      const revisions =
        observation.artifactRevision === undefined
          ? context.revisions
          : { ...context.revisions, [observation.id]: observation.artifactRevision };
      return observation.id === context.id ? { observation, revisions } : { revisions };
    }),
    observeGenerator: assign(({ context, event }) =>
      event.type === 'GeneratorObserved'
        ? { generatorTokens: { ...context.generatorTokens, [event.id]: event.handled } }
        : {},
    ),
    forgetGenerators: assign({ generators: [] }),
    // What was wanted meanwhile was decided by what was seen then: the watch machine looks again, and wants it anew.
    forgetWanted: assign(({ context }) => ({ pushingCycle: context.wantedCycle })),
    noteFailure: assign(({ event }) => ('failure' in event ? { failure: event.failure } : {})),
    noteNotFetched: assign(({ context }) => ({ toldFailure: describeVerdict(context) })),
    tellAvailable: (_, _params: Messages) => {},
    tellStepFailed: (_, _params: Messages) => {},
    tellContentMoved: (_, _params: Messages) => {},
    tellNotFetched: (_, _params: Messages) => {},
    tellWaitedTooLong: (_, _params: Messages) => {},
    tellSuspended: (_, _params: Messages) => {},
    tellRecheck: (_, _params: Messages) => {},
    runHooks: (_, _params: { cycle: number }) => {},
    pushArtifact: (_, _params: { source: string; contentDigest: string; cycle: number }) => {},
    askSource: (_, _params: { source: string; token: string }) => {},
    askGenerators: (_, _params: { generators: readonly string[]; token: string }) => {},
  },
  guards: {
    newerWanted: ({ context }) => context.wantedCycle > context.pushingCycle,
    /** Whatever it holds is to be fetched: there is nothing to push. */
    askWanted: ({ context }) => context.wantedCycle > context.pushingCycle && context.contentDigest === '',
    fetched: ({ context }) => verdictOf(context).verdict === 'ready',
    suspended: ({ context }) => context.observation?.suspended === true,
    arrivedLate: ({ context, event }) => event.type === 'SourceObserved' && arrivedLate(context, event.observation),
    arrivedUngenerated: ({ context, event }) =>
      event.type === 'SourceObserved' && arrivedUngenerated(context, event.observation),
    fetchedAndNothingToGenerate: ({ context }) =>
      context.generators.length === 0 && verdictOf(context).verdict === 'ready',
    generated: ({ context }) => context.generators.every((id) => context.generatorTokens[id] === context.token),
  },
  delays: {
    sourceWait: ({ context }) => context.limits.targetWaitMs,
  },
}).createMachine({
  id: 'source',
  context: ({ input }) => ({
    limits: input.limits,
    id: input.id,
    wantedCycle: 0,
    pushingCycle: 0,
    contentDigest: '',
    generators: [],
    pushedDigest: undefined,
    pushedCycle: 0,
    token: undefined,
    revisions: {},
    observation: undefined,
    generatorTokens: {},
    failure: undefined,
    toldFailure: undefined,
  }),
  initial: 'idle',
  on: {
    PushWanted: { actions: 'want' },
    SourceObserved: { actions: 'observe' },
    GeneratorObserved: { actions: 'observeGenerator' },
  },
  states: {
    idle: {
      always: [
        { guard: 'askWanted', target: 'asking', actions: 'startPush' },
        { guard: 'newerWanted', target: 'hooks' },
      ],
      on: {
        SourceObserved: [
          // Its generators were never asked, or have not answered: what they made of it is known once they do.
          {
            guard: 'arrivedUngenerated',
            target: 'asking-generators',
            actions: ['observe', { type: 'tellAvailable', params: lateMessages }, 'newToken'],
          },
          { guard: 'arrivedLate', actions: ['observe', { type: 'tellAvailable', params: lateMessages }] },
          { actions: 'observe' },
        ],
      },
    },
    hooks: {
      entry: ['startPush', { type: 'runHooks', params: ({ context }) => ({ cycle: context.pushingCycle }) }],
      on: {
        HooksSucceeded: 'pushing',
        HookFailed: {
          target: 'idle',
          actions: ['noteFailure', { type: 'tellStepFailed', params: stepFailedMessages }],
        },
        EffectOutcomeUnknown: {
          target: 'idle',
          actions: ['forgetWanted', { type: 'tellRecheck', params: recheckMessages }],
        },
      },
    },
    pushing: {
      entry: {
        type: 'pushArtifact',
        params: ({ context }) => ({
          source: context.id,
          contentDigest: context.contentDigest,
          cycle: context.pushingCycle,
        }),
      },
      on: {
        ArtifactPushed: [
          // Nobody needs the older content any more: push the newest, then ask once.
          { guard: 'newerWanted', target: 'hooks', actions: 'notePushed' },
          { target: 'asking', actions: 'notePushed' },
        ],
        ContentMoved: { target: 'idle', actions: { type: 'tellContentMoved', params: contentMovedMessages } },
        PushFailed: {
          target: 'idle',
          actions: ['noteFailure', { type: 'tellStepFailed', params: stepFailedMessages }],
        },
        EffectOutcomeUnknown: {
          target: 'idle',
          actions: ['forgetWanted', { type: 'tellRecheck', params: recheckMessages }],
        },
      },
    },
    asking: {
      entry: [
        'newToken',
        { type: 'askSource', params: ({ context }) => ({ source: context.id, token: context.token ?? '' }) },
      ],
      on: {
        SourceAsked: 'fetching',
        SourceAskFailed: {
          target: 'idle',
          actions: ['noteFailure', { type: 'tellStepFailed', params: stepFailedMessages }],
        },
        EffectOutcomeUnknown: {
          target: 'idle',
          actions: ['forgetWanted', { type: 'tellRecheck', params: recheckMessages }],
        },
      },
    },
    fetching: {
      entry: raise({ type: 'SourceWaitElapsed' } as SourceEvent, { id: 'sourceWait', delay: 'sourceWait' }),
      exit: cancel('sourceWait'),
      always: [
        { guard: 'newerWanted', target: 'hooks' },
        { guard: 'suspended', target: 'idle', actions: { type: 'tellSuspended', params: suspendedMessages } },
        {
          guard: 'fetchedAndNothingToGenerate',
          target: 'idle',
          actions: [{ type: 'tellAvailable', params: availableMessages }, 'forgetGenerators'],
        },
        { guard: 'fetched', target: 'asking-generators' },
      ],
      on: {
        SourceObserved: {
          actions: ['observe', { type: 'tellNotFetched', params: notFetchedMessages }, 'noteNotFetched'],
        },
        SourceWaitElapsed: { target: 'idle', actions: { type: 'tellWaitedTooLong', params: waitedTooLongMessages } },
      },
    },
    'asking-generators': {
      entry: {
        type: 'askGenerators',
        params: ({ context }) => ({ generators: context.generators, token: context.token ?? '' }),
      },
      on: {
        GeneratorsAsked: 'generating',
        GeneratorsAskFailed: {
          target: 'idle',
          actions: ['noteFailure', { type: 'tellStepFailed', params: stepFailedMessages }],
        },
        EffectOutcomeUnknown: {
          target: 'idle',
          actions: ['forgetWanted', { type: 'tellRecheck', params: recheckMessages }],
        },
      },
    },
    generating: {
      entry: raise({ type: 'SourceWaitElapsed' } as SourceEvent, { id: 'sourceWait', delay: 'sourceWait' }),
      exit: cancel('sourceWait'),
      always: [
        { guard: 'newerWanted', target: 'hooks' },
        {
          guard: 'generated',
          target: 'idle',
          actions: [{ type: 'tellAvailable', params: availableMessages }, 'forgetGenerators'],
        },
      ],
      on: {
        SourceWaitElapsed: { target: 'idle', actions: { type: 'tellWaitedTooLong', params: waitedTooLongMessages } },
      },
    },
  },
});
