import { assign, cancel, raise, setup } from 'xstate';
import { backoffMs } from '../domain/backoff.ts';
import type { Failure } from '../domain/failure.ts';
import type { Limits } from '../domain/limits.ts';
import type { AffectedTarget, FullReason, HeldTarget } from '../domain/resolution.ts';
import { type Delivered, type Message, type Messages, sourceMachineId, targetMachineId } from './messages.ts';

export type TargetOutcome = 'ready' | 'failed' | 'blocked' | 'held' | 'suspended' | 'gone' | 'unknown';

/** What a resolved batch asks of the other machines. */
export interface Plan {
  /** The fed source, e.g. `OCIRepository/flux-system/shop`. */
  readonly source: string;
  /** Digest of all a push would hold. */
  readonly contentDigest: string;
  /** ArtifactGenerators between the source and an affected target. */
  readonly generators: readonly string[];
  /** Dependencies first. `awaits`: affected targets that must be Ready before this one is asked. */
  readonly targets: readonly PlannedTarget[];
  readonly held: readonly HeldTarget[];
  readonly suspended: readonly string[];
  readonly bystanders: number;
  readonly pruneRisk: string | undefined;
  /** Targets that were held and whose files are sound again, unchanged from what is reconciled. */
  readonly released: readonly string[];
}

export interface PlannedTarget extends AffectedTarget {
  readonly awaits: readonly string[];
  readonly awaitedBy: readonly string[];
  /** The source this target itself reads (an ExternalArtifact, or the fed source). */
  readonly reads: string;
}

/** How one changed path was decided, shortened for the log. */
export interface DecisionSummary {
  readonly path: string;
  readonly decision: string;
  readonly reason: string;
  readonly detail: string;
}

export interface WatchContext {
  readonly limits: Limits;
  /** Paths seen changed and not yet resolved; hints, relative to the source root. */
  readonly collected: readonly string[];
  /** Too many paths, or events may have been lost: look at the whole tree. */
  readonly rescan: boolean;
  /** Something is to be resolved although no path says so (cluster objects changed, a start, a retry). */
  readonly recheck: boolean;
  /** A full reconcile is owed, for this reason. */
  readonly full: FullReason | undefined;
  /** A full reconcile that waits for a held file; it joins the next batch. */
  readonly heldFull: FullReason | undefined;
  /** When the oldest collected thing came, ms since the epoch. */
  readonly collectedAt: number;
  /** What is being resolved now; returned to `collected` when the step fails. */
  readonly batch: Batch;
  readonly cycle: number;
  readonly attempt: number;
  readonly failure: Failure | undefined;
  readonly mode: 'targeted' | 'full';
  readonly inFlight: Readonly<Record<string, true>>;
  /** Asked for and not Ready since: in flight, failed, blocked or suspended. A newer revision concerns them too. */
  readonly unsettled: Readonly<Record<string, true>>;
  /** How the targets of the cycle that is running, or ran last, ended. */
  readonly outcomes: Readonly<Record<string, TargetOutcome>>;
  readonly lastReason: string;
  readonly retryAfterMs: number;
}

export interface Batch {
  readonly paths: readonly string[];
  readonly rescan: boolean;
  readonly full: FullReason | undefined;
}

export type WatchEvent = Delivered &
  (
    | { readonly type: 'WatchStarted'; readonly full?: FullReason }
    | { readonly type: 'FilesChanged'; readonly paths: readonly string[]; readonly rescan?: boolean }
    | { readonly type: 'DefinitionsChanged'; readonly reason: string }
    | { readonly type: 'FullReconcileRequested'; readonly full: FullReason }
    | { readonly type: 'QuietPeriodElapsed' }
    | { readonly type: 'MaxWaitElapsed' }
    | { readonly type: 'BackoffElapsed' }
    | { readonly type: 'SweepDue' }
    | { readonly type: 'TreeSwept'; readonly changed: number }
    | {
        readonly type: 'TargetsResolved';
        readonly plan: Plan;
        readonly decisions: readonly DecisionSummary[];
        readonly reason: string;
      }
    | {
        readonly type: 'TargetsUncertain';
        readonly plan: Plan;
        readonly full: FullReason;
        readonly decisions: readonly DecisionSummary[];
        readonly reason: string;
      }
    | {
        readonly type: 'NothingToDo';
        readonly reason: string;
        readonly decisions: readonly DecisionSummary[];
        readonly held: readonly HeldTarget[];
        readonly released: readonly string[];
        /** A full reconcile that a held file keeps back: still owed, as such. */
        readonly heldFull?: FullReason;
      }
    | { readonly type: 'StepFailed'; readonly step: 'resolve' | 'push'; readonly failure: Failure }
    | { readonly type: 'StepRefused'; readonly step: 'resolve' | 'hook' | 'push'; readonly failure: Failure }
    | { readonly type: 'SourceAvailable'; readonly revisions: Readonly<Record<string, string>>; readonly cycle: number }
    | { readonly type: 'SourceUnavailable'; readonly reason: string; readonly message: string }
    | { readonly type: 'TargetSettled'; readonly target: string; readonly outcome: TargetOutcome }
    | { readonly type: 'TargetsSettled' }
    | { readonly type: 'EffectOutcomeUnknown'; readonly effect: string }
  );

