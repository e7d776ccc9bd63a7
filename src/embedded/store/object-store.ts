import type { KubeObject } from '../../domain/kube-object.ts';
import { notFound, StatusError } from '../api/status-error.ts';
import type { EmbeddedClock } from '../clock.ts';
import { sameJson } from '../json-value.ts';
import { admitted } from '../schema/admission.ts';
import { deletionOf, isReleased } from './deletion.ts';
import { generatedName } from './generated-name.ts';
import { withUpdatedManagers } from './managed-fields.ts';
import { requireUntouchedMetadata } from './metadata-immutability.ts';
import { requireMortal, requireOpenPlace } from './namespace-rules.ts';
import { type KeyRange, keyOf, ObjectTable } from './object-table.ts';
import { firstVersion, nextVersion, statusOfNew } from './object-version.ts';
import type { ApiResource, ResourceRegistry } from './resource-registry.ts';
import type { StoreEvent } from './store-event.ts';
import { isCreatedByUpdate } from './update-rules.ts';
import { protectedVolume } from './volume-finalizers.ts';
import type { DeleteOptions, WriteOptions } from './write-options.ts';
import { requireDeletable, requireReplaceable, requireVersion, takenName } from './write-preconditions.ts';

type Listener = (event: StoreEvent) => void;

/** Names are drawn again when they are taken. */
const GENERATED_NAMES_MAX = 8;

/**
 * All objects of one cluster, with the rules of metadata that the real API server keeps: one revision counter, uid,
 * generation, finalizers, namespaces. Objects are immutable: a write makes a new one. Synchronous. What follows from a write
 * elsewhere (garbage collection, the emptying of namespaces) is done by listeners: see `clusterStore()`.
 */
export class ObjectStore {
  readonly resources: ResourceRegistry;
  readonly clock: EmbeddedClock;
  readonly #tables = new Map<string, ObjectTable>();
  readonly #listeners = new Set<Listener>();
  #revision = 0;
  #forgottenRevision = 0;
  readonly #pending: StoreEvent[] = [];
  #notifying = false;

