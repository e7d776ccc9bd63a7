import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { confirm } from '../../src/ui/confirm.ts';

function asking(
  typed: string,
  options: { readonly isTty?: boolean; readonly signal?: AbortSignal; readonly open?: boolean } = {},
) {
  let asked = '';
  const stdin = Object.assign(new PassThrough(), { isTTY: true });
  stdin.write(typed);
  if (options.open !== true) stdin.end();
  const io = {
    stdin,
    stderr: {
      write: (text: unknown) => {
        asked += String(text);
        return true;
      },
    },
    isTty: options.isTty ?? true,
    signal: options.signal ?? new AbortController().signal,
  };
  return { answer: confirm(io, 'Use context prod?'), asked: () => asked };
}

test.each(['y\n', 'yes\n', ' YES \n', 'y'])('%j is a yes', async (typed) => {
  const { answer, asked } = asking(typed);
  expect(await answer).toBe(true);
  expect(asked()).toContain('Use context prod?');
});

test.each(['\n', 'n\n', 'yep\n', '', 'no\nyes\n'])('%j is a no', async (typed) => {
  expect(await asking(typed).answer).toBe(false);
});

test('without a terminal nobody is asked', async () => {
  const { answer, asked } = asking('yes\n', { isTty: false });
  expect(await answer).toBe(false);
  expect(asked()).toBe('');
});

test('Ctrl-C at the question is a no', async () => {
  const interruption = new AbortController();
  const { answer } = asking('', { signal: interruption.signal, open: true });
  interruption.abort();
  expect(await answer).toBe(false);
});