const NO_BATCH: Batch = { paths: [], rescan: false, full: undefined };

/**
 * Collects file changes, has them resolved to targets, and sees each cycle to its end. Newest save supersedes; nothing collected is
 * ever dropped; a target in flight holds up nobody.
 */
export const watchMachine = setup({
  types: {
    context: {} as WatchContext,
    events: {} as WatchEvent,
    input: {} as { limits: Limits },
  },
  actions: {
    collect: assign(({ context, event }) => {
      if (event.type !== 'FilesChanged') return {};
      const owedAlready = isOwed(context);
      const collected = mergePaths(context.collected, event.paths, context.limits.collectedPathsMax);
      return {
        collected: collected ?? [],
        rescan: context.rescan || event.rescan === true || collected === undefined,
        collectedAt: owedAlready ? context.collectedAt : event.at,
      };
    }),
    collectRecheck: assign(({ context, event }) => ({
      recheck: true,
      collectedAt: isOwed(context) ? context.collectedAt : event.at,
    })),
    collectFull: assign(({ context, event }) => ({
      full:
        event.type === 'FullReconcileRequested' || event.type === 'WatchStarted'
          ? (event.full ?? context.full)
          : context.full,
      recheck: true,
      rescan: context.rescan || event.type === 'WatchStarted',
      collectedAt: isOwed(context) ? context.collectedAt : event.at,
    })),
    takeBatch: assign(({ context }) => ({
      batch: { paths: context.collected, rescan: context.rescan, full: context.full ?? context.heldFull },
      heldFull: undefined,
      collected: [],
      rescan: false,
      recheck: false,
      full: undefined,
    })),
    returnBatch: assign(({ context, event }) => {
      const collected = mergePaths(context.batch.paths, context.collected, context.limits.collectedPathsMax);
      return {
        collected: collected ?? [],
        rescan: context.rescan || context.batch.rescan || collected === undefined,
        recheck: true,
        full: context.full ?? context.batch.full,
        batch: NO_BATCH,
        collectedAt: isOwed(context) ? context.collectedAt : event.at,
      };
    }),
    // The push of an already resolved batch failed: its targets still differ, so looking again finds them. A full reconcile is kept as such.
    oweAgain: assign(({ context, event }) => ({
      recheck: true,
      full: context.full ?? context.batch.full,
      collectedAt: isOwed(context) ? context.collectedAt : event.at,
    })),
    countAttempt: assign(({ context, event }) => ({
      attempt: context.attempt + 1,
      failure: event.type === 'StepFailed' ? event.failure : context.failure,
      retryAfterMs: event.type === 'StepFailed' ? (event.failure.retryAfterMs ?? 0) : 0,
    })),
    forgetAttempts: assign({ attempt: 0, failure: undefined, retryAfterMs: 0 }),
    refuse: assign(({ event }) => ({
      batch: NO_BATCH,
      failure: event.type === 'StepRefused' ? event.failure : undefined,
      lastReason: event.type === 'StepRefused' ? event.failure.message : '',
    })),
    startCycle: assign(({ context, event }) => {
      if (event.type !== 'TargetsResolved' && event.type !== 'TargetsUncertain') return {};
      const running = Object.keys(context.inFlight).length > 0;
      const inFlight = { ...context.inFlight };
      const unsettled = { ...context.unsettled };
      for (const target of event.plan.targets) {
        inFlight[target.id] = true;
        unsettled[target.id] = true;
      }
      const outcomes: Record<string, TargetOutcome> = running ? { ...context.outcomes } : {};
      for (const held of event.plan.held) outcomes[held.id] = 'held';
      for (const id of event.plan.suspended) outcomes[id] = 'suspended';
      return {
        inFlight,
        unsettled,
        outcomes,
        cycle: context.cycle + 1,
        mode: event.type === 'TargetsUncertain' ? ('full' as const) : ('targeted' as const),
        // Kept until the source is available: a push that fails owes the full reconcile again.
        batch: { paths: [], rescan: false, full: event.type === 'TargetsUncertain' ? event.full : undefined },
        lastReason: event.reason,
      };
    }),
    noteNothing: assign(({ context, event }) =>
      event.type === 'NothingToDo'
        ? {
            batch: NO_BATCH,
            heldFull: event.heldFull,
            lastReason: event.reason,
            cycle: context.cycle + 1,
            outcomes: {
              ...(Object.keys(context.inFlight).length > 0 ? context.outcomes : {}),
              ...Object.fromEntries(event.held.map((held) => [held.id, 'held' as const])),
            },
          }
        : {},
    ),
    settleTarget: assign(({ context, event }) => {
      if (event.type !== 'TargetSettled') return {};
      const { [event.target]: wasInFlight, ...inFlight } = context.inFlight;
      const { [event.target]: _, ...others } = context.unsettled;
      const unsettled = event.outcome === 'ready' || event.outcome === 'gone' ? others : context.unsettled;
      if (wasInFlight === undefined) return { unsettled };
      return { inFlight, unsettled, outcomes: { ...context.outcomes, [event.target]: event.outcome } };
    }),
    sourceIsThere: assign({ batch: NO_BATCH }),
    // Effects and messages are data: the engine carries them out.
    tellPlan: (_, _params: Messages) => {},
    tellHeld: (_, _params: Messages) => {},
    tellSourceReady: (_, _params: Messages) => {},
    tellSourceFailed: (_, _params: Messages) => {},
    resolveTargets: (_, _params: Batch) => {},
    sweepTree: () => {},
  },
  guards: {
    somethingOwed: ({ context }) => isOwed(context),
    fullInFlight: ({ context }) => context.mode === 'full' && Object.keys(context.inFlight).length > 0,
    /** The push of an earlier batch failed while the next is being resolved. */
    pushStep: ({ event }) => (event.type === 'StepFailed' || event.type === 'StepRefused') && event.step !== 'resolve',
    targetsInFlight: ({ context }) => Object.keys(context.inFlight).length > 0,
    nothingInFlight: ({ context }) => Object.keys(context.inFlight).length === 0,
    owedAndNothingInFlight: ({ context }) => isOwed(context) && Object.keys(context.inFlight).length === 0,
  },
  delays: {
    quietPeriod: ({ context }) => context.limits.quietPeriodMs,
    maxWait: ({ context, event }) => Math.max(0, context.collectedAt + context.limits.maxWaitMs - event.at),
    backoff: ({ context }) =>
      Math.max(
        context.retryAfterMs,
        backoffMs({
          attempt: Math.max(1, context.attempt),
          minMs: context.limits.watchBackoffMsMin,
          maxMs: context.limits.watchBackoffMsMax,
          jitterRatio: context.limits.backoffJitterRatio,
          seed: 'watch',
        }),
      ),
    sweepInterval: ({ context }) => context.limits.sweepIntervalMs,
  },
}).createMachine({
  id: 'watch',
  context: ({ input }) => ({
    limits: input.limits,
    collected: [],
    rescan: false,
    recheck: false,
    full: undefined,
    heldFull: undefined,
    collectedAt: 0,
    batch: { paths: [], rescan: false, full: undefined },
    cycle: 0,
    attempt: 0,
    failure: undefined,
    mode: 'targeted',
    inFlight: {},
    unsettled: {},
    outcomes: {},
    lastReason: '',
    retryAfterMs: 0,
  }),
  initial: 'idle',
  on: {
    FilesChanged: { actions: 'collect' },
    DefinitionsChanged: { actions: 'collectRecheck' },
    FullReconcileRequested: { actions: 'collectFull' },
    TargetSettled: { actions: 'settleTarget' },
    SourceAvailable: {
      actions: ['sourceIsThere', 'forgetAttempts', { type: 'tellSourceReady', params: sourceReadyMessages }],
    },
    SourceUnavailable: { actions: { type: 'tellSourceFailed', params: sourceFailedMessages } },
    StepRefused: { actions: ['refuse', { type: 'tellSourceFailed', params: sourceFailedMessages }] },
    StepFailed: { target: '.backoff', actions: ['oweAgain', 'countAttempt'] },
    WatchStarted: { target: '.resolving', actions: ['returnBatch', 'collectFull'] },
  },
  states: {
    idle: {
      entry: raise({ type: 'SweepDue' } as WatchEvent, { id: 'sweep', delay: 'sweepInterval' }),
      exit: cancel('sweep'),
      on: {
        FilesChanged: { target: 'debouncing', actions: 'collect' },
        DefinitionsChanged: { target: 'debouncing', actions: 'collectRecheck' },
        FullReconcileRequested: { target: 'debouncing', actions: 'collectFull' },
        SweepDue: { target: 'idle', reenter: true, actions: 'sweepTree' },
      },
    },
    debouncing: {
      entry: [
        raise({ type: 'QuietPeriodElapsed' } as WatchEvent, { id: 'quietPeriod', delay: 'quietPeriod' }),
        raise({ type: 'MaxWaitElapsed' } as WatchEvent, { id: 'maxWait', delay: 'maxWait' }),
      ],
      exit: [cancel('quietPeriod'), cancel('maxWait')],
      on: {
        FilesChanged: {
          actions: [
            'collect',
            cancel('quietPeriod'),
            raise({ type: 'QuietPeriodElapsed' } as WatchEvent, { id: 'quietPeriod', delay: 'quietPeriod' }),
          ],
        },
        QuietPeriodElapsed: 'resolving',
        MaxWaitElapsed: 'resolving',
      },
    },
    resolving: {
      entry: [
        'takeBatch',
        {
          type: 'resolveTargets',
          params: ({ context }) => ({
            paths: context.batch.paths,
            rescan: context.batch.rescan,
            full: context.batch.full,
          }),
        },
      ],
      on: {
        TargetsResolved: {
          target: 'targeted-reconcile',
          actions: ['startCycle', { type: 'tellPlan', params: planMessages }, 'sweepTree'],
        },
        TargetsUncertain: {
          target: 'full-reconcile',
          actions: ['startCycle', { type: 'tellPlan', params: planMessages }, 'sweepTree'],
        },
        NothingToDo: [
          {
            guard: 'fullInFlight',
            target: 'full-reconcile',
            actions: ['noteNothing', 'forgetAttempts', { type: 'tellHeld', params: heldMessages }, 'sweepTree'],
          },
          {
            guard: 'targetsInFlight',
            target: 'targeted-reconcile',
            actions: ['noteNothing', 'forgetAttempts', { type: 'tellHeld', params: heldMessages }, 'sweepTree'],
          },
          {
            guard: 'somethingOwed',
            target: 'debouncing',
            actions: ['noteNothing', 'forgetAttempts', { type: 'tellHeld', params: heldMessages }, 'sweepTree'],
          },
          {
            target: 'idle',
            actions: ['noteNothing', 'forgetAttempts', { type: 'tellHeld', params: heldMessages }, 'sweepTree'],
          },
        ],
        StepFailed: [
          { guard: 'pushStep', actions: ['oweAgain', 'countAttempt'] },
          { target: 'backoff', actions: ['returnBatch', 'countAttempt'] },
        ],
        StepRefused: [
          { guard: 'pushStep', actions: { type: 'tellSourceFailed', params: sourceFailedMessages } },
          { guard: 'fullInFlight', target: 'full-reconcile', actions: 'refuse' },
          { guard: 'targetsInFlight', target: 'targeted-reconcile', actions: 'refuse' },
          { guard: 'somethingOwed', target: 'debouncing', actions: 'refuse' },
          { target: 'idle', actions: 'refuse' },
        ],
        // A look at everything is wanted while one is being taken: it is the next.
        WatchStarted: { actions: 'collectFull' },
        // After a crash nobody knows what the batch was: look at everything again.
        EffectOutcomeUnknown: { target: 'resolving', reenter: true, actions: 'returnBatch' },
      },
    },
    'targeted-reconcile': {
      initial: 'waiting',
      always: [
        { guard: 'owedAndNothingInFlight', target: 'debouncing' },
        { guard: 'nothingInFlight', target: 'idle' },
      ],
      states: {
        waiting: { always: { guard: 'somethingOwed', target: 'collecting' } },
        // What is saved meanwhile does not wait for the targets in flight.
        collecting: {
          entry: [
            raise({ type: 'QuietPeriodElapsed' } as WatchEvent, { id: 'quietPeriod', delay: 'quietPeriod' }),
            raise({ type: 'MaxWaitElapsed' } as WatchEvent, { id: 'maxWait', delay: 'maxWait' }),
          ],
          exit: [cancel('quietPeriod'), cancel('maxWait')],
          on: {
            FilesChanged: {
              actions: [
                'collect',
                cancel('quietPeriod'),
                raise({ type: 'QuietPeriodElapsed' } as WatchEvent, { id: 'quietPeriod', delay: 'quietPeriod' }),
              ],
            },
            QuietPeriodElapsed: '#watch.resolving',
            MaxWaitElapsed: '#watch.resolving',
          },
        },
      },
    },
    'full-reconcile': {
      initial: 'waiting',
      always: [
        { guard: 'owedAndNothingInFlight', target: 'debouncing' },
        { guard: 'nothingInFlight', target: 'idle' },
      ],
      states: {
        waiting: { always: { guard: 'somethingOwed', target: 'collecting' } },
        // What is saved meanwhile does not wait for the targets in flight.
        collecting: {
          entry: [
            raise({ type: 'QuietPeriodElapsed' } as WatchEvent, { id: 'quietPeriod', delay: 'quietPeriod' }),
            raise({ type: 'MaxWaitElapsed' } as WatchEvent, { id: 'maxWait', delay: 'maxWait' }),
          ],
          exit: [cancel('quietPeriod'), cancel('maxWait')],
          on: {
            FilesChanged: {
              actions: [
                'collect',
                cancel('quietPeriod'),
                raise({ type: 'QuietPeriodElapsed' } as WatchEvent, { id: 'quietPeriod', delay: 'quietPeriod' }),
              ],
            },
            QuietPeriodElapsed: '#watch.resolving',
            MaxWaitElapsed: '#watch.resolving',
          },
        },
      },
    },
    backoff: {
      entry: raise({ type: 'BackoffElapsed' } as WatchEvent, { id: 'backoff', delay: 'backoff' }),
      exit: cancel('backoff'),
      on: {
        BackoffElapsed: 'resolving',
        FilesChanged: { target: 'debouncing', actions: 'collect' },
        StepFailed: { actions: 'oweAgain' },
      },
    },
  },
});

