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

/** What an id names. */
export interface ObjectIdentity {
  readonly namespace: string;
  readonly name: string;
  readonly group: string;
  readonly kind: string;
}

const RBAC = 'rbac.authorization.k8s.io';

/** Names of RBAC objects may hold colons, which an id must not. */
export function inventoryId({ namespace, name, group, kind }: ObjectIdentity): string {
  return `${namespace}_${group === RBAC ? name.replaceAll(':', '__') : name}_${group}_${kind}`;
}

export function parseInventoryId(id: string): ObjectIdentity {
  const [namespace = '', ...rest] = id.split('_');
  const kind = rest.pop() ?? '';
  const group = rest.pop() ?? '';
  return { namespace, name: rest.join('_').replaceAll('__', ':'), group, kind };
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
