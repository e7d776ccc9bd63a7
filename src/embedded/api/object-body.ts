import type { KubeObject } from '../../domain/kube-object.ts';
import { isJsonObject, type JsonObject } from '../json-value.ts';
import { invalidObject, invalidValue } from '../schema/field-error.ts';
import { apiVersionOf, type ResourceRegistry, splitApiVersion } from '../store/resource-registry.ts';
import type { ResourcePath } from './api-path.ts';
import { isBuiltInGroup } from './built-in-groups.ts';
import { type BodyFormat, objectBody, unrecognized } from './request-body.ts';
import { badRequest } from './status-error.ts';

/** The object of a create or an update, checked against the path it was sent to. */
export async function objectOf(
  body: Buffer,
  format: BodyFormat,
  path: ResourcePath,
  resources: ResourceRegistry,
): Promise<KubeObject> {
  const { resource, namespace, version } = path;
  const given = await objectBody(body, format, resource.kind);
  const expected = { apiVersion: apiVersionOf(resource, version), kind: resource.kind };
  const value = isBuiltInGroup(resource.group)
    ? builtInObject(given ?? {}, expected, body, resources)
    : customObject(given, expected, body, resource.group);
  const metadata = isJsonObject(value.metadata) ? value.metadata : {};
  requireNamespace(metadata.namespace, path);
  const { namespace: _given, ...rest } = metadata;
  const placed = { ...rest, name: nameOf(metadata), ...(resource.namespaced ? { namespace } : {}) };
  return { ...value, ...expected, metadata: placed };
}

/** The same of an update, whose path names the object. */
export async function namedObjectOf(
  body: Buffer,
  format: BodyFormat,
  path: ResourcePath,
  resources: ResourceRegistry,
): Promise<KubeObject> {
  const object = await objectOf(body, format, path, resources);
  requireName(object.metadata.name, path.name ?? '');
  return object;
}

export function requireName(given: string, name: string): void {
  if (given === name) return;
  if (given === '')
    throw badRequest(`the name of the object (${name} based on URL) was undeterminable: name must be provided`);
  throw badRequest(`the name of the object (${given}) does not match the name on the URL (${name})`);
}

export function requireNamespace(given: unknown, { resource, namespace }: ResourcePath): void {
  if (!resource.namespaced || typeof given !== 'string' || given === '' || given === namespace) return;
  throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
}

function nameOf(metadata: JsonObject): string {
  return typeof metadata.name === 'string' ? metadata.name : '';
}

interface Expected {
  readonly apiVersion: string;
  readonly kind: string;
}

/** Of Kubernetes' own kinds `kind` and `apiVersion` may be left out; any other kind that it knows is converted, and that fails. */
function builtInObject(given: JsonObject, expected: Expected, body: Buffer, resources: ResourceRegistry): JsonObject {
  const { kind = '', apiVersion = '' } = given;
  for (const [field, value] of [
    ['kind', kind],
    ['apiVersion', apiVersion],
  ] as const) {
    if (typeof value === 'string') continue;
    const found = value === null ? undefined : Array.isArray(value) ? 'array' : typeof value;
    if (found === undefined) continue;
    const why = `couldn't get version/kind; json parse error: json: cannot unmarshal ${found === 'boolean' ? 'bool' : found} into Go struct field .${field} of type string`;
    throw badRequest(unrecognized(expected.kind, why, body));
  }
  const found = { kind: String(kind) || expected.kind, apiVersion: String(apiVersion) || expected.apiVersion };
  if (found.kind === expected.kind && found.apiVersion === expected.apiVersion) return given;
  if (found.apiVersion.split('/').length > 2) {
    const why = `unexpected GroupVersion string: ${found.apiVersion}`;
    throw badRequest(unrecognized(expected.kind, why, body));
  }
  throw badRequest(wrongKind(found, expected, resources));
}

function wrongKind(found: Expected, expected: Expected, resources: ResourceRegistry): string {
  const { group, version } = splitApiVersion(found.apiVersion);
  const wanted = splitApiVersion(expected.apiVersion);
  const sentence = `${found.kind} in version "${version}" cannot be handled as a ${expected.kind}`;
  const isSameKind = found.kind === expected.kind && group === wanted.group;
  // Older versions of a kind are known to the real server, though it no longer serves them.
  if (isSameKind && (/^v\d+(alpha|beta)\d+$/.test(version) || resources.ofObject(found) !== undefined)) {
    return `the API version in the data (${found.apiVersion}) does not match the expected API version (${expected.apiVersion})`;
  }
  if (resources.ofObject(found) !== undefined && isBuiltInGroup(group)) {
    const target = `${wanted.group === '' ? 'core' : wanted.group.split('.')[0]}.${expected.kind}`;
    return `${sentence}: converting (${version}.${found.kind}) to (${target}): unknown conversion`;
  }
  const scheme = 'in scheme "pkg/runtime/scheme.go:111"';
  return `${sentence}: no kind "${found.kind}" is registered for version "${found.apiVersion}" ${scheme}`;
}

function customObject(given: JsonObject | undefined, expected: Expected, body: Buffer, group: string): JsonObject {
  const kind = given?.kind;
  if (given === undefined || typeof kind !== 'string' || kind === '') {
    const why = `Object 'Kind' is missing in '${body.toString()}'`;
    throw badRequest(unrecognized(expected.kind, why, body));
  }
  const apiVersion = typeof given.apiVersion === 'string' ? given.apiVersion : '';
  if (apiVersion !== expected.apiVersion) {
    throw badRequest(
      `the API version in the data (${apiVersion}) does not match the expected API version (${expected.apiVersion})`,
    );
  }
  if (kind !== expected.kind) {
    const name = nameOf(isJsonObject(given.metadata) ? given.metadata : {});
    throw invalidObject({ group, kind }, name, [invalidValue('kind', kind, `must be ${expected.kind}`)]);
  }
  return given;
}
