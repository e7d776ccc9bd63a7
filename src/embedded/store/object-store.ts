import { randomUUID } from 'node:crypto';
import type { KubeObject } from '../../domain/kube-object.ts';
import {
  alreadyExists,
  conflict,
  expired,
  invalid,
  notFound,
  OBJECT_MODIFIED,
  StatusError,
} from '../api/status-error.ts';
import { type EmbeddedClock, rfc3339 } from '../clock.ts';
import { sameJson } from '../json-value.ts';
import { finalizersOf, nextVersion, statusOfNew } from './object-version.ts';
import { type ApiResource, apiVersionOf, type ResourceRegistry } from './resource-registry.ts';
import type { WriteOptions } from './write-options.ts';

/** One change of one object. `object` is the state after it (for DELETED: the last state, at the deletion's revision). */
export interface StoreEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly resource: ApiResource;
  readonly object: KubeObject;
  readonly previous: KubeObject | undefined;
  readonly revision: number;
}

export interface DeleteOptions {
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly dryRun?: boolean;
}

type Listener = (event: StoreEvent) => void;

const HISTORY_EVENTS_MAX = 20_000;
const NAME = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;
const NAME_LENGTH_MAX = 253;
/** Kinds whose names are not DNS subdomains. */
const FREE_NAMES: ReadonlySet<string> = new Set(['Role', 'RoleBinding', 'ClusterRole', 'ClusterRoleBinding']);

/**
 * All objects of one cluster, with the rules of metadata that the real API server keeps: one revision counter, uid,
 * generation, finalizers, namespaces. Objects are immutable: a write makes a new one. Synchronous.
 */
export class ObjectStore {
  readonly resources: ResourceRegistry;
  readonly #clock: EmbeddedClock;
  readonly #objects = new Map<string, Map<string, KubeObject>>();
  readonly #listeners = new Set<Listener>();
  #history: StoreEvent[] = [];
  #revision = 0;
  #forgottenRevision = 0;
  readonly #pending: StoreEvent[] = [];
  #notifying = false;

  constructor(resources: ResourceRegistry, clock: EmbeddedClock) {
    this.resources = resources;
    this.#clock = clock;
  }

  /** The revision of the last write. */
  get revision(): number {
    return this.#revision;
  }

  read(resource: ApiResource, namespace: string, name: string): KubeObject | undefined {
    return this.#of(resource).get(keyOf(resource, namespace, name));
  }

  get(resource: ApiResource, namespace: string, name: string): KubeObject {
    const found = this.read(resource, namespace, name);
    if (found === undefined) throw notFound(resource, name);
    return found;
  }

  /** Sorted by namespace and name, as etcd has them. All namespaces when `namespace` is empty. */
  list(resource: ApiResource, namespace = ''): readonly KubeObject[] {
    const objects = this.#of(resource);
    const prefix = `${namespace}/`;
    const keys = [...objects.keys()].filter(
      (key) => namespace === '' || !resource.namespaced || key.startsWith(prefix),
    );
    keys.sort((a, b) => (a < b ? -1 : 1));
    return keys.flatMap((key) => objects.get(key) ?? []);
  }

