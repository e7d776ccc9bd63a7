import type { KubeObject } from '../kube-object.ts';
import { asFields, asText } from '../object-fields.ts';
import { conditionOf } from '../observations-from-objects.ts';

/** What a workload's own status says is missing, a sentence each; none where it is as it should be, or where nobody has said anything. */
export function workloadSentences(object: KubeObject): readonly string[] {
  const status = asFields(object.status);
  if (Object.keys(status).length === 0) return [];
  return [...replicaSentences(object), ...conditionSentences(object), ...claimSentences(object)];
}

function replicaSentences({ kind, spec, status }: KubeObject): string[] {
  const { wanted, ready } = replicasOf(kind, asFields(spec), asFields(status));
  return wanted === undefined || ready >= wanted ? [] : [`${ready} of ${wanted} replicas are ready`];
}

function replicasOf(
  kind: string,
  spec: Readonly<Record<string, unknown>>,
  status: Readonly<Record<string, unknown>>,
): { readonly wanted: number | undefined; readonly ready: number } {
  if (kind === 'DaemonSet')
    return { wanted: numberOf(status.desiredNumberScheduled), ready: numberOf(status.numberReady) ?? 0 };
  if (kind !== 'Deployment' && kind !== 'StatefulSet' && kind !== 'ReplicaSet') return { wanted: undefined, ready: 0 };
  return { wanted: numberOf(spec.replicas) ?? 1, ready: numberOf(status.readyReplicas) ?? 0 };
}

/** Conditions and the value of each that means trouble. */
const TROUBLE = [
  ['Progressing', 'False'],
  ['ReplicaFailure', 'True'],
  ['Failed', 'True'],
] as const;

function conditionSentences(object: KubeObject): string[] {
  return TROUBLE.flatMap(([type, bad]) => {
    const condition = conditionOf(object, type);
    if (condition?.status !== bad) return [];
    return [[condition.reason ?? type, condition.message].filter((text) => text !== undefined).join(': ')];
  });
}

function claimSentences({ kind, spec, status }: KubeObject): string[] {
  if (kind !== 'PersistentVolumeClaim') return [];
  const phase = asText(asFields(status).phase);
  if (phase === undefined || phase === 'Bound') return [];
  const storageClass = asText(asFields(spec).storageClassName);
  return [`${phase}, not bound to a volume${storageClass === undefined ? '' : ` (storage class ${storageClass})`}`];
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}
