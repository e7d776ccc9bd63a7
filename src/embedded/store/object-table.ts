import type { KubeObject } from '../../domain/kube-object.ts';
import { History } from './history.ts';
import type { ApiResource } from './resource-registry.ts';
import type { StoreEvent } from './store-event.ts';

/** `<namespace>/<name>`, or the bare name of what belongs to no namespace. Sorts as etcd sorts. */
export function keyOf(resource: ApiResource, namespace: string, name: string): string {
  return resource.namespaced ? `${namespace}/${name}` : name;
}

/** The objects of one resource, sorted by key, and what happened to them lately. */
export class ObjectTable {
  readonly history: History;
  readonly #objects = new Map<string, KubeObject>();
  readonly #keys: string[] = [];

  constructor(forgottenRevision: number) {
    this.history = new History(forgottenRevision);
  }

  get size(): number {
    return this.#keys.length;
  }

  get(key: string): KubeObject | undefined {
    return this.#objects.get(key);
  }

  apply(key: string, event: StoreEvent): void {
    if (event.type === 'DELETED') {
      if (this.#objects.delete(key)) this.#keys.splice(this.#placeOf(key), 1);
    } else {
      if (!this.#objects.has(key)) this.#keys.splice(this.#placeOf(key), 0, key);
      this.#objects.set(key, event.object);
    }
    this.history.add(event);
  }

  /** In order of their keys; all of them when `prefix` is empty. */
  list(prefix: string): readonly KubeObject[] {
    const found: KubeObject[] = [];
    for (let index = prefix === '' ? 0 : this.#placeOf(prefix); index < this.#keys.length; index += 1) {
      const key = this.#keys[index] ?? '';
      if (!key.startsWith(prefix)) break;
      const object = this.#objects.get(key);
      if (object !== undefined) found.push(object);
    }
    return found;
  }

  /**
   * The list as it was right after `revision`: today's objects with everything since undone. Costs nothing on writes, and a
   * list in pages reads little history. Undefined when that is forgotten.
   */
  listAt(prefix: string, revision: number): readonly KubeObject[] | undefined {
    const since = this.history.after(revision);
    if (since === undefined) return undefined;
    if (since.length === 0) return this.list(prefix);
    const then = new Map<string, KubeObject | undefined>();
    for (const { resource, object, previous } of since) {
      const key = keyOf(resource, object.metadata.namespace ?? '', object.metadata.name);
      // The oldest event after the revision knows the state at it.
      if (key.startsWith(prefix) && !then.has(key)) then.set(key, previous);
    }
    const objects = new Map<string, KubeObject>();
    for (const object of this.list(prefix)) {
      const key = this.#keyOf(object, prefix);
      if (!then.has(key)) objects.set(key, object);
    }
    for (const [key, object] of then) if (object !== undefined) objects.set(key, object);
    return [...objects].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object);
  }

  #keyOf({ metadata }: KubeObject, prefix: string): string {
    const key = metadata.namespace === undefined ? metadata.name : `${metadata.namespace}/${metadata.name}`;
    return key.startsWith(prefix) ? key : metadata.name;
  }

  /** Where `key` is, or would be. */
  #placeOf(key: string): number {
    let low = 0;
    let high = this.#keys.length;
    // New names often come in order.
    if (high > 0 && (this.#keys[high - 1] ?? '') < key) return high;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#keys[middle] ?? '') < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
