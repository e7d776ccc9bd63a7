import { isOwnArtifacts } from '../domain/isolation/application-marks.ts';
import type { BannerShown, Happening } from './happening.ts';
import { formatBytes, formatCount, formatElapsed, formatTimeOfDay } from './quantity.ts';
import { renderResolved } from './render-resolved.ts';
import { messageLines, namedPaths } from './rendered-text.ts';
import type { Paint, Style } from './style.ts';
import { sourceLabel, targetLabel } from './target-label.ts';
import { oneLine, truncate } from './text-width.ts';

/** The lines that `happening` adds to what is on the screen; none of them is wider than the style's width. */
export function renderHappening(happening: Happening, style: Style): string[] {
  return linesOf(happening, style).map((line) => truncate(line, style.width, style.symbols.ellipsis));
}

function linesOf(happening: Happening, style: Style): string[] {
  const { symbols, paint } = style;
  switch (happening.type) {
    case 'banner':
      return bannerLines(happening, style);
    case 'filesChanged': {
      const time = happening.at === undefined ? '' : `${paint('dim', formatTimeOfDay(happening.at))} `;
      const count = formatCount(happening.paths.length, 'file');
      return ['', `${time}${paint('cyan', symbols.changed)} ${count} changed: ${namedPaths(happening.paths, 3)}`];
    }
    case 'resolved':
      return renderResolved(happening, style);
    case 'full':
      return messageLines(
        style,
        `  ${paint('yellow', symbols.full)} `,
        `full reconcile: ${oneLine(happening.reason.reason)}: ${oneLine(happening.reason.detail)}`,
      );
    case 'hook':
      return [`  ${paint('dim', `$ ${oneLine(happening.command)}`)}`];
    case 'hookFailed':
      return failureLines(style, `hook failed: ${oneLine(happening.command)}`, happening.failure);
    case 'pushStarted':
    case 'asked':
    case 'targetProgress':
      // Shown in the progress region; what came of it gets a line of its own.
      return [];
    case 'pushed': {
      const revision = shortRevision(happening.revision, style);
      const elapsed = happening.elapsedMs === undefined ? '' : ` in ${formatElapsed(happening.elapsedMs)}`;
      const owner = happening.own === true ? ` of ${targetLabel(happening.source)}` : '';
      return happening.unchanged
        ? [`  ${paint('dim', `${symbols.pushed} ${revision}${owner} is in the registry already, nothing sent`)}`]
        : [`  ${symbols.pushed} pushed ${revision}${owner}, ${formatBytes(happening.bytes)}${elapsed}`];
    }
    case 'sourceReady': {
      const elapsed = happening.elapsedMs === undefined ? '' : ` after ${formatElapsed(happening.elapsedMs)}`;
      return [`  ${paint('dim', `${symbols.ready} ${targetLabel(happening.source)} has it${elapsed}`)}`];
    }
    case 'sourceFailed':
      return outcomeLines(style, 'red', symbols.failed, `${targetLabel(happening.source)} failed`, happening);
    case 'targetReady':
      return [
        `  ${paint('green', symbols.ready)} ${targetLabel(happening.id)} ${paint('dim', `Ready in ${formatElapsed(happening.elapsedMs)}`)}`,
      ];
    case 'targetFailed': {
      const after = happening.elapsedMs === undefined ? '' : ` after ${formatElapsed(happening.elapsedMs)}`;
      const lines = outcomeLines(
        style,
        'red',
        symbols.failed,
        `${targetLabel(happening.id)} failed${after}`,
        happening,
      );
      if (happening.deadLetter === true) {
        const name = happening.id.startsWith('Kustomization/') ? targetLabel(happening.id) : happening.id;
        lines.push(
          `    ${paint('cyan', 'given up')} until the next save of it, or: reconcile-machine retry ${oneLine(name)}`,
        );
      } else if (happening.retryInMs !== undefined) {
        lines.push(paint('dim', `    tried again in ${formatElapsed(happening.retryInMs)}`));
      }
      return lines;
    }
    case 'isolated':
      return [
        `  ${paint('dim', `${symbols.dot} ${targetLabel(happening.id)} has ${isOwnArtifacts(happening.source) ? 'artifacts' : 'a source'} of its own for the session: ${targetLabel(happening.source)}`)}`,
      ];
    case 'notIsolated':
      return messageLines(
        style,
        `  ${paint('yellow', symbols.warning)} `,
        `${targetLabel(happening.id)} stays on the shared source: ${oneLine(happening.because)}`,
      );
    case 'targetBlocked':
      return [
        `  ${paint('yellow', symbols.waiting)} ${targetLabel(happening.id)} not asked: it depends on ${targetLabel(happening.by)}, which is not Ready`,
      ];
    case 'cycleEnd':
      return [cycleEndLine(happening, style)];
    case 'backoff': {
      const again = `next attempt in ${formatElapsed(happening.inMs)}, or on the next save`;
      return [
        ...failureLines(style, `${oneLine(happening.step)} failed`, happening.failure),
        paint('dim', `    ${again}`),
      ];
    }
    case 'message': {
      const [format, symbol] = MESSAGE_LOOK[happening.level];
      const prefix = symbol === undefined ? '  ' : `  ${paint(format, symbols[symbol])} `;
      const lines = messageLines(style, prefix, oneLine(happening.text));
      return happening.hint === undefined ? lines : [...lines, ...hintLines(style, happening.hint)];
    }
  }
}

