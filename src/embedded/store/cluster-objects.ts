import type { KubeObject } from '../../domain/kube-object.ts';
import { StatusError } from '../api/status-error.ts';
import { type JsonObject, sameJson } from '../json-value.ts';
import type { ObjectAccess } from './object-access.ts';
import type { ObjectStore } from './object-store.ts';
import type { ApiResource } from './resource-registry.ts';
import type { StoreEvent } from './store-event.ts';

/** Where an object is: its kind (or apiVersion and kind), namespace and name. */
export interface ObjectKey {
  readonly kind: string;
  readonly apiVersion?: string;
  readonly namespace?: string;
  readonly name: string;
}

/**
 * The cluster's objects for tests and stand-ins in the same process: what a client with all rights could do over HTTP,
 * without HTTP. Throws StatusError. Objects are immutable; what is given is copied, so it may be changed and given again.
 */
export interface ClusterObjects {
  get(kind: string, namespace: string | undefined, name: string): KubeObject | undefined;
  /** Sorted by namespace and name; all namespaces when none is given. */
  list(kind: string, namespace?: string): readonly KubeObject[];
  /** Server-side apply that takes over what others own; creates the namespace too where it is missing. */
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
/** Owns what is written here, unless told otherwise. */
const MANAGER = 'test';

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
    const options = { fieldManager: MANAGER, ...(subresource === undefined ? {} : { subresource }) };
    const place = namespaceOf(resource, key.namespace);
    return access.patch(resource, place, key.name, 'merge', structuredClone(body), options).object;
  }
  return {
    get,
    list: (kind, namespace) => store.list(resourceOf(kind), namespace ?? ''),
    apply(given, fieldManager = MANAGER) {
      const object = structuredClone(given);
      const resource = resourceOf(object.kind, object.apiVersion);
      const namespace = namespaceOf(resource, object.metadata.namespace);
      if (namespace !== '') ensureNamespace(store, namespace);
      const { status, ...fields } = object;
      const { name } = object.metadata;
      const applied = access.patch(resource, namespace, name, 'apply', resource.hasStatus ? fields : object, {
        fieldManager,
        force: true,
      });
      if (status === undefined || !resource.hasStatus || sameJson(status, applied.object.status)) return applied.object;
      return access.patch(resource, namespace, name, 'merge', { status }, { subresource: 'status', fieldManager })
        .object;
    },
    create(given) {
      const object = structuredClone(given);
      const resource = resourceOf(object.kind, object.apiVersion);
      const namespace = namespaceOf(resource, object.metadata.namespace);
      const placed = resource.namespaced ? { ...object, metadata: { ...object.metadata, namespace } } : object;
      return store.create(resource, placed, { fieldManager: MANAGER });
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
