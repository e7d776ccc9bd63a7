import type { KubeObject } from '../../domain/kube-object.ts';
import { History } from './history.ts';
import type { ApiResource } from './resource-registry.ts';
import { SortedKeys } from './sorted-keys.ts';
import type { StoreEvent } from './store-event.ts';

/** `<namespace>/<name>`, or the bare name of what belongs to no namespace. Sorts as etcd sorts. */
export function keyOf(resource: ApiResource, namespace: string, name: string): string {
  return resource.namespaced ? `${namespace}/${name}` : name;
}

/** Which objects of a table: those whose key begins with `prefix`, from the key `start` on. */
export interface KeyRange {
  /** Empty: all. */
  readonly prefix: string;
  /** A whole key, or where one could be: `prefix` itself for the first. */
  readonly start: string;
}

/** The objects of one resource, sorted by key, and what happened to them lately. */
export class ObjectTable {
  readonly history: History;
  readonly #objects = new Map<string, KubeObject>();
  readonly #keys = new SortedKeys();

  constructor(forgottenRevision: number) {
    this.history = new History(forgottenRevision);
  }

  get(key: string): KubeObject | undefined {
    return this.#objects.get(key);
  }

  apply(key: string, event: StoreEvent): void {
    if (event.type === 'DELETED') {
      if (this.#objects.delete(key)) this.#keys.delete(key);
    } else {
      if (!this.#objects.has(key)) this.#keys.add(key);
      this.#objects.set(key, event.object);
    }
    this.history.add(event);
  }

  /** In order of their keys. */
  list(range: KeyRange): readonly KubeObject[] {
    const found: KubeObject[] = [];
    for (const key of this.#keysOf(range)) {
      const object = this.#objects.get(key);
      if (object !== undefined) found.push(object);
    }
    return found;
  }

  /**
   * The list as it was right after `revision`: today's objects with everything since undone. Costs nothing on writes, and a
   * list in pages reads little history. Undefined when that is forgotten.
   */
  listAt(range: KeyRange, revision: number): readonly KubeObject[] | undefined {
    const since = this.history.after(revision);
    if (since === undefined) return undefined;
    if (since.length === 0) return this.list(range);
    const then = new Map<string, KubeObject | undefined>();
    for (const { resource, object, previous } of since) {
      const key = keyOf(resource, object.metadata.namespace ?? '', object.metadata.name);
      // The oldest event after the revision knows the state at it.
      if (isWithin(range, key) && !then.has(key)) then.set(key, previous);
    }
    const objects = new Map<string, KubeObject>();
    for (const key of this.#keysOf(range)) {
      const object = this.#objects.get(key);
      if (object !== undefined && !then.has(key)) objects.set(key, object);
    }
    for (const [key, object] of then) if (object !== undefined) objects.set(key, object);
    return [...objects].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object);
  }

  #keysOf({ prefix, start }: KeyRange): readonly string[] {
    const keys = this.#keys.all();
    const first = start === '' ? 0 : this.#keys.placeOf(start);
    if (prefix === '') return first === 0 ? keys : keys.slice(first);
    const last = this.#keys.placeOf(`${prefix.slice(0, -1)}${AFTER_SLASH}`);
    return keys.slice(first, last);
  }
}

/** Prefixes end in a slash; every key behind it sorts before this. */
const AFTER_SLASH = '0';

function isWithin({ prefix, start }: KeyRange, key: string): boolean {
  return key.startsWith(prefix) && key >= start;
}
