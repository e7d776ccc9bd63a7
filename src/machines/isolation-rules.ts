import { isOwnArtifacts } from '../domain/isolation/application-marks.ts';
import { saysArtifactIsLost } from '../domain/isolation/lost-artifact.ts';
import { isRevisionOf, sourceVerdict } from '../domain/readiness.ts';
import type { IsolationContext, IsolationEvent } from './isolation-context.ts';

type Args = { readonly context: IsolationContext; readonly event: IsolationEvent };

/** The own source as it is now, compared with the artifact that was pushed last. */
export function fetchVerdict({
  observed,
  pushed,
  token,
}: IsolationContext): ReturnType<typeof sourceVerdict>['verdict'] {
  const { source } = observed;
  if (source === undefined || pushed === undefined) return 'progressing';
  return sourceVerdict(source.observation, { digest: pushed.digest, token }).verdict;
}

/** The own source is pointed at what was pushed last. One that follows a tag is asked when it has not fetched that yet. */
export function pointsAtPushed({ observed, pushed }: IsolationContext): boolean {
  const { source } = observed;
  if (source === undefined || pushed === undefined) return false;
  return source.digest === undefined
    ? source.observation.artifactRevision === pushed.revision
    : source.digest === pushed.digest;
}

/** What was fetched once is served on, also while the registry is away and the source says that it has failed. */
export function servesPushed(context: IsolationContext): boolean {
  const { observed, pushed } = context;
  if (pushed === undefined || !pointsAtPushed(context)) return false;
  return isRevisionOf(pushed.digest, observed.source?.observation.artifactRevision);
}

/**
 * Its source can be made, and fetch, before it is the target's turn: nobody reads it yet. A target that was being pointed at it when the answer
 * was lost may read it by now.
 */
export function mayPrepare(context: IsolationContext): boolean {
  const { observed, withdrawn, isSwitchUnanswered } = context;
  if (movesItself(context)) return false;
  return !observed.isolated && observed.elsewhere === undefined && withdrawn === undefined && !isSwitchUnanswered;
}

/** An Application has no source object: it is pointed at one artifact after the other itself. */
export function movesItself({ source }: IsolationContext): boolean {
  return isOwnArtifacts(source);
}

/** The registry has lost what the target reads. */
export function mustPushAgain(context: IsolationContext): boolean {
  const { observed, repushes, limits } = context;
  if (observed.source === undefined || repushes >= limits.repushesMax || movesItself(context)) return false;
  const isLost = saysArtifactIsLost(observed.source.observation);
  return isLost && pointsAtPushed(context) && fetchVerdict(context) === 'failed';
}

/** It is pointed at what lies in the registry, and has failed to fetch it: it would try again only after a while. */
export function mustAskAgain(context: IsolationContext): boolean {
  if (!context.observed.isolated || movesItself(context)) return false;
  return pointsAtPushed(context) && fetchVerdict(context) === 'failed';
}

/** A digest that moves changes the generation, which tells old answers from new ones; nothing else does. */
export function needsToken({ observed, pushed }: IsolationContext): boolean {
  return observed.source?.digest === undefined || observed.source.digest === pushed?.digest;
}

/** Somebody points the target at another source. What we put back ourselves may be seen before we hear that it is done. */
export function isLosing({ context, event }: Args): boolean {
  if (event.type !== 'IsolationObserved' || context.isGivingBack) return false;
  return context.observed.isolated && !event.observation.isolated;
}

/** Whoever wants a revision that was never pushed by this session begins anew. */
export function isOther({ context, event }: Args): boolean {
  return event.type === 'TurnCame' && event.revision !== context.pushed?.revision;
}

/** Another session had it, and has let go of it. */
export function isGivenBack({ context, event }: Args): boolean {
  return (
    event.type === 'IsolationObserved' &&
    context.observed.elsewhere !== undefined &&
    event.observation.elsewhere === undefined
  );
}

/** Somebody deleted the own source that the target reads. */
export function isVanishing({ context, event }: Args): boolean {
  return (
    event.type === 'IsolationObserved' &&
    event.observation.isolated &&
    event.observation.source === undefined &&
    context.observed.source !== undefined
  );
}

export function wantsNewer({ wantedContent, pushingContent }: IsolationContext): boolean {
  return wantedContent !== undefined && wantedContent !== pushingContent;
}

export function wantsPushed({ wantedContent, pushed }: IsolationContext): boolean {
  return wantedContent !== undefined && wantedContent === pushed?.content;
}

export function mayTryAgain({ unfetched, limits }: IsolationContext): boolean {
  return unfetched !== undefined && unfetched.times < limits.unfetchedMax;
}

/** It reads a source of its own that is not there. */
export function isBereft(context: IsolationContext): boolean {
  const { isolated, source } = context.observed;
  return isolated && source === undefined && !movesItself(context);
}
