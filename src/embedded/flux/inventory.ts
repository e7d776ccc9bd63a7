import type { ObjectIdentity } from '../../domain/inventory-id.ts';
import type { KubeObject } from '../../domain/kube-object.ts';
import { asArray, asObject, isJsonObject } from '../json-value.ts';
import type { ApiResource } from '../store/resource-registry.ts';
import type { FluxContext } from './flux-context.ts';

/** One applied object in `status.inventory.entries`. */
export interface InventoryEntry {
  /** `<namespace>_<name>_<group>_<kind>` */
  readonly id: string;
  /** The version. */
  readonly v: string;
}

export function inventoryOf(object: KubeObject): readonly InventoryEntry[] {
  const { entries } = asObject(object.status?.inventory);
  return asArray(entries).flatMap((entry) =>
    isJsonObject(entry) ? [{ id: String(entry.id), v: String(entry.v) }] : [],
  );
}

/** The live object behind an identity. */
export function findObject(
  context: FluxContext,
  { namespace, name, group, kind }: ObjectIdentity,
): { resource: ApiResource; object: KubeObject } | undefined {
  const resource = context.access.store.resources.byGroupKind(group, kind);
  const object = resource === undefined ? undefined : context.access.store.read(resource, namespace, name);
  return resource === undefined || object === undefined ? undefined : { resource, object };
}

/** `<kind>/<namespace>/<name>`, as Flux's messages name an object. */
export function subjectOf({ kind, namespace, name }: Omit<ObjectIdentity, 'group'>): string {
  return [kind, namespace, name].filter((part) => part !== '').join('/');
}
