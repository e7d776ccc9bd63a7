import fc from 'fast-check';
import { expect, test } from 'vitest';
import { oneLine, textWidth, truncate, wrap } from '../../src/ui/text-width.ts';

test.each([
  ['plain', 5],
  ['', 0],
  ['\u001b[31mred\u001b[39m', 3],
  ['日本', 4],
  ['é', 1],
  ['e\u0301', 1],
  ['✅', 2],
  ['👩‍💻', 2],
  ['⠋ ✓ …', 5],
])('%s takes %d cells', (text, cells) => {
  expect(textWidth(text)).toBe(cells);
});

test('a truncated colour is closed', () => {
  expect(truncate('\u001b[31mvery red\u001b[39m', 5)).toBe('\u001b[31mvery…\u001b[0m');
});

test('a wide character that would stick out is left off', () => {
  expect(truncate('a日本語', 4)).toBe('a日…');
});

test('what fits is left alone', () => {
  expect(truncate('fits', 4)).toBe('fits');
});

test('whatever the text, it is truncated and wrapped to the width', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), fc.integer({ min: 2, max: 30 }), (raw, width) => {
      const text = oneLine(raw);
      expect(textWidth(truncate(text, width))).toBeLessThanOrEqual(width);
      const lines = wrap(text, width);
      for (const line of lines) expect(textWidth(line)).toBeLessThanOrEqual(width);
      // Nothing is lost but the spaces at the breaks.
      expect(lines.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
    }),
  );
});

test('words are kept whole where they fit', () => {
  expect(wrap('the quick brown fox', 10)).toEqual(['the quick', 'brown fox']);
  expect(wrap('the quick brown fox', Number.POSITIVE_INFINITY)).toEqual(['the quick brown fox']);
});

test('text from outside cannot steer the terminal', () => {
  expect(oneLine('a\u001b[2Jb\u0007\r\nc\u001b]0;title\u0007d\u202ee')).not.toMatch(/\p{Cc}|\u202e/u);
  expect(oneLine('two\n  lines\t here ')).toBe('two lines here');
});