const MESSAGE_LOOK: Readonly<Record<'info' | 'warning' | 'error', readonly [Paint, ('warning' | 'failed')?]>> = {
  info: ['dim'],
  warning: ['yellow', 'warning'],
  error: ['red', 'failed'],
};

function bannerLines(banner: BannerShown, style: Style): string[] {
  const { paint, symbols } = style;
  const row = (name: string, text: string) => messageLines(style, `  ${paint('dim', name.padEnd(9))}`, oneLine(text));
  const destination =
    banner.registry === undefined ? ' (not pushed from here)' : ` ${symbols.arrow} ${banner.registry}`;
  return [
    `${paint('bold', 'watching')} ${oneLine(banner.directory)}${banner.dryRun === true ? paint('yellow', ' (dry run: nothing is sent)') : ''}`,
    ...row('cluster', `${banner.context} (${banner.cluster})`),
    ...row('source', banner.source === undefined ? 'none found' : `${sourceLabel(banner.source)}${destination}`),
    ...row('targets', banner.targets.toLocaleString('en-US')),
    ...(banner.isolation === undefined
      ? []
      : row('isolate', `${banner.isolation.on ? 'on' : 'off'}: ${banner.isolation.reason}`)),
    ...(banner.log === undefined ? [] : row('log', banner.log)),
    ...banner.warnings.flatMap((warning) =>
      messageLines(style, `  ${paint('yellow', symbols.warning)} `, oneLine(warning)),
    ),
  ];
}

function cycleEndLine(end: Extract<Happening, { type: 'cycleEnd' }>, style: Style): string {
  const { paint, symbols } = style;
  const parts = [
    `${end.ready} ready`,
    ...(end.failed > 0 ? [paint('red', `${end.failed} failed`)] : []),
    ...(end.held > 0 ? [paint('yellow', `${end.held} held`)] : []),
    ...(end.excluded === undefined || end.excluded === 0 ? [] : [`${end.excluded} excluded`]),
  ];
  const [format, symbol]: [Paint, string] =
    end.failed > 0 ? ['red', symbols.failed] : end.held > 0 ? ['yellow', symbols.held] : ['green', symbols.ready];
  const others =
    end.otherRuns > 0
      ? paint('dim', ` ${symbols.dot} Flux ran ${formatCount(end.otherRuns, 'other')} on the shared source`)
      : '';
  return `${paint(format, symbol)} ${parts.join(', ')} in ${formatElapsed(end.elapsedMs)}${others}`;
}

function outcomeLines(
  style: Style,
  format: Paint,
  symbol: string,
  headline: string,
  outcome: { readonly reason: string; readonly message: string },
): string[] {
  const reason = outcome.reason === '' ? '' : `: ${oneLine(outcome.reason)}`;
  const first = `  ${style.paint(format, symbol)} ${headline}${reason}`;
  const message = oneLine(outcome.message);
  return message === '' ? [first] : [first, ...messageLines(style, '    ', message)];
}

function failureLines(
  style: Style,
  headline: string,
  failure: { readonly message: string; readonly hint?: string },
): string[] {
  return [
    ...outcomeLines(style, 'red', style.symbols.failed, headline, { reason: '', message: failure.message }),
    ...(failure.hint === undefined ? [] : hintLines(style, failure.hint)),
  ];
}

function hintLines(style: Style, hint: string): string[] {
  return messageLines(style, `    ${style.paint('cyan', 'hint:')} `, oneLine(hint));
}

/** `latest@sha256:1f0e8a9c…`: the first digits tell revisions apart, all 64 only fill the line. */
export function shortRevision(revision: string, style: Style): string {
  return oneLine(revision).replace(/(sha256:[0-9a-f]{8})[0-9a-f]+/, `$1${style.symbols.ellipsis}`);
}
