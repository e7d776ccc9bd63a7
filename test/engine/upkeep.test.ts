import { describe, expect, test } from 'vitest';
import { Upkeep } from '../../src/engine/upkeep.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

function upkeep(options: { readonly overdueMs?: number } = {}) {
  const clock = new VirtualClock();
  const startedAt = clock.now();
  const world = { isDue: true, freeForMs: Number.POSITIVE_INFINITY, doneAtMs: [] as number[] };
  const kept = new Upkeep({
    clock,
    isDue: () => world.isDue,
    freeForMs: () => world.freeForMs,
    overdueMs: options.overdueMs ?? 1_000,
    work: () => void world.doneAtMs.push(clock.now() - startedAt),
  });
  return { clock, world, kept };
}

describe('upkeep', () => {
  test('is done 50 ms after the last event', () => {
    const { clock, world, kept } = upkeep();
    kept.note();
    clock.advance(30);
    kept.note();
    clock.advance(49);
    expect(world.doneAtMs).toEqual([]);
    clock.advance(1);
    expect(world.doneAtMs).toEqual([80]);
  });

  test('waits for no rest where nothing is due, and leaves no alarm behind', () => {
    const { clock, world, kept } = upkeep();
    world.isDue = false;
    kept.note();
    world.isDue = true;
    clock.advance(5_000);
    expect(world.doneAtMs).toEqual([]);
  });

  test('holds up neither what is under way nor a timer that is about to ring', () => {
    const { clock, world, kept } = upkeep();
    world.freeForMs = 20;
    kept.note();
    clock.advance(200);
    expect(world.doneAtMs).toEqual([]);
    world.freeForMs = 75;
    kept.note();
    clock.advance(50);
    expect(world.doneAtMs).toEqual([250]);
  });

  test('is done all the same where there is no rest for a second', () => {
    const { clock, world, kept } = upkeep();
    for (let ms = 0; ms < 1_500; ms += 10) {
      kept.note();
      clock.advance(10);
    }
    expect(world.doneAtMs).toEqual([1_000]);
    world.freeForMs = 0;
    clock.advance(2_000);
    expect(world.doneAtMs).toHaveLength(2);
  });

  test('is left undone without a rest where it is no matter of time', () => {
    const { clock, world, kept } = upkeep({ overdueMs: Number.POSITIVE_INFINITY });
    world.freeForMs = 0;
    kept.note();
    clock.advance(60_000);
    expect(world.doneAtMs).toEqual([]);
    world.freeForMs = Number.POSITIVE_INFINITY;
    kept.note();
    clock.advance(50);
    expect(world.doneAtMs).toEqual([60_050]);
  });

  test('is not done after it was stopped', () => {
    const { clock, world, kept } = upkeep();
    kept.note();
    kept.stop();
    clock.advance(5_000);
    expect(world.doneAtMs).toEqual([]);
  });
});
