import { assign, cancel, raise, setup } from 'xstate';
import { backoffMs } from '../domain/backoff.ts';
import type { BuildProblem } from '../domain/closure.ts';
import { type Failure, isRetryable } from '../domain/failure.ts';
import type { Limits } from '../domain/limits.ts';
import type { TargetObservation } from '../domain/observation.ts';
import { targetVerdict } from '../domain/readiness.ts';
import { requestToken } from '../domain/request-token.ts';
import type { Rule } from '../domain/resolution.ts';
import { type Delivered, type Message, type Messages, targetMachineId, WATCH } from './messages.ts';
import type { TargetOutcome } from './watch.ts';

/** What another target knows of one it depends on. */
export interface DependencyState {
  /** Asked, or about to be: its answer is awaited. */
  readonly pending: boolean;
  readonly ready: boolean;
  /** Set when it has failed: why. */
  readonly failed: string | undefined;
  readonly revision: string | undefined;
}

export interface TargetContext {
  readonly limits: Limits;
  readonly id: string;
  /** The source it reads. */
  readonly reads: string;
  readonly dependsOn: readonly { readonly id: string; readonly sameSource: boolean }[];
  readonly dependents: readonly string[];
  /** Affected targets of the running cycle to wait for, and to tell. */
  readonly awaits: readonly string[];
  readonly awaitedBy: readonly string[];
  readonly dependencies: Readonly<Record<string, DependencyState>>;
  readonly desiredDigest: string | undefined;
  /** The digest the request in flight, or the last one, was made for. */
  readonly askedDigest: string | undefined;
  readonly reconciledDigest: string | undefined;
  readonly rule: Rule;
  /** Asked for, and not answered yet: work is owed even where the digests agree (nearest owner, full reconcile). */
  readonly owed: boolean;
  readonly cycle: number;
  /** Revisions of its source that hold the desired digest, oldest first; empty while the push is under way. */
  readonly revisions: readonly string[];
  readonly token: string | undefined;
  readonly attempt: number;
  readonly retryAfterMs: number;
  readonly observation: TargetObservation | undefined;
  readonly problem: BuildProblem | undefined;
  /** Why it is where it is, in words: a failure, a hold, what it waits for. */
  readonly reason: string;
  readonly message: string;
  readonly wantedAt: number;
  readonly askedAt: number;
  readonly settledAt: number;
}

export type TargetEvent = Delivered &
  (
    | {
        readonly type: 'TargetDefined';
        readonly reads: string;
        readonly dependsOn: readonly { readonly id: string; readonly sameSource: boolean }[];
        readonly dependents: readonly string[];
      }
    | { readonly type: 'TargetRemoved' }
    | { readonly type: 'TargetObserved'; readonly observation: TargetObservation }
    | { readonly type: 'BaselineFound'; readonly digest?: string }
    | {
        readonly type: 'ReconcileWanted';
        readonly digest: string;
        readonly rule: Rule;
        readonly awaits: readonly string[];
        readonly awaitedBy: readonly string[];
        readonly reads: string;
        readonly cycle: number;
      }
    | { readonly type: 'TargetHeld'; readonly problem: BuildProblem }
    | { readonly type: 'HoldReleased' }
    | { readonly type: 'TargetSuspended' }
    | { readonly type: 'SourceReady'; readonly revisions: Readonly<Record<string, string>>; readonly cycle: number }
    | { readonly type: 'SourceFailed'; readonly reason: string; readonly message: string }
    | { readonly type: 'DependencyObserved'; readonly dependency: string; readonly state: DependencyState }
    | { readonly type: 'RequestAccepted' }
    | { readonly type: 'RequestFailed'; readonly failure: Failure }
    | { readonly type: 'BackoffElapsed' }
    | { readonly type: 'TargetWaitElapsed' }
    | { readonly type: 'RetryRequested' }
    | { readonly type: 'EffectOutcomeUnknown'; readonly effect: string }
  );

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
            owed: false,
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
    mayGo: ({ context }) => context.revisions.length > 0 && dependenciesAllow(context),
    dependencyFailed: ({ context }) => context.revisions.length > 0 && failedDependency(context) !== undefined,
    newerWanted: ({ context }) => context.desiredDigest !== context.askedDigest || context.revisions.length === 0,
    isReadyAndHeld: ({ context }) => context.problem !== undefined && verdictOf(context).verdict === 'ready',
    isReady: ({ context }) => verdictOf(context).verdict === 'ready',
    hasFailed: ({ context }) => verdictOf(context).verdict === 'failed',
    sameDigestInFlight: ({ context, event }) =>
      event.type === 'ReconcileWanted' &&
      event.digest === context.askedDigest &&
      (event.rule === 'owed' || event.rule === 'closure'),
    sameDigestWanted: ({ context, event }) =>
      event.type === 'ReconcileWanted' && event.digest === context.desiredDigest && event.rule === 'owed',
    retryableAndAttemptsLeft: ({ context, event }) =>
      event.type === 'RequestFailed' &&
      isRetryable(event.failure) &&
      (event.failure.kind === 'breaker-open' || context.attempt + 1 < context.limits.targetAttemptsMax),
    observedReady: ({ context, event }) => event.type === 'TargetObserved' && recoveredBy(context, event.observation),
    becameSuspended: ({ event }) => event.type === 'TargetObserved' && event.observation.suspended,
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
          actions: ['noteSuspended', { type: 'tellSuspended', params: settledSuspended }],
        },
      },
    },
    requested: {
      entry: { type: 'tellDependents', params: pendingMessages },
      initial: 'awaiting-source',
      states: {
        'awaiting-source': { always: { guard: 'revisionKnown', target: 'awaiting-dependencies' } },
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
        SourceFailed: { target: 'dead-letter', actions: 'noteSourceFailure' },
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
            RequestAccepted: [{ guard: 'newerWanted', target: '#target.requested' }, { target: 'waiting' }],
            RequestFailed: [
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
        SourceReady: [{ actions: 'noteRevision' }],
      },
    },
    held: {
      entry: { type: 'tellDependents', params: failedMessages },
      on: {
        HoldReleased: { target: 'settled', actions: 'release' },
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
          { guard: 'resumed', target: 'settled', actions: 'observe' },
          { actions: 'observe' },
        ],
      },
    },
    gone: {
      on: {
        TargetDefined: { target: 'settled', actions: 'define' },
        TargetObserved: { target: 'settled', actions: 'observe' },
        ReconcileWanted: { actions: ['want', { type: 'tellGone', params: settledGone }] },
      },
    },
  },
});

