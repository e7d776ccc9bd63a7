import type { KubeObject } from '../../domain/kube-object.ts';
import type { ApiResource } from '../store/resource-registry.ts';
import type { StoreEvent } from '../store/store-event.ts';
import type { ArgoContext } from './argo-context.ts';
import { ownerOf } from './tracking.ts';

export interface ManagedObject {
  readonly resource: ApiResource;
  readonly object: KubeObject;
}

/** Which live objects each Application made, kept up to date with the store: the live state cache. */
export class ManagedObjects {
  readonly #context: ArgoContext;
  readonly #byInstance = new Map<string, Map<string, ManagedObject>>();

  constructor(context: ArgoContext) {
    this.#context = context;
    const { store } = context.access;
    for (const resource of store.resources.all()) {
      for (const object of store.list(resource)) this.#enter(resource, object);
    }
  }

  of(instance: string): readonly ManagedObject[] {
    return [...(this.#byInstance.get(instance)?.values() ?? [])];
  }

  /** Returns the instances whose objects the write was about. */
  observe({ type, resource, object, previous }: StoreEvent): readonly string[] {
    const before = previous === undefined ? undefined : ownerOf(this.#context, previous);
    const after = type === 'DELETED' ? undefined : ownerOf(this.#context, object);
    if (before !== undefined && before !== after) this.#leave(before, resource, object);
    if (after !== undefined) this.#enter(resource, object);
    return [...new Set([before, after])].filter((instance) => instance !== undefined);
  }

  #enter(resource: ApiResource, object: KubeObject): void {
    const instance = ownerOf(this.#context, object);
    if (instance === undefined) return;
    const objects = this.#byInstance.get(instance) ?? new Map<string, ManagedObject>();
    this.#byInstance.set(instance, objects.set(keyOf(resource, object), { resource, object }));
  }

  #leave(instance: string, resource: ApiResource, object: KubeObject): void {
    this.#byInstance.get(instance)?.delete(keyOf(resource, object));
  }
}

function keyOf({ group, kind }: ApiResource, { metadata }: KubeObject): string {
  return objectKey({ group, kind, namespace: metadata.namespace ?? '', name: metadata.name });
}

export function objectKey(place: {
  readonly group: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}): string {
  return `${place.group}/${place.kind}/${place.namespace}/${place.name}`;
}
