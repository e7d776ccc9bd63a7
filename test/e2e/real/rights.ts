import type { KubeObject } from '../../../src/domain/kube-object.ts';

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
}

const RBAC = 'rbac.authorization.k8s.io';
const SOURCES = ['ocirepositories', 'gitrepositories', 'buckets', 'externalartifacts'];

/** What docs/watch.md says that a watch needs, and no more. */
export const DOCUMENTED_RIGHTS: readonly Rule[] = [
  { apiGroups: ['kustomize.toolkit.fluxcd.io'], resources: ['kustomizations'], verbs: ['list', 'watch', 'patch'] },
  { apiGroups: ['source.toolkit.fluxcd.io'], resources: SOURCES, verbs: ['list', 'watch', 'patch'] },
  { apiGroups: [''], resources: ['namespaces'], resourceNames: ['kube-system'], verbs: ['get'] },
];

/** What `watch --isolate` and `restore` need on top of that. */
export const ISOLATION_RIGHTS: readonly Rule[] = [
  ...DOCUMENTED_RIGHTS,
  { apiGroups: ['kustomize.toolkit.fluxcd.io'], resources: ['kustomizations'], verbs: ['get'] },
  { apiGroups: ['source.toolkit.fluxcd.io'], resources: ['ocirepositories'], verbs: ['get', 'create', 'delete'] },
  { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['get', 'list', 'create', 'patch', 'delete'] },
];

/** The documented rights, but these verbs on this resource. */
export function rightsWithout(resource: string, ...verbs: readonly string[]): readonly Rule[] {
  return DOCUMENTED_RIGHTS.flatMap((rule) => {
    if (!rule.resources.includes(resource)) return [rule];
    const others = { ...rule, resources: rule.resources.filter((other) => other !== resource) };
    return [others, { ...rule, resources: [resource], verbs: rule.verbs.filter((verb) => !verbs.includes(verb)) }];
  });
}

/** The objects that give a user these rights in all namespaces. */
export function clusterRights(user: string, rules: readonly Rule[]): readonly KubeObject[] {
  const named = { apiVersion: `${RBAC}/v1`, metadata: { name: user } };
  const kept = rules.filter(({ resources, verbs }) => resources.length > 0 && verbs.length > 0);
  const role = { ...named, kind: 'ClusterRole', rules: kept };
  const binding = {
    ...named,
    kind: 'ClusterRoleBinding',
    roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: user },
    subjects: [{ apiGroup: RBAC, kind: 'User', name: user }],
  };
  return [role, binding];
}

/** The objects that give a user these rights in one namespace, without a word about any other. */
export function namespaceRights(user: string, namespace: string, rules: readonly Rule[]): readonly KubeObject[] {
  const named = { apiVersion: `${RBAC}/v1`, metadata: { name: user, namespace } };
  const binding = {
    ...named,
    kind: 'RoleBinding',
    roleRef: { apiGroup: RBAC, kind: 'Role', name: user },
    subjects: [{ apiGroup: RBAC, kind: 'User', name: user }],
  };
  return [{ ...named, kind: 'Role', rules }, binding];
}
