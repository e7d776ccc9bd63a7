import type { KubeObject } from '../../domain/kube-object.ts';
import { asArray, isJsonObject, type JsonObject } from '../json-value.ts';
import { keyOf } from './object-table.ts';
import { type ApiResource, splitApiVersion } from './resource-registry.ts';
import type { StoreEvent } from './store-event.ts';

export interface Dependent {
  readonly resource: ApiResource;
  readonly namespace: string;
  readonly name: string;
}

export interface OwnerReference {
  readonly group: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly blocks: boolean;
}

export function ownersOf(object: KubeObject): readonly OwnerReference[] {
  return asArray(object.metadata.ownerReferences)
    .filter(isJsonObject)
    .map((reference: JsonObject) => ({
      group: splitApiVersion(String(reference.apiVersion ?? '')).group,
      kind: String(reference.kind ?? ''),
      name: String(reference.name ?? ''),
      uid: String(reference.uid ?? ''),
      blocks: reference.blockOwnerDeletion === true,
    }));
}

/** Who names whom as its owner, by the owner's uid. */
export class Dependents {
  readonly #byOwner = new Map<string, Map<string, Dependent>>();

  follow({ type, resource, object, previous }: StoreEvent): void {
    const before = previous?.metadata.ownerReferences;
    const after = type === 'DELETED' ? undefined : object.metadata.ownerReferences;
    if (before === after) return;
    const { name, namespace = '' } = object.metadata;
    const id = `${resource.group}/${resource.plural}/${keyOf(resource, namespace, name)}`;
    if (previous !== undefined) for (const { uid } of ownersOf(previous)) this.#remove(uid, id);
    if (type === 'DELETED') return;
    for (const { uid } of ownersOf(object)) {
      const known = this.#byOwner.get(uid) ?? new Map<string, Dependent>();
      this.#byOwner.set(uid, known.set(id, { resource, namespace, name }));
    }
  }

  of(uid: string | undefined): readonly Dependent[] {
    const known = this.#byOwner.get(uid ?? '');
    return known === undefined ? [] : [...known.values()];
  }

  #remove(uid: string, id: string): void {
    const known = this.#byOwner.get(uid);
    known?.delete(id);
    if (known?.size === 0) this.#byOwner.delete(uid);
  }
}
