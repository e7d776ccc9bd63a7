import { isBuiltInGroup } from '../api/built-in-groups.ts';
import type { ApiResource } from './resource-registry.ts';

const CREATED_BY_UPDATE: ReadonlySet<string> = new Set([
  'Lease',
  'Endpoints',
  'Event',
  'LimitRange',
  'Service',
  'RuntimeClass',
  'Role',
  'RoleBinding',
  'ClusterRole',
  'ClusterRoleBinding',
]);

/** Whether a PUT of a missing object creates it. */
export function isCreatedByUpdate(resource: ApiResource): boolean {
  return isBuiltInGroup(resource.group) && CREATED_BY_UPDATE.has(resource.kind);
}

const VERSION_NEEDED: ReadonlySet<string> = new Set([
  'Lease',
  'RuntimeClass',
  'PodDisruptionBudget',
  'CustomResourceDefinition',
  'MutatingWebhookConfiguration',
  'ValidatingWebhookConfiguration',
  'CSIDriver',
  'CSINode',
]);

/** Whether a PUT must name the resourceVersion that it replaces. */
export function needsVersionOnUpdate(resource: ApiResource): boolean {
  return !isBuiltInGroup(resource.group) || VERSION_NEEDED.has(resource.kind);
}

/** What a write to the status subresource leaves as it was: all of the metadata, or one field of it. */
export function keptByStatusUpdate(resource: ApiResource): 'metadata' | 'labels' | 'ownerReferences' | undefined {
  if (!isBuiltInGroup(resource.group) || resource.kind === 'CustomResourceDefinition') return 'metadata';
  if (resource.kind === 'Deployment') return 'labels';
  return resource.kind === 'Pod' ? 'ownerReferences' : undefined;
}

const ETCD_DIRECTORIES: Readonly<Record<string, string>> = {
  nodes: 'minions',
  services: 'services/specs',
  endpoints: 'services/endpoints',
  ingresses: 'ingress',
  events: 'events',
};

/** Where the real server stores an object: its conflict messages say so. */
export function storageKey(resource: ApiResource, namespace: string, name: string): string {
  const inGroup = !isBuiltInGroup(resource.group) || resource.group === 'apiextensions.k8s.io';
  const directory = inGroup
    ? `${resource.group}/${resource.plural}`
    : (ETCD_DIRECTORIES[resource.plural] ?? resource.plural);
  return `/registry/${directory}/${resource.namespaced ? `${namespace}/` : ''}${name}`;
}
