import { describe, expect, test } from 'vitest';
import { applyFixture } from './apply-fixture.ts';
import { refusal } from './store-fixture.ts';

function configMap(): ReturnType<typeof applyFixture> {
  const fixture = applyFixture();
  const metadata = { finalizers: ['a.b/1', 'a.b/2'], annotations: { 'x.y/z': '1' } };
  fixture.make('ConfigMap', 'x', metadata, { data: { a: '1', b: '2' } });
  return fixture;
}

/** Operations on a ConfigMap with the finalizers a.b/1, a.b/2, and what a real server makes of them. */
const DONE: readonly (readonly [what: string, operation: object, part: object])[] = [
  ['add', { op: 'add', path: '/data/c', value: '3' }, { data: { a: '1', b: '2', c: '3' } }],
  ['add of null', { op: 'add', path: '/data/c', value: null }, { data: { a: '1', b: '2', c: '' } }],
  [
    'add at an index',
    { op: 'add', path: '/metadata/finalizers/0', value: 'a.b/0' },
    { metadata: { finalizers: ['a.b/0', 'a.b/1', 'a.b/2'] } },
  ],
  [
    'add at the end',
    { op: 'add', path: '/metadata/finalizers/-', value: 'a.b/3' },
    { metadata: { finalizers: ['a.b/1', 'a.b/2', 'a.b/3'] } },
  ],
  [
    'add at -1',
    { op: 'add', path: '/metadata/finalizers/-1', value: 'a.b/3' },
    { metadata: { finalizers: ['a.b/1', 'a.b/2', 'a.b/3'] } },
  ],
  ['remove', { op: 'remove', path: '/data/a' }, { data: { b: '2' } }],
  ['remove at -1', { op: 'remove', path: '/metadata/finalizers/-1' }, { metadata: { finalizers: ['a.b/1'] } }],
  ['replace', { op: 'replace', path: '/data/a', value: '9' }, { data: { a: '9', b: '2' } }],
  [
    'replace at 01',
    { op: 'replace', path: '/metadata/finalizers/01', value: 'a.b/7' },
    { metadata: { finalizers: ['a.b/1', 'a.b/7'] } },
  ],
  [
    'replace of what is not there',
    { op: 'replace', path: '/data/c', value: '3' },
    { data: { a: '1', b: '2', c: '3' } },
  ],
  ['move', { op: 'move', from: '/data/a', path: '/data/c' }, { data: { b: '2', c: '1' } }],
  ['copy', { op: 'copy', from: '/data/a', path: '/data/c' }, { data: { a: '1', b: '2', c: '1' } }],
  ['copy of what is not there', { op: 'copy', from: '/data/z', path: '/data/c' }, { data: { a: '1', b: '2', c: '' } }],
  ['test', { op: 'test', path: '/data/a', value: '1' }, { data: { a: '1', b: '2' } }],
  ['test of nothing for null', { op: 'test', path: '/data/z', value: null }, { data: { a: '1', b: '2' } }],
  [
    'a name with a slash',
    { op: 'replace', path: '/metadata/annotations/x.y~1z', value: '2' },
    { metadata: { annotations: { 'x.y/z': '2' } } },
  ],
  ['a name that is a dash', { op: 'add', path: '/data/-', value: '3' }, { data: { a: '1', b: '2', '-': '3' } }],
];

/** Operations that do not fit: each is 422 without a word on why, as in a real server. */
const REFUSED: readonly (readonly [what: string, operation: unknown])[] = [
  ['a test that fails', { op: 'test', path: '/data/a', value: '2' }],
  ['a test of what is not there', { op: 'test', path: '/data/z', value: '2' }],
  ['a test below what is not there', { op: 'test', path: '/z/z', value: '2' }],
  ['a test of another type', { op: 'test', path: '', value: {} }],
  ['remove of what is not there', { op: 'remove', path: '/data/z' }],
  ['remove below what is not there', { op: 'remove', path: '/z/z' }],
  ['remove of everything', { op: 'remove', path: '' }],
  ['add below what is not there', { op: 'add', path: '/z/z', value: '1' }],
  ['add of everything', { op: 'add', path: '', value: {} }],
  ['add beyond the end', { op: 'add', path: '/metadata/finalizers/99', value: 'a.b/0' }],
  ['replace beyond the end', { op: 'replace', path: '/metadata/finalizers/99', value: 'a.b/0' }],
  ['replace at no index', { op: 'replace', path: '/metadata/finalizers/x', value: 'a.b/0' }],
  ['remove of the item to come', { op: 'remove', path: '/metadata/finalizers/-' }],
  ['move of what is not there', { op: 'move', from: '/data/z', path: '/data/y' }],
  ['move from nowhere', { op: 'move', path: '/data/y' }],
  ['an unknown operation', { op: 'bogus', path: '/data/a', value: '1' }],
  ['no operation', { path: '/data/a', value: '1' }],
  ['no path', { op: 'add', value: '1' }],
  ['null', null],
];

describe('a JSON patch', () => {
  test.each(DONE)('does %s', (_what, operation, part) => {
    expect(configMap().patch('json', 'ConfigMap', 'x', [operation])).toMatchObject(part);
  });

  test.each(REFUSED)('refuses %s', (_what, operation) => {
    const { patch, find } = configMap();
    const before = find('ConfigMap', 'x');
    const first = { op: 'add', path: '/data/first', value: '1' };
    expect(refusal(() => patch('json', 'ConfigMap', 'x', [first, operation]))).toMatchObject({
      code: 422,
      reason: 'Invalid',
      message: 'the server rejected our request due to an error in our request',
      details: {},
    });
    expect(find('ConfigMap', 'x')).toBe(before);
  });

  test('of more than 10,000 operations is too large', () => {
    const operations = Array.from({ length: 10_001 }, () => ({ op: 'test', path: '/kind', value: 'ConfigMap' }));
    expect(refusal(() => configMap().patch('json', 'ConfigMap', 'x', operations))).toMatchObject({
      code: 413,
      message: 'Request entity too large: The allowed maximum operations in a JSON patch is 10000, got 10001',
    });
  });

  test('with more to an operation than it knows is warned of, or refused when it is to be strict', () => {
    const { patch } = configMap();
    const operations = [{ op: 'add', path: '/data/c', value: '3', bogus: 1 }];
    const warnings: string[] = [];
    patch('json', 'ConfigMap', 'x', operations, { fieldValidation: 'Warn', warn: (text) => warnings.push(text) });
    expect(warnings).toEqual(['json patch unknown field "[0].bogus"']);
    const strict = refusal(() => patch('json', 'ConfigMap', 'x', operations, { fieldValidation: 'Strict' }));
    expect(strict.code).toBe(422);
    expect(strict.message).toMatch(/: strict decoding error: json patch unknown field "\[0\].bogus"$/);
  });
});
