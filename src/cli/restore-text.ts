import type { FoundSession, FoundTarget } from '../domain/isolation/found-isolations.ts';
import type { RestoreReport, SourceRestored, TargetRestored } from '../domain/isolation/restore-report.ts';
import { isIsolated, originalSourceOf } from '../domain/isolation/session-marks.ts';
import { parseObjectId } from '../domain/target.ts';
import type { RestoredDeletions } from '../effects/restored-deletions.ts';
import { formatCount } from '../ui/quantity.ts';
import { sourceLabel, targetLabel } from '../ui/target-label.ts';
import { oneLine } from '../ui/text-width.ts';

const COLUMN = 11;

/** What a restore is about to do, or with `--dry-run` would do. */
export interface RestorePlan {
  readonly chosen: readonly FoundSession[];
  readonly others: readonly FoundSession[];
  readonly stray: readonly FoundTarget[];
  readonly deletions: readonly RestoredDeletions[];
}

/** The plan in lines for people. */
export function planText({ chosen, others, stray, deletions }: RestorePlan): string {
  const lines = [...chosen, ...others].flatMap((session) => {
    const isChosen = chosen.includes(session);
    const { holder, source } = session.facts ?? {};
    const whose = [holder, source].filter((part) => part !== undefined).join(', ');
    return [
      line(
        'session',
        `${session.session} is ${stateOf(session)}: ${session.because}${whose === '' ? '' : ` (${whose})`}`,
      ),
      ...(isChosen ? session.targets.map(({ id, isolation }) => line('isolated', stateText(id, isolation))) : []),
      ...(isChosen ? session.sources.map(({ id }) => line('made', targetLabel(id))) : []),
      ...(isChosen ? [] : [line('', `left alone: ${countOf(session)}`)]),
    ];
  });
  for (const { id, isolation } of stray) lines.push(line('unclear', stateText(id, isolation)));
  lines.push(...deletions.flatMap(deletionLines));
  return lines.map((text) => `${text}\n`).join('');
}

/** What was done, a line for each object. */
export function reportText({ targets, sources, sessions }: RestoreReport): string {
  const lines = [
    ...targets.map((one) => line(one.outcome, `${targetLabel(one.target)}${targetNote(one)}`)),
    ...sources.map((one) => line(one.outcome, `${targetLabel(one.source)}${sourceNote(one)}`)),
    ...sessions.map(({ session, outcome, failure }) =>
      line(outcome === 'ended' ? 'ended' : outcome, `session ${session}${sessionNote(outcome, failure?.message)}`),
    ),
  ];
  return lines.map((text) => `${text}\n`).join('');
}

function stateOf({ state }: FoundSession): string {
  return state === 'unknown' ? 'perhaps live' : state;
}

function line(what: string, text: string): string {
  // What annotations say is anybody's text.
  return `${what.padEnd(COLUMN - 1)} ${oneLine(text)}`;
}

function stateText(id: string, isolation: FoundTarget['isolation']): string {
  const label = targetLabel(id);
  if (!isIsolated(isolation)) return `${label}: ${isolation.damaged}`;
  const before = originalSourceOf(isolation, parseObjectId(id).namespace);
  return `${label} reads ${sourceLabel(isolation.ownSource)}, and ${sourceLabel(before)} before`;
}

function deletionLines({ target, certainty, objects, because }: RestoredDeletions): readonly string[] {
  if (certainty === 'none') return [];
  if (certainty === 'unknown') return [line('deletes', `perhaps something of ${targetLabel(target)}: ${because}`)];
  const head = `at most ${formatCount(objects.length, 'object')} of ${targetLabel(target)}, from files that its source does not have:`;
  return [line('deletes', head), ...objects.map((object) => line('', object))];
}

function countOf({ targets, sources }: FoundSession): string {
  return `${targets.length} isolated, ${formatCount(sources.length, 'source')} made for them`;
}

function sourceFieldOf(target: string): string {
  return parseObjectId(target).kind === 'Application' ? 'spec.source' : 'spec.sourceRef';
}

function targetNote({ target, outcome, source, message, failure }: TargetRestored): string {
  switch (outcome) {
    case 'restored':
      return source === undefined ? '' : ` reads ${sourceLabel(source)} again`;
    case 'kept':
      return ' stays isolated';
    case 'tidied':
    case 'forgotten':
      return `: ${message}; our annotations are off`;
    case 'repointed':
      return `: ${message}; left as it is (--forget takes our annotations off)`;
    case 'unreadable':
      return `: ${message}; set ${sourceFieldOf(target)} by hand, then remove those annotations`;
    case 'taken-over':
      return `: ${message}`;
    case 'gone':
      return '';
    case 'failed':
      return `: ${failure?.message ?? ''}${failure?.hint === undefined ? '' : ` ${failure.hint}`}`;
  }
}

function sourceNote({ outcome, readers = [], failure }: SourceRestored): string {
  if (outcome === 'in-use') return ` is kept: ${readers.map(targetLabel).join(', ')} reads it`;
  if (outcome === 'failed')
    return `: ${failure?.message ?? ''}${failure?.hint === undefined ? '' : ` ${failure.hint}`}`;
  if (outcome === 'taken-over') return ': another session has it now';
  return '';
}

function sessionNote(outcome: string, message: string | undefined): string {
  if (outcome === 'live') return ' is live again: nothing was changed';
  if (outcome === 'left') return ': what is left of it is above; run this again when that is settled';
  return message === undefined ? '' : `: ${message}`;
}
