import { inventoryIds, type ObjectIdentity, parseInventoryId } from '../inventory-id.ts';
import type { KubeObject } from '../kube-object.ts';
import { asFields, asList, asText } from '../object-fields.ts';

/** What a Kustomization, a HelmRelease or an Application has put into the cluster, as its status tells; empty where it tells nothing. */
export function appliedObjects(object: KubeObject): readonly ObjectIdentity[] {
  const resources = asList(object.status?.resources)
    .map(asFields)
    .flatMap(({ group, kind, namespace, name }) => {
      const known = { kind: asText(kind), name: asText(name) };
      if (known.kind === undefined || known.name === undefined) return [];
      return [{ kind: known.kind, name: known.name, group: asText(group) ?? '', namespace: asText(namespace) ?? '' }];
    });
  return [...inventoryIds(object).map(parseInventoryId), ...resources];
}

/** One text for each object, whatever version it is seen in. */
export function identityKey({ group, kind, namespace, name }: ObjectIdentity): string {
  return `${group}/${kind}/${namespace}/${name}`;
}

/** Of an object as the API gives it. */
export function identityOf({ apiVersion, kind, metadata }: KubeObject): ObjectIdentity {
  const slash = apiVersion.indexOf('/');
  return {
    group: slash < 0 ? '' : apiVersion.slice(0, slash),
    kind,
    namespace: metadata.namespace ?? '',
    name: metadata.name,
  };
}