function isOwed(context: WatchContext): boolean {
  return context.collected.length > 0 || context.rescan || context.recheck || context.full !== undefined;
}

/** The union in order of first sight, or undefined when it holds more than `max`. */
function mergePaths(known: readonly string[], more: readonly string[], max: number): readonly string[] | undefined {
  if (more.length === 0) return known;
  const last = known.at(-1);
  // An editor writes the same file several times in a row; that case needs no set.
  if (more.length === 1 && more[0] === last) return known;
  const union = new Set(known);
  for (const path of more) union.add(path);
  return union.size > max ? undefined : [...union];
}

type Args = { readonly context: WatchContext; readonly event: WatchEvent };

function planMessages({ context, event }: Args): Messages {
  if (event.type !== 'TargetsResolved' && event.type !== 'TargetsUncertain') return { messages: [] };
  const { plan } = event;
  const messages: Message[] = [...heldOnes(plan.held), ...releasedOnes(plan.released)];
  for (const id of plan.suspended) messages.push({ to: targetMachineId(id), type: 'TargetSuspended' });
  for (const target of plan.targets) {
    messages.push({
      to: targetMachineId(target.id),
      type: 'ReconcileWanted',
      digest: target.digest ?? '',
      rule: target.rule,
      awaits: target.awaits,
      awaitedBy: target.awaitedBy,
      reads: target.reads,
      cycle: context.cycle,
    });
  }
  if (plan.targets.length > 0) {
    messages.push({
      to: sourceMachineId(plan.source),
      type: 'PushWanted',
      contentDigest: plan.contentDigest,
      generators: plan.generators,
      cycle: context.cycle,
    });
  }
  return { messages };
}

