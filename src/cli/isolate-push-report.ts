import type { Failure } from '../domain/failure.ts';
import type { ClosurePushOutcome } from '../effects/closure-artifact.ts';
import { targetLabel } from '../ui/target-label.ts';
import type { PlannedPush, Unpushable } from './isolate-planned-pushes.ts';

/** One artifact and what became of it; undefined: nothing was sent, as asked. */
export interface PushReport {
  readonly push: PlannedPush;
  readonly outcome: ClosurePushOutcome | undefined;
}

const SHOWN_DIGEST_LENGTH = 'sha256:'.length + 12;

/** What was pushed as `--json` prints it, on one line. */
export function pushedJson(reports: readonly PushReport[], unpushable: readonly Unpushable[]): unknown {
  return {
    artifacts: reports.map(({ push, outcome }) => ({
      url: push.url,
      tag: push.tag,
      targets: push.targets,
      content: push.artifact.content,
      files: push.artifact.files.map(({ path }) => path),
      ...(outcome === undefined ? {} : 'failure' in outcome ? { failure: outcome.failure } : outcome.pushed),
    })),
    unpushable,
  };
}

/** The same in lines for people. */
export function pushedText(reports: readonly PushReport[], unpushable: readonly Unpushable[]): string {
  const lines = [
    ...reports.flatMap(({ push, outcome }) => (isFailure(outcome) ? [] : [lineOf(push, outcome)])),
    ...failureLines(reports),
    ...unpushable.map(({ target, message }) => `failed     ${targetLabel(target)}: ${message}`),
    summaryOf(reports, unpushable.length),
  ];
  return `${lines.join('\n')}\n`;
}

type Outcome = PushReport['outcome'];

function lineOf({ url, tag, artifact }: PushReport['push'], outcome: Outcome): string {
  const size = `${artifact.files.length} ${artifact.files.length === 1 ? 'file' : 'files'}`;
  if (outcome === undefined || !('pushed' in outcome)) return `push       ${url}:${tag}  ${size}`;
  const { unchanged, digest } = outcome.pushed;
  return `${unchanged ? 'unchanged' : 'pushed   '}  ${url}:${tag}  ${digest.slice(0, SHOWN_DIGEST_LENGTH)}  ${size}`;
}

/** A registry that does not answer fails everything for one reason, which is told once. */
function failureLines(reports: readonly PushReport[]): string[] {
  const reasons = new Map<string, string[]>();
  for (const { push, outcome } of reports) {
    if (!isFailure(outcome)) continue;
    const { message, hint } = outcome.failure;
    const reason = hint === undefined ? message : `${message} (${hint})`;
    reasons.set(reason, [...(reasons.get(reason) ?? []), `${push.url}:${push.tag}`]);
  }
  return [...reasons].map(([reason, [first, ...others]]) => {
    const rest = others.length === 0 ? '' : ` and ${others.length} more`;
    return `failed     ${first}${rest}: ${reason}`;
  });
}

function summaryOf(reports: readonly PushReport[], unpushable: number): string {
  const failures = unpushable + reports.filter(({ outcome }) => isFailure(outcome)).length;
  const failed = failures > 0 ? `, ${failures} failed` : '';
  if (reports.length > 0 && reports.every(({ outcome }) => outcome === undefined)) {
    return `Would push ${reports.length} ${reports.length === 1 ? 'artifact' : 'artifacts'}${failed}.`;
  }
  const bytes = reports.map(({ outcome }) => bytesSent(outcome));
  const changed = bytes.filter((sent) => sent > 0).length;
  const total = bytes.reduce((sum, sent) => sum + sent, 0);
  return `${changed} of ${reports.length} artifacts changed, ${total} bytes sent${failed}.`;
}

function isFailure(outcome: Outcome): outcome is { readonly failure: Failure } {
  return outcome !== undefined && 'failure' in outcome;
}

function bytesSent(outcome: Outcome): number {
  return outcome !== undefined && 'pushed' in outcome ? outcome.pushed.bytesSent : 0;
}
