import { describe, expect, test } from 'vitest';
import { newestInRange } from '../../src/embedded/flux/semver-range.ts';

const TAGS = [
  '0.1.0',
  '0.2.3',
  '1.0.0',
  '1.2.3',
  'v1.3.0',
  '1.4.0-rc.1',
  '1.4.0-rc.10',
  '2.0.0',
  '2.1.0-beta',
  'latest',
  '1.x',
];

describe('the newest tag in a range', () => {
  test.each([
    ['*', '2.0.0'],
    ['>=1.0.0', '2.0.0'],
    ['>= 1.0.0, < 2.0.0', 'v1.3.0'],
    ['>=1.0.0 <2.0.0', 'v1.3.0'],
    ['1.x', 'v1.3.0'],
    ['1', 'v1.3.0'],
    ['1.2', '1.2.3'],
    ['1.2.3', '1.2.3'],
    ['~1.2', '1.2.3'],
    ['~1', 'v1.3.0'],
    ['^1.0.0', 'v1.3.0'],
    ['^0.1.0', '0.1.0'],
    ['^0.1', '0.1.0'],
    ['0.1 - 1.0.0', '1.0.0'],
    ['<1.0.0', '0.2.3'],
    ['<=1.2', '1.2.3'],
    ['>1.2', '2.0.0'],
    ['!=2.0.0', 'v1.3.0'],
    ['1.0.0 || 0.2.x', '1.0.0'],
    ['>=1.0.0-0', '2.1.0-beta'],
    ['~1.4.0-0', '1.4.0-rc.10'],
    ['>=1.0.0-0 <2.0.0', '1.4.0-rc.10'],
  ])('%s is %s', (range, newest) => {
    expect(newestInRange(TAGS, range)).toBe(newest);
  });

  test('a filter on the tags comes first', () => {
    expect(newestInRange(TAGS, '*', '^v')).toBe('v1.3.0');
    expect(newestInRange(TAGS, '>=1.0.0-0', '-rc\\.')).toBe('1.4.0-rc.10');
  });

  test('a range that nothing fits, and one that is none, are told apart', () => {
    expect(() => newestInRange(TAGS, '>=3.0.0')).toThrow('no match found for semver: >=3.0.0');
    expect(() => newestInRange(TAGS, 'newest')).toThrow("semver 'newest' parse error: improper constraint: newest");
  });
});
