import { expect, test } from 'vitest';
import { UNAVAILABLE, WatchRig } from '../support/watch-rig.ts';

const BREAKER = 'breaker/registry';

test('a probe whose answer a crash has swallowed does not keep the breaker shut for ever', () => {
  const rig = new WatchRig();
  for (let failures = 0; failures < rig.limits.breakerFailuresMax; failures += 1)
    rig.engine.dispatch({ machine: BREAKER, type: 'CallFailed', failure: UNAVAILABLE });
  expect(rig.stateOf(BREAKER)).toBe('open');
  rig.clock.advance(rig.limits.breakerOpenMsMin);
  rig.engine.dispatch({ machine: BREAKER, type: 'ProbeStarted' });
  rig.boot();
  const mayProbe = (): boolean | undefined =>
    rig.engine.state.machines.get(BREAKER)?.matches({ 'half-open': 'waiting' } as never);
  expect(mayProbe()).toBe(false);
  rig.clock.advance(rig.limits.requestTimeoutMs);
  expect(mayProbe()).toBe(true);
});
