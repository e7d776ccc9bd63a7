import { assign, cancel, raise, setup } from 'xstate';
import { backoffMs } from '../domain/backoff.ts';
import type { Limits } from '../domain/limits.ts';
import type { Messages } from './messages.ts';
import { isOwed, mergePaths } from './watch-collected.ts';
import type { Batch, TargetOutcome, WatchContext, WatchEvent } from './watch-context.ts';
import { heldMessages, planMessages, sourceFailedMessages, sourceReadyMessages } from './watch-messages.ts';

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
        unsettled[target.id] = context.cycle + 1;
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
        ...(event.type === 'TargetsUncertain' ? { heldFull: event.heldFull } : {}),
        // Nothing is pushed to the shared source, so it will not tell that it is through.
        ...(event.plan.push === false ? { batch: NO_BATCH, attempt: 0, failure: undefined, retryAfterMs: 0 } : {}),
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
      const { [event.target]: wantedIn, ...others } = context.unsettled;
      // The answer to an older want: the newer one is on its way to the target.
      if (wantedIn !== undefined && event.cycle !== undefined && event.cycle < wantedIn) return {};
      const unsettled = event.outcome === 'ready' || event.outcome === 'gone' ? others : context.unsettled;
      if (wasInFlight === undefined) return { unsettled };
      return { inFlight, unsettled, outcomes: { ...context.outcomes, [event.target]: event.outcome } };
    }),
    noteIsolation: assign(({ event }) =>
      event.type === 'IsolationDecided' ? { isolation: { on: event.on, reason: event.reason } } : {},
    ),
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
    /** Not a sweep, whose loss costs nothing: a second look beside the one under way would be one too many. */
    resolveInterrupted: ({ event }) => event.type === 'EffectOutcomeUnknown' && event.effect === 'resolveTargets',
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
    isolation: undefined,
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
    IsolationDecided: { actions: 'noteIsolation' },
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
        // An earlier push is there: what is being resolved is not in it.
        SourceAvailable: { actions: ['forgetAttempts', { type: 'tellSourceReady', params: sourceReadyMessages }] },
        // A look at everything is wanted while one is being taken: it is the next.
        WatchStarted: { actions: 'collectFull' },
        // After a crash nobody knows what the batch was: look at everything again.
        EffectOutcomeUnknown: {
          guard: 'resolveInterrupted',
          target: 'resolving',
          reenter: true,
          actions: 'returnBatch',
        },
      },
    },
    'targeted-reconcile': {
      initial: 'waiting',
      always: [
        { guard: 'owedAndNothingInFlight', target: 'debouncing' },
        { guard: 'nothingInFlight', target: 'idle' },
      ],
      states: {
        waiting: {
          // A slow target takes minutes: a save whose event was lost does not wait for its end.
          entry: raise({ type: 'SweepDue' } as WatchEvent, { id: 'sweep', delay: 'sweepInterval' }),
          exit: cancel('sweep'),
          always: { guard: 'somethingOwed', target: 'collecting' },
          on: { SweepDue: { target: 'waiting', reenter: true, actions: 'sweepTree' } },
        },
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
        waiting: {
          // A slow target takes minutes: a save whose event was lost does not wait for its end.
          entry: raise({ type: 'SweepDue' } as WatchEvent, { id: 'sweep', delay: 'sweepInterval' }),
          exit: cancel('sweep'),
          always: { guard: 'somethingOwed', target: 'collecting' },
          on: { SweepDue: { target: 'waiting', reenter: true, actions: 'sweepTree' } },
        },
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
