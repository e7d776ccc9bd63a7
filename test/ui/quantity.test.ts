import { expect, test } from 'vitest';
import { formatBytes, formatCount, formatElapsed } from '../../src/ui/quantity.ts';

test.each([
  [0, '0 ms'],
  [-5, '0 ms'],
  [219.6, '220 ms'],
  [999.6, '1.0 s'],
  [2_340, '2.3 s'],
  [9_960, '10 s'],
  [59_600, '1 min 00 s'],
  [125_000, '2 min 05 s'],
  [12_000_000, '3 h 20 min'],
])('%d ms is %s', (elapsedMs, text) => {
  expect(formatElapsed(elapsedMs)).toBe(text);
});

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [14_230, '14.2 kB'],
  [999_960, '1.0 MB'],
])('%d bytes are %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

test('one is singular, none and many are plural', () => {
  expect([0, 1, 1_200].map((count) => formatCount(count, 'file'))).toEqual(['0 files', '1 file', '1,200 files']);
});
