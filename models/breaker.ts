import { assign, setup } from 'xstate';

/**
 * What is promised of a circuit breaker, written down independently of the breaker machine.
 *
 * - Some failures in a row (here 2) hold calls back; a success in between begins the count anew.
 * - While held back, nothing is let through until a period has passed; it grows with each time it was in vain, up to a bound.
 * - Then one probe at a time: its success lets everything through again, its failure begins another period, and a probe
 *   whose answer never comes makes room for another.
 * - A call that was under way when calls were held back, and comes back well, ends it.
 */
export interface BreakerPromise {
  /** Failures in a row while everything is let through. */
  readonly failures: number;
  /** Periods in a row, counted to 3. */
  readonly periods: number;
}

export type BreakerModelEvent =
  | { readonly type: 'callSucceeds' }
  | { readonly type: 'callFails' }
  | { readonly type: 'periodPasses' }
  | { readonly type: 'probeGoes' }
  | { readonly type: 'probeIsLost' };

export const breakerModel = setup({
  types: { context: {} as BreakerPromise, events: {} as BreakerModelEvent },
  actions: {
    count: assign({ failures: ({ context }) => context.failures + 1 }),
    holdBack: assign({ failures: 0, periods: ({ context }) => Math.min(3, context.periods + 1) }),
    forget: assign({ failures: 0, periods: 0 }),
  },
  guards: { second: ({ context }) => context.failures === 1 },
}).createMachine({
  id: 'breakerModel',
  context: { failures: 0, periods: 0 },
  initial: 'letting',
  states: {
    letting: {
      on: {
        callSucceeds: { actions: 'forget' },
        callFails: [{ guard: 'second', target: 'holding', actions: 'holdBack' }, { actions: 'count' }],
      },
    },
    holding: {
      on: {
        callSucceeds: { target: 'letting', actions: 'forget' },
        callFails: {},
        periodPasses: 'ready',
      },
    },
    ready: {
      on: {
        probeGoes: 'probing',
        callSucceeds: { target: 'letting', actions: 'forget' },
        callFails: { target: 'holding', actions: 'holdBack' },
      },
    },
    probing: {
      on: {
        callSucceeds: { target: 'letting', actions: 'forget' },
        callFails: { target: 'holding', actions: 'holdBack' },
        probeIsLost: 'ready',
      },
    },
  },
});