  create(resource: ApiResource, object: KubeObject, options: WriteOptions = {}): KubeObject {
    const named = this.#named(resource, object);
    const { name } = named.metadata;
    const namespace = resource.namespaced ? (named.metadata.namespace ?? '') : '';
    if (resource.namespaced) this.#requireNamespace(namespace);
    const key = keyOf(resource, namespace, name);
    if (this.#of(resource).has(key)) throw alreadyExists(resource, name);
    const { status, ...fields } = named;
    const { managedFields: _managed, resourceVersion: given, selfLink: _link, ...metadata } = named.metadata;
    if (given !== undefined && given !== '') {
      throw new StatusError(400, 'BadRequest', 'resourceVersion should not be set on objects to be created');
    }
    const created: KubeObject = {
      ...fields,
      apiVersion: apiVersionOf(resource),
      kind: resource.kind,
      metadata: {
        ...metadata,
        name,
        ...(resource.namespaced ? { namespace } : {}),
        uid: randomUUID(),
        creationTimestamp: rfc3339(this.#clock.now()),
        ...(resource.hasGeneration ? { generation: 1 } : {}),
      },
      ...statusOfNew(resource, status),
    };
    if (options.dryRun === true) return created;
    return this.#commit('ADDED', resource, key, created, undefined);
  }

  /** Replaces an object. `metadata.resourceVersion`, where given, must be the current one. */
  update(resource: ApiResource, object: KubeObject, options: WriteOptions = {}): KubeObject {
    const { name } = object.metadata;
    const namespace = resource.namespaced ? (object.metadata.namespace ?? '') : '';
    const before = this.get(resource, namespace, name);
    const { resourceVersion, uid } = object.metadata;
    if (
      resourceVersion !== undefined &&
      resourceVersion !== '' &&
      resourceVersion !== before.metadata.resourceVersion
    ) {
      throw conflict(resource, name, OBJECT_MODIFIED);
    }
    if (uid !== undefined && uid !== before.metadata.uid) {
      const why = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${before.metadata.uid}`;
      throw conflict(resource, name, why);
    }
    const after = nextVersion(resource, before, object, options.subresource);
    if (sameJson(after, before)) return before;
    if (options.dryRun === true) return after;
    const key = keyOf(resource, namespace, name);
    if (after.metadata.deletionTimestamp !== undefined && finalizersOf(after).length === 0) {
      return this.#commit('DELETED', resource, key, after, before);
    }
    return this.#commit('MODIFIED', resource, key, after, before);
  }

  /** Removes an object, or marks it as being deleted while it has finalizers. Returns its last state. */
  remove(resource: ApiResource, namespace: string, name: string, options: DeleteOptions = {}): KubeObject {
    const before = this.get(resource, namespace, name);
    if (options.uid !== undefined && options.uid !== before.metadata.uid) {
      const why = `Precondition failed: UID in precondition: ${options.uid}, UID in object meta: ${before.metadata.uid}`;
      throw conflict(resource, name, why);
    }
    if (options.resourceVersion !== undefined && options.resourceVersion !== before.metadata.resourceVersion) {
      throw conflict(resource, name, OBJECT_MODIFIED);
    }
    if (options.dryRun === true) return before;
    if (resource.kind === 'Namespace' && resource.group === '') this.#emptyNamespace(name);
    if (resource.kind === 'CustomResourceDefinition') this.#emptyDefinition(before);
    const key = keyOf(resource, namespace, name);
    if (finalizersOf(before).length === 0) return this.#commit('DELETED', resource, key, before, before);
    if (before.metadata.deletionTimestamp !== undefined) return before;
    const marked: KubeObject = {
      ...before,
      metadata: {
        ...before.metadata,
        deletionTimestamp: rfc3339(this.#clock.now()),
        deletionGracePeriodSeconds: 0,
        ...(resource.hasGeneration ? { generation: (before.metadata.generation ?? 0) + 1 } : {}),
      },
    };
    return this.#commit('MODIFIED', resource, key, marked, before);
  }

  /** Calls `listener` after each write, in order; a write made by a listener is told after the one being told. */
  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The events after `revision`. Throws 410 Expired when they are forgotten. */
  eventsSince(revision: number): readonly StoreEvent[] {
    if (revision < this.#forgottenRevision) {
      throw expired(`too old resource version: ${revision} (${this.#forgottenRevision})`);
    }
    // Revisions rise by one a write, so the place in the history is known.
    const first = this.#history[0]?.revision ?? this.#revision + 1;
    return this.#history.slice(Math.max(0, revision + 1 - first));
  }

  /** Forgets the history, as a compaction some time after the last write: a watch from any revision known yet gets 410 Expired. */
  compact(): void {
    this.#revision += 1;
    this.#history = [];
    this.#forgottenRevision = this.#revision;
  }

  #of(resource: ApiResource): Map<string, KubeObject> {
    const id = `${resource.group}/${resource.plural}`;
    const found = this.#objects.get(id);
    if (found !== undefined) return found;
    const made = new Map<string, KubeObject>();
    this.#objects.set(id, made);
    return made;
  }

  #named(resource: ApiResource, object: KubeObject): KubeObject {
    const { generateName } = object.metadata;
    const name =
      object.metadata.name || (typeof generateName === 'string' ? `${generateName}${randomUUID().slice(0, 5)}` : '');
    if (name === '')
      throw invalid(resource.kind, '', 'metadata.name', 'Required value: name or generateName is required');
    if (!FREE_NAMES.has(resource.kind) && (!NAME.test(name) || name.length > NAME_LENGTH_MAX)) {
      const why = `Invalid value: "${name}": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')`;
      throw invalid(resource.kind, name, 'metadata.name', why);
    }
    return name === object.metadata.name ? object : { ...object, metadata: { ...object.metadata, name } };
  }

  #requireNamespace(name: string): void {
    const namespaces = this.resources.byGroupKind('', 'Namespace');
    if (namespaces === undefined) return;
    if (this.read(namespaces, '', name) === undefined) throw notFound(namespaces, name);
  }

  #emptyNamespace(namespace: string): void {
    for (const resource of this.resources.all()) {
      if (!resource.namespaced) continue;
      for (const object of this.list(resource, namespace)) this.remove(resource, namespace, object.metadata.name);
    }
  }

  #emptyDefinition(definition: KubeObject): void {
    const removed = this.resources.undefine(definition);
    if (removed === undefined) return;
    for (const object of this.list(removed)) {
      this.remove(removed, object.metadata.namespace ?? '', object.metadata.name);
    }
  }

  #commit(
    type: StoreEvent['type'],
    resource: ApiResource,
    key: string,
    object: KubeObject,
    previous: KubeObject | undefined,
  ): KubeObject {
    this.#revision += 1;
    const stored: KubeObject = {
      ...object,
      metadata: { ...object.metadata, resourceVersion: String(this.#revision) },
    };
    const objects = this.#of(resource);
    if (type === 'DELETED') objects.delete(key);
    else objects.set(key, stored);
    if (resource.kind === 'CustomResourceDefinition' && type !== 'DELETED') this.resources.define(stored);
    const event: StoreEvent = { type, resource, object: stored, previous, revision: this.#revision };
    this.#history.push(event);
    if (this.#history.length > HISTORY_EVENTS_MAX * 1.5) {
      const dropped = this.#history.length - HISTORY_EVENTS_MAX;
      this.#forgottenRevision = this.#history[dropped - 1]?.revision ?? this.#forgottenRevision;
      this.#history = this.#history.slice(dropped);
    }
    this.#notify(event);
    return stored;
  }

  #notify(event: StoreEvent): void {
    this.#pending.push(event);
    if (this.#notifying) return;
    this.#notifying = true;
    try {
      for (let next = this.#pending.shift(); next !== undefined; next = this.#pending.shift()) {
        for (const listener of this.#listeners) listener(next);
      }
    } finally {
      this.#notifying = false;
    }
  }
}

function keyOf(resource: ApiResource, namespace: string, name: string): string {
  return resource.namespaced ? `${namespace}/${name}` : name;
}
