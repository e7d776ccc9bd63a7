import type { ApiResource, ScalePaths } from './api-resource.ts';

interface Extras {
  readonly shortNames?: readonly string[];
  readonly cluster?: true;
  /** Neither status subresource nor generation: ConfigMaps and the like. */
  readonly bare?: true;
  readonly categories?: readonly string[];
  /** A status, but no generation. */
  readonly ungenerated?: true;
  /** A generation, though bare. */
  readonly generated?: true;
  readonly scale?: ScalePaths;
}

function resource(groupVersions: string, kind: string, plural: string, extras: Extras = {}): ApiResource {
  const slash = groupVersions.indexOf('/');
  return {
    group: slash < 0 ? '' : groupVersions.slice(0, slash),
    versions: groupVersions.slice(slash + 1).split(','),
    plural,
    singular: kind.toLowerCase(),
    kind,
    namespaced: extras.cluster !== true,
    shortNames: extras.shortNames ?? [],
    categories: extras.categories ?? [],
    hasStatus: extras.bare !== true,
    hasGeneration: extras.generated === true || (extras.bare !== true && extras.ungenerated !== true),
    ...(extras.scale === undefined ? {} : { scale: extras.scale }),
  };
}

function flux(groupVersions: string, kind: string, plural: string, shortNames: readonly string[] = []): ApiResource {
  return { ...resource(groupVersions, kind, plural, { shortNames }), initialStatus: { observedGeneration: -1 } };
}

const SCALE: ScalePaths = {
  specReplicasPath: '.spec.replicas',
  statusReplicasPath: '.status.replicas',
};
const RBAC = 'rbac.authorization.k8s.io/v1';
const SOURCE = 'source.toolkit.fluxcd.io/v1';

/** What a new embedded cluster serves: the core workload kinds and Flux's custom resources. */
export const BUILT_IN_RESOURCES: readonly ApiResource[] = [
  resource('v1', 'Namespace', 'namespaces', { shortNames: ['ns'], cluster: true, ungenerated: true }),
  resource('v1', 'ConfigMap', 'configmaps', { shortNames: ['cm'], bare: true }),
  resource('v1', 'Secret', 'secrets', { bare: true }),
  resource('v1', 'Service', 'services', { shortNames: ['svc'], categories: ['all'], ungenerated: true }),
  resource('v1', 'ServiceAccount', 'serviceaccounts', { shortNames: ['sa'], bare: true }),
  resource('v1', 'Event', 'events', { shortNames: ['ev'], bare: true }),
  resource('v1', 'Pod', 'pods', { shortNames: ['po'], categories: ['all'] }),
  resource('v1', 'PersistentVolumeClaim', 'persistentvolumeclaims', { shortNames: ['pvc'], ungenerated: true }),
  resource('v1', 'PersistentVolume', 'persistentvolumes', { shortNames: ['pv'], cluster: true, ungenerated: true }),
  resource('v1', 'ResourceQuota', 'resourcequotas', { shortNames: ['quota'], ungenerated: true }),
  resource('v1', 'LimitRange', 'limitranges', { shortNames: ['limits'], bare: true }),
  resource('v1', 'Endpoints', 'endpoints', { shortNames: ['ep'], bare: true }),
  resource('v1', 'Node', 'nodes', { shortNames: ['no'], cluster: true, ungenerated: true }),
  resource('apps/v1', 'Deployment', 'deployments', { shortNames: ['deploy'], categories: ['all'], scale: SCALE }),
  resource('apps/v1', 'ReplicaSet', 'replicasets', { shortNames: ['rs'], categories: ['all'], scale: SCALE }),
  resource('apps/v1', 'StatefulSet', 'statefulsets', { shortNames: ['sts'], categories: ['all'], scale: SCALE }),
  resource('apps/v1', 'DaemonSet', 'daemonsets', { shortNames: ['ds'], categories: ['all'] }),
  resource('apps/v1', 'ControllerRevision', 'controllerrevisions', { bare: true }),
  resource('batch/v1', 'Job', 'jobs', { categories: ['all'] }),
  resource('batch/v1', 'CronJob', 'cronjobs', { shortNames: ['cj'], categories: ['all'] }),
  resource('networking.k8s.io/v1', 'Ingress', 'ingresses', { shortNames: ['ing'] }),
  resource('networking.k8s.io/v1', 'IngressClass', 'ingressclasses', { cluster: true, bare: true, generated: true }),
  resource('networking.k8s.io/v1', 'NetworkPolicy', 'networkpolicies', {
    shortNames: ['netpol'],
    bare: true,
    generated: true,
  }),
  resource('discovery.k8s.io/v1', 'EndpointSlice', 'endpointslices', { bare: true, generated: true }),
  resource('scheduling.k8s.io/v1', 'PriorityClass', 'priorityclasses', {
    shortNames: ['pc'],
    cluster: true,
    bare: true,
    generated: true,
  }),
  resource('autoscaling/v2', 'HorizontalPodAutoscaler', 'horizontalpodautoscalers', {
    shortNames: ['hpa'],
    categories: ['all'],
    ungenerated: true,
  }),
  resource('policy/v1', 'PodDisruptionBudget', 'poddisruptionbudgets', { shortNames: ['pdb'] }),
  resource('coordination.k8s.io/v1', 'Lease', 'leases', { bare: true }),
  resource(RBAC, 'Role', 'roles', { bare: true }),
  resource(RBAC, 'RoleBinding', 'rolebindings', { bare: true }),
  resource(RBAC, 'ClusterRole', 'clusterroles', { cluster: true, bare: true }),
  resource(RBAC, 'ClusterRoleBinding', 'clusterrolebindings', { cluster: true, bare: true }),
  resource('storage.k8s.io/v1', 'StorageClass', 'storageclasses', { shortNames: ['sc'], cluster: true, bare: true }),
  resource('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'customresourcedefinitions', {
    shortNames: ['crd', 'crds'],
    categories: ['api-extensions'],
    cluster: true,
  }),
  flux('kustomize.toolkit.fluxcd.io/v1,v1beta2', 'Kustomization', 'kustomizations', ['ks']),
  flux('helm.toolkit.fluxcd.io/v2,v2beta2', 'HelmRelease', 'helmreleases', ['hr']),
  flux(`${SOURCE},v1beta2`, 'OCIRepository', 'ocirepositories', ['ocirepo']),
  flux(`${SOURCE},v1beta2`, 'GitRepository', 'gitrepositories', ['gitrepo']),
  flux(`${SOURCE},v1beta2`, 'Bucket', 'buckets'),
  flux(`${SOURCE},v1beta2`, 'HelmRepository', 'helmrepositories', ['helmrepo']),
  flux(`${SOURCE},v1beta2`, 'HelmChart', 'helmcharts', ['hc']),
  flux(SOURCE, 'ExternalArtifact', 'externalartifacts'),
  flux('source.extensions.fluxcd.io/v1beta1', 'ArtifactGenerator', 'artifactgenerators', ['ag']),
];