function heldMessages({ event }: Args): Messages {
  return { messages: event.type === 'NothingToDo' ? [...heldOnes(event.held), ...releasedOnes(event.released)] : [] };
}

function heldOnes(held: readonly HeldTarget[]): Message[] {
  return held.map(({ id, problem }) => ({ to: targetMachineId(id), type: 'TargetHeld', problem }));
}

function releasedOnes(released: readonly string[]): Message[] {
  return released.map((id) => ({ to: targetMachineId(id), type: 'HoldReleased' }));
}

function sourceReadyMessages({ context, event }: Args): Messages {
  if (event.type !== 'SourceAvailable') return { messages: [] };
  const { revisions, cycle } = event;
  return toTargets(Object.keys(context.unsettled), { type: 'SourceReady', revisions, cycle });
}

function sourceFailedMessages({ context, event }: Args): Messages {
  if (event.type === 'SourceUnavailable')
    return toTargets(Object.keys(context.inFlight), {
      type: 'SourceFailed',
      reason: event.reason,
      message: event.message,
    });
  if (event.type !== 'StepRefused') return { messages: [] };
  return toTargets(Object.keys(context.inFlight), {
    type: 'SourceFailed',
    reason: `${event.step} refused`,
    message: event.failure.message,
  });
}

function toTargets(targets: readonly string[], message: Omit<Message, 'to'> & { readonly type: string }): Messages {
  return { messages: targets.map((target) => ({ ...message, to: targetMachineId(target) })) };
}
