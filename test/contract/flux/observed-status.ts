import type { Condition, KubeObject } from '../../../src/domain/kube-object.ts';

interface ObservedStatus {
  readonly conditions?: readonly Condition[];
  readonly observedGeneration?: number;
  readonly lastAppliedRevision?: string;
  readonly lastAttemptedRevision?: string;
  readonly lastHandledReconcileAt?: string;
  readonly inventory?: { readonly entries?: readonly { readonly id: string; readonly v: string }[] };
}

export function statusOf(object: KubeObject | undefined): ObservedStatus {
  return object?.status ?? {};
}

export function conditionOf(object: KubeObject | undefined, type: string): Condition | undefined {
  return statusOf(object).conditions?.find((condition) => condition.type === type);
}

/** Ready at its generation, and the fields that are written after the conditions are in. */
export function isReady(object: KubeObject, revision?: string): boolean {
  const status = statusOf(object);
  const ready = conditionOf(object, 'Ready');
  return (
    ready?.status === 'True' &&
    ready.observedGeneration === object.metadata.generation &&
    status.observedGeneration === object.metadata.generation &&
    (revision === undefined || status.lastAppliedRevision === revision)
  );
}

export function isFailed(object: KubeObject, reason: string): boolean {
  const ready = conditionOf(object, 'Ready');
  const isObserved = ready?.observedGeneration === object.metadata.generation;
  // While the run goes on the message of Reconciling tells its step; afterwards it is being retried.
  const isOver = conditionOf(object, 'Reconciling')?.reason !== 'Progressing';
  return ready?.status === 'False' && ready.reason === reason && isObserved && isOver;
}

/** Names in the inventory: `ConfigMap/a`. */
export function inventoryOf(object: KubeObject | undefined): readonly string[] {
  return (statusOf(object).inventory?.entries ?? []).map(({ id, v }) => `${id} ${v}`);
}

/** A status as one line, with revisions shortened: conditions in their order, then what else has been written. */
export function lineOf(object: KubeObject): string {
  const { conditions = [], ...status } = statusOf(object);
  const shown = conditions.map(
    ({ type, status: state, reason, message = '' }) =>
      `${type}=${state}/${reason}${type === 'Reconciling' ? ` (${message.split(' for ')[0]})` : ''}`,
  );
  const fields = {
    observed: status.observedGeneration,
    attempted: shortened(status.lastAttemptedRevision),
    applied: shortened(status.lastAppliedRevision),
    handled: status.lastHandledReconcileAt,
    inventory: status.inventory?.entries?.length,
  };
  const rest = Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : `${name}=${value}`));
  return [...shown, ...rest].join(' ');
}

/** The first characters of a digest. */
export function shortened(revision: string | undefined): string | undefined {
  return revision?.replace(/sha256:([0-9a-f]{6})[0-9a-f]*/, '$1');
}
