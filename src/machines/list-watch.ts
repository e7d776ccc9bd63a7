import { assign, cancel, raise, setup } from 'xstate';
import type { Failure } from '../domain/failure.ts';

export interface ListWatchContext {
  /** Where the next watch begins: the list's, then that of each event or bookmark. */
  readonly resourceVersion: string;
  readonly continueToken: string | undefined;
  /** Objects a page; 0 once a page's token expired: then all in one answer, which cannot expire halfway. */
  readonly pageLimit: number;
  /** Failures since the last 2 minutes of health; they lengthen the backoff. */
  readonly attempts: number;
  /** Answers of 5xx to a watch since the last good one: a resourceVersion that the server cannot serve looks like that. */
  readonly serverErrors: number;
  readonly backoffMs: number;
  /** In [0, 1), from the newest event: all randomness comes in as data. */
  readonly random: number;
  /** What was reported and has not recovered yet. */
  readonly degradedBy: Failure | undefined;
}

export type ListWatchEvent =
  | {
      readonly type: 'PageListed';
      readonly resourceVersion: string;
      readonly continueToken: string | undefined;
      readonly random: number;
    }
  | { readonly type: 'ListFailed'; readonly failure: Failure; readonly random: number }
  | { readonly type: 'WatchOpened' }
  /** An event or a bookmark came. */
  | { readonly type: 'WatchAdvanced'; readonly resourceVersion: string }
  /** The server ended an open watch in good order. */
  | ({ readonly type: 'WatchEnded'; readonly random: number } & OpenWatch)
  /** The watch was refused, the server sent an error inside the stream, or (with `brokenOff`) an open stream broke off. */
  | { readonly type: 'WatchFailed'; readonly failure: Failure; readonly brokenOff?: OpenWatch; readonly random: number }
  | { readonly type: 'BackoffElapsed' }
  /** Another resource of the same server can be watched again. */
  | { readonly type: 'ServerReturned' }
  | { readonly type: 'RefusalElapsed' }
  | { readonly type: 'HealthElapsed' }
  | { readonly type: 'WatchOverdue' }
  | { readonly type: 'Stopped' };

/** What an open watch had given, since it was opened. */
export interface OpenWatch {
  readonly eventCount: number;
  readonly durationMs: number;
}

const PAGE_LIMIT = 500;
const BACKOFF_MS_MIN = 800;
const BACKOFF_MS_MAX = 30_000;
/** Shorter, and without one event, a watch is no watch: something between closes it at once. */
const SHORT_WATCH_MS = 1_000;
const SERVER_ERRORS_MAX = 3;

/**
 * client-go's list/watch protocol for one resource: list in pages, watch from there, list again only when the history is gone. Effects
 * are data: `listPage`, `openWatch`, `closeWatch`, and what to report.
 */
