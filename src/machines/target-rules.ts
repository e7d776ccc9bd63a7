import { endedSync, isComparedTooSoon } from '../domain/argo/application-verdict.ts';
import type { BuildProblem } from '../domain/closure.ts';
import type { TargetObservation } from '../domain/observation.ts';
import { targetVerdict } from '../domain/readiness.ts';
import { isAnswered } from '../domain/request-token.ts';
import { OWED, type Rule } from '../domain/resolution.ts';
import type { Verdict } from '../domain/verdict.ts';
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

/** What it is wanted for now, Flux was asked for, or its own source was moved to. */
export function wasAskedSinceWanted({ askedAt, wantedAt, askedDigest, desiredDigest }: TargetContext): boolean {
  return askedDigest === desiredDigest && askedAt >= wantedAt;
}

/** The source whose revisions count. */
export function awaitedSource(context: TargetContext): string {
  return context.isolation ?? context.leave ?? context.reads;
}

/** Flux notes no attempt where a dependency was not Ready, and looks again after 30 s, unless what it reads is new to it (`follows`). */
export function looksAgainLate({ observation }: TargetContext, follows: boolean): boolean {
  return !follows && observation?.ready === 'False' && observation.reason === 'DependencyNotReady';
}

/** What of an Application was synced when it is asked, see `isComparedTooSoon`; undefined for any other target. */
export function syncedNow({ observation }: TargetContext): string | null | undefined {
  return observation?.application === undefined ? undefined : endedSync(observation.application);
}

/** Wanted for the sake of what it reads: being Ready with that is enough. By every other rule it is asked, and answers. */
export function isAboutContent(rule: Rule): boolean {
  return rule === 'owed' || rule === 'closure';
}

/** A revision that Flux has tried already starts nothing by itself: it has to be asked for. */
export function wasTried({ revisions, observation }: TargetContext): boolean {
  return [observation?.lastAppliedRevision, observation?.lastAttemptedRevision].some(
    (revision) => revision !== undefined && revisions.includes(revision),
  );
}

/**
 * Ready at the wanted revision, which it says to have attempted, and yet to have applied another. kustomize-controller leaves that behind after
 * A → B → A within one run: the second run starts from what was cached before the first one's status, finds nothing to write, and so B's
 * `lastAppliedRevision` and inventory stay. What B had added is pruned by the next run only. Of an Application the same is not told by what it
 * says of its last sync: see `isComparedTooSoon`.
 */
export function contradictsItself(context: TargetContext): boolean {
  const { observation, revisions, token } = context;
  // While it is at work the attempt is noted and the outcome still that of the last.
  if (observation === undefined || observation.reconciling) return false;
  const { application } = observation;
  if (application !== undefined && isComparedTooSoon(application, context.syncedBefore)) {
    const isAsked = token === undefined || isAnswered(token, observation.lastHandledReconcileAt);
    return isAsked && application.comparedRevision !== undefined && revisions.includes(application.comparedRevision);
  }
  if (observation.observedGeneration !== observation.generation) return false;
  if (observation.ready !== 'True' || observation.readyGeneration !== observation.generation) return false;
  if (token !== undefined && !isAnswered(token, observation.lastHandledReconcileAt)) return false;
  const { lastAppliedRevision: applied, lastAttemptedRevision: attempted } = observation;
  if (applied === undefined || attempted === undefined || revisions.includes(applied)) return false;
  return revisions.includes(attempted);
}

/**
 * What Flux says of one that it came to before its dependencies were Ready, or for which it found no artifact, or not the path in it: it notes no
 * attempt, so only the answer to a request of ours tells whether that is about the revision that is wanted.
 */
export function wasTurnedAway({ observation }: Pick<TargetContext, 'observation'>): boolean {
  return observation?.ready === 'False' && ['DependencyNotReady', 'ArtifactFailed'].includes(observation.reason);
}

