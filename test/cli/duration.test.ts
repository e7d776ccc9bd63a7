import { expect, test } from 'vitest';
import { parseDurationMs } from '../../src/cli/duration.ts';

test.each([
  ['75ms', 75],
  ['2s', 2_000],
  ['1.5s', 1_500],
  ['5m', 300_000],
  ['1m30s', 90_000],
  ['1h', 3_600_000],
  ['30d', 2_592_000_000],
  ['0', 0],
  ['0s', 0],
])('%s is %d ms', (text, expected) => {
  expect(parseDurationMs(text)).toBe(expected);
});

test.each(['', '5', 's', '-1s', '1 s', '1,5s', '5 minutes', '1e3ms', '99999999999999999999d', 'Infinity'])(
  "'%s' is no duration",
  (text) => {
    expect(parseDurationMs(text)).toBeUndefined();
  },
);
