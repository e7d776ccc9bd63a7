import type { KubeObject } from '../../domain/kube-object.ts';
import { badRequest, StatusError } from '../api/status-error.ts';
import { isJsonObject, type JsonObject, sameJson } from '../json-value.ts';
import { jsonPatch } from './json-patch.ts';
import { mergePatch, strategicMergePatch } from './merge-patch.ts';
import type { ObjectStore, StoreEvent } from './object-store.ts';
import type { ApiResource } from './resource-registry.ts';
import { AppliedConfigurations } from './server-side-apply.ts';
import type { WriteOptions } from './write-options.ts';

export type PatchType = 'json' | 'merge' | 'strategic' | 'apply';

/** `fieldManager` is needed for `apply`. */
export type PatchOptions = WriteOptions;

/** Writes to the store that need more than one object version: patches and server-side apply. */
export class ObjectAccess {
  readonly store: ObjectStore;
  readonly #applied = new AppliedConfigurations();

  constructor(store: ObjectStore) {
    this.store = store;
    store.subscribe((event) => {
      if (event.type === 'DELETED') this.#applied.forget(event.object.metadata.uid ?? '');
    });
  }

  /** Returns the object after the patch; `created` tells that an apply made it. */
  patch(
    resource: ApiResource,
    namespace: string,
    name: string,
    type: PatchType,
    patch: unknown,
    options: PatchOptions = {},
  ): { object: KubeObject; created: boolean } {
    if (type === 'apply') return this.#apply(resource, namespace, name, patch, options);
    const before = this.store.get(resource, namespace, name);
    const after = type === 'json' ? jsonPatch(before, patch) : mergeOf(type)(before, patch);
    const object = this.store.update(resource, asKubeObject(after, before), options);
    return { object, created: false };
  }

  #apply(
    resource: ApiResource,
    namespace: string,
    name: string,
    configuration: unknown,
    options: PatchOptions,
  ): { object: KubeObject; created: boolean } {
    const manager = options.fieldManager ?? '';
    if (manager === '')
      throw badRequest(
        'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
      );
    if (!isJsonObject(configuration)) throw badRequest('an apply patch must be an object');
    const live = this.store.read(resource, namespace, name);
    const { managedFields: _managed, ...metadata } = isJsonObject(configuration.metadata) ? configuration.metadata : {};
    const applied: JsonObject = { ...configuration, metadata };
    const owner = options.subresource === undefined ? manager : `${manager}/${options.subresource}`;
    const merged = this.#applied.merge(live, applied, owner);
    const full: KubeObject = {
      ...merged,
      apiVersion: String(merged.apiVersion),
      kind: String(merged.kind),
      metadata: {
        ...(isJsonObject(merged.metadata) ? merged.metadata : {}),
        name,
        ...(resource.namespaced ? { namespace } : {}),
      },
    };
    if (live === undefined && options.subresource !== undefined) this.store.get(resource, namespace, name);
    const object =
      live === undefined ? this.store.create(resource, full, options) : this.store.update(resource, full, options);
    if (options.dryRun !== true) this.#applied.remember(object.metadata.uid ?? '', owner, applied);
    return { object, created: live === undefined };
  }
}

function mergeOf(type: 'merge' | 'strategic'): (target: unknown, patch: unknown) => unknown {
  return type === 'merge' ? mergePatch : strategicMergePatch;
}

function asKubeObject(value: unknown, before: KubeObject): KubeObject {
  if (!isJsonObject(value) || !isJsonObject(value.metadata)) throw badRequest('the patched object has no metadata');
  if (value.metadata.name !== before.metadata.name) throw badRequest('the name of an object cannot be changed');
  return {
    ...value,
    apiVersion: before.apiVersion,
    kind: before.kind,
    metadata: { ...value.metadata, name: before.metadata.name },
  };
}

/** Where an object is: its kind (or apiVersion and kind), namespace and name. */
export interface ObjectKey {
  readonly kind: string;
  readonly apiVersion?: string;
  readonly namespace?: string;
  readonly name: string;
}

/**
 * The cluster's objects for tests and stand-ins in the same process: what a client with all rights could do over HTTP,
 * without HTTP. Throws StatusError. Objects are immutable.
 */
