import type { KubeObject } from '../../domain/kube-object.ts';
import { asArray, asObject, asString } from '../json-value.ts';

/** One resource that the API server serves. */
export interface ApiResource {
  readonly group: string;
  /** All served versions, the preferred (and stored) one first. */
  readonly versions: readonly string[];
  readonly plural: string;
  readonly singular: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  /** `status` is written through the status subresource only. */
  readonly hasStatus: boolean;
  /** `metadata.generation` counts the changes of everything but metadata and status. */
  readonly hasGeneration: boolean;
  /** A status that new objects start with (Flux: `observedGeneration: -1`). */
  readonly initialStatus?: Readonly<Record<string, unknown>>;
}

export function apiVersionOf(resource: ApiResource, version = resource.versions[0] ?? 'v1'): string {
  return resource.group === '' ? version : `${resource.group}/${version}`;
}

interface Extras {
  readonly shortNames?: readonly string[];
  readonly cluster?: true;
  /** Neither status subresource nor generation: ConfigMaps and the like. */
  readonly bare?: true;
  readonly categories?: readonly string[];
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
    hasGeneration: extras.bare !== true,
  };
}

function flux(groupVersions: string, kind: string, plural: string, shortNames: readonly string[] = []): ApiResource {
  return { ...resource(groupVersions, kind, plural, { shortNames }), initialStatus: { observedGeneration: -1 } };
}

const RBAC = 'rbac.authorization.k8s.io/v1';
const SOURCE = 'source.toolkit.fluxcd.io/v1';

