import type { KubeObject } from '../../domain/kube-object.ts';
import { rfc3339 } from '../clock.ts';
import { asArray, asObject, type JsonObject } from '../json-value.ts';
import { goDuration } from './flux-object.ts';

const SNAPSHOTS_MAX = 5;

/** The end of a run whose build succeeded. */
export interface ReconcileSnapshot {
  /** Of the built manifests. */
  readonly digest: string;
  readonly reason: string;
  readonly revision: string;
  readonly originRevision: string | undefined;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
}

/** `status.history` with one more run, newest first: runs of one digest and outcome are counted in one entry. */
export function withSnapshot(object: KubeObject, run: ReconcileSnapshot): readonly JsonObject[] {
  const history = asArray(object.status?.history).map(asObject);
  const known = history.find(
    (snapshot) => snapshot.digest === run.digest && snapshot.lastReconciledStatus === run.reason,
  );
  const snapshot: JsonObject = {
    digest: run.digest,
    firstReconciled: known?.firstReconciled ?? rfc3339(run.endedAtMs),
    lastReconciled: rfc3339(run.endedAtMs),
    lastReconciledDuration: goDuration(run.endedAtMs - run.startedAtMs),
    lastReconciledStatus: run.reason,
    metadata: {
      ...(run.originRevision === undefined ? {} : { originRevision: run.originRevision }),
      revision: run.revision,
    },
    totalReconciliations: Number(known?.totalReconciliations ?? 0) + 1,
  };
  return [snapshot, ...history.filter((each) => each !== known)].slice(0, SNAPSHOTS_MAX);
}
