import { type ApiResource, apiVersionOf, type ResourceRegistry } from '../store/resource-registry.ts';

const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];
const STATUS_VERBS = ['get', 'patch', 'update'];

export const SERVER_VERSION = {
  major: '1',
  minor: '34',
  gitVersion: 'v1.34.0-embedded',
  gitCommit: '',
  gitTreeState: 'clean',
  buildDate: '1970-01-01T00:00:00Z',
  goVersion: 'none',
  compiler: 'node',
  platform: `${process.platform}/${process.arch}`,
};

export const CORE_VERSIONS = {
  kind: 'APIVersions',
  versions: ['v1'],
  serverAddressByClientCIDRs: [],
};

interface GroupVersion {
  readonly groupVersion: string;
  readonly version: string;
}

function apiGroup(name: string, resources: readonly ApiResource[]): Record<string, unknown> | undefined {
  const versions: GroupVersion[] = [];
  for (const resource of resources) {
    if (resource.group !== name) continue;
    for (const version of resource.versions) {
      if (!versions.some((known) => known.version === version)) {
        versions.push({ groupVersion: apiVersionOf(resource, version), version });
      }
    }
  }
  return versions.length === 0 ? undefined : { name, versions, preferredVersion: versions[0] };
}

/** `GET /apis/<group>`: undefined for a group that is not served. */
export function groupDocument(group: string, registry: ResourceRegistry): Record<string, unknown> | undefined {
  const found = apiGroup(group, registry.all());
  return found === undefined ? undefined : { kind: 'APIGroup', apiVersion: 'v1', ...found };
}

/** `GET /apis` */
export function groupsDocument(registry: ResourceRegistry): Record<string, unknown> {
  const resources = registry.all();
  const names = [...new Set(resources.map((resource) => resource.group))].filter((group) => group !== '');
  return { kind: 'APIGroupList', apiVersion: 'v1', groups: names.map((name) => apiGroup(name, resources)) };
}

/** `GET /api/v1`, `GET /apis/<group>/<version>`: undefined for a version that is not served. */
export function resourcesDocument(
  group: string,
  version: string,
  registry: ResourceRegistry,
): Record<string, unknown> | undefined {
  const served = registry.all().filter((each) => each.group === group && each.versions.includes(version));
  if (served.length === 0) return undefined;
  const resources = served.flatMap((each) => [
    {
      name: each.plural,
      singularName: each.singular,
      namespaced: each.namespaced,
      kind: each.kind,
      verbs: VERBS,
      ...(each.shortNames.length === 0 ? {} : { shortNames: each.shortNames }),
      ...(each.categories.length === 0 ? {} : { categories: each.categories }),
    },
    ...(each.hasStatus
      ? [
          {
            name: `${each.plural}/status`,
            singularName: '',
            namespaced: each.namespaced,
            kind: each.kind,
            verbs: STATUS_VERBS,
          },
        ]
      : []),
  ]);
  const groupVersion = group === '' ? version : `${group}/${version}`;
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion, resources };
}

/** `GET /api` or `/apis` as apidiscovery.k8s.io/v2, everything in one answer. */
export function aggregatedDocument(core: boolean, registry: ResourceRegistry): Record<string, unknown> {
  const resources = registry.all().filter((each) => (each.group === '') === core);
  const groups = [...new Set(resources.map((each) => each.group))];
  const items = groups.map((group) => ({
    metadata: { name: group, creationTimestamp: null },
    versions: versionsOf(group, resources).map((version) => ({
      version,
      freshness: 'Current',
      resources: resources
        .filter((each) => each.group === group && each.versions.includes(version))
        .map((each) => aggregatedResource(each, version)),
    })),
  }));
  return { kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2', metadata: {}, items };
}

function versionsOf(group: string, resources: readonly ApiResource[]): readonly string[] {
  return [...new Set(resources.filter((each) => each.group === group).flatMap((each) => each.versions))];
}

function aggregatedResource(each: ApiResource, version: string): Record<string, unknown> {
  const responseKind = { group: each.group, version, kind: each.kind };
  return {
    resource: each.plural,
    responseKind,
    scope: each.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: each.singular,
    verbs: VERBS,
    ...(each.shortNames.length === 0 ? {} : { shortNames: each.shortNames }),
    ...(each.categories.length === 0 ? {} : { categories: each.categories }),
    ...(each.hasStatus ? { subresources: [{ subresource: 'status', responseKind, verbs: STATUS_VERBS }] } : {}),
  };
}

/** The least OpenAPI that `kubectl apply` needs: it says that `fieldValidation` is done by the server. */
export function openapiDocument(rest: string, registry: ResourceRegistry): Record<string, unknown> | undefined {
  const groupVersions = [
    ...new Set(registry.all().flatMap((each) => each.versions.map((version) => apiVersionOf(each, version)))),
  ].map((groupVersion) => (groupVersion.includes('/') ? `apis/${groupVersion}` : `api/${groupVersion}`));
  if (rest === 'v3') {
    const paths = groupVersions.map((path) => [path, { serverRelativeURL: `/openapi/v3/${path}` }]);
    return { paths: Object.fromEntries(paths) };
  }
  const path = rest.replace(/^v3\//, '');
  if (!rest.startsWith('v3/') || !groupVersions.includes(path)) return undefined;
  const served = registry.all().flatMap((each) =>
    each.versions.flatMap((version) => {
      const prefix = each.group === '' ? `api/${version}` : `apis/${each.group}/${version}`;
      return prefix === path ? [openapiPath(prefix, each, version)] : [];
    }),
  );
  return {
    openapi: '3.0.0',
    info: { title: 'embedded', version: 'v0' },
    paths: Object.fromEntries(served),
    components: { schemas: {} },
  };
}

function openapiPath(prefix: string, each: ApiResource, version: string): readonly [string, unknown] {
  const scope = each.namespaced ? 'namespaces/{namespace}/' : '';
  const parameters = ['fieldValidation', 'dryRun', 'fieldManager', 'force'].map((name) => ({
    name,
    in: 'query',
    schema: { type: 'string' },
  }));
  const operation = {
    parameters,
    responses: {},
    'x-kubernetes-group-version-kind': { group: each.group, version, kind: each.kind },
  };
  return [`/${prefix}/${scope}${each.plural}/{name}`, { patch: { ...operation, 'x-kubernetes-action': 'patch' } }];
}
