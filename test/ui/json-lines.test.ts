import { expect, test } from 'vitest';
import { createJsonLines, jsonLine } from '../../src/ui/json-lines.ts';

test('each value is one line that reads back as it was', () => {
  let printed = '';
  const print = createJsonLines({ write: (text) => (printed += text) });
  const values = [{ type: 'FilesChanged', paths: ['a\nb.yaml', 'c\u2028d'] }, [1, null], 'text'];
  for (const value of values) print(value);
  expect(
    printed
      .split(/[\n\u2028\u2029]/)
      .slice(0, -1)
      .map((line) => JSON.parse(line)),
  ).toEqual(values);
});

test('what JSON does not know is null, not an empty line', () => {
  expect(jsonLine(undefined)).toBe('null\n');
});
