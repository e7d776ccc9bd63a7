import type { BuildProblem } from '../domain/closure.ts';
import type { TargetObservation } from '../domain/observation.ts';
import { targetVerdict } from '../domain/readiness.ts';
import { OWED } from '../domain/resolution.ts';
import type { TargetContext } from './target-context.ts';

export { OWED };

export function knownDigest(state: string, context: TargetContext): string | undefined {
  switch (state) {
    case 'progressing':
    case 'backoff':
      // What is wanted since is in no revision yet, and its push may have failed.
      if (context.owed && context.revisions.length === 0) return OWED;
      return context.desiredDigest ?? context.reconciledDigest;
    case 'dead-letter':
      return context.owed && state === 'dead-letter' ? OWED : (context.desiredDigest ?? context.reconciledDigest);
    case 'requested':
      return context.revisions.length > 0 ? context.desiredDigest : OWED;
    case 'held':
      if (context.problem === undefined) return context.desiredDigest;
      return context.owed ? OWED : context.reconciledDigest;
    case 'suspended':
      return context.desiredDigest ?? context.reconciledDigest;
    default:
      return context.owed ? OWED : context.reconciledDigest;
  }
}

/** Given up before anything was sent for it: a hook, the registry or the source refused. The next save is another attempt. */
export function wasNeverAsked(state: string, context: TargetContext): boolean {
  return state === 'dead-letter' && context.revisions.length === 0;
}

export function isReadyNow(observation: TargetObservation): boolean {
  return (
    observation.ready === 'True' && (observation.readyGeneration ?? observation.generation) === observation.generation
  );
}

export function dependenciesAllow(context: TargetContext): boolean {
  const declared = context.dependsOn.every(({ id, sameSource }) => {
    const state = context.dependencies[id];
    if (state === undefined) return true;
    if (state.pending || !state.ready) return false;
    // Flux compares revisions between Kustomizations of one source: a dependency behind ours would send us away for 30 s.
    return !sameSource || state.revision === undefined || context.revisions.includes(state.revision);
  });
  return declared && context.awaits.every((id) => context.dependencies[id]?.pending !== true);
}

export function failedDependency(context: TargetContext): { id: string; why: string } | undefined {
  for (const { id, sameSource } of context.dependsOn) {
    const state = context.dependencies[id];
    if (state?.failed === undefined) continue;
    // A failure at an older revision says nothing of the one that is wanted now.
    const stale = sameSource && state.revision !== undefined && !context.revisions.includes(state.revision);
    if (!stale) return { id, why: state.failed };
  }
  return undefined;
}

export function verdictOf(context: TargetContext): { verdict: string; reason: string; message: string } {
  const { observation } = context;
  if (observation === undefined) return { verdict: 'progressing', reason: '', message: '' };
  return targetVerdict(observation, { revision: awaitedRevision(context, observation), token: context.token });
}

function awaitedRevision(context: TargetContext, observation: TargetObservation): string | undefined {
  for (const seen of [observation.lastAppliedRevision, observation.lastAttemptedRevision]) {
    if (seen !== undefined && context.revisions.includes(seen)) return seen;
  }
  return context.revisions.at(-1);
}

export function recoveredBy(context: TargetContext, observation: TargetObservation): boolean {
  if (context.revisions.length === 0) return false;
  return (
    targetVerdict(observation, { revision: awaitedRevision(context, observation), token: undefined }).verdict ===
    'ready'
  );
}

export function timeoutMessage(context: TargetContext): string {
  const seconds = Math.round(context.limits.targetWaitMs / 1_000);
  const { observation } = context;
  const last =
    observation === undefined
      ? 'nothing was seen of it'
      : `last seen: ${observation.reason}: ${firstLine(observation.message)}`;
  return `not Ready within ${seconds} s (${last}); raise --timeout, or see what it waits for`;
}

export function describeProblem(problem: BuildProblem): string {
  const position = problem.line === undefined ? '' : `:${problem.line}:${problem.column ?? 1}`;
  const where = `${problem.path}${position}`;
  // Most messages begin with their place already; one about the whole tree has none.
  return problem.path === '.' || problem.message.startsWith(where) ? problem.message : `${where}: ${problem.message}`;
}

export function firstLine(text: string): string {
  const end = text.indexOf('\n');
  return end < 0 ? text : text.slice(0, end);
}
