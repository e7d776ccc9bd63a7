import { expect, test } from 'vitest';
import { createTerminal } from '../../src/ui/terminal.ts';
import { createScreen } from './screen.ts';

test('the region stays beneath the lines that are printed', () => {
  const screen = createScreen(40);
  const terminal = createTerminal(screen.io);
  terminal.setRegion(['waiting for a', 'waiting for b']);
  terminal.print(['a is ready']);
  expect(screen.rows()).toEqual(['a is ready', 'waiting for a', 'waiting for b']);
  terminal.setRegion(['waiting for b']);
  terminal.print(['b is ready', '']);
  terminal.setRegion([]);
  expect(screen.rows()).toEqual(['a is ready', 'b is ready', '']);
});

test('what goes to stderr stands above the region, where both are the same terminal', () => {
  const screen = createScreen(40);
  const terminal = createTerminal({ ...screen.io, stderr: screen.io.stdout });
  terminal.setRegion(['waiting for a', 'waiting for b']);
  terminal.printError(['a failed', 'its log']);
  expect(screen.rows()).toEqual(['a failed', 'its log', 'waiting for a', 'waiting for b']);
  terminal.setRegion([]);
  expect(screen.rows()).toEqual(['a failed', 'its log']);
  expect(screen.cursorHidden()).toBe(false);
});

test('the cursor is hidden only while there is a region, and given back on close', () => {
  const screen = createScreen(40);
  const terminal = createTerminal(screen.io);
  expect(screen.cursorHidden()).toBe(false);
  terminal.setRegion(['busy']);
  expect(screen.cursorHidden()).toBe(true);
  terminal.close();
  terminal.close();
  expect(screen.cursorHidden()).toBe(false);
  expect(screen.rows()).toEqual([]);
});

test('nothing is drawn in the region after close, while lines still get through', () => {
  const screen = createScreen(40);
  const terminal = createTerminal(screen.io);
  terminal.close();
  terminal.setRegion(['late']);
  terminal.print(['bye']);
  expect(screen.rows()).toEqual(['bye']);
});

test('no line of the region is as wide as the terminal, which would wrap it', () => {
  const screen = createScreen(30);
  createTerminal(screen.io).setRegion(['x'.repeat(100)]);
  expect(screen.rows()).toEqual([`${'x'.repeat(28)}…`]);
});

test('a pseudo-terminal without a size is taken for one of 80 columns', () => {
  const screen = createScreen(0, 0);
  const terminal = createTerminal(screen.io);
  terminal.setRegion(['x'.repeat(60), 'another']);
  expect(screen.rows()).toEqual(['x'.repeat(60), 'another']);
  expect(terminal.style().width).toBe(80);
});

test('a region higher than the terminal shows what fits', () => {
  const screen = createScreen(40, 6);
  createTerminal(screen.io).setRegion(Array.from({ length: 20 }, (_, index) => `line ${index}`));
  expect(screen.rows()).toEqual(['line 0', 'line 1', 'line 2', 'line 3']);
});

test('a terminal made narrower leaves no remains of the region', () => {
  const screen = createScreen(60);
  const terminal = createTerminal(screen.io);
  terminal.print(['done']);
  terminal.setRegion(['a'.repeat(50), 'short']);
  screen.resize(30);
  expect(screen.rows()).toEqual(['done', `${'a'.repeat(28)}…`, 'short']);
  terminal.setRegion([]);
  expect(screen.rows()).toEqual(['done']);
  expect(terminal.style().width).toBe(30);
});

test('without a terminal lines are as long as they are and there is no region', () => {
  let printed = '';
  const stdout = { write: (text: string) => (printed += text) };
  const terminal = createTerminal({ stdout, stderr: stdout, isTty: false, color: false, env: {} });
  terminal.setRegion(['busy']);
  terminal.print(['y'.repeat(300)]);
  terminal.close();
  expect(printed).toBe(`${'y'.repeat(300)}\n`);
  expect(terminal.live).toBe(false);
  expect(terminal.style().width).toBe(Number.POSITIVE_INFINITY);
});

test('a dumb terminal gets plain lines', () => {
  const screen = createScreen(40);
  const terminal = createTerminal({ ...screen.io, env: { TERM: 'dumb' } });
  terminal.setRegion(['busy']);
  terminal.print(['done']);
  expect(screen.rows()).toEqual(['done']);
});

test.each([
  [{ LANG: 'en_US.UTF-8' }, '✓'],
  [{ LANG: 'de_AT.utf8' }, '✓'],
  [{ LC_ALL: 'C', LANG: 'en_US.UTF-8' }, 'ok'],
  [{ LANG: 'C.UTF-8', TERM: 'linux' }, 'ok'],
  [{ TERM_PROGRAM: 'ghostty' }, '✓'],
  [{}, 'ok'],
])('with %o a success is shown as %s', (env, symbol) => {
  const { io } = createScreen(40);
  expect(createTerminal({ ...io, env }).style().symbols.ready).toBe(symbol);
});