export const listWatchMachine = setup({
  types: {
    context: {} as ListWatchContext,
    events: {} as ListWatchEvent,
    input: {} as { readonly random: number },
  },
  actions: {
    listPage: (_, _page: { continueToken: string | undefined; limit: number }) => {},
    /** The list is whole: what it does not hold was deleted meanwhile. */
    commitList: () => {},
    openWatch: (_, _from: { resourceVersion: string; timeoutSeconds: number }) => {},
    closeWatch: () => {},
    reportDegraded: (_, _what: { failure: Failure | undefined }) => {},
    reportRecovered: () => {},
    takePage: assign(({ event }) =>
      event.type === 'PageListed'
        ? { resourceVersion: event.resourceVersion, continueToken: event.continueToken, random: event.random }
        : {},
    ),
    restartList: assign({ continueToken: undefined }),
    restorePaging: assign({ pageLimit: PAGE_LIMIT }),
    listWithoutPages: assign({ pageLimit: 0 }),
    takeVersion: assign(({ event }) =>
      event.type === 'WatchAdvanced' ? { resourceVersion: event.resourceVersion } : {},
    ),
    takeRandom: assign(({ event }) => ('random' in event ? { random: event.random } : {})),
    countFailure: assign(({ context, event }) => afterFailure(context, event)),
    countServerError: assign(({ context, event }) => ({
      serverErrors: isServerError(event) ? context.serverErrors + 1 : context.serverErrors,
    })),
    forgetServerErrors: assign({ serverErrors: 0 }),
    forgetFailures: assign({ attempts: 0 }),
    noteDegraded: assign(({ context, event }) => ({
      degradedBy: 'failure' in event ? event.failure : context.degradedBy,
    })),
    noteRecovered: assign({ degradedBy: undefined }),
  },
  guards: {
    hasMorePages: ({ event }) => event.type === 'PageListed' && event.continueToken !== undefined,
    pageExpired: ({ context, event }) => isGone(event) && context.continueToken !== undefined,
    isGone: ({ event }) => isGone(event),
    isRefused: ({ event }) =>
      'failure' in event && (event.failure.kind === 'forbidden' || event.failure.kind === 'not-found'),
    isUnwatchable: ({ context, event }) =>
      'failure' in event &&
      (event.failure.kind === 'invalid' || (isServerError(event) && context.serverErrors + 1 >= SERVER_ERRORS_MAX)),
    isTooShort: ({ event }) => event.type === 'WatchEnded' && isTooShort(event),
    /** A lost connection; the next watch goes on behind the last event. */
    brokeOff: ({ event }) =>
      event.type === 'WatchFailed' && event.brokenOff !== undefined && !isTooShort(event.brokenOff),
    /** Unless the server itself has said when. */
    mayHurry: ({ context }) => context.degradedBy?.retryAfterMs === undefined,
    isDegraded: ({ context }) => context.degradedBy !== undefined,
  },
  delays: {
    backoff: ({ context }) => context.backoffMs,
    refusal: 30_000,
    health: 120_000,
    /** The server ends a watch after its timeoutSeconds; one that lives on is a connection whose other end is gone. */
    overdue: ({ context }) => watchSeconds(context.random) * 1_000 + 15_000,
  },
}).createMachine({
  id: 'list-watch',
  context: ({ input }) => ({
    resourceVersion: '',
    continueToken: undefined,
    pageLimit: PAGE_LIMIT,
    attempts: 0,
    serverErrors: 0,
    backoffMs: 0,
    random: input.random,
    degradedBy: undefined,
  }),
  initial: 'listing',
  on: { Stopped: '.stopped' },
  states: {
    listing: {
      entry: [
        'restartList',
        { type: 'listPage', params: ({ context }) => ({ continueToken: undefined, limit: context.pageLimit }) },
      ],
      on: {
        PageListed: [
          {
            guard: 'hasMorePages',
            actions: [
              'takePage',
              {
                type: 'listPage',
                params: ({ context }) => ({ continueToken: context.continueToken, limit: context.pageLimit }),
              },
            ],
          },
          { target: 'watching', actions: ['takePage', 'restorePaging', 'commitList', 'forgetServerErrors'] },
        ],
        ListFailed: [
          { guard: 'pageExpired', target: 'listing', reenter: true, actions: 'listWithoutPages' },
          { guard: 'isRefused', target: 'refused' },
          { target: 'list-backoff' },
        ],
      },
    },
    watching: {
      entry: [
        {
          type: 'openWatch',
          params: ({ context }) => ({
            resourceVersion: context.resourceVersion,
            timeoutSeconds: watchSeconds(context.random),
          }),
        },
        raise({ type: 'WatchOverdue' }, { id: 'overdue', delay: 'overdue' }),
        raise({ type: 'HealthElapsed' }, { id: 'health', delay: 'health' }),
      ],
      exit: [cancel('overdue'), cancel('health')],
      on: {
        WatchOpened: [
          { guard: 'isDegraded', actions: ['noteRecovered', 'forgetServerErrors', 'reportRecovered'] },
          { actions: 'forgetServerErrors' },
        ],
        WatchAdvanced: { actions: 'takeVersion' },
        HealthElapsed: { actions: 'forgetFailures' },
        WatchOverdue: { target: 'watching', reenter: true, actions: 'closeWatch' },
        WatchEnded: [
          { guard: 'isTooShort', target: 'watch-backoff' },
          { target: 'watching', reenter: true, actions: 'takeRandom' },
        ],
        WatchFailed: [
          { guard: 'brokeOff', target: 'watching', reenter: true, actions: 'takeRandom' },
          { guard: 'isGone', target: 'listing', actions: 'closeWatch' },
          { guard: 'isRefused', target: 'refused', actions: 'closeWatch' },
          { guard: 'isUnwatchable', target: 'list-backoff', actions: ['closeWatch', 'forgetServerErrors'] },
          { target: 'watch-backoff', actions: ['closeWatch', 'countServerError'] },
        ],
      },
    },
    'list-backoff': {
      entry: [
        'countFailure',
        { type: 'reportDegraded', params: ({ context, event }) => ({ failure: newFailure(context, event) }) },
        'noteDegraded',
        raise({ type: 'BackoffElapsed' }, { id: 'backoff', delay: 'backoff' }),
      ],
      exit: cancel('backoff'),
      on: { BackoffElapsed: 'listing', ServerReturned: { guard: 'mayHurry', target: 'listing' } },
    },
    'watch-backoff': {
      entry: [
        'countFailure',
        { type: 'reportDegraded', params: ({ context, event }) => ({ failure: newFailure(context, event) }) },
        'noteDegraded',
        raise({ type: 'BackoffElapsed' }, { id: 'backoff', delay: 'backoff' }),
      ],
      exit: cancel('backoff'),
      on: { BackoffElapsed: 'watching', ServerReturned: { guard: 'mayHurry', target: 'watching' } },
    },
    /** Not allowed, or no such resource: only someone else can change that. Said once, tried again now and then. */
    refused: {
      entry: [
        { type: 'reportDegraded', params: ({ context, event }) => ({ failure: newFailure(context, event) }) },
        'noteDegraded',
        raise({ type: 'RefusalElapsed' }, { id: 'refusal', delay: 'refusal' }),
      ],
      exit: cancel('refusal'),
      on: { RefusalElapsed: 'listing' },
    },
    stopped: { entry: 'closeWatch', type: 'final' },
  },
});

