import type { ResourceProgress } from '../projections/run-progress.ts';
import { type InFlight, renderProgress } from './progress.ts';
import { excludedLines, plainLine, retryWarning, settledLines, stateOf } from './run-lines.ts';
import type { Terminal } from './terminal.ts';
import type { WatchViewClock } from './watch-view.ts';

/** Shows a `reconcile`: a line for what is through, and for what is under way a region, or lines where there is no terminal. */
export interface RunView {
  /** To be called with each resource that may have changed. */
  show(progress: ResourceProgress): void;
  /** The last word on those that nobody waited for. */
  showExcluded(progress: ResourceProgress): void;
  close(): void;
}

const FRAME_MS = 100;
const UNDER_WAY: ReadonlySet<ResourceProgress['phase']> = new Set(['waiting', 'asked', 'retrying']);

export function createRunView(terminal: Terminal, clock: WatchViewClock, attemptsMax: number): RunView {
  const underWay = new Map<string, { readonly progress: ResourceProgress; readonly since: number }>();
  const shown = new Map<string, string>();
  let frame = 0;
  let cancelTick: (() => void) | undefined;

  function draw(): void {
    const now = clock.now();
    const lines = new Map<string, InFlight>();
    for (const [id, { progress, since }] of underWay) {
      const excluded = progress.excluded ? 'excluded, ' : '';
      lines.set(id, { since, state: excluded + stateOf(progress, attemptsMax, now) });
    }
    terminal.setRegion(renderProgress(lines, now, frame, terminal.style()));
  }

  function stop(): void {
    cancelTick?.();
    cancelTick = undefined;
  }

  function tick(): void {
    frame += 1;
    draw();
    cancelTick = clock.schedule(tick, FRAME_MS);
  }

  function follow(): void {
    if (!terminal.live) return;
    if (underWay.size === 0) {
      stop();
      draw();
    } else if (cancelTick === undefined) {
      draw();
      cancelTick = clock.schedule(tick, FRAME_MS);
    }
  }

  function linesFor(progress: ResourceProgress): string[] {
    const style = terminal.style();
    // Whatever becomes of it is said at the end.
    if (!UNDER_WAY.has(progress.phase)) return progress.excluded ? [] : settledLines(progress, style);
    if (progress.phase === 'retrying') return retryWarning(progress, attemptsMax, clock.now(), style);
    return terminal.live ? [] : [plainLine(progress, attemptsMax, clock.now(), style)];
  }

  return {
    show(progress) {
      const { id, phase, reason, waitsFor, attempt } = progress;
      const what = [phase, reason, attempt, ...waitsFor].join(' ');
      if (UNDER_WAY.has(phase)) underWay.set(id, { progress, since: clock.now() - progress.elapsedMs });
      else underWay.delete(id);
      if (shown.get(id) !== what) {
        shown.set(id, what);
        terminal.print(linesFor(progress));
      }
      follow();
    },
    showExcluded(progress) {
      underWay.delete(progress.id);
      terminal.print(excludedLines(progress, attemptsMax, clock.now(), terminal.style()));
    },
    close() {
      stop();
      underWay.clear();
      terminal.setRegion([]);
    },
  };
}
