import { expect, test } from 'vitest';
import { createTerminal } from '../../src/ui/terminal.ts';
import { createWatchView } from '../../src/ui/watch-view.ts';
import { createScreen } from './screen.ts';

/** Time that only moves when told to. */
function createTestClock() {
  let now = 1_000_000;
  const due: { at: number; callback: () => void }[] = [];
  return {
    now: () => now,
    schedule: (callback: () => void, delayMs: number) => {
      const timer = { at: now + delayMs, callback };
      due.push(timer);
      return () => {
        const index = due.indexOf(timer);
        if (index >= 0) due.splice(index, 1);
      };
    },
    pending: () => due.length,
    advance: (ms: number) => {
      const end = now + ms;
      for (;;) {
        const next = due.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
        if (next === undefined) break;
        due.splice(due.indexOf(next), 1);
        now = next.at;
        next.callback();
      }
      now = end;
    },
  };
}

function createView(columns = 80) {
  const screen = createScreen(columns);
  const clock = createTestClock();
  return { screen, clock, view: createWatchView(createTerminal(screen.io), clock) };
}

const web = 'Kustomization/flux-system/web';
const cart = 'Kustomization/flux-system/cart';
const shop = 'OCIRepository/flux-system/shop';

test('what is in flight is shown with its elapsed time, which runs on by itself', () => {
  const { screen, clock, view } = createView();
  view.show({ type: 'asked', id: web });
  clock.advance(1_500);
  expect(screen.rows().join('\n')).toMatch(/flux-system\/web +1\.5 s +asked/);
  clock.advance(1_000);
  expect(screen.rows()).toHaveLength(1);
  expect(screen.rows().join('\n')).toMatch(/2\.5 s/);
});

test('a target that is Ready leaves the region and gets its line; the others stay', () => {
  const { screen, view } = createView();
  view.show({ type: 'asked', id: web });
  view.show({ type: 'asked', id: cart });
  view.show({ type: 'targetReady', id: web, elapsedMs: 220 });
  const [first = '', second = '', ...rest] = screen.rows();
  expect(first).toContain('flux-system/web Ready in 220 ms');
  expect(second).toContain('flux-system/cart');
  expect(rest).toEqual([]);
});

test('a push and the wait for the source are in the region until the source has it', () => {
  const { screen, view } = createView();
  view.show({ type: 'pushStarted', source: shop, fileCount: 50 });
  expect(screen.rows().join('\n')).toContain('pushing 50 files');
  view.show({ type: 'pushed', source: shop, revision: 'latest@sha256:ab', bytes: 10, unchanged: false });
  expect(screen.rows().at(-1)).toContain('asked for the new revision');
  view.show({ type: 'sourceReady', source: shop, revision: 'latest@sha256:ab' });
  expect(screen.rows().at(-1)).toContain('has it');
});

test('what a target in flight reports is shown; reports of others are not', () => {
  const { screen, view } = createView();
  view.show({ type: 'targetProgress', id: cart, reason: 'Progressing', message: 'nobody asked' });
  expect(screen.rows()).toEqual([]);
  view.show({ type: 'asked', id: web });
  view.show({ type: 'targetProgress', id: web, reason: 'Progressing', message: 'Running health checks' });
  expect(screen.rows().join('\n')).toContain('Running health checks');
});

test('nothing ticks when nothing is in flight, nor after close', () => {
  const { clock, view, screen } = createView();
  view.show({ type: 'message', level: 'info', text: 'idle' });
  expect(clock.pending()).toBe(0);
  view.show({ type: 'asked', id: web });
  expect(clock.pending()).toBe(1);
  view.show({ type: 'targetFailed', id: web, reason: 'BuildFailed', message: 'no' });
  expect(clock.pending()).toBe(0);
  view.show({ type: 'asked', id: web });
  view.close();
  expect(clock.pending()).toBe(0);
  expect(screen.cursorHidden()).toBe(false);
});

test('the end of a cycle clears the region', () => {
  const { screen, view } = createView();
  view.show({ type: 'asked', id: web });
  view.show({ type: 'cycleEnd', ready: 0, failed: 0, held: 0, elapsedMs: 10, otherRuns: 0 });
  expect(screen.rows()).toHaveLength(1);
  expect(screen.rows().join('')).toContain('0 ready');
});

test('a hundred targets in flight take a few lines: those longest in flight, and how many more', () => {
  const { screen, clock, view } = createView();
  for (let index = 0; index < 100; index++) {
    view.show({ type: 'asked', id: `Kustomization/apps/app-${index}` });
    clock.advance(10);
  }
  const rows = screen.rows();
  expect(rows.length).toBeLessThanOrEqual(8);
  expect(rows[0]).toContain('apps/app-0');
  expect(rows.at(-1)).toContain('and 93 more');
});

test('without a terminal there are lines only, and no timer', () => {
  let printed = '';
  const stdout = { write: (text: string) => (printed += text) };
  const clock = createTestClock();
  const view = createWatchView(createTerminal({ stdout, stderr: stdout, isTty: false, color: false, env: {} }), clock);
  view.show({ type: 'asked', id: web });
  view.show({ type: 'targetReady', id: web, elapsedMs: 5 });
  view.close();
  expect(clock.pending()).toBe(0);
  expect(printed).toBe('  ok flux-system/web Ready in 5 ms\n');
});