/** 300–600 s, so that the watches of many clients do not all end at once. */
function watchSeconds(random: number): number {
  return 300 + Math.floor(random * 300);
}

/** 800 ms doubled for each failure up to 30 s, and up to as much again by chance; never before the server's Retry-After. */
function afterFailure(context: ListWatchContext, event: ListWatchEvent): Partial<ListWatchContext> {
  const random = 'random' in event ? event.random : context.random;
  const exponential = Math.min(BACKOFF_MS_MAX, BACKOFF_MS_MIN * 2 ** Math.min(context.attempts, 16));
  const retryAfterMs = 'failure' in event ? (event.failure.retryAfterMs ?? 0) : 0;
  return {
    attempts: context.attempts + 1,
    backoffMs: Math.max(Math.round(exponential * (1 + random)), retryAfterMs),
    random,
  };
}

/** What is worth reporting: a failure of another kind than the one reported last. */
function newFailure(context: ListWatchContext, event: ListWatchEvent): Failure | undefined {
  if (!('failure' in event)) return undefined;
  return context.degradedBy?.kind === event.failure.kind ? undefined : event.failure;
}

function isTooShort(watch: OpenWatch): boolean {
  return watch.eventCount === 0 && watch.durationMs < SHORT_WATCH_MS;
}

function isGone(event: ListWatchEvent): boolean {
  return 'failure' in event && event.failure.kind === 'gone';
}

function isServerError(event: ListWatchEvent): boolean {
  return 'failure' in event && (event.failure.statusCode ?? 0) >= 500;
}
