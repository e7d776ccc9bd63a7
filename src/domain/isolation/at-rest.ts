import type { KubeObject } from '../kube-object.ts';
import { asFields } from '../object-fields.ts';
import { conditionOf } from '../observations-from-objects.ts';

/**
 * Whether Flux is through with a Kustomization as it is now. A sourceRef that goes back during a run makes the next run begin with a cached
 * object of before that run: it then finds nothing to write into the status, which goes on telling of the run before, and what that had added
 * is neither deleted nor are dependents let through until the interval is over.
 */
export function isAtRest(object: KubeObject): boolean {
  const { generation } = object.metadata;
  const ready = conditionOf(object, 'Ready');
  // Nobody reconciles it.
  if (ready === undefined || asFields(object.spec).suspend === true) return true;
  const reconciling = conditionOf(object, 'Reconciling');
  // While it waits to try again the reason is ProgressingWithRetry.
  const isRunning = reconciling?.status === 'True' && reconciling.reason === 'Progressing';
  if (ready.observedGeneration !== generation || isRunning) return false;
  if (ready.status !== 'True') return ready.status === 'False';
  // These are written behind the conditions.
  const { observedGeneration, lastAppliedRevision, lastAttemptedRevision } = asFields(object.status);
  return observedGeneration === generation && lastAppliedRevision === lastAttemptedRevision;
}
