/** A resource type of the API, as list, watch and patch address it. */
export interface ApiResource {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly plural: string;
}

export interface ObjectReference extends ApiResource {
  /** Undefined for a cluster-scoped object. */
  readonly namespace?: string | undefined;
  readonly name: string;
}

/** `/apis/<group>/<version>`, or `/api/<version>` for the core group. */
export function groupVersionPath({ group, version }: Pick<ApiResource, 'group' | 'version'>): string {
  return group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
}

/** The collection's path, of one namespace or of all. */
export function collectionPath(resource: ApiResource, namespace?: string): string {
  const within = namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
  return `${groupVersionPath(resource)}${within}/${resource.plural}`;
}

export function objectPath(reference: ObjectReference): string {
  return `${collectionPath(reference, reference.namespace)}/${encodeURIComponent(reference.name)}`;
}

/** `kustomizations.kustomize.toolkit.fluxcd.io`, as RBAC messages and kubectl name it. */
export function resourceName({ group, plural }: Pick<ApiResource, 'group' | 'plural'>): string {
  return group === '' ? plural : `${plural}.${group}`;
}

export interface RequestDescription {
  /** As in RBAC: get, list, watch, create, update, patch, delete. */
  readonly verb: string;
  /** With the subresource, e.g. `kustomizations/status.kustomize.toolkit.fluxcd.io`; undefined for a path that is no resource. */
  readonly resource: string | undefined;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
}

/** What RBAC calls the request `method path`. */
export function describeRequest(
  method: string,
  path: string,
  query: Readonly<Record<string, unknown>> = {},
): RequestDescription {
  const segments = path
    .split('/')
    .filter((segment) => segment !== '')
    .map(decodeURIComponent);
  const rest = segments[0] === 'apis' ? segments.slice(3) : segments.slice(2);
  const group = segments[0] === 'apis' ? (segments[1] ?? '') : '';
  const namespaced = rest[0] === 'namespaces' && rest.length > 2;
  const namespace = namespaced ? rest[1] : undefined;
  const [plural, name, subresource] = namespaced ? rest.slice(2) : rest;
  const verb = verbOf(method, name !== undefined, String(query.watch ?? '') === 'true');
  const resource =
    plural === undefined
      ? undefined
      : resourceName({ group, plural: subresource === undefined ? plural : `${plural}/${subresource}` });
  return { verb, resource, namespace, name };
}

function verbOf(method: string, named: boolean, watch: boolean): string {
  switch (method) {
    case 'POST':
      return 'create';
    case 'PUT':
      return 'update';
    case 'PATCH':
      return 'patch';
    case 'DELETE':
      return 'delete';
    default:
      if (watch) return 'watch';
      return named ? 'get' : 'list';
  }
}

/** In words: `list kustomizations.kustomize.toolkit.fluxcd.io in all namespaces`. */
export function requestInWords(description: RequestDescription, path: string): string {
  const { verb, resource, namespace, name } = description;
  if (resource === undefined) return `${verb} ${path}`;
  const where =
    namespace === undefined ? (name === undefined ? ' in all namespaces' : '') : ` in namespace ${namespace}`;
  return `${verb} ${resource}${name === undefined ? '' : ` "${name}"`}${where}`;
}
