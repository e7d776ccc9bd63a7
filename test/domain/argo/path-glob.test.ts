import { expect, test } from 'vitest';
import { pathGlob } from '../../../src/domain/argo/path-glob.ts';

test.each([
  ['*.yaml', 'a/b-c.yaml', true],
  ['{config.yaml,env-usw2/*}', 'env-usw2/deep/web.yaml', true],
  ['{config.yaml,env-usw2/*}', 'config.yaml', true],
  ['{config.yaml,env-usw2/*}', 'env-use2/web.yaml', false],
  ['[!a]b.json', 'ab.json', false],
  ['[!a]b.json', 'cb.json', true],
  ['a?c', 'abc', true],
  ['a\\*c', 'a*c', true],
  ['a\\*c', 'abc', false],
  ['a.yaml', 'a-yaml', false],
  ['{a', 'a', false],
])('the glob %s tested on %s is %s', (pattern, path, matches) => {
  expect(pathGlob(pattern)(path)).toBe(matches);
});
