import { expect, test } from 'vitest';
import { SortedKeys } from '../../src/embedded/store/sorted-keys.ts';

test('keys added in any order, few or many between two looks, are always in order', () => {
  const keys = new SortedKeys();
  const expected: string[] = [];
  let seed = 7;
  const next = (max: number): number => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed % max;
  };
  for (let round = 0; round < 60; round += 1) {
    for (let count = next(40); count > 0; count -= 1) {
      const key = `ns-${next(3)}/${next(1_000_000)}`;
      if (expected.includes(key)) continue;
      keys.add(key);
      expected.push(key);
    }
    const gone = expected[next(expected.length + 1)];
    if (gone !== undefined) {
      keys.delete(gone);
      expected.splice(expected.indexOf(gone), 1);
    }
    expect(keys.all()).toEqual([...expected].sort());
  }
});

test('a key that is not there has a place all the same, and is not deleted', () => {
  const keys = new SortedKeys();
  for (const key of ['b', 'd', 'a']) keys.add(key);
  keys.delete('c');
  expect([keys.placeOf('c'), keys.placeOf('0'), keys.placeOf('z'), keys.all()]).toEqual([2, 0, 3, ['a', 'b', 'd']]);
});
