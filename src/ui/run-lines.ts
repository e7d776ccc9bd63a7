import type { ResourceProgress } from '../projections/run-progress.ts';
import { formatElapsed } from './quantity.ts';
import { renderHappening, shortRevision } from './render-watch.ts';
import { messageLines, namedPaths } from './rendered-text.ts';
import type { Style } from './style.ts';
import { targetLabel } from './target-label.ts';
import { oneLine } from './text-width.ts';

const WAITS_SHOWN_MAX = 3;
const TARGET = /^(Kustomization|Application|HelmRelease)\//;

/** What a resource that is not through yet is doing, on one line: its condition, or whom it waits for. */
export function stateOf(progress: ResourceProgress, attemptsMax: number, now: number): string {
  const { phase, waitsFor, reason, message, attempt, retryAt } = progress;
  const said = oneLine(`${reason} ${message}`);
  switch (phase) {
    case 'retrying':
      return `attempt ${attempt} of ${attemptsMax} failed, the next in ${formatElapsed((retryAt ?? now) - now)}: ${said}`;
    case 'waiting':
      return waitsFor.length === 0
        ? 'waits for its turn'
        : `waits for ${namedPaths(waitsFor.map(targetLabel), WAITS_SHOWN_MAX)}`;
    case 'asked':
      return said === '' ? 'asked' : said;
    default:
      return said === '' ? phase : `${phase}: ${said}`;
  }
}

/** The lines that stay once a resource is through. */
export function settledLines(progress: ResourceProgress, style: Style): string[] {
  const { id, phase, reason, message, elapsedMs, revision } = progress;
  const name = targetLabel(id);
  // One that was asked by name has no reason when it is Ready.
  if (phase === 'ready' && id.startsWith('HelmRelease/') && reason !== '') {
    const how = reason === 'reset' ? 'reset' : reason === 'resume' ? 'resumed' : 'suspended and resumed';
    return [`  ${style.paint('dim', `${style.symbols.ready} ${name} was stuck: ${how}`)}`];
  }
  if (phase === 'ready' && revision !== undefined && !TARGET.test(id)) {
    const answered = `${name} is at ${shortRevision(revision, style)} after ${formatElapsed(elapsedMs)}`;
    return [`  ${style.paint('dim', `${style.symbols.ready} ${answered}`)}`];
  }
  if (phase === 'ready') return renderHappening({ type: 'targetReady', id, elapsedMs }, style);
  const why = reason === '' ? phase : reason;
  return renderHappening({ type: 'targetFailed', id, reason: why, message, elapsedMs }, style);
}

/** One that is not waited for, as it is when the others are through. */
export function excludedLines(progress: ResourceProgress, attemptsMax: number, now: number, style: Style): string[] {
  const state = progress.phase === 'ready' ? 'Ready' : stateOf(progress, attemptsMax, now);
  const text = `${targetLabel(progress.id)} excluded, not waited for (${state})`;
  return messageLines(style, `  ${style.paint('dim', style.symbols.dot)} `, text);
}

/** Another attempt is made after this one: said once for each. */
export function retryWarning(progress: ResourceProgress, attemptsMax: number, now: number, style: Style): string[] {
  const text = `${targetLabel(progress.id)}: ${stateOf(progress, attemptsMax, now)}`;
  return messageLines(style, `  ${style.paint('yellow', style.symbols.warning)} `, text);
}

/** Without a terminal: a line when something else is to be said of it than before. */
export function plainLine(progress: ResourceProgress, attemptsMax: number, now: number, style: Style): string {
  const { id, elapsedMs } = progress;
  return `  ${style.symbols.waiting} ${targetLabel(id)}  ${formatElapsed(elapsedMs)}  ${stateOf(progress, attemptsMax, now)}`;
}
