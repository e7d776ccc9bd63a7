import type { TargetObservation } from '../../src/domain/observation.ts';
import type { ObjectId } from '../../src/domain/target.ts';
import { sourceMachineId, targetMachineId } from '../../src/machines/messages.ts';

/** source-controller has fetched `revision`, and answered the request `token`. */
export function sourceFetched(
  id: ObjectId,
  revision: string | undefined,
  token: string | undefined,
  fields: Readonly<Record<string, unknown>> = {},
) {
  return {
    machine: sourceMachineId(id),
    type: 'SourceObserved',
    observation: {
      id,
      generation: 1,
      suspended: false,
      ready: 'True',
      reason: 'Succeeded',
      message: '',
      observedGeneration: 1,
      artifactRevision: revision,
      lastHandledReconcileAt: token,
      ...fields,
    },
  };
}

/** kustomize-controller has applied `revision`, and answered the request `token`; `fields` say what is different. */
export function targetReady(
  id: ObjectId,
  revision: string,
  token: string | undefined,
  fields: Partial<TargetObservation> = {},
) {
  return {
    machine: targetMachineId(id),
    type: 'TargetObserved',
    observation: {
      id,
      generation: 1,
      suspended: false,
      ready: 'True',
      reason: 'ReconciliationSucceeded',
      message: '',
      readyGeneration: 1,
      observedGeneration: 1,
      stalled: false,
      reconciling: false,
      lastAppliedRevision: revision,
      lastAttemptedRevision: revision,
      lastHandledReconcileAt: token,
      disabled: false,
      ...fields,
    },
  };
}
