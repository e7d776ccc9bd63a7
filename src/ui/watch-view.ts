import type { Happening } from './happening.ts';
import { NOTHING_IN_FLIGHT, progressAfter, renderProgress } from './progress.ts';
import { renderHappening } from './render-watch.ts';
import type { Terminal } from './terminal.ts';

export interface WatchViewClock {
  /** Ms since the epoch. */
  now(): number;
  /** Calls `callback` once, after `delayMs`; the returned function cancels it. */
  schedule(callback: () => void, delayMs: number): () => void;
}

export interface WatchView {
  show(happening: Happening): void;
  /** Takes the progress region away; prints no more progress. */
  close(): void;
}

const FRAME_MS = 100;

/** Shows a watch on a terminal: a line for what happened, and a region for what is in flight. Ticks only while something is. */
export function createWatchView(terminal: Terminal, clock: WatchViewClock): WatchView {
  let progress = NOTHING_IN_FLIGHT;
  let frame = 0;
  let cancelTick: (() => void) | undefined;
  const draw = (): void => {
    terminal.setRegion(renderProgress(progress, clock.now(), frame, terminal.style()));
  };
  const stop = (): void => {
    cancelTick?.();
    cancelTick = undefined;
  };
  const tick = (): void => {
    frame++;
    draw();
    cancelTick = clock.schedule(tick, FRAME_MS);
  };
  return {
    show: (happening) => {
      progress = progressAfter(progress, happening, clock.now());
      const lines = renderHappening(happening, terminal.style());
      if (lines.length > 0) terminal.print(lines);
      if (!terminal.live) return;
      if (progress.size === 0) stop();
      draw();
      if (progress.size > 0 && cancelTick === undefined) cancelTick = clock.schedule(tick, FRAME_MS);
    },
    close: () => {
      stop();
      progress = NOTHING_IN_FLIGHT;
      terminal.setRegion([]);
    },
  };
}
