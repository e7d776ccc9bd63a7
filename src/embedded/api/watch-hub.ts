import { asObject } from '../json-value.ts';
import type { ObjectStore } from '../store/object-store.ts';
import type { ApiResource } from '../store/resource-registry.ts';
import type { StoreEvent } from '../store/store-event.ts';
import { forgetJson } from './object-json.ts';
import { EventLines } from './watch-encoding.ts';

/** One who is told of the events of a resource. */
export interface Watcher {
  tell(event: StoreEvent, lines: EventLines): void;
  /** The resource is not served any more. */
  end(): void;
}

const hubs = new WeakMap<ObjectStore, WatchHub>();

/** The hub of a store: one subscription for all watches, however many there are. */
export function watchHub(store: ObjectStore): WatchHub {
  const known = hubs.get(store);
  if (known !== undefined) return known;
  const made = new WatchHub(store);
  hubs.set(store, made);
  return made;
}

class WatchHub {
  readonly #watchers = new Map<string, Set<Watcher>>();

  constructor(store: ObjectStore) {
    store.subscribe((event) => {
      const watchers = this.#watchers.get(idOf(event.resource));
      if (watchers !== undefined) {
        const lines = new EventLines();
        for (const watcher of watchers) watcher.tell(event, lines);
      }
      if (event.previous !== undefined) forgetJson(event.previous);
      if (event.type === 'DELETED' && event.resource.kind === 'CustomResourceDefinition') this.#endAllOf(event);
    });
  }

  join(resource: ApiResource, watcher: Watcher): () => void {
    const id = idOf(resource);
    const watchers = this.#watchers.get(id) ?? new Set();
    this.#watchers.set(id, watchers.add(watcher));
    return () => watchers.delete(watcher);
  }

  #endAllOf({ object }: StoreEvent): void {
    const { group, names } = asObject(object.spec);
    const id = `${String(group)}/${String(asObject(names).plural)}`;
    for (const watcher of [...(this.#watchers.get(id) ?? [])]) watcher.end();
  }
}

function idOf(resource: ApiResource): string {
  return `${resource.group}/${resource.plural}`;
}
