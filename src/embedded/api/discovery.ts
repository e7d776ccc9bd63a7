import { createHash } from 'node:crypto';
import type { ApiResource, ResourceRegistry } from '../store/resource-registry.ts';
import { isBuiltInGroup } from './built-in-groups.ts';
import { REVIEWS } from './reviews.ts';
import { type Subresource, subresourcesOf } from './subresources.ts';

export { SERVER_VERSION } from './server-version.ts';

type Document = Record<string, unknown>;

const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];
/** The same ones in the order that the real server gives for custom resources. */
const CUSTOM_VERBS = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'];

/** Built-in groups in the order of a real server; kubectl takes the first group that has a resource of a given name. */
const GROUP_ORDER = [
  'apiregistration.k8s.io',
  'apps',
  'events.k8s.io',
  'authentication.k8s.io',
  'authorization.k8s.io',
  'autoscaling',
  'batch',
  'certificates.k8s.io',
  'networking.k8s.io',
  'policy',
  'rbac.authorization.k8s.io',
  'storage.k8s.io',
  'admissionregistration.k8s.io',
  'apiextensions.k8s.io',
  'scheduling.k8s.io',
  'coordination.k8s.io',
  'node.k8s.io',
  'discovery.k8s.io',
  'resource.k8s.io',
  'flowcontrol.apiserver.k8s.io',
];

/** `GET /api`; `host` is where the client reached the server, e.g. `127.0.0.1:6443`. */
export function coreVersions(host: string): Document {
  return {
    kind: 'APIVersions',
    versions: ['v1'],
    serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: host }],
  };
}

/** `GET /apis/<group>`: undefined for a group that is not served. */
export function groupDocument(group: string, registry: ResourceRegistry): Document | undefined {
  const served = group === '' ? [] : versionsOf(group, servedBy(registry));
  return served.length === 0 ? undefined : { kind: 'APIGroup', apiVersion: 'v1', ...apiGroup(group, served) };
}

/** `GET /apis` */
export function groupsDocument(registry: ResourceRegistry): Document {
  const resources = servedBy(registry);
  const groups = groupsOf(resources).filter((group) => group !== '');
  return {
    kind: 'APIGroupList',
    apiVersion: 'v1',
    groups: groups.map((group) => apiGroup(group, versionsOf(group, resources))),
  };
}

function apiGroup(name: string, served: readonly string[]): Document {
  const versions = served.map((version) => ({ groupVersion: `${name}/${version}`, version }));
  return { name, versions, preferredVersion: versions[0] };
}

/** `GET /api/v1`, `GET /apis/<group>/<version>`: undefined for a version that is not served. */
export function resourcesDocument(group: string, version: string, registry: ResourceRegistry): Document | undefined {
  const served = inVersion(servedBy(registry), group, version);
  if (served.length === 0) return undefined;
  const resources = served.flatMap((each) => [
    {
      name: each.plural,
      singularName: each.singular,
      namespaced: each.namespaced,
      kind: each.kind,
      verbs: verbsOf(each),
      ...namesOf(each),
      ...(REVIEWS.includes(each) ? {} : { storageVersionHash: storageVersionHash(each) }),
    },
    ...subresourcesOf(each).map(({ name, kind, verbs, ...other }) => ({
      name: `${each.plural}/${name}`,
      singularName: '',
      namespaced: each.namespaced,
      ...other,
      kind,
      verbs,
    })),
  ]);
  const groupVersion = group === '' ? version : `${group}/${version}`;
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion, resources };
}

