import type { ApiResource, ResourceRegistry } from '../store/resource-registry.ts';
import { isBuiltInGroup } from './built-in-groups.ts';
import { pageNotFound } from './page-not-found.ts';
import type { RequestInfo } from './request-info.ts';
import { REVIEWS } from './reviews.ts';
import { badRequest, methodNotAllowed, notFound, pathNotFound } from './status-error.ts';
import { subresourcesOf } from './subresources.ts';

/** What a URL of the API server means. */
export type ApiPath =
  /** `/`: the paths there are. */
  | { readonly kind: 'root' }
  | { readonly kind: 'health' }
  | { readonly kind: 'version' }
  | { readonly kind: 'core-versions' }
  | { readonly kind: 'groups' }
  | { readonly kind: 'group'; readonly group: string }
  | { readonly kind: 'resources'; readonly group: string; readonly version: string }
  | { readonly kind: 'openapi'; readonly rest: string }
  | { readonly kind: 'review'; readonly review: string; readonly namespace: string }
  /** `POST /api/v1/namespaces/x/bindings`: the old way to bind a pod. */
  | { readonly kind: 'binding'; readonly namespace: string }
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

/** Throws what the real server says to a path or a method that it does not serve. */
export function apiPath(info: RequestInfo, resources: ResourceRegistry): ApiPath {
  return info.resource === '' ? documentPath(info) : resourcePath(info, resources);
}

function documentPath({ segments, method }: RequestInfo): ApiPath {
  const [first, second, third] = segments;
  // The real server answers any method at /apis.
  if (method !== 'GET' && !(first === 'apis' && second === undefined)) throw refusedMethod(first);
  switch (first) {
    case '':
      return { kind: 'root' };
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
      if (second === 'v1') return { kind: 'resources', group: '', version: 'v1' };
      throw pathNotFound();
    case 'apis':
      if (second === undefined) return { kind: 'groups' };
      return third === undefined
        ? { kind: 'group', group: second }
        : { kind: 'resources', group: second, version: third };
    default:
      throw pageNotFound();
  }
}

function refusedMethod(first: string | undefined): Error {
  const isServed = ['healthz', 'readyz', 'livez', 'version', 'openapi', 'api', 'apis'].includes(first ?? '');
  return isServed ? methodNotAllowed() : pageNotFound();
}

function resourcePath(info: RequestInfo, resources: ResourceRegistry): ApiPath {
  const { group, version, name, namespace } = info;
  const resource = resources.byPath(group, version, info.resource);
  if (resource === undefined) return otherPath(info);
  if (info.surplus) throw missing(group);
  // `namespaces/x` is in itself, so to speak; everything else has a namespace exactly if its kind has.
  const place = info.resource === 'namespaces' ? '' : namespace;
  if (place !== '' && !resource.namespaced) throw missing(group);
  if (resource.namespaced && place === '') requireListing(info);
  if (name === '..' || name === '.') throw badRequest(`Name parameter invalid: "${name}": may not be '${name}'`);
  const path: ResourcePath = {
    kind: 'resource',
    resource,
    version,
    namespace: place,
    name: name === '' ? undefined : name,
    subresource: info.subresource === '' ? undefined : info.subresource,
  };
  requireMethod(info, path);
  return path;
}

/** Over all namespaces there is only the list (and the watch). */
function requireListing({ group, name, method }: RequestInfo): void {
  if (name !== '') throw missing(group);
  if (method !== 'GET') throw isBuiltInGroup(group) ? methodNotAllowed() : pageNotFound();
}

function requireMethod(info: RequestInfo, path: ResourcePath): void {
  const { group, method, verb } = info;
  const { resource, name, subresource } = path;
  if (subresource !== undefined) {
    const served = subresourcesOf(resource).find((each) => each.name === subresource);
    // For custom resources the real server looks for the object first, and does not find it under that path.
    if (served === undefined) throw isBuiltInGroup(group) ? pathNotFound() : notFound(resource, name ?? '');
    if (!served.verbs.includes(verb) || method === 'HEAD') throw methodNotAllowed();
    return;
  }
  if (verb === '' || method === 'HEAD') throw methodNotAllowed();
  if (!isBuiltInGroup(group)) {
    if (name === undefined && (method === 'PUT' || method === 'PATCH')) throw badRequest('name must be provided');
    return;
  }
  const isOfOne = method === 'PUT' || method === 'PATCH';
  if (name === undefined ? isOfOne : method === 'POST') throw methodNotAllowed();
  if (verb === 'deletecollection' && info.resource === 'namespaces') throw methodNotAllowed();
}

/** A path that no stored resource is behind. */
function otherPath({ group, version, resource, namespace, name, method }: RequestInfo): ApiPath {
  const review = REVIEWS.find(
    (each) => each.group === group && each.plural === resource && each.versions.includes(version),
  );
  if (review !== undefined && name === '') {
    if (method !== 'POST') throw methodNotAllowed();
    return { kind: 'review', review: review.kind, namespace };
  }
  if (group === '' && version === 'v1' && resource === 'bindings' && namespace !== '' && name === '') {
    if (method !== 'POST') throw methodNotAllowed();
    return { kind: 'binding', namespace };
  }
  throw missing(group);
}

function missing(group: string): Error {
  return isBuiltInGroup(group) ? pathNotFound() : pageNotFound();
}
