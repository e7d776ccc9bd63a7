import type { ApiResource, ResourceRegistry } from '../store/resource-registry.ts';

/** What a URL of the API server means. */
export type ApiPath =
  | { readonly kind: 'health' }
  | { readonly kind: 'version' }
  | { readonly kind: 'core-versions' }
  | { readonly kind: 'groups' }
  | { readonly kind: 'group'; readonly group: string }
  | { readonly kind: 'resources'; readonly group: string; readonly version: string }
  | { readonly kind: 'openapi'; readonly rest: string }
  | { readonly kind: 'access-review' }
  | ResourcePath;

export interface ResourcePath {
  readonly kind: 'resource';
  readonly resource: ApiResource;
  readonly version: string;
  /** Empty: all namespaces, or a resource of the cluster. */
  readonly namespace: string;
  readonly name: string | undefined;
  readonly subresource: string | undefined;
}

/** Undefined for a path that is not served. */
export function apiPath(path: string, resources: ResourceRegistry): ApiPath | undefined {
  const segments = path
    .split('/')
    .filter((segment) => segment !== '')
    .map(decodeURIComponent);
  const [first, second, third] = segments;
  switch (first) {
    case 'healthz':
    case 'readyz':
    case 'livez':
      return { kind: 'health' };
    case 'version':
      return { kind: 'version' };
    case 'openapi':
      return { kind: 'openapi', rest: segments.slice(1).join('/') };
    case 'api':
      if (second === undefined) return { kind: 'core-versions' };
      if (third === undefined) return second === 'v1' ? { kind: 'resources', group: '', version: 'v1' } : undefined;
      return resourcePath('', second, segments.slice(2), resources);
    case 'apis':
      return second === undefined ? { kind: 'groups' } : groupPath(second, segments, resources);
    default:
      return undefined;
  }
}

function groupPath(group: string, segments: readonly string[], resources: ResourceRegistry): ApiPath | undefined {
  const version = segments[2];
  if (version === undefined) return { kind: 'group', group };
  const rest = segments.slice(3);
  if (rest.length === 0) return { kind: 'resources', group, version };
  if (group === 'authorization.k8s.io' && rest[0] === 'selfsubjectaccessreviews') return { kind: 'access-review' };
  return resourcePath(group, version, rest, resources);
}

function resourcePath(
  group: string,
  version: string,
  rest: readonly string[],
  resources: ResourceRegistry,
): ResourcePath | undefined {
  if (rest[0] === 'namespaces' && rest[1] !== undefined && rest[2] !== undefined) {
    const inside = resources.byPath(group, version, rest[2]);
    if (inside?.namespaced === true) {
      const [, namespace = '', , name, subresource] = rest;
      return rest.length > 5
        ? undefined
        : { kind: 'resource', resource: inside, version, namespace, name, subresource };
    }
  }
  const [plural = '', name, subresource] = rest;
  const resource = resources.byPath(group, version, plural);
  if (resource === undefined || rest.length > 3) return undefined;
  // Without a namespace only the list over all of them is served.
  if (resource.namespaced && name !== undefined) return undefined;
  return { kind: 'resource', resource, version, namespace: '', name, subresource };
}
