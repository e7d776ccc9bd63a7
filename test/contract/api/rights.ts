import type { AccessRule } from '../../../src/embedded/testing.ts';
import type { ApiSubject } from './subject.ts';

/** May read ConfigMaps everywhere, set the status of Deployments and change the Secret `known`. */
export const READER = 'reader';
/** May do nothing. */
export const STRANGER = 'stranger';

export const USERS = [{ name: READER, groups: ['readers'] }, { name: STRANGER }] as const;

/** The reader's rights in RBAC's words. */
const RULES = [
  { verbs: ['get', 'list', 'watch'], apiGroups: [''], resources: ['configmaps'] },
  { verbs: ['update', 'patch'], apiGroups: ['apps'], resources: ['deployments/status'] },
  { verbs: ['get', 'update'], apiGroups: [''], resources: ['secrets'], resourceNames: ['known'] },
];

/** The reader's rights as the embedded cluster's options have them. */
export const READER_RULES: readonly AccessRule[] = RULES.map(({ verbs, apiGroups, resources, resourceNames }) => ({
  verb: verbs,
  group: apiGroups,
  resource: resources,
  ...(resourceNames === undefined ? {} : { name: resourceNames }),
}));

/** Gives the reader its rights by RBAC objects. */
export async function grantRights(subject: ApiSubject): Promise<void> {
  const path = '/apis/rbac.authorization.k8s.io/v1';
  const metadata = { name: READER };
  const apiGroup = 'rbac.authorization.k8s.io';
  const roleRef = { apiGroup, kind: 'ClusterRole', name: READER };
  const subjects = [{ apiGroup, kind: 'User', name: READER }];
  await subject.request('POST', `${path}/clusterroles`, { body: { metadata, rules: RULES } });
  await subject.request('POST', `${path}/clusterrolebindings`, { body: { metadata, roleRef, subjects } });
}
