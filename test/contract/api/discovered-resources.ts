import { createHash } from 'node:crypto';

/** An entry of an APIResourceList. */
export interface Resource {
  readonly name: string;
  readonly [field: string]: unknown;
}

const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

/** A kind that is stored; `more` goes over what most have. */
function kind(group: string, name: string, kindName: string, more: object = {}): Resource {
  return {
    name,
    // No kind here has a plural of its own kind.
    singularName: kindName.toLowerCase(),
    namespaced: true,
    kind: kindName,
    verbs: VERBS,
    storageVersionHash: storageVersionHash(group, 'v1', kindName),
    ...more,
  };
}

function subresource(name: string, kindName: string, verbs: readonly string[], more: object = {}): Resource {
  return { name, singularName: '', namespaced: true, kind: kindName, verbs, ...more };
}

/** Eight bytes of the hash of the version that the kind is stored as. */
export function storageVersionHash(group: string, version: string, kindName: string): string {
  const hash = createHash('sha256').update(`${group}/${version}/${kindName}`).digest();
  return hash.subarray(0, 8).toString('base64');
}

const NO_COLLECTION = VERBS.filter((verb) => verb !== 'deletecollection');
const ON_ITS_OWN = ['get', 'patch', 'update'];
const SCALE = { group: 'autoscaling', version: 'v1' };
const ALL = { categories: ['all'] };
const CRD = 'CustomResourceDefinition';

/** Kinds in use: the group's path and the entry. */
export const DISCOVERED: readonly (readonly [path: string, entry: Resource])[] = [
  ['/api/v1', kind('', 'configmaps', 'ConfigMap', { shortNames: ['cm'] })],
  ['/api/v1', kind('', 'secrets', 'Secret')],
  ['/api/v1', kind('', 'namespaces', 'Namespace', { namespaced: false, verbs: NO_COLLECTION, shortNames: ['ns'] })],
  ['/api/v1', kind('', 'pods', 'Pod', { shortNames: ['po'], ...ALL })],
  ['/api/v1', subresource('pods/log', 'Pod', ['get'])],
  ['/api/v1', subresource('pods/status', 'Pod', ON_ITS_OWN)],
  ['/api/v1', kind('', 'events', 'Event', { shortNames: ['ev'] })],
  ['/api/v1', kind('', 'persistentvolumeclaims', 'PersistentVolumeClaim', { shortNames: ['pvc'] })],
  ['/api/v1', kind('', 'serviceaccounts', 'ServiceAccount', { shortNames: ['sa'] })],
  ['/api/v1', kind('', 'services', 'Service', { shortNames: ['svc'], ...ALL })],
  ['/api/v1', kind('', 'nodes', 'Node', { namespaced: false, shortNames: ['no'] })],
  ['/apis/apps/v1', kind('apps', 'deployments', 'Deployment', { shortNames: ['deploy'], ...ALL })],
  ['/apis/apps/v1', subresource('deployments/status', 'Deployment', ON_ITS_OWN)],
  ['/apis/apps/v1', subresource('deployments/scale', 'Scale', ON_ITS_OWN, SCALE)],
  ['/apis/apps/v1', kind('apps', 'replicasets', 'ReplicaSet', { shortNames: ['rs'], ...ALL })],
  ['/apis/apps/v1', kind('apps', 'statefulsets', 'StatefulSet', { shortNames: ['sts'], ...ALL })],
  ['/apis/batch/v1', kind('batch', 'jobs', 'Job', ALL)],
  ['/apis/batch/v1', kind('batch', 'cronjobs', 'CronJob', { shortNames: ['cj'], ...ALL })],
  ['/apis/coordination.k8s.io/v1', kind('coordination.k8s.io', 'leases', 'Lease')],
  ['/apis/rbac.authorization.k8s.io/v1', kind('rbac.authorization.k8s.io', 'roles', 'Role')],
  ['/apis/networking.k8s.io/v1', kind('networking.k8s.io', 'ingresses', 'Ingress', { shortNames: ['ing'] })],
  [
    '/apis/apiextensions.k8s.io/v1',
    kind('apiextensions.k8s.io', 'customresourcedefinitions', CRD, {
      namespaced: false,
      shortNames: ['crd', 'crds'],
      categories: ['api-extensions'],
      // Kept as v1beta1 counts it, for clusters that had it first.
      storageVersionHash: storageVersionHash('apiextensions.k8s.io', 'v1beta1', CRD),
    }),
  ],
];
