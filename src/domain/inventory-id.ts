import type { KubeObject } from './kube-object.ts';
import { asFields, asList, asText } from './object-fields.ts';

/** What an entry of `status.inventory.entries` names. */
export interface ObjectIdentity {
  /** Empty for a cluster-scoped object. */
  readonly namespace: string;
  readonly name: string;
  /** Empty for the core group. */
  readonly group: string;
  readonly kind: string;
}

const RBAC = 'rbac.authorization.k8s.io';

/** `<namespace>_<name>_<group>_<kind>`. Names of RBAC objects may hold colons, which an id must not. */
export function inventoryId({ namespace, name, group, kind }: ObjectIdentity): string {
  return `${namespace}_${group === RBAC ? name.replaceAll(':', '__') : name}_${group}_${kind}`;
}

export function parseInventoryId(id: string): ObjectIdentity {
  const [namespace = '', ...rest] = id.split('_');
  const kind = rest.pop() ?? '';
  const group = rest.pop() ?? '';
  return { namespace, name: rest.join('_').replaceAll('__', ':'), group, kind };
}

/** Of everything that a Flux object says to have applied; empty where it says nothing. */
export function inventoryIds({ status }: Pick<KubeObject, 'status'>): readonly string[] {
  const { entries } = asFields(asFields(status).inventory);
  return asList(entries).flatMap((entry) => asText(asFields(entry).id) ?? []);
}
