import { assign, cancel, raise, setup } from 'xstate';
import type { Failure } from '../domain/failure.ts';
import { isRetryable } from '../domain/failure.ts';
import type { Limits } from '../domain/limits.ts';
import type { SourceObservation } from '../domain/observation.ts';
import { sourceVerdict } from '../domain/readiness.ts';
import { requestToken } from '../domain/request-token.ts';
import { type Delivered, type Messages, WATCH } from './messages.ts';

export interface SourceContext {
  readonly limits: Limits;
  /** e.g. `OCIRepository/flux-system/shop`. */
  readonly id: string;
  /** The newest cycle that wants a push, and the one whose content is being (or was last) pushed. */
  readonly wantedCycle: number;
  readonly pushingCycle: number;
  readonly contentDigest: string;
  readonly generators: readonly string[];
  /** Manifest digest of the artifact pushed last, `sha256:…`. */
  readonly pushedDigest: string | undefined;
  readonly token: string | undefined;
  /** Latest artifact revision of this source and of each ExternalArtifact made from it, by id. */
  readonly revisions: Readonly<Record<string, string>>;
  readonly observation: SourceObservation | undefined;
  readonly generatorTokens: Readonly<Record<string, string>>;
  readonly failure: Failure | undefined;
  /** The failure the waiting targets have been told of, so that they hear it once. */
  readonly toldFailure: string | undefined;
}

export type SourceEvent = Delivered &
  (
    | {
        readonly type: 'PushWanted';
        readonly contentDigest: string;
        readonly generators: readonly string[];
        readonly cycle: number;
      }
    | { readonly type: 'HooksSucceeded' }
    | { readonly type: 'HookFailed'; readonly failure: Failure }
    | {
        readonly type: 'ArtifactPushed';
        readonly digest: string;
        readonly unchanged: boolean;
        readonly bytesSent: number;
      }
    | { readonly type: 'ContentMoved'; readonly paths: readonly string[] }
    | { readonly type: 'PushFailed'; readonly failure: Failure }
    | { readonly type: 'SourceAsked' }
    | { readonly type: 'SourceAskFailed'; readonly failure: Failure }
    | { readonly type: 'GeneratorsAsked' }
    | { readonly type: 'GeneratorsAskFailed'; readonly failure: Failure }
    | { readonly type: 'SourceObserved'; readonly observation: SourceObservation }
    | { readonly type: 'GeneratorObserved'; readonly id: string; readonly handled: string }
    | { readonly type: 'SourceWaitElapsed' }
    | { readonly type: 'EffectOutcomeUnknown'; readonly effect: string }
  );

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
            generators: [
              ...new Set([
                ...(context.wantedCycle > context.pushingCycle ? context.generators : []),
                ...event.generators,
              ]),
            ],
          }
        : {},
    ),
    startPush: assign(({ context }) => ({
      pushingCycle: context.wantedCycle,
      failure: undefined,
      toldFailure: undefined,
    })),
    notePushed: assign(({ event }) => (event.type === 'ArtifactPushed' ? { pushedDigest: event.digest } : {})),
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
    fetched: ({ context }) => verdictOf(context).verdict === 'ready',
    suspended: ({ context }) => context.observation?.suspended === true,
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
      always: { guard: 'newerWanted', target: 'hooks' },
    },
    hooks: {
      entry: ['startPush', { type: 'runHooks', params: ({ context }) => ({ cycle: context.pushingCycle }) }],
      on: {
        HooksSucceeded: 'pushing',
        HookFailed: {
          target: 'idle',
          actions: ['noteFailure', { type: 'tellStepFailed', params: stepFailedMessages }],
        },
        EffectOutcomeUnknown: { target: 'idle', actions: { type: 'tellRecheck', params: recheckMessages } },
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
        EffectOutcomeUnknown: { target: 'idle', actions: { type: 'tellRecheck', params: recheckMessages } },
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
        EffectOutcomeUnknown: { target: 'idle', actions: { type: 'tellRecheck', params: recheckMessages } },
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
          actions: { type: 'tellAvailable', params: availableMessages },
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
        EffectOutcomeUnknown: { target: 'idle', actions: { type: 'tellRecheck', params: recheckMessages } },
      },
    },
    generating: {
      entry: raise({ type: 'SourceWaitElapsed' } as SourceEvent, { id: 'sourceWait', delay: 'sourceWait' }),
      exit: cancel('sourceWait'),
      always: [
        { guard: 'newerWanted', target: 'hooks' },
        { guard: 'generated', target: 'idle', actions: { type: 'tellAvailable', params: availableMessages } },
      ],
      on: {
        SourceWaitElapsed: { target: 'idle', actions: { type: 'tellWaitedTooLong', params: waitedTooLongMessages } },
      },
    },
  },
});

function verdictOf(context: SourceContext): { verdict: string; reason: string; message: string } {
  if (context.observation === undefined) return { verdict: 'progressing', reason: '', message: '' };
  return sourceVerdict(context.observation, { digest: context.pushedDigest, token: context.token });
}

type Args = { readonly context: SourceContext; readonly event: SourceEvent };

function toWatch(type: string, fields: Record<string, unknown>): Messages {
  return { messages: [{ to: WATCH, type, ...fields }] };
}

const NONE: Messages = { messages: [] };

function availableMessages({ context }: Args): Messages {
  return toWatch('SourceAvailable', { revisions: context.revisions, cycle: context.pushingCycle });
}

/** What may pass is retried by the watch machine, with everything still owed; what cannot is told to those who wait. */
function stepFailedMessages({ context, event }: Args): Messages {
  if (!('failure' in event)) return NONE;
  const { failure } = event;
  const step = event.type === 'HookFailed' ? 'hook' : 'push';
  const type = step === 'push' && isRetryable(failure) ? 'StepFailed' : 'StepRefused';
  return toWatch(type, { step, failure, cycle: context.pushingCycle });
}

function contentMovedMessages({ event }: Args): Messages {
  if (event.type !== 'ContentMoved') return NONE;
  return toWatch('FilesChanged', { paths: event.paths, rescan: event.paths.length === 0 });
}

function describeVerdict(context: SourceContext): string | undefined {
  const verdict = verdictOf(context);
  return verdict.verdict === 'failed' ? `${verdict.reason}: ${verdict.message}` : context.toldFailure;
}

function notFetchedMessages({ context }: Args): Messages {
  const verdict = verdictOf(context);
  if (verdict.verdict !== 'failed' || describeVerdict(context) === context.toldFailure) return NONE;
  return toWatch('SourceUnavailable', { reason: verdict.reason, message: verdict.message });
}

function waitedTooLongMessages({ context }: Args): Messages {
  const seconds = Math.round(context.limits.targetWaitMs / 1_000);
  return toWatch('SourceUnavailable', {
    reason: 'Timeout',
    message: `${context.id} did not show the pushed revision within ${seconds} s`,
  });
}

function suspendedMessages({ context }: Args): Messages {
  return toWatch('SourceUnavailable', {
    reason: 'Suspended',
    message: `${context.id} is suspended: nothing pushed is fetched until it is resumed (flux resume source)`,
  });
}

/** A crash came between an effect and its outcome: the watch machine looks at everything again and wants what is still wanted. */
function recheckMessages(): Messages {
  return toWatch('DefinitionsChanged', { reason: 'the outcome of an interrupted push is unknown' });
}
