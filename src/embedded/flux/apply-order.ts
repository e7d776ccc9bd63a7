import { splitApiVersion } from '../store/resource-registry.ts';

/** What others need comes first: Flux applies in this order and deletes in the reverse. */
const FIRST_KINDS = [
  'CustomResourceDefinition',
  'Namespace',
  'ClusterRole',
  'ClusterClass',
  'RuntimeClass',
  'PriorityClass',
  'StorageClass',
  'VolumeSnapshotClass',
  'IngressClass',
  'GatewayClass',
  'ClusterRoleBinding',
  'ResourceQuota',
  'ServiceAccount',
  'Role',
  'RoleBinding',
  'ConfigMap',
  'Secret',
  'Service',
  'LimitRange',
  'Deployment',
  'StatefulSet',
  'CronJob',
  'PodDisruptionBudget',
];
const LAST_KINDS = ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'];

/** What the order depends on. */
export interface Ordered {
  readonly group: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** Below zero when `a` is applied before `b`: by kind, then group, namespace and name. */
export function compareForApply(a: Ordered, b: Ordered): number {
  const places = placeOf(a.kind) - placeOf(b.kind);
  if (places !== 0) return places;
  for (const field of ['group', 'kind', 'namespace', 'name'] as const) {
    if (a[field] !== b[field]) return a[field] < b[field] ? -1 : 1;
  }
  return 0;
}

function placeOf(kind: string): number {
  const first = FIRST_KINDS.indexOf(kind);
  return first >= 0 ? first - FIRST_KINDS.length : LAST_KINDS.indexOf(kind) + 1;
}

/** The stages of an apply: definitions, then classes, then the rest; each is checked as a whole before any of it is written. */
export function stageOf({ apiVersion, kind }: { readonly apiVersion: string; readonly kind: string }): 0 | 1 | 2 {
  const { group } = splitApiVersion(apiVersion);
  const isDefinition =
    (kind === 'CustomResourceDefinition' && group === 'apiextensions.k8s.io') ||
    (kind === 'Namespace' && group === '') ||
    (kind === 'ClusterRole' && group === 'rbac.authorization.k8s.io');
  if (isDefinition) return 0;
  return kind.endsWith('Class') ? 1 : 2;
}
