import { expect, test } from 'vitest';
import { artifactConfig, contentDigestOf, targetBuildsOf, targetDigestsOf } from '../../src/effects/push-artifact.ts';

test('what is written into an artifact can be read from it, and is the same however it is ordered', () => {
  const config = artifactConfig('all', { b: 'digest b', a: 'digest a' }, { b: 'build b', a: 'build a' });
  const read: unknown = JSON.parse(JSON.stringify(config));
  expect(contentDigestOf(read)).toBe('all');
  expect(targetDigestsOf(read)).toEqual({ a: 'digest a', b: 'digest b' });
  expect(targetBuildsOf(read)).toEqual({ a: 'build a', b: 'build b' });
  const other = artifactConfig('all', { a: 'digest a', b: 'digest b' }, { a: 'build a', b: 'build b' });
  expect(JSON.stringify(other)).toBe(JSON.stringify(config));
});

test('an artifact that is for no target in particular has the config that it always had', () => {
  expect(artifactConfig('all', {})).toEqual({
    'reconcile-machine.dev/content': 'all',
    'reconcile-machine.dev/targets': {},
  });
});

test('what an older version pushed, or another tool, says nothing of builds', () => {
  const older = { 'reconcile-machine.dev/content': 'all', 'reconcile-machine.dev/targets': { a: 'digest a' } };
  expect(targetDigestsOf(older)).toEqual({ a: 'digest a' });
  for (const config of [older, {}, null, 'text', { 'reconcile-machine.dev/builds': 'text' }])
    expect(targetBuildsOf(config)).toBeUndefined();
});
