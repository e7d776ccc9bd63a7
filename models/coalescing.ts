import { assign, setup } from 'xstate';

/**
 * What a user is promised about saves, cycles and retries, written down independently of the watch machine: its own states, its own
 * words, no code shared. Paths through this chart are driven through the real engine (test/model).
 *
 * - A save is decided once it has been quiet, and never lost, whatever goes on when it comes.
 * - Targets in flight do not hold up the decision of a newer save.
 * - An uncertain decision is a full reconcile; a failed step is tried again with everything still owed; a fresh save does not wait for
 *   the retry, and does not reset its count.
 */
export interface CoalescingContext {
  /** Something was saved, or is owed again, that no decision has taken up. */
  readonly owed: boolean;
  /** Targets were asked and have not all answered. */
  readonly running: boolean;
  /** The decision that counts last was a full reconcile. */
  readonly full: boolean;
  /** Failed steps in a row, counted to 2. */
  readonly failures: number;
}

export type CoalescingEvent =
  | { readonly type: 'save' }
  | { readonly type: 'quiet' }
  | { readonly type: 'decideTargeted' }
  | { readonly type: 'decideFull' }
  | { readonly type: 'decideNothing' }
  | { readonly type: 'decisionFails' }
  | { readonly type: 'pushSucceeds' }
  | { readonly type: 'pushFails' }
  | { readonly type: 'allAnswer' }
  | { readonly type: 'retryDue' };

export const coalescingModel = setup({
  types: { context: {} as CoalescingContext, events: {} as CoalescingEvent },
  actions: {
    owe: assign({ owed: true }),
    takeUp: assign({ owed: false }),
    run: assign({ running: true, full: false }),
    runFull: assign({ running: true, full: true }),
    answer: assign({ running: false }),
    fail: assign({ failures: ({ context }) => Math.min(2, context.failures + 1), owed: true }),
    recover: assign({ failures: 0 }),
  },
  guards: {
    running: ({ context }) => context.running,
    runningFull: ({ context }) => context.running && context.full,
    owed: ({ context }) => context.owed,
  },
}).createMachine({
  id: 'coalescing',
  context: { owed: false, running: false, full: false, failures: 0 },
  initial: 'resting',
  states: {
    resting: { on: { save: { target: 'settling', actions: 'owe' } } },
    settling: {
      on: { save: { actions: 'owe' }, quiet: { target: 'deciding', actions: 'takeUp' } },
    },
    deciding: {
      on: {
        save: { actions: 'owe' },
        decideTargeted: { target: 'workingTargeted', actions: 'run' },
        decideFull: { target: 'workingFull', actions: 'runFull' },
        decideNothing: [
          { guard: 'runningFull', target: 'workingFull', actions: 'recover' },
          { guard: 'running', target: 'workingTargeted', actions: 'recover' },
          { guard: 'owed', target: 'settling', actions: 'recover' },
          { target: 'resting', actions: 'recover' },
        ],
        decisionFails: { target: 'retrying', actions: 'fail' },
        pushSucceeds: { actions: 'recover' },
        pushFails: { actions: 'fail' },
        allAnswer: { guard: 'running', actions: 'answer' },
      },
    },
    workingTargeted: {
      on: {
        save: { actions: 'owe' },
        quiet: { guard: 'owed', target: 'deciding', actions: 'takeUp' },
        pushSucceeds: { actions: 'recover' },
        pushFails: { target: 'retrying', actions: 'fail' },
        allAnswer: [
          { guard: 'owed', target: 'settling', actions: 'answer' },
          { target: 'resting', actions: 'answer' },
        ],
      },
    },
    workingFull: {
      on: {
        save: { actions: 'owe' },
        quiet: { guard: 'owed', target: 'deciding', actions: 'takeUp' },
        pushSucceeds: { actions: 'recover' },
        pushFails: { target: 'retrying', actions: 'fail' },
        allAnswer: [
          { guard: 'owed', target: 'settling', actions: 'answer' },
          { target: 'resting', actions: 'answer' },
        ],
      },
    },
    retrying: {
      on: {
        save: { target: 'settling', actions: 'owe' },
        retryDue: { target: 'deciding', actions: 'takeUp' },
      },
    },
  },
});