/** What the mapping may take as known of a target: the digest that is reconciled, or on its way, or refused; a changed one is wanted again. */
export function knownDigest(state: string, context: TargetContext): string | undefined {
  switch (state) {
    case 'progressing':
    case 'dead-letter':
    case 'backoff':
      return context.owed && state === 'dead-letter' ? OWED : (context.desiredDigest ?? context.reconciledDigest);
    case 'requested':
      return context.revisions.length > 0 ? context.desiredDigest : OWED;
    case 'held':
      return context.problem === undefined ? context.desiredDigest : context.reconciledDigest;
    case 'suspended':
      return context.desiredDigest ?? context.reconciledDigest;
    default:
      return context.owed ? OWED : context.reconciledDigest;
  }
}

/** Equals no digest: the target is owed a request whatever its files hold. */
export const OWED = 'owed';

type Args = { readonly context: TargetContext; readonly event: TargetEvent };

function settled(context: TargetContext, outcome: TargetOutcome): Message {
  return {
    to: WATCH,
    type: 'TargetSettled',
    target: context.id,
    outcome,
    reason: context.reason,
    message: context.message,
    elapsedMs: Math.max(0, context.settledAt - context.wantedAt),
  };
}

function recheckMessages({ context }: Args): Messages {
  const reason = `the outcome of an interrupted request for ${context.id} is unknown`;
  return { messages: [settled(context, 'unknown'), { to: WATCH, type: 'DefinitionsChanged', reason }] };
}

function retryMessages({ context }: Args): Messages {
  return { messages: [{ to: WATCH, type: 'DefinitionsChanged', reason: `a retry of ${context.id} was requested` }] };
}

function toDependents(context: TargetContext, names: Iterable<string>, state: DependencyState): Messages {
  return {
    messages: [...names].map((id) => ({
      to: targetMachineId(id),
      type: 'DependencyObserved',
      dependency: context.id,
      state,
    })),
  };
}

function everyWaiter(context: TargetContext): Set<string> {
  return new Set([...context.dependents, ...context.awaitedBy]);
}

function pendingMessages({ context }: Args): Messages {
  return toDependents(context, everyWaiter(context), {
    pending: true,
    ready: false,
    failed: undefined,
    revision: context.observation?.lastAppliedRevision,
  });
}

function readyMessages({ context }: Args): Messages {
  return toDependents(context, everyWaiter(context), {
    pending: false,
    ready: true,
    failed: undefined,
    revision: context.observation?.lastAppliedRevision,
  });
}

function failedMessages({ context }: Args): Messages {
  return toDependents(context, everyWaiter(context), {
    pending: false,
    ready: false,
    failed: context.message === '' ? context.reason : `${context.reason}: ${firstLine(context.message)}`,
    revision: context.revisions.at(-1),
  });
}

