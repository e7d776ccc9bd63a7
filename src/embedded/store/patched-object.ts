import type { KubeObject } from '../../domain/kube-object.ts';
import { isBuiltInGroup } from '../api/built-in-groups.ts';
import { badRequest, StatusError } from '../api/status-error.ts';
import { isJsonObject, type JsonObject } from '../json-value.ts';
import { decoded } from '../schema/decode.ts';
import { kubernetesKind, kubernetesSchema } from '../schema/kubernetes-schema.ts';
import { Unfit } from '../schema/unfit.ts';
import { type ApiResource, apiVersionOf, splitApiVersion } from './resource-registry.ts';
import { asPatchedJson, unfitPatch } from './unfit-patch.ts';

/** Where a patch was sent to. */
export interface PatchTarget {
  readonly resource: ApiResource;
  readonly namespace: string;
  readonly name: string;
  /** The apiVersion of the request. */
  readonly apiVersion: string;
}

/** What came out of a patch, as an object that may be stored in the patched one's place. Throws 400 and 422 when it may not. */
export function patchedObject(target: PatchTarget, patched: unknown): KubeObject {
  if (!isJsonObject(patched)) {
    const type =
      'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';
    const what = Array.isArray(patched) ? 'array' : typeof patched;
    throw unfitPatch(
      patched,
      `couldn't get version/kind; json parse error: json: cannot unmarshal ${what} into Go value of type ${type}`,
    );
  }
  checkType(target, patched);
  const { metadata = {} } = patched;
  if (!isJsonObject(metadata)) {
    const type = isBuiltInGroup(target.resource.group)
      ? `Go struct field ${target.resource.kind}.metadata of type`
      : 'Go value of type';
    const what = Array.isArray(metadata) ? 'array' : metadata === null ? 'null' : typeof metadata;
    throw unfitPatch(patched, `json: cannot unmarshal ${what} into ${type} v1.ObjectMeta`);
  }
  return placedObject(target, patched, metadata);
}

/** The object with the name and namespace of the path it was sent to; 400 when it has others. */
export function placedObject(target: PatchTarget, object: JsonObject, metadata: JsonObject): KubeObject {
  const { resource, namespace } = target;
  for (const field of ['name', 'namespace', 'resourceVersion', 'uid']) {
    const value = metadata[field];
    if (value === undefined || value === null || typeof value === 'string') continue;
    const what = Array.isArray(value) ? 'array' : typeof value;
    const place = isBuiltInGroup(resource.group) ? `ObjectMeta.metadata.${field}` : `ObjectMeta.${field}`;
    throw unfitPatch(object, `json: cannot unmarshal ${what} into Go struct field ${place} of type string`);
  }
  if (resource.namespaced && typeof metadata.namespace === 'string' && metadata.namespace !== '') {
    if (metadata.namespace !== namespace) {
      throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
    }
  }
  const { name } = metadata;
  if (typeof name !== 'string' || name === '') {
    throw badRequest(`the name of the object (${target.name} based on URL) was undeterminable: name must be provided`);
  }
  if (name !== target.name) {
    throw badRequest(`the name of the object (${name}) does not match the name on the URL (${target.name})`);
  }
  return {
    ...object,
    apiVersion: apiVersionOf(resource),
    kind: resource.kind,
    metadata: { ...metadata, name, ...(resource.namespaced ? { namespace } : {}) },
  };
}

function checkType({ resource, apiVersion, name }: PatchTarget, patched: JsonObject): void {
  const { kind } = patched;
  const given = patched.apiVersion;
  if (given === apiVersion && kind === resource.kind) return;
  if (isBuiltInGroup(resource.group)) {
    // Left out, the type is that of the path.
    const [wantedKind, wantedVersion] = [kind ?? resource.kind, given ?? apiVersion];
    if (wantedKind === resource.kind && wantedVersion === apiVersion) return;
    throw unfitPatch(patched, whyOtherType(patched, wantedKind, wantedVersion, resource.kind));
  }
  for (const [field, value] of [
    ['Kind', kind],
    ['apiVersion', given],
  ] as const) {
    if (typeof value === 'string' && value !== '') continue;
    throw unfitPatch(patched, `Object '${field}' is missing in '${asPatchedJson(patched)}'`);
  }
  const [field, value, wanted] =
    given === apiVersion ? ['kind', kind, resource.kind] : ['apiVersion', given, apiVersion];
  const group = String(given).includes('/') ? String(given).slice(0, String(given).indexOf('/')) : '';
  const why = `Invalid value: ${JSON.stringify(value)}: must be ${wanted}`;
  const subject = group === '' ? String(kind) : `${String(kind)}.${group}`;
  throw new StatusError(422, 'Invalid', `${subject} "${name}" is invalid: ${field}: ${why}`, {
    name,
    ...(group === '' ? {} : { group }),
    kind: String(kind),
    causes: [{ reason: 'FieldValueInvalid', message: why, field }],
  });
}

/** What the real server's decoder says of an object that says it is of another kind. */
function whyOtherType(patched: JsonObject, kind: unknown, apiVersion: unknown, wanted: string): string {
  for (const [field, value] of [
    ['kind', kind],
    ['apiVersion', apiVersion],
  ]) {
    if (typeof value === 'string') continue;
    const what = Array.isArray(value) ? 'array' : typeof value;
    return `couldn't get version/kind; json parse error: json: cannot unmarshal ${what} into Go struct field .${field} of type string`;
  }
  const { group, version } = splitApiVersion(String(apiVersion));
  const name = kubernetesKind(group, version, String(kind));
  if (name === undefined) {
    return `no kind "${String(kind)}" is registered for version "${String(apiVersion)}" in scheme "pkg/runtime/scheme.go:111"`;
  }
  try {
    decoded(kubernetesSchema(name), patched, []);
  } catch (error) {
    if (error instanceof Unfit) return error.message;
    throw error;
  }
  return `converting (${version}.${String(kind)}) to (${wanted}): unknown conversion`;
}
