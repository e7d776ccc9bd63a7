import { type Message, type Messages, releaseMachineId, sourceMachineId, targetMachineId } from './messages.ts';
import type { RunContext, RunEvent, RunSource, RunTarget } from './run-context.ts';
import { isDue, sourceFailure } from './run-rules.ts';

export type Args = { readonly context: RunContext; readonly event: RunEvent };

const NONE: Messages = { messages: [] };

export function recoveryMessages({ event }: Args): Messages {
  if (event.type !== 'RunStarted') return NONE;
  return {
    messages: event.recoveries.map(({ release, how }) => ({
      to: releaseMachineId(release),
      type: 'RecoveryWanted',
      how,
    })),
  };
}

/** Everything at once: who has to wait for whom is the targets' own business. */
export function startMessages({ context }: Args): Messages {
  const messages: Message[] = [];
  for (const [id, target] of Object.entries(context.targets)) {
    if (target.phase === 'suspended') continue;
    messages.push(wanted(id, target, context), ...startOf(id, target, context));
  }
  for (const [id, source] of Object.entries(context.sources)) messages.push(askFor(id, source, context));
  return { messages };
}

/** Where no source is asked for it: what is there already, or why it cannot come. */
function startOf(id: string, target: RunTarget, context: RunContext): Message[] {
  const { phase, via, reason, message } = target;
  if (phase === 'failed') return [toTarget(id, 'SourceFailed', { reason, message, cycle: context.cycle })];
  return via === undefined ? revisionFor(id, target, context) : [];
}

export function availableMessages({ context, event }: Args): Messages {
  if (event.type !== 'SourceAvailable') return NONE;
  return toTargets(context, ({ via }) => via === event.source, 'SourceReady', { revisions: event.revisions });
}

/** A source that moves on meanwhile takes its targets along: whichever of the revisions they show, it is ours or a newer one. */
export function revisionMessages({ context, event }: Args): Messages {
  if (event.type !== 'RevisionObserved') return NONE;
  const revisions = { [event.source]: event.revision };
  const mayTell = ({ reads, via }: RunTarget): boolean =>
    reads === event.source && (via === undefined || context.sources[via]?.phase === 'available');
  return toTargets(context, mayTell, 'SourceReady', { revisions });
}

export function sourceFailedMessages({ context, event }: Args): Messages {
  const failed = sourceFailure(event);
  if (failed === undefined) return NONE;
  const reason = event.type === 'SourceUnavailable' ? event.reason : failed.failure.kind;
  const { message } = failed.failure;
  return toTargets(context, ({ via }) => via === failed.source, 'SourceFailed', { reason, message });
}

/** Another attempt for all whose time has come. */
export function dueMessages({ context, event }: Args): Messages {
  const messages: Message[] = [];
  for (const [id, source] of Object.entries(context.sources)) {
    if (isDue(source, event.at)) messages.push(askFor(id, source, context));
  }
  for (const [id, target] of Object.entries(context.targets)) {
    if (isDue(target, event.at)) messages.push(wanted(id, target, context), ...revisionFor(id, target, context));
  }
  return { messages };
}

/** It goes on waiting for the others. */
export function againMessages({ context, event }: Args): Messages {
  const target = event.type === 'TargetSettled' ? context.targets[event.target] : undefined;
  if (event.type !== 'TargetSettled' || target === undefined) return NONE;
  return { messages: [wanted(event.target, target, context), ...revisionFor(event.target, target, context)] };
}

function wanted(id: string, { reads, awaits, awaitedBy }: RunTarget, context: RunContext): Message {
  // One that is through already is not waited for again.
  const pending = awaits.filter((other) => context.targets[other]?.phase !== 'ready');
  const { cycle } = context;
  return toTarget(id, 'ReconcileWanted', { digest: 'run', rule: 'full', awaits: pending, awaitedBy, reads, cycle });
}

function revisionFor(id: string, { reads }: RunTarget, { revisions, cycle }: RunContext): Message[] {
  const revision = revisions[reads];
  return revision === undefined ? [] : [toTarget(id, 'SourceReady', { revisions: { [reads]: revision }, cycle })];
}

function askFor(id: string, { generators }: RunSource, { cycle }: RunContext): Message {
  return { to: sourceMachineId(id), type: 'PushWanted', contentDigest: '', generators, cycle };
}

function toTargets(
  context: RunContext,
  concerned: (target: RunTarget) => boolean,
  type: string,
  fields: Record<string, unknown>,
): Messages {
  const ids = Object.entries(context.targets).flatMap(([id, target]) => (concerned(target) ? [id] : []));
  return { messages: ids.map((id) => toTarget(id, type, { ...fields, cycle: context.cycle })) };
}

function toTarget(id: string, type: string, fields: Record<string, unknown>): Message {
  return { ...fields, to: targetMachineId(id), type };
}