  constructor(resources: ResourceRegistry, clock: EmbeddedClock) {
    this.resources = resources;
    this.clock = clock;
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

  /**
   * Sorted by namespace and name, as etcd has them. All namespaces when `namespace` is empty. With `start` only from there on: a name,
   * or `<namespace>/<name>` over all namespaces.
   */
  list(resource: ApiResource, namespace = '', start = ''): readonly KubeObject[] {
    return this.#of(resource).list(rangeOf(resource, namespace, start));
  }

  /** The list as it was at `revision`; undefined when that is forgotten. */
  listAt(resource: ApiResource, namespace: string, revision: number, start = ''): readonly KubeObject[] | undefined {
    return this.#of(resource).listAt(rangeOf(resource, namespace, start), revision);
  }

  create(resource: ApiResource, object: KubeObject, options: WriteOptions = {}): KubeObject {
    const namespace = resource.namespaced ? (object.metadata.namespace ?? '') : '';
    requireOpenPlace(this, resource, object, namespace);
    const named = this.#named(resource, namespace, object);
    const { name, resourceVersion = '' } = named.metadata;
    const { status, ...fields } = firstVersion(resource, protectedVolume(resource, named), this.clock.now());
    // What is made of the uid (a Job's labels) is made here.
    const first = admitted(resource, { ...fields, ...statusOfNew(resource, status) }, undefined, options);
    if (resourceVersion !== '' && resourceVersion !== '0') {
      throw new StatusError(500, '', 'resourceVersion should not be set on objects to be created');
    }
    const key = keyOf(resource, namespace, name);
    const taken = this.#of(resource).get(key);
    if (taken !== undefined) throw takenName(resource, taken);
    const created = this.#managed(resource, first, undefined, options);
    if (options.dryRun === true) return created;
    return this.#commit('ADDED', resource, key, created, undefined);
  }

  /**
   * What a PUT does: as `update`, but another uid is a conflict, some kinds must name the version they replace, and some are
   * created when missing.
   */
  replace(
    resource: ApiResource,
    object: KubeObject,
    options: WriteOptions = {},
  ): { readonly object: KubeObject; readonly created: boolean } {
    const { name, namespace = '' } = object.metadata;
    const before = this.read(resource, namespace, name);
    const isCreated = before === undefined && options.subresource === undefined && isCreatedByUpdate(resource);
    if (before !== undefined || isCreated) requireReplaceable(resource, object, before);
    if (!isCreated) return { object: this.update(resource, object, options), created: false };
    const { resourceVersion: _version, ...metadata } = object.metadata;
    return { object: this.create(resource, { ...object, metadata }, options), created: true };
  }

  /** Stores the next version of an object. `metadata.resourceVersion`, where given, must be the current one. */
  update(resource: ApiResource, object: KubeObject, options: WriteOptions = {}): KubeObject {
    const { name } = object.metadata;
    const namespace = resource.namespaced ? (object.metadata.namespace ?? '') : '';
    const before = this.get(resource, namespace, name);
    requireVersion(resource, object, before);
    requireUntouchedMetadata(resource, object, before);
    const next = nextVersion(resource, before, admitted(resource, object, before, options), options);
    const after = this.#managed(resource, next, before, options);
    if (sameJson(after, before)) return before;
    if (options.dryRun === true) return after;
    const key = keyOf(resource, namespace, name);
    if (!isReleased(resource, after)) return this.#commit('MODIFIED', resource, key, after, before);
    this.#commit('DELETED', resource, key, before, before);
    return after;
  }

  /** Deletes an object, or marks it while it has to stay. `isGone` tells which; `object` is its last state. */
  delete(
    resource: ApiResource,
    namespace: string,
    name: string,
    options: DeleteOptions = {},
  ): { readonly object: KubeObject; readonly isGone: boolean } {
    const before = this.get(resource, namespace, name);
    requireMortal(resource, name);
    requireDeletable(resource, before, options);
    const { marked, isGone } = deletionOf(resource, before, options, this.clock.now());
    if (options.dryRun === true) return { object: marked, isGone };
    const key = keyOf(resource, namespace, name);
    const last = marked === before ? before : this.#commit('MODIFIED', resource, key, marked, before);
    return { object: isGone ? this.#commit('DELETED', resource, key, last, last) : last, isGone };
  }

  /** `delete` for those who only want the last state. */
  remove(resource: ApiResource, namespace: string, name: string, options: DeleteOptions = {}): KubeObject {
    return this.delete(resource, namespace, name, options).object;
  }

  /** Calls `listener` after each write, in order; a write made by a listener is told after the one being told. */
  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The events of one resource after `revision`, oldest first; undefined when some of them are forgotten. */
  eventsAfter(resource: ApiResource, revision: number): readonly StoreEvent[] | undefined {
    return this.#of(resource).history.after(revision);
  }

  /** The revision up to which nothing of this resource's past is known. */
  forgottenRevision(resource: ApiResource): number {
    return this.#of(resource).history.forgottenRevision;
  }

  /** Forgets the history, as a compaction some time after the last write: a watch from any revision known yet gets 410 Expired. */
  compact(): void {
    this.#revision += 1;
    this.#forgottenRevision = this.#revision;
    for (const table of this.#tables.values()) table.history.forget(this.#revision);
  }

  #of(resource: ApiResource): ObjectTable {
    const id = `${resource.group}/${resource.plural}`;
    let table = this.#tables.get(id);
    if (table === undefined) {
      table = new ObjectTable(this.#forgottenRevision);
      this.#tables.set(id, table);
    }
    return table;
  }

  #named(resource: ApiResource, namespace: string, object: KubeObject): KubeObject {
    const { name, generateName } = object.metadata;
    if (name || typeof generateName !== 'string' || generateName === '') return object;
    let drawn = generatedName(generateName);
    for (let count = 1; count < GENERATED_NAMES_MAX; count += 1) {
      if (this.read(resource, namespace, drawn) === undefined) break;
      drawn = generatedName(generateName);
    }
    return { ...object, metadata: { ...object.metadata, name: drawn } };
  }

  #managed(
    resource: ApiResource,
    after: KubeObject,
    before: KubeObject | undefined,
    options: WriteOptions,
  ): KubeObject {
    return withUpdatedManagers(resource, after, before, options, this.clock.now());
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
    if (resource.kind === 'CustomResourceDefinition' && type !== 'DELETED') this.resources.define(stored);
    const event: StoreEvent = { type, resource, object: stored, previous, revision: this.#revision };
    this.#of(resource).apply(key, event);
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

function rangeOf(resource: ApiResource, namespace: string, start: string): KeyRange {
  const prefix = resource.namespaced && namespace !== '' ? `${namespace}/` : '';
  return { prefix, start: prefix + start };
}
