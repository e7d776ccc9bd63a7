import type { ApplicationOptions } from './argo/application-definition.ts';
import { isApplication } from './argo/application-definition.ts';
import { applicationObservation } from './argo/application-observation.ts';
import type { Condition, KubeObject } from './kube-object.ts';
import type { SourceObservation, TargetObservation } from './observation.ts';
import { objectId } from './target.ts';
import { withoutCredentials } from './without-credentials.ts';

const MESSAGE_CHARACTERS_MAX = 1_000;
/** kustomize-controller leaves an object alone that carries this as annotation or label. */
const RECONCILE_KEY = 'kustomize.toolkit.fluxcd.io/reconcile';

/**
 * What decisions need of a live Kustomization, HelmRelease or Application (`options` are about that one alone). Fields of an unexpected type
 * count as absent.
 */
export function targetObservation(
  object: KubeObject,
  options: ApplicationOptions & { readonly reads?: string } = {},
): TargetObservation {
  if (isApplication(object)) return applicationObservation(object, options);
  const ready = conditionOf(object, 'Ready');
  return {
    ...commonObservation(object),
    readyGeneration: ready?.observedGeneration,
    stalled: isStalled(object),
    reconciling: conditionOf(object, 'Reconciling')?.status === 'True',
    lastAppliedRevision: text(object.status?.lastAppliedRevision) ?? deployedChartVersion(object),
    lastAttemptedRevision: text(object.status?.lastAttemptedRevision),
    disabled: isReconcileDisabled(object),
  };
}

/** What decisions need of a live OCIRepository, GitRepository, Bucket or ExternalArtifact. */
export function sourceObservation(object: KubeObject): SourceObservation {
  const artifact = object.status?.artifact;
  return {
    ...commonObservation(object),
    readyGeneration: conditionOf(object, 'Ready')?.observedGeneration,
    stalled: isStalled(object),
    artifactRevision: isRecord(artifact) ? text(artifact.revision) : undefined,
  };
}

/** True when nothing a decision depends on differs; only then is an observation not worth an event. */
export function sameObservation<T extends TargetObservation | SourceObservation>(left: T, right: T): boolean {
  const a: Record<string, unknown> = { ...left };
  const b: Record<string, unknown> = { ...right };
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].every((field) => sameValue(a[field], b[field]));
}

function sameValue(left: unknown, right: unknown): boolean {
  return left === right || (isRecord(left) && JSON.stringify(left) === JSON.stringify(right));
}

/** The condition of `type` in `status.conditions`, or undefined where it is missing or malformed. */
export function conditionOf(object: KubeObject, type: string): Condition | undefined {
  const conditions = object.status?.conditions;
  if (!Array.isArray(conditions)) return undefined;
  const found: unknown = conditions.find((condition: unknown) => isRecord(condition) && condition.type === type);
  if (!isRecord(found)) return undefined;
  const reason = text(found.reason);
  const message = text(found.message);
  const observedGeneration = integer(found.observedGeneration);
  return {
    type,
    status: found.status === 'True' || found.status === 'False' ? found.status : 'Unknown',
    ...(reason !== undefined && { reason }),
    ...(message !== undefined && { message }),
    ...(observedGeneration !== undefined && { observedGeneration }),
  };
}

function commonObservation(object: KubeObject) {
  const ready = conditionOf(object, 'Ready');
  return {
    id: objectId(object.kind, object.metadata.namespace ?? '', object.metadata.name),
    generation: object.metadata.generation ?? 0,
    suspended: object.spec?.suspend === true,
    ready: ready?.status ?? ('Unknown' as const),
    reason: ready?.reason ?? '',
    // It is logged and shown, and may name a repository by its URL.
    message: withoutCredentials(ready?.message ?? '').slice(0, MESSAGE_CHARACTERS_MAX),
    observedGeneration: integer(object.status?.observedGeneration),
    lastHandledReconcileAt: text(object.status?.lastHandledReconcileAt),
  };
}

/** A Stalled that was said about an older generation is about a spec that is gone. */
function isStalled(object: KubeObject): boolean {
  const stalled = conditionOf(object, 'Stalled');
  if (stalled?.status !== 'True') return false;
  return stalled.observedGeneration === undefined || stalled.observedGeneration === object.metadata.generation;
}

/** HelmRelease v2 has no lastAppliedRevision; the newest release in its history says what is deployed. */
function deployedChartVersion(object: KubeObject): string | undefined {
  const history = object.status?.history;
  const newest: unknown = Array.isArray(history) ? history[0] : undefined;
  return isRecord(newest) && newest.status === 'deployed' ? text(newest.chartVersion) : undefined;
}

function isReconcileDisabled(object: KubeObject): boolean {
  const { annotations, labels } = object.metadata;
  return [annotations?.[RECONCILE_KEY], labels?.[RECONCILE_KEY]].some((value) => value?.toLowerCase() === 'disabled');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function integer(value: unknown): number | undefined {
  return Number.isInteger(value) ? Number(value) : undefined;
}
