import type { BuildProblem } from '../domain/closure.ts';
import type { FileDecision } from '../domain/resolution.ts';
import type { BatchResolved } from './happening.ts';
import { formatCount } from './quantity.ts';
import { messageLines, namedPaths } from './rendered-text.ts';
import type { Style } from './style.ts';
import { targetLabel } from './target-label.ts';
import { oneLine, padEnd, textWidth } from './text-width.ts';

const TARGETS_SHOWN_MAX = 12;

/** What a batch of saves means: who is asked and why, who is held and why, or why nobody is asked. */
export function renderResolved(resolved: BatchResolved, style: Style): string[] {
  return [
    ...headline(resolved, style),
    ...affectedLines(resolved, style),
    ...sharedLines(resolved, style),
    ...heldLines(resolved, style),
    ...(resolved.suspended.length === 0
      ? []
      : messageLines(
          style,
          `  ${style.paint('yellow', style.symbols.held)} `,
          `suspended, not asked: ${namedPaths(resolved.suspended.map(targetLabel), 5)}`,
        )),
    ...(resolved.pruneRisk === undefined
      ? []
      : messageLines(
          style,
          `  ${style.paint('yellow', style.symbols.warning)} `,
          `not pushed: ${oneLine(resolved.pruneRisk)}`,
        )),
    ...noneLines(resolved, style),
  ];
}

function headline(resolved: BatchResolved, style: Style): string[] {
  const { paint, symbols } = style;
  switch (resolved.decision) {
    case 'full': {
      const why = resolved.full === undefined ? '' : `: ${resolved.full.reason}: ${oneLine(resolved.full.detail)}`;
      return messageLines(style, `  ${paint('yellow', symbols.full)} `, `full reconcile${why}`);
    }
    case 'targeted': {
      const spared = resolved.bystanders > 0 ? `, ${resolved.bystanders} not affected` : '';
      return [`  ${symbols.asked} ${formatCount(resolved.affected.length, 'target')} affected${spared}`];
    }
    case 'held':
      return [`  ${paint('yellow', symbols.held)} held, nothing is asked`];
    case 'none':
      return [`  ${paint('dim', `${symbols.dot} nothing to reconcile`)}`];
  }
}

function affectedLines(resolved: BatchResolved, style: Style): string[] {
  const shown = resolved.affected.slice(0, TARGETS_SHOWN_MAX);
  const width = Math.max(0, ...shown.map((target) => textWidth(targetLabel(target.id))));
  const lines = shown.map((target) => {
    // In a full reconcile the reason stands in the headline, the same for all.
    if (target.rule === 'full') return `      ${targetLabel(target.id)}`;
    const because = target.because.length === 0 ? '' : ` ${style.symbols.because} ${namedPaths(target.because, 2)}`;
    return `      ${padEnd(targetLabel(target.id), width)}  ${style.paint('dim', target.rule + because)}`;
  });
  const more = resolved.affected.length - shown.length;
  return more > 0
    ? [...lines, style.paint('dim', `      and ${formatCount(more, 'more target').replace(/s$/, '')}s`)]
    : lines;
}

/** Why some are not spared what others are. */
function sharedLines(resolved: BatchResolved, style: Style): string[] {
  const byReason = Map.groupBy(resolved.shared ?? [], ({ because }) => because);
  return [...byReason].flatMap(([because, targets]) => {
    const names = namedPaths(
      targets.map(({ id }) => targetLabel(id)),
      4,
    );
    return messageLines(style, `    ${style.paint('dim', 'by the shared source: ')}`, `${names} (${oneLine(because)})`);
  });
}

function heldLines(resolved: BatchResolved, style: Style): string[] {
  const byProblem = Map.groupBy(resolved.held, ({ problem }) => problemText(problem));
  return [...byProblem].flatMap(([text, held]) => {
    const hint = held[0]?.problem.hint;
    const names = namedPaths(
      held.map(({ id }) => targetLabel(id)),
      4,
    );
    return [
      ...messageLines(style, `  ${style.paint('yellow', style.symbols.held)} `, `held: ${names}`),
      ...messageLines(style, '      ', text),
      ...(hint === undefined ? [] : messageLines(style, `      ${style.paint('cyan', 'hint:')} `, oneLine(hint))),
    ];
  });
}

/** Files that reconcile nothing, grouped by why: nothing is passed over in silence. */
function noneLines(resolved: BatchResolved, style: Style): string[] {
  const idle = resolved.decisions.filter(({ decision }) => decision === 'none');
  const byReason = Map.groupBy(idle, ({ reason }) => reason);
  return [...byReason].flatMap(([reason, decisions]) =>
    messageLines(
      style,
      `    ${style.paint('dim', `${reason}: `)}`,
      namedPaths(
        decisions.map((decision) => decision.path),
        3,
      ) + sharedDetail(decisions),
    ),
  );
}

function sharedDetail(decisions: readonly FileDecision[]): string {
  const details = new Set(decisions.map(({ detail }) => oneLine(detail)));
  const [only = ''] = details;
  return details.size === 1 && only !== '' ? ` (${only})` : '';
}

function problemText(problem: BuildProblem): string {
  const line = problem.line === undefined ? '' : `:${problem.line}`;
  const column = problem.line === undefined || problem.column === undefined ? '' : `:${problem.column}`;
  const where = `${problem.path}${line}${column}`;
  const message = oneLine(problem.message);
  return problem.path === '.' || message.startsWith(where) ? message : `${oneLine(where)}: ${message}`;
}
