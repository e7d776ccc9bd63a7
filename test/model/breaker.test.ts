import { describe, expect } from 'vitest';
import { type BreakerPromise, breakerModel } from '../../models/breaker.ts';
import { DEFAULT_LIMITS } from '../../src/domain/limits.ts';
import { type BreakerContext, breakerMachine } from '../../src/machines/breaker.ts';
import { itIsAsPromised, type ModelState } from '../support/model-paths.ts';
import { OneMachine } from './one-machine.ts';

const LIMITS = { ...DEFAULT_LIMITS, breakerFailuresMax: 2, breakerOpenMsMin: 1_000, breakerOpenMsMax: 4_000 };
const AWAY = { kind: 'unavailable', message: 'connection refused' } as const;
const NAMES = { letting: 'closed', holding: 'open', ready: 'half-open.waiting', probing: 'half-open.probing' };

function begin(): OneMachine<BreakerContext> {
  return new OneMachine({ id: 'breaker/registry', machine: breakerMachine, limits: LIMITS });
}

const ACTIONS: Readonly<Record<string, (rig: OneMachine<BreakerContext>) => void>> = {
  callSucceeds: (rig) => rig.tell({ type: 'CallSucceeded' }),
  callFails: (rig) => rig.tell({ type: 'CallFailed', failure: AWAY }),
  probeGoes: (rig) => rig.tell({ type: 'ProbeStarted' }),
  probeIsLost: (rig) => rig.clock.advance(LIMITS.requestTimeoutMs),
  periodPasses: (rig) => {
    // Not a moment earlier.
    rig.clock.advance(rig.context.probeAt - rig.clock.now() - 1);
    expect(rig.state).toBe('open');
    rig.clock.advance(1);
  },
};

function confirm(rig: OneMachine<BreakerContext>, { value, context }: ModelState): void {
  const { failures, periods } = context as BreakerPromise;
  expect(rig.state).toBe(NAMES[value as keyof typeof NAMES]);
  expect(Math.min(3, rig.context.openings)).toBe(periods);
  if (value === 'letting') expect(rig.context.failures).toBe(failures);
  if (value === 'holding') {
    const periodMs = Math.min(LIMITS.breakerOpenMsMax, LIMITS.breakerOpenMsMin * 2 ** (rig.context.openings - 1));
    expect(rig.context.probeAt - rig.clock.now(), 'the time left of a period').toBeLessThanOrEqual(periodMs);
    expect(rig.timers).toEqual(['openPeriod']);
  }
}

describe('calls to something that is away are held back as promised', () => {
  itIsAsPromised(breakerModel, 20, {
    begin,
    act: (rig, event) => ACTIONS[event]?.(rig),
    confirm,
    end: (rig) => rig.stop(),
  });
});