/** Outside a request, dependents hear only what changed for them. */
function changedMessages({ context, event }: Args): Messages {
  // While a request is in flight, its own end is what counts.
  if (event.type !== 'TargetObserved' || context.owed) return { messages: [] };
  const before = context.observation;
  const now = event.observation;
  const state = dependencyState(now);
  if (before !== undefined && sameState(dependencyState(before), state)) return { messages: [] };
  return toDependents(context, context.dependents, state);
}

function dependencyState(observation: TargetObservation): DependencyState {
  const verdict = targetVerdict(observation, { revision: observation.lastAttemptedRevision, token: undefined });
  const failed = verdict.verdict === 'failed' ? `${verdict.reason}: ${firstLine(verdict.message)}` : undefined;
  return {
    pending: false,
    ready: isReadyNow(observation),
    failed,
    revision: failed === undefined ? observation.lastAppliedRevision : observation.lastAttemptedRevision,
  };
}

function sameState(a: DependencyState, b: DependencyState): boolean {
  return a.ready === b.ready && a.failed === b.failed && a.revision === b.revision;
}

function isReadyNow(observation: TargetObservation): boolean {
  return (
    observation.ready === 'True' && (observation.readyGeneration ?? observation.generation) === observation.generation
  );
}

function dependenciesAllow(context: TargetContext): boolean {
  const declared = context.dependsOn.every(({ id, sameSource }) => {
    const state = context.dependencies[id];
    if (state === undefined) return true;
    if (state.pending || !state.ready) return false;
    // Flux compares revisions between Kustomizations of one source: a dependency behind ours would send us away for 30 s.
    return !sameSource || state.revision === undefined || context.revisions.includes(state.revision);
  });
  return declared && context.awaits.every((id) => context.dependencies[id]?.pending !== true);
}

function failedDependency(context: TargetContext): { id: string; why: string } | undefined {
  for (const { id, sameSource } of context.dependsOn) {
    const state = context.dependencies[id];
    if (state?.failed === undefined) continue;
    // A failure at an older revision says nothing of the one that is wanted now.
    const stale = sameSource && state.revision !== undefined && !context.revisions.includes(state.revision);
    if (!stale) return { id, why: state.failed };
  }
  return undefined;
}

function verdictOf(context: TargetContext): { verdict: string; reason: string; message: string } {
  const { observation } = context;
  if (observation === undefined) return { verdict: 'progressing', reason: '', message: '' };
  return targetVerdict(observation, { revision: awaitedRevision(context, observation), token: context.token });
}

/** A later revision than the one asked for holds the desired digest too: believe an answer at any of them. */
function awaitedRevision(context: TargetContext, observation: TargetObservation): string | undefined {
  for (const seen of [observation.lastAppliedRevision, observation.lastAttemptedRevision]) {
    if (seen !== undefined && context.revisions.includes(seen)) return seen;
  }
  return context.revisions.at(-1);
}

function recoveredBy(context: TargetContext, observation: TargetObservation): boolean {
  if (context.revisions.length === 0) return false;
  return (
    targetVerdict(observation, { revision: awaitedRevision(context, observation), token: undefined }).verdict ===
    'ready'
  );
}

function timeoutMessage(context: TargetContext): string {
  const seconds = Math.round(context.limits.targetWaitMs / 1_000);
  const { observation } = context;
  const last =
    observation === undefined
      ? 'nothing was seen of it'
      : `last seen: ${observation.reason}: ${firstLine(observation.message)}`;
  return `not Ready within ${seconds} s (${last}); raise --timeout, or see what it waits for`;
}

function describeProblem(problem: BuildProblem): string {
  const position = problem.line === undefined ? '' : `:${problem.line}:${problem.column ?? 1}`;
  const where = `${problem.path}${position}`;
  // Most messages begin with their place already; one about the whole tree has none.
  return problem.path === '.' || problem.message.startsWith(where) ? problem.message : `${where}: ${problem.message}`;
}

function firstLine(text: string): string {
  const end = text.indexOf('\n');
  return end < 0 ? text : text.slice(0, end);
}

function settledReady({ context }: Args): Messages {
  return { messages: [settled(context, 'ready')] };
}

function settledFailed({ context }: Args): Messages {
  return { messages: [settled(context, 'failed')] };
}

function settledHeld({ context }: Args): Messages {
  return { messages: [settled(context, 'held')] };
}

function settledBlocked({ context }: Args): Messages {
  return { messages: [settled(context, 'blocked')] };
}

function settledSuspended({ context }: Args): Messages {
  return { messages: [settled(context, 'suspended')] };
}

function settledGone({ context }: Args): Messages {
  return { messages: [settled(context, 'gone')] };
}
