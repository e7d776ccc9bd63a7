import { expect, test } from 'vitest';
import { rescanHints } from '../../src/streams/rescan-hints.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

function hints(everyMs = 60_000) {
  const clock = new VirtualClock();
  const startedAt = clock.now();
  const askedAtMs: number[] = [];
  const rescans = rescanHints(clock, everyMs, () => void askedAtMs.push(clock.now() - startedAt));
  return { clock, askedAtMs, rescans };
}

test('the tree is looked at each minute where nothing happens', () => {
  const { clock, askedAtMs } = hints();
  clock.advance(180_000);
  expect(askedAtMs).toEqual([60_000, 120_000, 180_000]);
});

test("the minute's look waits until a save is over, instead of holding it up", () => {
  const { clock, askedAtMs, rescans } = hints();
  clock.advance(59_990);
  rescans.note();
  clock.advance(1_999);
  expect(askedAtMs).toEqual([]);
  clock.advance(120_000);
  expect(askedAtMs).toEqual([61_990, 121_990]);
});

test('whoever saves without an end has the tree looked at every two minutes', () => {
  const { clock, askedAtMs, rescans } = hints();
  for (let ms = 0; ms < 300_000; ms += 500) {
    rescans.note();
    clock.advance(500);
  }
  expect(askedAtMs).toEqual([120_000, 240_000]);
});

test('a burst that may have lost events is followed by a look, whenever the next one is due', () => {
  const { clock, askedAtMs, rescans } = hints();
  for (let event = 0; event < 256; event += 1) rescans.note();
  clock.advance(1_000);
  expect(askedAtMs).toEqual([250]);
});
