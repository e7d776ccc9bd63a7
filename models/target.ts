import { assign, setup } from 'xstate';

/**
 * What is promised of one reconciled thing, written down independently of the target machine.
 *
 * - It is asked once its source has what is wanted and what it depends on is Ready; never twice at a time.
 * - What is wanted while a request is on its way is asked afterwards; what was sound when it went out is seen to its end.
 * - It ends Ready, held, suspended, gone or given up, and each of these has a way out.
 * - A request that is refused for the moment is tried again (here once), and given up then only till what refuses it may be back; any other
 *   failure is given up until something changes.
 */
export interface TargetPromise {
  /** Newer content is wanted than the request on its way is for. */
  readonly newer: boolean;
  /** Its files broke while the request was on its way or being worked on. */
  readonly broken: boolean;
  /** Refusals in a row. */
  readonly refusals: number;
  readonly dependency: 'ready' | 'busy' | 'failed';
  /** Its source has what is wanted. */
  readonly sourced: boolean;
  /** Work is left for when it is resumed. */
  readonly owed: boolean;
}

export type TargetModelEvent =
  | { readonly type: 'save' }
  | { readonly type: 'breakFile' }
  | { readonly type: 'mendFile' }
  | { readonly type: 'pushed' }
  | { readonly type: 'pushFails' }
  | { readonly type: 'dependencyIsBusy' }
  | { readonly type: 'dependencyIsReady' }
  | { readonly type: 'dependencyFails' }
  | { readonly type: 'accepted' }
  | { readonly type: 'refusedForNow' }
  | { readonly type: 'refusedForGood' }
  | { readonly type: 'becomesReady' }
  | { readonly type: 'fails' }
  | { readonly type: 'nothingHappens' }
  | { readonly type: 'pauseEnds' }
  | { readonly type: 'outagePasses' }
  | { readonly type: 'userRetries' }
  | { readonly type: 'suspended' }
  | { readonly type: 'resumed' }
  | { readonly type: 'removed' }
  | { readonly type: 'appears' };