export interface ClusterObjects {
  get(kind: string, namespace: string | undefined, name: string): KubeObject | undefined;
  /** Sorted by namespace and name; all namespaces when none is given. */
  list(kind: string, namespace?: string): readonly KubeObject[];
  /** Server-side apply; creates the namespace too where it is missing. */
  apply(object: KubeObject, fieldManager?: string): KubeObject;
  create(object: KubeObject): KubeObject;
  /** A merge patch (RFC 7386). */
  patch(key: ObjectKey, patch: JsonObject, subresource?: 'status'): KubeObject;
  setStatus(key: ObjectKey, status: JsonObject): KubeObject;
  /** False when there was none. */
  delete(kind: string, namespace: string | undefined, name: string): boolean;
  /** Called after each write, in order. Returns how to stop. */
  watch(listener: (event: StoreEvent) => void): () => void;
  /** Resolves with the object as soon as it exists and `accept` takes it; rejects after `timeoutMs` (default 20,000). */
  until(
    kind: string,
    namespace: string | undefined,
    name: string,
    accept: (object: KubeObject) => boolean,
    timeoutMs?: number,
  ): Promise<KubeObject>;
}

const UNTIL_MS = 20_000;

export function clusterObjects(access: ObjectAccess): ClusterObjects {
  const { store } = access;
  function resourceOf(kind: string, apiVersion?: string): ApiResource {
    const found =
      apiVersion === undefined ? store.resources.ofKind(kind) : store.resources.ofObject({ apiVersion, kind });
    if (found !== undefined) return found;
    const version = apiVersion === undefined ? '' : ` in version "${apiVersion}"`;
    throw new StatusError(
      404,
      'NotFound',
      `no matches for kind "${kind}"${version}: apply its CustomResourceDefinition first`,
    );
  }
  function namespaceOf(resource: ApiResource, namespace: string | undefined): string {
    return resource.namespaced ? (namespace ?? 'default') : '';
  }
  function get(kind: string, namespace: string | undefined, name: string): KubeObject | undefined {
    const resource = resourceOf(kind);
    return store.read(resource, namespaceOf(resource, namespace), name);
  }
  function patch(key: ObjectKey, body: JsonObject, subresource?: 'status'): KubeObject {
    const resource = resourceOf(key.kind, key.apiVersion);
    const options = subresource === undefined ? {} : { subresource };
    return access.patch(resource, namespaceOf(resource, key.namespace), key.name, 'merge', body, options).object;
  }
  return {
    get,
    list: (kind, namespace) => store.list(resourceOf(kind), namespace ?? ''),
    apply(object, fieldManager = 'test') {
      const resource = resourceOf(object.kind, object.apiVersion);
      const namespace = namespaceOf(resource, object.metadata.namespace);
      if (namespace !== '') ensureNamespace(store, namespace);
      const { status, ...fields } = object;
      const { name } = object.metadata;
      const applied = access.patch(resource, namespace, name, 'apply', resource.hasStatus ? fields : object, {
        fieldManager,
      });
      if (status === undefined || !resource.hasStatus || sameJson(status, applied.object.status)) return applied.object;
      return access.patch(resource, namespace, name, 'merge', { status }, { subresource: 'status' }).object;
    },
    create(object) {
      const resource = resourceOf(object.kind, object.apiVersion);
      const namespace = namespaceOf(resource, object.metadata.namespace);
      const placed = resource.namespaced ? { ...object, metadata: { ...object.metadata, namespace } } : object;
      return store.create(resource, placed);
    },
    patch,
    setStatus: (key, status) => patch(key, { status }, 'status'),
    delete(kind, namespace, name) {
      const resource = resourceOf(kind);
      if (store.read(resource, namespaceOf(resource, namespace), name) === undefined) return false;
      store.remove(resource, namespaceOf(resource, namespace), name);
      return true;
    },
    watch: (listener) => store.subscribe(listener),
    until(kind, namespace, name, accept, timeoutMs = UNTIL_MS) {
      const now = get(kind, namespace, name);
      if (now !== undefined && accept(now)) return Promise.resolve(now);
      return new Promise((resolve, reject) => {
        const place = namespaceOf(resourceOf(kind), namespace);
        const timer = setTimeout(() => {
          unsubscribe();
          const last = JSON.stringify(get(kind, namespace, name)?.status ?? 'no such object');
          reject(new Error(`${kind}/${place}/${name}: not as expected within ${timeoutMs} ms; last status: ${last}`));
        }, timeoutMs);
        const unsubscribe = store.subscribe(({ type, object }) => {
          if (type === 'DELETED' || object.kind !== kind || object.metadata.name !== name) return;
          if ((object.metadata.namespace ?? '') !== place || !accept(object)) return;
          unsubscribe();
          clearTimeout(timer);
          resolve(object);
        });
      });
    },
  };
}

/** Makes the namespace where it is missing. */
export function ensureNamespace(store: ObjectStore, name: string): void {
  const namespaces = store.resources.byGroupKind('', 'Namespace');
  if (namespaces === undefined || store.read(namespaces, '', name) !== undefined) return;
  const labels = { 'kubernetes.io/metadata.name': name };
  store.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } });
}