/** What a new embedded cluster serves: the core workload kinds and Flux's custom resources. */
export const BUILT_IN_RESOURCES: readonly ApiResource[] = [
  { ...resource('v1', 'Namespace', 'namespaces', { shortNames: ['ns'], cluster: true }), hasGeneration: false },
  resource('v1', 'ConfigMap', 'configmaps', { shortNames: ['cm'], bare: true }),
  resource('v1', 'Secret', 'secrets', { bare: true }),
  { ...resource('v1', 'Service', 'services', { shortNames: ['svc'], categories: ['all'] }), hasGeneration: false },
  resource('v1', 'ServiceAccount', 'serviceaccounts', { shortNames: ['sa'], bare: true }),
  resource('v1', 'Event', 'events', { shortNames: ['ev'], bare: true }),
  resource('v1', 'Pod', 'pods', { shortNames: ['po'], categories: ['all'] }),
  resource('v1', 'PersistentVolumeClaim', 'persistentvolumeclaims', { shortNames: ['pvc'] }),
  resource('v1', 'PersistentVolume', 'persistentvolumes', { shortNames: ['pv'], cluster: true }),
  resource('v1', 'ResourceQuota', 'resourcequotas', { shortNames: ['quota'] }),
  resource('v1', 'LimitRange', 'limitranges', { shortNames: ['limits'], bare: true }),
  resource('v1', 'Node', 'nodes', { shortNames: ['no'], cluster: true }),
  resource('apps/v1', 'Deployment', 'deployments', { shortNames: ['deploy'], categories: ['all'] }),
  resource('apps/v1', 'ReplicaSet', 'replicasets', { shortNames: ['rs'], categories: ['all'] }),
  resource('apps/v1', 'StatefulSet', 'statefulsets', { shortNames: ['sts'], categories: ['all'] }),
  resource('apps/v1', 'DaemonSet', 'daemonsets', { shortNames: ['ds'], categories: ['all'] }),
  resource('batch/v1', 'Job', 'jobs', { categories: ['all'] }),
  resource('batch/v1', 'CronJob', 'cronjobs', { shortNames: ['cj'], categories: ['all'] }),
  resource('networking.k8s.io/v1', 'Ingress', 'ingresses', { shortNames: ['ing'] }),
  resource('networking.k8s.io/v1', 'NetworkPolicy', 'networkpolicies', { shortNames: ['netpol'], bare: true }),
  resource('autoscaling/v2', 'HorizontalPodAutoscaler', 'horizontalpodautoscalers', { shortNames: ['hpa'] }),
  resource('policy/v1', 'PodDisruptionBudget', 'poddisruptionbudgets', { shortNames: ['pdb'] }),
  resource('coordination.k8s.io/v1', 'Lease', 'leases', { bare: true }),
  resource(RBAC, 'Role', 'roles', { bare: true }),
  resource(RBAC, 'RoleBinding', 'rolebindings', { bare: true }),
  resource(RBAC, 'ClusterRole', 'clusterroles', { cluster: true, bare: true }),
  resource(RBAC, 'ClusterRoleBinding', 'clusterrolebindings', { cluster: true, bare: true }),
  resource('storage.k8s.io/v1', 'StorageClass', 'storageclasses', { shortNames: ['sc'], cluster: true, bare: true }),
  resource('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'customresourcedefinitions', {
    shortNames: ['crd', 'crds'],
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

/** The resources served right now; CustomResourceDefinitions add to it and take from it. */
export class ResourceRegistry {
  readonly #byPlural = new Map<string, ApiResource>();
  readonly #byKind = new Map<string, ApiResource>();
  readonly #custom = new Set<string>();

  constructor(resources: readonly ApiResource[] = BUILT_IN_RESOURCES) {
    for (const each of resources) this.add(each);
  }

  add(added: ApiResource): void {
    this.#byPlural.set(`${added.group}/${added.plural}`, added);
    this.#byKind.set(`${added.group}/${added.kind}`, added);
  }

  remove(removed: ApiResource): void {
    this.#byPlural.delete(`${removed.group}/${removed.plural}`);
    this.#byKind.delete(`${removed.group}/${removed.kind}`);
  }

  /** The resource behind `/apis/<group>/<version>/<plural>`; undefined when that version is not served. */
  byPath(group: string, version: string, plural: string): ApiResource | undefined {
    const found = this.#byPlural.get(`${group}/${plural}`);
    return found?.versions.includes(version) ? found : undefined;
  }

  byGroupKind(group: string, kind: string): ApiResource | undefined {
    return this.#byKind.get(`${group}/${kind}`);
  }

  /** The resource of an object's `apiVersion` and `kind`. */
  ofObject(object: { readonly apiVersion: string; readonly kind: string }): ApiResource | undefined {
    const { group, version } = splitApiVersion(object.apiVersion);
    const found = this.byGroupKind(group, object.kind);
    return found?.versions.includes(version) ? found : undefined;
  }

  /** The first resource of that kind, whatever its group: enough where a test names a kind. */
  ofKind(kind: string): ApiResource | undefined {
    for (const each of this.#byKind.values()) if (each.kind === kind) return each;
    return undefined;
  }

  all(): readonly ApiResource[] {
    return [...this.#byPlural.values()];
  }

  /** Serves what `definition` (a CustomResourceDefinition) defines; what is built in stays as it is. */
  define(definition: KubeObject): void {
    const defined = resourceOfDefinition(definition);
    if (defined === undefined) return;
    const key = `${defined.group}/${defined.plural}`;
    if (this.#byPlural.has(key) && !this.#custom.has(key)) return;
    this.#custom.add(key);
    this.add(defined);
  }

  /** Ends what `define` began; returns the resource that is no longer served. */
  undefine(definition: KubeObject): ApiResource | undefined {
    const defined = resourceOfDefinition(definition);
    if (defined === undefined || !this.#custom.delete(`${defined.group}/${defined.plural}`)) return undefined;
    this.remove(defined);
    return defined;
  }
}

export function splitApiVersion(apiVersion: string): { group: string; version: string } {
  const slash = apiVersion.indexOf('/');
  return { group: slash < 0 ? '' : apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) };
}

function resourceOfDefinition(definition: KubeObject): ApiResource | undefined {
  const spec = asObject(definition.spec);
  const names = asObject(spec.names);
  const group = asString(spec.group);
  const kind = asString(names.kind);
  const plural = asString(names.plural);
  const served = asArray(spec.versions)
    .map(asObject)
    .filter((version) => version.served !== false);
  if (group === undefined || kind === undefined || plural === undefined || served.length === 0) return undefined;
  // The stored version comes first.
  const versions = [...served].sort((a, b) => Number(b.storage === true) - Number(a.storage === true));
  return {
    group,
    versions: versions.map((version) => asString(version.name) ?? 'v1'),
    plural,
    singular: asString(names.singular) ?? kind.toLowerCase(),
    kind,
    namespaced: spec.scope !== 'Cluster',
    shortNames: asArray(names.shortNames).filter((name) => typeof name === 'string'),
    categories: asArray(names.categories).filter((name) => typeof name === 'string'),
    hasStatus: versions.some((version) => asObject(version.subresources).status !== undefined),
    hasGeneration: true,
  };
}
