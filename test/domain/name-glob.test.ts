import { expect, test } from 'vitest';
import { nameGlob } from '../../src/domain/name-glob.ts';

test.each([
  ['my-*.yaml', 'my-app.yaml', true],
  ['my-*.yaml', 'your-app.yaml', false],
  ['[a-c]x*', 'bx1', true],
  ['[a\\-c]x', '-x', true],
  ['[a\\-c]x', 'bx', false],
  ['[^a-c]-?', 'd-1', true],
  ['a/b*', 'a/bc', true],
])('the glob %s tested on %s is %s', (pattern, name, matches) => {
  expect(nameGlob(pattern)(name)).toBe(matches);
});
