import { describe, expect, it } from 'vitest';
import type { ResourceProgress } from '../../src/projections/run-progress.ts';
import { createRunView } from '../../src/ui/run-view.ts';
import { createTerminal } from '../../src/ui/terminal.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { createScreen } from './screen.ts';

const APPS: ResourceProgress = {
  id: 'Kustomization/flux-system/apps',
  phase: 'waiting',
  excluded: false,
  waitsFor: ['Kustomization/flux-system/base'],
  reason: '',
  message: '',
  attempt: 1,
  elapsedMs: 0,
};
const NOTHING = { waitsFor: [], reason: '', message: '' };

function onTerminal() {
  const screen = createScreen(100);
  const clock = new VirtualClock();
  const view = createRunView(createTerminal({ ...screen.io, color: false }), clock, 3);
  return { screen, clock, view };
}

describe('a reconcile on a terminal', () => {
  it('has one line for what is under way, whose time goes on, and one that stays for what is through', () => {
    const { screen, clock, view } = onTerminal();
    view.show(APPS);
    expect(screen.rows().join('\n')).toContain('waits for flux-system/base');
    clock.advance(2_000);
    expect(screen.rows()).toHaveLength(1);
    expect(screen.rows()[0]).toMatch(/flux-system\/apps +2\.0 s {2}waits for/);
    view.show({ ...APPS, ...NOTHING, phase: 'asked', reason: 'Progressing', message: 'building', elapsedMs: 2_000 });
    clock.advance(100);
    expect(screen.rows()[0]).toContain('Progressing building');
    view.show({ ...APPS, ...NOTHING, phase: 'ready', elapsedMs: 2_100 });
    expect(screen.rows()).toEqual(['  ✓ flux-system/apps Ready in 2.1 s']);
    view.close();
    expect(clock.pending).toBe(0);
  });

  it('warns of an attempt that failed, once', () => {
    const { screen, clock, view } = onTerminal();
    const failed = { ...APPS, ...NOTHING, phase: 'retrying', reason: 'unavailable', message: 'HTTP 503' } as const;
    view.show({ ...failed, retryAt: clock.now() + 5_000 });
    view.show({ ...failed, retryAt: clock.now() + 5_000 });
    view.close();
    expect(screen.rows()).toEqual([
      '  ! flux-system/apps: attempt 1 of 3 failed, the next in 5.0 s: unavailable HTTP 503',
    ]);
  });

  it('cannot be steered by what a cluster says', () => {
    const { screen, view } = onTerminal();
    view.show({ ...APPS, ...NOTHING, phase: 'failed', reason: 'BuildFailed', message: 'a\u001b[2Jb\nc' });
    view.close();
    expect(screen.rows().join('\n')).toContain('ab c');
  });
});

describe('a reconcile without a terminal', () => {
  it('prints a line when something else is to be said, and none for the time that goes by', () => {
    let text = '';
    const output = { write: (more: string) => (text += more) };
    const clock = new VirtualClock();
    const io = { stdout: output, stderr: output, isTty: false, color: false, env: {} };
    const view = createRunView(createTerminal(io), clock, 3);
    view.show(APPS);
    view.show({ ...APPS, elapsedMs: 900 });
    view.show({ ...APPS, ...NOTHING, phase: 'asked', elapsedMs: 1_000 });
    expect(text.split('\n').filter((line) => line !== '')).toEqual([
      '  o flux-system/apps  0 ms  waits for flux-system/base',
      '  o flux-system/apps  1.0 s  asked',
    ]);
    expect(clock.pending).toBe(0);
  });
});
