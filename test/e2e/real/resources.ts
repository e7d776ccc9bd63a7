import type { ApiResource } from '../../../src/cluster/resource.ts';

const CORE = { group: '', version: 'v1' };
const RBAC = { group: 'rbac.authorization.k8s.io', version: 'v1' };

const RESOURCES: Readonly<Record<string, ApiResource>> = {
  Kustomization: { group: 'kustomize.toolkit.fluxcd.io', version: 'v1', plural: 'kustomizations' },
  OCIRepository: { group: 'source.toolkit.fluxcd.io', version: 'v1', plural: 'ocirepositories' },
  ConfigMap: { ...CORE, plural: 'configmaps' },
  Secret: { ...CORE, plural: 'secrets' },
  Namespace: { ...CORE, plural: 'namespaces' },
  Deployment: { group: 'apps', version: 'v1', plural: 'deployments' },
  CustomResourceDefinition: { group: 'apiextensions.k8s.io', version: 'v1', plural: 'customresourcedefinitions' },
  Role: { ...RBAC, plural: 'roles' },
  RoleBinding: { ...RBAC, plural: 'rolebindings' },
  ClusterRole: { ...RBAC, plural: 'clusterroles' },
  ClusterRoleBinding: { ...RBAC, plural: 'clusterrolebindings' },
};

/** How the kinds of these tests are addressed. */
export function resourceFor(kind: string): ApiResource {
  const resource = RESOURCES[kind];
  if (resource === undefined) throw new Error(`expected one of ${Object.keys(RESOURCES).join(', ')}, found ${kind}`);
  return resource;
}