/** `GET /api` (`core`) or `/apis` as apidiscovery.k8s.io/v2: everything in one answer. */
export function aggregatedDocument(core: boolean, registry: ResourceRegistry): Document {
  const resources = servedBy(registry).filter((each) => (each.group === '') === core);
  const items = groupsOf(resources).map((group) => ({
    metadata: group === '' ? {} : { name: group },
    versions: versionsOf(group, resources).map((version) => ({
      version,
      resources: inVersion(resources, group, version).map((each) => aggregatedResource(each, version)),
      freshness: 'Current',
    })),
  }));
  return { kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2', metadata: {}, items };
}

function aggregatedResource(each: ApiResource, version: string): Document {
  // The real server leaves the group and version of its own kinds to be taken from where they stand.
  const own = isCustom(each) ? { group: each.group, version } : { group: '', version: '' };
  const subresources = subresourcesOf(each).map(({ name, kind, verbs, group, version: other }: Subresource) => ({
    subresource: name,
    responseKind: { group: group ?? own.group, version: other ?? own.version, kind },
    verbs,
  }));
  return {
    resource: each.plural,
    responseKind: { ...own, kind: each.kind },
    scope: each.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: each.singular,
    verbs: verbsOf(each),
    ...namesOf(each),
    ...(subresources.length === 0 ? {} : { subresources }),
  };
}

function namesOf({ shortNames, categories }: ApiResource): Document {
  return { ...(shortNames.length === 0 ? {} : { shortNames }), ...(categories.length === 0 ? {} : { categories }) };
}

function verbsOf(each: ApiResource): readonly string[] {
  if (REVIEWS.includes(each)) return ['create'];
  if (each.group === '' && each.plural === 'namespaces') return VERBS.filter((verb) => verb !== 'deletecollection');
  return isCustom(each) ? CUSTOM_VERBS : VERBS;
}

const hashes = new WeakMap<ApiResource, string>();

/** Tells clients whether the stored form is still the one they know: 8 bytes of SHA-256 over group, version and kind. */
function storageVersionHash(each: ApiResource): string {
  const known = hashes.get(each);
  if (known !== undefined) return known;
  // Definitions are stored in the form they had before they were stable.
  const version = each.group === 'apiextensions.k8s.io' ? 'v1beta1' : (each.versions[0] ?? '');
  const stored = `${each.group}/${version}/${each.kind}`;
  const hash = createHash('sha256').update(stored).digest().subarray(0, 8).toString('base64');
  hashes.set(each, hash);
  return hash;
}

/** Whether a real server would know the resource from a CustomResourceDefinition: Flux's kinds here as well. */
function isCustom({ group }: ApiResource): boolean {
  return !isBuiltInGroup(group);
}

function servedBy(registry: ResourceRegistry): readonly ApiResource[] {
  return [...registry.all(), ...REVIEWS];
}

function inVersion(resources: readonly ApiResource[], group: string, version: string): readonly ApiResource[] {
  return resources
    .filter((each) => each.group === group && each.versions.includes(version))
    .sort((a, b) => (a.plural < b.plural ? -1 : 1));
}

function groupsOf(resources: readonly ApiResource[]): readonly string[] {
  const rank = (group: string): number => {
    const place = GROUP_ORDER.indexOf(group);
    if (group === '') return -1;
    return place < 0 ? GROUP_ORDER.length : place;
  };
  return [...new Set(resources.map(({ group }) => group))].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
}

function versionsOf(group: string, resources: readonly ApiResource[]): readonly string[] {
  const served = resources.filter((each) => each.group === group).flatMap(({ versions }) => versions);
  return [...new Set(served)].sort(byMaturity);
}

const VERSION = /^v(\d+)(?:(alpha|beta)(\d+))?$/;
const MATURITY = ['alpha', 'beta', undefined];

/** `v2, v1, v2beta1, v1beta2, v1alpha1`; names of no such form come last, by the alphabet. */
function byMaturity(a: string, b: string): number {
  const [left, right] = [VERSION.exec(a), VERSION.exec(b)];
  if (left === null || right === null) return left === right ? (a < b ? -1 : 1) : left === null ? 1 : -1;
  return (
    MATURITY.indexOf(right[2]) - MATURITY.indexOf(left[2]) ||
    Number(right[1]) - Number(left[1]) ||
    Number(right[3] ?? 0) - Number(left[3] ?? 0)
  );
}
