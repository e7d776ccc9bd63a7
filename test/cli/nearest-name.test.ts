import { expect, test } from 'vitest';
import { nearestName } from '../../src/cli/nearest-name.ts';

const names = ['watch', 'explain', 'graph', 'quiet-period', 'max-wait'];

test.each([
  ['wacth', 'watch'],
  ['Watch', 'watch'],
  ['explian', 'explain'],
  ['grahp', 'graph'],
  ['quite-period', 'quiet-period'],
  ['maxwait', 'max-wait'],
  ['quiet', 'quiet-period'],
])('%s is a slip for %s', (typed, expected) => {
  expect(nearestName(typed, names)).toBe(expected);
});

test.each(['teleport', '', 'zz'])("'%s' is a slip for none", (typed) => {
  expect(nearestName(typed, names)).toBeUndefined();
});
