import type { IncomingMessage } from 'node:http';
import { parse as parseYaml } from 'yaml';
import type { KubeObject } from '../../domain/kube-object.ts';
import { isJsonObject } from '../json-value.ts';
import type { PatchType } from '../store/object-access.ts';
import { apiVersionOf, type ResourceRegistry } from '../store/resource-registry.ts';
import { type ApiPath, apiPath, type ResourcePath } from './api-path.ts';
import { badRequest, StatusError } from './status-error.ts';

/** One request as counters, faults and deny rules see it. `resource` is the plural, empty for discovery and health. */
export interface ApiRequest {
  readonly verb: string;
  readonly resource: string;
  readonly group: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  readonly path: string;
}

export const PATCH_TYPES: Readonly<Record<string, PatchType>> = {
  'application/json-patch+json': 'json',
  'application/merge-patch+json': 'merge',
  'application/strategic-merge-patch+json': 'strategic',
  'application/apply-patch+yaml': 'apply',
};

export function routed(pathname: string, resources: ResourceRegistry): ApiPath | undefined {
  try {
    return apiPath(pathname, resources);
  } catch (error) {
    // A path that is no valid percent-encoding names nothing.
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

export function describe(request: IncomingMessage, url: URL, path: ApiPath | undefined): ApiRequest {
  const common = { path: url.pathname, resource: '', group: '', subresource: '', namespace: '', name: '' };
  if (path?.kind !== 'resource') return { ...common, verb: (request.method ?? 'GET').toLowerCase() };
  return {
    path: url.pathname,
    verb: verbOf(request.method ?? 'GET', path.name, url.searchParams),
    resource: path.resource.plural,
    group: path.resource.group,
    subresource: path.subresource ?? '',
    namespace: path.namespace,
    name: path.name ?? '',
  };
}

function verbOf(method: string, name: string | undefined, query: URLSearchParams): string {
  const watch = query.get('watch');
  switch (method) {
    case 'GET':
      if (watch === 'true' || watch === '1' || watch === '') return 'watch';
      return name === undefined ? 'list' : 'get';
    case 'POST':
      return name === undefined ? 'create' : 'unsupported';
    case 'PUT':
      return name === undefined ? 'unsupported' : 'update';
    case 'PATCH':
      return name === undefined ? 'unsupported' : 'patch';
    case 'DELETE':
      return name === undefined ? 'deletecollection' : 'delete';
    default:
      return 'unsupported';
  }
}

export function writeOptions(
  query: URLSearchParams,
  subresource: string | undefined,
): { subresource?: 'status'; dryRun?: boolean } {
  const dryRun = query.get('dryRun');
  if (dryRun !== null && dryRun !== '' && dryRun !== 'All') {
    throw badRequest(`invalid dryRun: Unsupported value: "${dryRun}": supported values: "All"`);
  }
  return { ...(subresource === 'status' ? { subresource } : {}), ...(dryRun === 'All' ? { dryRun: true } : {}) };
}

export function preconditionsOf(body: unknown): { uid?: string; resourceVersion?: string } {
  const preconditions = isJsonObject(body) && isJsonObject(body.preconditions) ? body.preconditions : {};
  const { uid, resourceVersion } = preconditions;
  return {
    ...(typeof uid === 'string' ? { uid } : {}),
    ...(typeof resourceVersion === 'string' ? { resourceVersion } : {}),
  };
}

export function parseBody(body: Buffer): unknown {
  const text = body.toString();
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON: an apply patch is YAML.
  }
  try {
    const parsed: unknown = parseYaml(text);
    if (isJsonObject(parsed)) return parsed;
  } catch {
    // Neither: refused below.
  }
  throw badRequest(
    'the body of the request was in an unknown format - accepted media types include: application/json, application/yaml',
  );
}

/** The object of a body, checked against the path it was sent to. */
export function objectOf(body: Buffer, path: ResourcePath): KubeObject {
  const value = parseBody(body);
  if (!isJsonObject(value)) throw badRequest('the body of the request must be an object');
  const { resource, namespace, name } = path;
  const metadata = isJsonObject(value.metadata) ? value.metadata : {};
  const { kind } = value;
  const apiVersion = String(value.apiVersion);
  const known = resource.versions.some((version) => apiVersionOf(resource, version) === apiVersion);
  if (kind !== resource.kind || !known) {
    const version = apiVersionOf(resource, path.version);
    const expectation = `expected kind "${resource.kind}" in version "${version}"`;
    throw badRequest(
      `the object provided is unrecognized (must be of type ${resource.kind}): ${expectation}, found "${String(kind)}" in "${apiVersion}"`,
    );
  }
  const given = metadata.namespace;
  if (resource.namespaced && typeof given === 'string' && given !== '' && given !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  if (name !== undefined && metadata.name !== name) {
    throw badRequest(`the name of the object (${String(metadata.name)}) does not match the name on the URL (${name})`);
  }
  const placed = { ...metadata, name: String(metadata.name ?? ''), ...(resource.namespaced ? { namespace } : {}) };
  return { ...value, apiVersion, kind, metadata: placed };
}

export function unsupportedPatch(contentType: string): StatusError {
  const accepted = Object.keys(PATCH_TYPES).join(', ');
  const message = `the body of the request was in an unknown format ("${contentType}") - accepted media types include: ${accepted}`;
  return new StatusError(415, 'UnsupportedMediaType', message);
}
