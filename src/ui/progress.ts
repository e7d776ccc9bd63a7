import type { ObjectId } from '../domain/target.ts';
import type { Happening } from './happening.ts';
import { formatElapsed } from './quantity.ts';
import type { Style } from './style.ts';
import { targetLabel } from './target-label.ts';
import { oneLine, padEnd, textWidth } from './text-width.ts';

/** What is in flight now, by id. */
export type Progress = ReadonlyMap<ObjectId, InFlight>;

export interface InFlight {
  /** Ms since the epoch. */
  readonly since: number;
  readonly state: string;
}

export const NOTHING_IN_FLIGHT: Progress = new Map();

const LINES_MAX = 8;

/** `progress` after `happening`, at `now` (ms since the epoch). */
export function progressAfter(progress: Progress, happening: Happening, now: number): Progress {
  switch (happening.type) {
    case 'pushStarted':
      return withState(progress, happening.source, `pushing ${happening.fileCount} files`, now);
    case 'pushed':
      return withState(progress, happening.source, 'asked for the new revision', now);
    case 'asked':
      return withState(progress, happening.id, 'asked', now);
    case 'targetProgress':
      // Reports of targets that nobody asked would fill the region with what Flux does anyway.
      return progress.has(happening.id)
        ? withState(progress, happening.id, oneLine(`${happening.reason} ${happening.message}`), now)
        : progress;
    case 'sourceReady':
    case 'sourceFailed':
      return without(progress, happening.source);
    case 'targetReady':
    case 'targetFailed':
    case 'targetBlocked':
      return without(progress, happening.id);
    case 'backoff':
    case 'hookFailed':
      return new Map([...progress].filter(([, { state }]) => !state.startsWith('pushing')));
    case 'cycleEnd':
      return NOTHING_IN_FLIGHT;
    default:
      return progress;
  }
}

/** The lines of the progress region: the longest in flight first, elapsed times as of `now`. */
export function renderProgress(progress: Progress, now: number, frame: number, style: Style): string[] {
  const spinner = style.symbols.spinner[frame % style.symbols.spinner.length] ?? '';
  const inFlight = [...progress].sort(([, a], [, b]) => a.since - b.since);
  const shown = inFlight.length <= LINES_MAX ? inFlight : inFlight.slice(0, LINES_MAX - 1);
  const width = Math.max(0, ...shown.map(([id]) => textWidth(targetLabel(id))));
  const lines = shown.map(([id, { since, state }]) => {
    const elapsed = formatElapsed(now - since).padStart(7);
    return `  ${style.paint('cyan', spinner)} ${padEnd(targetLabel(id), width)}  ${style.paint('dim', `${elapsed}  ${state}`)}`;
  });
  const more = inFlight.length - shown.length;
  return more > 0 ? [...lines, style.paint('dim', `    and ${more} more`)] : lines;
}

function withState(progress: Progress, id: ObjectId, state: string, now: number): Progress {
  return new Map(progress).set(id, { since: progress.get(id)?.since ?? now, state });
}

function without(progress: Progress, id: ObjectId): Progress {
  const next = new Map(progress);
  next.delete(id);
  return next;
}
