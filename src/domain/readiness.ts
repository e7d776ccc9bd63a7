import { applicationVerdict } from './argo/application-verdict.ts';
import type { SourceObservation, TargetObservation } from './observation.ts';
import { isAnswered } from './request-token.ts';
import type { Verdict, WantedTarget } from './verdict.ts';

export type { Verdict, WantedTarget } from './verdict.ts';

export interface WantedSource {
  /** Manifest digest, `sha256:…`. Undefined: any revision. */
  readonly digest: string | undefined;
  readonly token: string | undefined;
}

/** Said while the controller still means to go on by itself. */
const TRANSIENT_REASONS: ReadonlySet<string> = new Set([
  'DependencyNotReady',
  'HealthCheckCanceled',
  'Progressing',
  'ProgressingWithRetry',
]);

/** A HelmRelease also reports a missing chart or source as Ready=False; these alone mean that it is stuck. */
const HELM_RELEASE_FAILURES: ReadonlySet<string> = new Set([
  'InstallFailed',
  'UpgradeFailed',
  'ReconciliationFailed',
  'TestFailed',
  'RollbackFailed',
  'UninstallFailed',
  'GetLastReleaseFailed',
]);

/**
 * Has the target settled for what we want of it? Follows Flux's own rules: a Ready counts only at the current generation, the wanted
 * revision and (when asked) for our request; a failure likewise, except that `status.observedGeneration` is no gate for it,
 * because kustomize-controller raises that on success only.
 */
export function targetVerdict(seen: TargetObservation, wanted: WantedTarget): Verdict {
  if (seen.application !== undefined) return applicationVerdict(seen, seen.application, wanted);
  if (seen.suspended) return suspended(seen.id);
  const conditionStale = staleCondition(seen, wanted.token);
  if (seen.stalled && conditionStale === undefined) return failed(seen, true);
  if (seen.ready === 'True') {
    if (conditionStale !== undefined) return conditionStale;
    if (seen.observedGeneration !== seen.generation) return staleGeneration(seen, seen.observedGeneration);
    if (wanted.revision === undefined || seen.lastAppliedRevision === wanted.revision) return ready(seen);
    return staleRevision('applied', seen.lastAppliedRevision, wanted.revision);
  }
  if (seen.ready === 'Unknown' || isTransient(seen)) return progressing(seen);
  if (conditionStale !== undefined) return conditionStale;
  // Also said while the artifact is not there yet, and before lastAttemptedRevision is set (a missing spec.path). An answer to our
  // own request settles it: we ask a target once its source has the artifact.
  if (seen.reason === 'ArtifactFailed') return wanted.token === undefined ? progressing(seen) : failed(seen, false);
  if (wanted.revision !== undefined && seen.lastAttemptedRevision !== wanted.revision) {
    return staleRevision('attempted', seen.lastAttemptedRevision, wanted.revision);
  }
  return failed(seen, false);
}

/** Has the source fetched what we pushed? `digest` matches `<tag>@sha256:…` and the bare form of `spec.ref.digest`. */
export function sourceVerdict(seen: SourceObservation, wanted: WantedSource): Verdict {
  if (seen.suspended) return suspended(seen.id);
  const conditionStale = staleCondition(
    { ...seen, readyGeneration: seen.readyGeneration ?? seen.observedGeneration },
    wanted.token,
  );
  if (seen.stalled === true && conditionStale === undefined) return failed(seen, true);
  if (seen.ready === 'Unknown' || (seen.ready === 'False' && TRANSIENT_REASONS.has(seen.reason)))
    return progressing(seen);
  if (conditionStale !== undefined) return conditionStale;
  if (seen.ready === 'False') return failed(seen, false);
  if (seen.observedGeneration !== seen.generation) return staleGeneration(seen, seen.observedGeneration);
  if (wanted.digest === undefined || isRevisionOf(wanted.digest, seen.artifactRevision)) return ready(seen);
  return staleRevision('fetched', seen.artifactRevision, wanted.digest);
}

/** True for `sha256:…` itself and for `<tag>@sha256:…`. */
export function isRevisionOf(digest: string, revision: string | undefined): boolean {
  return revision !== undefined && (revision === digest || revision.endsWith(`@${digest}`));
}

function isTransient(seen: TargetObservation): boolean {
  if (TRANSIENT_REASONS.has(seen.reason)) return true;
  return seen.id.startsWith('HelmRelease/') && !HELM_RELEASE_FAILURES.has(seen.reason);
}

/** The Ready condition's own age, or undefined when it is about the current spec and our request. */
function staleCondition(
  seen: Pick<TargetObservation, 'generation' | 'readyGeneration' | 'lastHandledReconcileAt'>,
  token: string | undefined,
): Verdict | undefined {
  if (seen.readyGeneration !== seen.generation) return staleGeneration(seen, seen.readyGeneration);
  if (token === undefined || isAnswered(token, seen.lastHandledReconcileAt)) return undefined;
  const handled = seen.lastHandledReconcileAt ?? 'none yet';
  return stale('request', `the controller has not handled the request ${token} (last handled: ${handled})`);
}

function staleGeneration(seen: { readonly generation: number }, observed: number | undefined): Verdict {
  const about = observed === undefined ? 'no generation' : `generation ${observed}`;
  return stale('generation', `the status is about ${about}, the spec is at generation ${seen.generation}`);
}

function staleRevision(verb: string, found: string | undefined, wanted: string): Verdict {
  return { ...stale('revision', `last ${verb} ${found ?? 'nothing'}, waiting for ${wanted}`), reason: 'OtherRevision' };
}

function stale(what: 'generation' | 'request' | 'revision', message: string): Verdict {
  return { verdict: 'progressing', reason: 'Stale', message, terminal: false, stale: what };
}

function suspended(id: string): Verdict {
  return {
    verdict: 'suspended',
    reason: 'Suspended',
    message: `${id} has spec.suspend: true and never finishes; resume it (flux resume) to have it reconciled`,
    terminal: true,
  };
}

/** A HelmRelease that says so has given up, or will. */
export function isHelmReleaseFailure(reason: string): boolean {
  return HELM_RELEASE_FAILURES.has(reason);
}

interface Said {
  readonly reason: string;
  readonly message: string;
}

function ready(seen: Said): Verdict {
  return { verdict: 'ready', reason: seen.reason, message: seen.message, terminal: false };
}

function failed(seen: Said, terminal: boolean): Verdict {
  return { verdict: 'failed', reason: seen.reason || 'Unknown', message: seen.message, terminal };
}

function progressing(seen: Said): Verdict {
  return { verdict: 'progressing', reason: seen.reason || 'Unknown', message: seen.message, terminal: false };
}