export const targetModel = setup({
  types: { context: {} as TargetPromise, events: {} as TargetModelEvent },
  actions: {
    want: assign({ newer: false, broken: false, refusals: 0, sourced: false, owed: true }),
    wantNewer: assign({ newer: true, broken: false, refusals: 0, sourced: false }),
    source: assign({ sourced: true }),
    refuse: assign({ refusals: ({ context }) => context.refusals + 1 }),
    ask: assign({ newer: false }),
    breakIt: assign({ broken: true }),
    finish: assign({ refusals: 0, owed: false, newer: false }),
    giveUp: assign({ owed: false, newer: false }),
    owe: assign({ owed: true, refusals: 0, broken: false }),
    mend: assign({ broken: false }),
    busy: assign({ dependency: 'busy' }),
    ready: assign({ dependency: 'ready' }),
    fail: assign({ dependency: 'failed' }),
    disown: assign({ owed: false, sourced: false }),
  },
  guards: {
    newer: ({ context }) => context.newer,
    broken: ({ context }) => context.broken,
    /** Nothing is pushed while a file is broken. */
    brokenAndNewer: ({ context }) => context.broken && context.newer,
    brokenAndUnsourced: ({ context }) => context.broken && !context.sourced,
    refusedBefore: ({ context }) => context.refusals === 1,
    mayGo: ({ context }) => context.dependency === 'ready',
    sourcedAndMayGo: ({ context }) => context.sourced && context.dependency === 'ready',
    blocked: ({ context }) => context.dependency === 'failed',
    sourcedAndBlocked: ({ context }) => context.sourced && context.dependency === 'failed',
    sourced: ({ context }) => context.sourced,
    owed: ({ context }) => context.owed,
  },
}).createMachine({
  id: 'targetModel',
  context: { newer: false, broken: false, refusals: 0, dependency: 'ready', sourced: false, owed: false },
  initial: 'settled',
  states: {
    settled: {
      on: {
        save: { target: 'needsSource', actions: 'want' },
        breakFile: { target: 'held', actions: 'breakIt' },
        removed: { target: 'gone', actions: 'disown' },
      },
    },
    needsSource: {
      on: {
        save: { actions: 'want' },
        pushed: [
          { guard: 'blocked', target: 'blocked', actions: 'source' },
          { guard: 'mayGo', target: 'asking', actions: ['source', 'ask'] },
          { target: 'needsDependency', actions: 'source' },
        ],
        pushFails: { target: 'givenUp', actions: 'giveUp' },
        dependencyIsBusy: { actions: 'busy' },
        dependencyIsReady: { actions: 'ready' },
        dependencyFails: { actions: 'fail' },
        breakFile: { target: 'held', actions: 'breakIt' },
        suspended: 'suspended',
        removed: { target: 'gone', actions: 'disown' },
      },
    },
    needsDependency: {
      on: {
        save: { target: 'needsSource', actions: 'want' },
        dependencyIsReady: { target: 'asking', actions: ['ready', 'ask'] },
        dependencyFails: { target: 'blocked', actions: 'fail' },
        nothingHappens: { target: 'givenUp', actions: 'giveUp' },
        breakFile: { target: 'held', actions: 'breakIt' },
        suspended: 'suspended',
        removed: { target: 'gone', actions: 'disown' },
      },
    },
    asking: {
      on: {
        save: { actions: 'wantNewer' },
        breakFile: { actions: 'breakIt' },
        accepted: [
          { guard: 'brokenAndNewer', target: 'held', actions: 'ask' },
          { guard: 'newer', target: 'needsSource', actions: 'ask' },
          { target: 'working' },
        ],
        refusedForNow: [
          { guard: 'refusedBefore', target: 'cutOff', actions: ['refuse'] },
          { target: 'pausing', actions: 'refuse' },
        ],
        refusedForGood: { target: 'givenUp', actions: 'refuse' },
        nothingHappens: { target: 'givenUp', actions: 'giveUp' },
        removed: { target: 'gone', actions: 'disown' },
      },
    },
    working: {
      on: {
        save: { target: 'needsSource', actions: 'want' },
        breakFile: { actions: 'breakIt' },
        becomesReady: [
          { guard: 'broken', target: 'held', actions: 'finish' },
          { target: 'settled', actions: 'finish' },
        ],
        fails: { target: 'givenUp', actions: 'giveUp' },
        nothingHappens: { target: 'givenUp', actions: 'giveUp' },
        suspended: 'suspended',
        removed: { target: 'gone', actions: 'disown' },
      },
    },
    pausing: {
      on: {
        save: { target: 'needsSource', actions: 'want' },
        breakFile: { target: 'held', actions: 'breakIt' },
        pauseEnds: [
          { guard: 'brokenAndUnsourced', target: 'held' },
          { guard: 'sourcedAndBlocked', target: 'blocked' },
          { guard: 'sourcedAndMayGo', target: 'asking', actions: 'ask' },
          { guard: 'sourced', target: 'needsDependency' },
          { target: 'needsSource' },
        ],
        userRetries: [
          { guard: 'brokenAndUnsourced', target: 'held' },
          { guard: 'sourcedAndMayGo', target: 'asking', actions: 'ask' },
          { target: 'needsSource' },
        ],
        removed: { target: 'gone', actions: 'disown' },
      },
    },
    givenUp: {
      on: {
        save: { target: 'needsSource', actions: 'want' },
        breakFile: { target: 'held', actions: ['owe', 'breakIt'] },
        userRetries: { target: 'settled', actions: 'owe' },
        removed: { target: 'gone', actions: 'disown' },
      },
    },
    cutOff: {
      on: {
        save: { target: 'needsSource', actions: 'want' },
        breakFile: { target: 'held', actions: ['owe', 'breakIt'] },
        outagePasses: { target: 'settled', actions: 'owe' },
        userRetries: { target: 'settled', actions: 'owe' },
        removed: { target: 'gone', actions: 'disown' },
      },
    },
    held: {
      on: {
        save: { target: 'needsSource', actions: 'want' },
        mendFile: { target: 'settled', actions: 'mend' },
        userRetries: { target: 'settled', actions: 'owe' },
        removed: { target: 'gone', actions: 'disown' },
      },
    },
    blocked: {
      on: {
        save: { target: 'needsSource', actions: 'want' },
        dependencyIsReady: [
          { guard: 'broken', target: 'held', actions: 'ready' },
          { target: 'asking', actions: ['ready', 'ask'] },
        ],
        breakFile: { target: 'held', actions: 'breakIt' },
        removed: { target: 'gone', actions: 'disown' },
      },
    },
    suspended: {
      on: {
        save: { actions: 'want' },
        resumed: [
          { guard: 'sourcedAndBlocked', target: 'blocked' },
          { guard: 'sourcedAndMayGo', target: 'asking', actions: 'ask' },
          { guard: 'sourced', target: 'needsDependency' },
          { guard: 'owed', target: 'needsSource' },
          { target: 'settled' },
        ],
        removed: { target: 'gone', actions: 'disown' },
      },
    },
    gone: {
      on: {
        appears: 'settled',
      },
    },
  },
});
