import type { KubeObject } from '../domain/kube-object.ts';
import { type ObjectId, objectId } from '../domain/target.ts';

/** Each index gives the keys under which an object is found. */
export type Indexes = Readonly<Record<string, (object: KubeObject) => readonly string[]>>;

/** What many may read. Objects are shared: not to be changed. */
export interface ObjectReader {
  readonly size: number;
  get(id: ObjectId): KubeObject | undefined;
  list(): readonly KubeObject[];
  /** Throws for an index that was not declared. */
  byIndex(index: string, key: string): readonly KubeObject[];
}

/** What only one may hold. */
export interface ObjectWriter {
  /** Returns what was there before. */
  put(object: KubeObject): KubeObject | undefined;
  remove(id: ObjectId): KubeObject | undefined;
}

export interface ObjectStore {
  readonly reader: ObjectReader;
  readonly writer: ObjectWriter;
}

export function idOf(object: KubeObject): ObjectId {
  return objectId(object.kind, object.metadata.namespace ?? '', object.metadata.name);
}

export function createObjectStore(indexes: Indexes = {}): ObjectStore {
  const objects = new Map<ObjectId, KubeObject>();
  const indexed = new Map(Object.keys(indexes).map((name) => [name, new Map<string, Set<ObjectId>>()]));

  function unindex(object: KubeObject): void {
    for (const [name, keysOf] of Object.entries(indexes)) {
      for (const key of keysOf(object)) {
        const ids = indexed.get(name)?.get(key);
        ids?.delete(idOf(object));
        if (ids?.size === 0) indexed.get(name)?.delete(key);
      }
    }
  }

  function index(object: KubeObject): void {
    for (const [name, keysOf] of Object.entries(indexes)) {
      for (const key of keysOf(object)) {
        const byKey = indexed.get(name);
        const ids = byKey?.get(key) ?? new Set();
        byKey?.set(key, ids.add(idOf(object)));
      }
    }
  }

  return {
    reader: {
      get size() {
        return objects.size;
      },
      get: (id) => objects.get(id),
      list: () => [...objects.values()],
      byIndex: (name, key) => {
        const byKey = indexed.get(name);
        if (byKey === undefined)
          throw new Error(`expected one of the indexes ${Object.keys(indexes).join(', ')}, found ${name}`);
        return [...(byKey.get(key) ?? [])].flatMap((id) => objects.get(id) ?? []);
      },
    },
    writer: {
      put: (object) => {
        const before = objects.get(idOf(object));
        if (before !== undefined) unindex(before);
        objects.set(idOf(object), object);
        index(object);
        return before;
      },
      remove: (id) => {
        const before = objects.get(id);
        if (before !== undefined) unindex(before);
        objects.delete(id);
        return before;
      },
    },
  };
}

/** The object without `metadata.managedFields`: often half of it, and nothing here reads it. */
export function withoutManagedFields(object: KubeObject): KubeObject {
  if (object.metadata.managedFields === undefined) return object;
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}
