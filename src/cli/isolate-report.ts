import type { IsolationPlan } from '../domain/isolation/isolation-plan.ts';
import type { Skipped } from '../domain/isolation/skip-reason.ts';
import { targetLabel } from '../ui/target-label.ts';

/** `written`: it was done. `would`: it would be. `comment`: behind a diff, which stays one that can be applied. */
export type IsolateStyle = 'written' | 'would' | 'comment';

/** The plan as `--json` prints it, on one line. */
export function isolateJson(plan: IsolationPlan, written: boolean): unknown {
  return {
    written,
    files: plan.files.map(({ path, before }) => ({ path, created: before === undefined })),
    isolated: plan.isolated,
    kept: plan.kept,
    skipped: plan.skipped,
    leftovers: plan.leftovers,
    unapplied: plan.unapplied,
  };
}

/** The plan in lines for people. */
export function isolateText(plan: IsolationPlan, style: IsolateStyle): string {
  const { files, isolated, skipped, leftovers, unapplied } = plan;
  const isDone = style === 'written';
  const lines: string[] = [];
  for (const { path, before } of files) {
    const verb = before === undefined ? (isDone ? 'created' : 'create') : isDone ? 'changed' : 'change';
    lines.push(`${verb.padEnd(9)}${path}`);
  }
  const width = Math.max(0, ...isolated.map(({ target }) => targetLabel(target).length));
  for (const { target, url, tag } of isolated) {
    lines.push(`${(isDone ? 'isolated' : 'isolate').padEnd(9)}${targetLabel(target).padEnd(width)}  ${url}:${tag}`);
  }
  for (const one of skipped) lines.push(`skipped  ${targetLabel(one.target)}: ${reasonText(one)}`);
  for (const { source, path } of leftovers) {
    lines.push(`leftover ${source}${path === undefined ? '' : ` in ${path}`}: no Kustomization reads it any more`);
  }
  for (const path of unapplied) lines.push(`note     nothing in this repository applies ${path}: apply it yourself`);
  lines.push(summaryOf(plan, isDone));
  if (isDone && isolated.length > 0) {
    lines.push('Push the artifacts before Flux sees this: reconcile-machine isolate --push');
  }
  const mark = style === 'comment' ? '# ' : '';
  return `${lines.map((line) => mark + line).join('\n')}\n`;
}

function summaryOf({ isolated, kept, skipped }: IsolationPlan, isDone: boolean): string {
  const count = `${isolated.length} ${isolated.length === 1 ? 'Kustomization' : 'Kustomizations'}`;
  const rest = `${kept.length} isolated before, ${skipped.length} skipped`;
  if (isolated.length === 0) return `Nothing to isolate (${rest}).`;
  return `${isDone ? 'Isolated' : 'Would isolate'} ${count} (${rest}).`;
}

function reasonText({ message, path, line, column }: Skipped): string {
  // A build's problem says its place itself.
  if (path === undefined || message.startsWith(`${path}:`)) return message;
  return `${message} (${line === undefined ? path : `${path}:${line}:${column}`})`;
}
