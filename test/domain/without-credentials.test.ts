import { expect, test } from 'vitest';
import { withoutCredentials } from '../../src/domain/without-credentials.ts';

test.for<[string, string]>([
  ['oci://someone:secret@registry.example/shop: not found', 'oci://…@registry.example/shop: not found'],
  ['https://token@git.example/shop and http://a:b@c/d', 'https://…@git.example/shop and http://…@c/d'],
  ['sent Authorization: Bearer abcdefgh1234', 'sent Authorization: Bearer …'],
  ['authorization: basic  dXNlcjpzZWNyZXQ=', 'authorization: basic …'],
  ['BEARER\nabcdefgh1234', 'BEARER …'],
])('%s', ([text, shown]) => {
  expect(withoutCredentials(text)).toBe(shown);
});

test.for(['', 'applied revision: latest@sha256:0a1b', 'a forbearer of basics', 'oci://registry.example/shop'])(
  'nothing is taken from "%s"',
  (text) => {
    expect(withoutCredentials(text)).toBe(text);
  },
);
