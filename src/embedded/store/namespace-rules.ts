import type { KubeObject } from '../../domain/kube-object.ts';
import { isBuiltInGroup } from '../api/built-in-groups.ts';
import { notFound, qualifiedName, StatusError } from '../api/status-error.ts';
import type { ObjectReader } from './object-reader.ts';
import type { ApiResource } from './resource-registry.ts';

const IMMORTAL: ReadonlySet<string> = new Set(['default', 'kube-system', 'kube-public']);

/** Throws 404 when the namespace of a new object is missing, 403 when it, or the object's definition, is on its way out. */
export function requireOpenPlace(
  store: ObjectReader,
  resource: ApiResource,
  object: KubeObject,
  namespace: string,
): void {
  const { name } = object.metadata;
  const namespaces = store.resources.byGroupKind('', 'Namespace');
  if (resource.namespaced && namespaces !== undefined) {
    const found = store.read(namespaces, '', namespace);
    if (found === undefined) throw notFound(namespaces, namespace);
    if (found.metadata.deletionTimestamp !== undefined) {
      const why = `unable to create new content in namespace ${namespace} because it is being terminated`;
      const message = `namespace ${namespace} is being terminated`;
      const cause = { reason: 'NamespaceTerminating', message, field: 'metadata.namespace' };
      throw forbidden(resource, name, why, { causes: [cause] });
    }
  }
  const definitions = store.resources.byGroupKind('apiextensions.k8s.io', 'CustomResourceDefinition');
  if (isBuiltInGroup(resource.group) || definitions === undefined) return;
  const definition = store.read(definitions, '', qualifiedName(resource));
  if (definition?.metadata.deletionTimestamp === undefined) return;
  throw forbidden(resource, name, 'create not allowed while custom resource definition is terminating');
}

/** Throws 403 for the namespaces that a cluster cannot be without. */
export function requireMortal(resource: ApiResource, name: string): void {
  if (resource.kind !== 'Namespace' || resource.group !== '' || !IMMORTAL.has(name)) return;
  throw forbidden(resource, name, 'this namespace may not be deleted');
}

function forbidden(
  resource: ApiResource,
  name: string,
  why: string,
  more: Readonly<Record<string, unknown>> = {},
): StatusError {
  const message = `${qualifiedName(resource)} ${JSON.stringify(name)} is forbidden: ${why}`;
  const group = resource.group === '' ? {} : { group: resource.group };
  return new StatusError(403, 'Forbidden', message, { name, ...group, kind: resource.plural, ...more });
}
