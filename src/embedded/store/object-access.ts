import type { KubeObject } from '../../domain/kube-object.ts';
import { isBuiltInGroup } from '../api/built-in-groups.ts';
import { conflict, StatusError } from '../api/status-error.ts';
import { asObject, isJsonObject } from '../json-value.ts';
import { invalidObject, invalidValue } from '../schema/field-error.ts';
import { schemaOf } from '../schema/schema-of.ts';
import { goPrint } from './go-print.ts';
import { jsonPatch } from './json-patch.ts';
import { mergePatch } from './merge-patch.ts';
import type { ObjectStore } from './object-store.ts';
import { type PatchType, patchOf, unknownFields } from './patch-body.ts';
import { type PatchTarget, patchedObject, placedObject } from './patched-object.ts';
import { type ApiResource, apiVersionOf, splitApiVersion } from './resource-registry.ts';
import { type ApplyOptions, applyConfiguration } from './server-side-apply.ts';
import { strategicMergePatch } from './strategic-merge-patch.ts';
import { convertedFromConfiguration, decodedFromPatch, unfitPatch } from './unfit-patch.ts';

/** `fieldManager` is needed for `apply`, which `force` may make win over others. */
export type PatchOptions = ApplyOptions;

/** Writes to the store that need the object as it is: patches and server-side apply. */
export class ObjectAccess {
  readonly store: ObjectStore;

  constructor(store: ObjectStore) {
    this.store = store;
  }

  /**
   * `patch` is the patch itself, or a `PatchBody` with its text. Returns the object after it; `created` tells that an apply
   * made it. Throws StatusError.
   */
  patch(
    resource: ApiResource,
    namespace: string,
    name: string,
    type: PatchType,
    patch: unknown,
    options: PatchOptions = {},
  ): { object: KubeObject; created: boolean } {
    const apiVersion = options.apiVersion ?? apiVersionOf(resource);
    const target: PatchTarget = { resource, namespace, name, apiVersion };
    if (type === 'apply') return this.#apply(target, patchOf(type, patch, options), options);
    if (type === 'strategic' && !isBuiltInGroup(resource.group)) throw unsupportedStrategicPatch();
    const before = this.store.get(resource, namespace, name);
    const given = patchOf(type, patch, options);
    const patched = this.#patched(target, type, before, given);
    const shown = type === 'strategic' ? goPrint(given) : patched;
    if (type === 'json' && options.fieldValidation === 'Strict' && Array.isArray(given)) {
      const unknown = unknownFields(given);
      if (unknown.length > 0) throw unfitPatch(patched, `strict decoding error: ${unknown.join(', ')}`);
    }
    const next = withKeptMetadata(resource, patchedObject(target, patched), before, options);
    return { object: decodedFromPatch(shown, () => this.store.update(resource, next, options)), created: false };
  }

  #patched(target: PatchTarget, type: Exclude<PatchType, 'apply'>, before: KubeObject, patch: unknown): unknown {
    const { resource, apiVersion } = target;
    const seen = before.apiVersion === apiVersion ? before : { ...before, apiVersion };
    switch (type) {
      case 'json':
        return Array.isArray(patch) ? jsonPatch(seen, patch) : seen;
      case 'merge':
        return mergePatch(seen, patch);
      case 'strategic': {
        const merged = asObject(
          strategicMergePatch(seen, patch, schemaOf(resource, splitApiVersion(apiVersion).version)),
        );
        // The real server decodes into the type of the path, whatever the patch says of it.
        return { ...merged, apiVersion, kind: resource.kind };
      }
    }
  }

  #apply(target: PatchTarget, configuration: unknown, options: PatchOptions): { object: KubeObject; created: boolean } {
    const { resource, namespace, name } = target;
    const live = this.store.read(resource, namespace, name);
    // A subresource is nothing without its object.
    if (live === undefined && options.subresource !== undefined) this.store.get(resource, namespace, name);
    const wanted = isJsonObject(configuration) ? configuration : {};
    const applied = applyConfiguration(resource, live, wanted, options, this.store.clock.now());
    const { uid } = applied.metadata;
    if (live === undefined && uid !== undefined && uid !== '') {
      const why = `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`;
      throw conflict(resource, name, why);
    }
    const next = placedObject(target, applied, applied.metadata);
    const given: PatchOptions = { ...options, managedFields: 'given' };
    return convertedFromConfiguration(target, wanted, () => {
      if (live !== undefined) return { object: this.store.update(resource, next, given), created: false };
      const { resourceVersion: _version, ...metadata } = next.metadata;
      return { object: this.store.create(resource, { ...next, metadata }, given), created: true };
    });
  }
}

/** A custom resource keeps its version in sight; its status is all that the subresource changes. */
function withKeptMetadata(
  resource: ApiResource,
  next: KubeObject,
  before: KubeObject,
  { subresource }: PatchOptions,
): KubeObject {
  if (isBuiltInGroup(resource.group)) return next;
  const { name, resourceVersion } = next.metadata;
  if (typeof resourceVersion !== 'string') {
    const why = invalidValue('metadata.resourceVersion', 0, 'must be specified for an update');
    throw invalidObject({ group: resource.group, kind: resource.plural }, name, [why]);
  }
  return subresource === 'status' ? { ...next, metadata: { ...before.metadata, resourceVersion } } : next;
}

/** Custom resources have no merge keys. */
function unsupportedStrategicPatch(): StatusError {
  const message =
    'the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml';
  return new StatusError(415, 'UnsupportedMediaType', message);
}
