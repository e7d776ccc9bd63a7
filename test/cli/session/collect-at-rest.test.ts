import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { collectAtRest } from '../../../src/cli/session/collect-at-rest.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

/** So much garbage that the heap has grown to `bytes`, and something in it to be missed. */
function leaveGarbage(bytes: number): WeakRef<object> {
  const pieces: object[] = [];
  while (process.memoryUsage().heapUsed < bytes) pieces.push(new Array(100_000).fill(0));
  return new WeakRef({ pieces });
}

test('what saves left behind is collected once they are over', async () => {
  const clock = new VirtualClock();
  const garbage = collectAtRest(clock, () => true);
  const { heapUsed } = process.memoryUsage();
  // The first rest shows what there is.
  garbage.note();
  clock.advance(50);
  const left = leaveGarbage(heapUsed * 1.3);
  await nextTurn();
  garbage.note();
  clock.advance(50);
  expect(left.deref()).toBeUndefined();
  garbage.stop();
});