/** Flux took it up, found a dependency not Ready, and will look again after 30 s only; by now, or by what is seen here, all of them are. */
export function wasSentAway(context: TargetContext): boolean {
  const { observation, token } = context;
  if (observation?.ready !== 'False' || observation.reason !== 'DependencyNotReady' || observation.suspended)
    return false;
  // Our request is still before it: it will look at once, whatever this says of the time before.
  if (token !== undefined && !isAnswered(token, observation.lastHandledReconcileAt)) return false;
  // One of which nothing was ever seen may not be there: asking again would not bring it.
  const areSeen = context.dependsOn.every(({ id }) => context.dependencies[id] !== undefined);
  return areSeen && observation.readyGeneration === observation.generation && dependenciesAllow(context);
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
    const sharesRevision = sameSource && context.isolation === undefined;
    return !sharesRevision || state.revision === undefined || context.revisions.includes(state.revision);
  });
  return declared && context.awaits.every((id) => context.dependencies[id]?.pending !== true);
}

/** Whoever of an earlier cycle waits for what is owed still waits. */
export function waitersFor({ owed, awaitedBy }: TargetContext, waiting: readonly string[]): readonly string[] {
  return owed ? [...new Set([...awaitedBy, ...waiting])] : waiting;
}

export function failedDependency(context: TargetContext): { id: string; why: string } | undefined {
  for (const { id, sameSource } of context.dependsOn) {
    const state = context.dependencies[id];
    if (state?.failed === undefined) continue;
    // A failure at an older revision says nothing of the one that is wanted now.
    const sharesRevision = sameSource && context.isolation === undefined;
    const stale = sharesRevision && state.revision !== undefined && !context.revisions.includes(state.revision);
    if (!stale) return { id, why: state.failed };
  }
  return undefined;
}

export function verdictOf(context: TargetContext): Verdict {
  const { observation } = context;
  if (observation === undefined) return { verdict: 'progressing', reason: '', message: '', terminal: false };
  const { token, syncedBefore } = context;
  return targetVerdict(observation, { revision: awaitedRevision(context, observation), token, syncedBefore });
}

function awaitedRevision(context: TargetContext, observation: TargetObservation): string | undefined {
  // Its status has the version of a chart, which no revision of a source can be compared with: the answer to our request counts.
  if (context.id.startsWith('HelmRelease/')) return undefined;
  for (const seen of [observation.lastAppliedRevision, observation.lastAttemptedRevision]) {
    if (seen !== undefined && context.revisions.includes(seen)) return seen;
  }
  return context.revisions.at(-1);
}

/** What it reads is made of the source by a generator: which of its revisions is made of which push, nobody says. */
export function isComposed(context: TargetContext): boolean {
  return awaitedSource(context).startsWith('ExternalArtifact/');
}

/** The revision at which it is Ready; undefined where it is not. */
export function readyRevision(observation: TargetObservation | undefined): string | undefined {
  return observation !== undefined && isReadyNow(observation) ? observation.lastAppliedRevision : undefined;
}

export function stillReadyBefore(context: TargetContext, observation: TargetObservation): string | undefined {
  return readyRevision(observation) === context.readyBefore ? context.readyBefore : undefined;
}

export function hasRunSinceWanted(context: TargetContext): boolean {
  const { observation, readyBefore } = context;
  const revision = readyRevision(observation);
  return (
    observation !== undefined && revision !== undefined && revision !== readyBefore && recoveredBy(context, observation)
  );
}

/** Why the engine in the cluster does nothing for the target, in words. */
export function suspension(context: TargetContext): { readonly reason: string; readonly message: string } {
  const { verdict, reason, message } = verdictOf(context);
  if (context.observation?.application !== undefined && verdict === 'suspended') return { reason, message };
  return {
    reason: 'Suspended',
    message: 'spec.suspend is true: Flux does nothing until it is resumed (flux resume kustomization)',
  };
}

export function recoveredBy(context: TargetContext, observation: TargetObservation): boolean {
  if (context.revisions.length === 0) return false;
  return (
    targetVerdict(observation, { revision: awaitedRevision(context, observation), token: undefined }).verdict ===
    'ready'
  );
}

export function moveTimeoutMessage(context: TargetContext): string {
  const seconds = Math.round(context.limits.targetWaitMs / 1_000);
  return `${context.isolation ?? context.reads} did not show the pushed artifact within ${seconds} s, so the target was not moved to it`;
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
