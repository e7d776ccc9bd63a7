import type { KubeObject } from '../../domain/kube-object.ts';
import type { ObjectStore } from '../store/object-store.ts';
import { apiVersionOf } from '../store/resource-registry.ts';
import type { ResourcePath } from './api-path.ts';
import { isBuiltInGroup } from './built-in-groups.ts';
import { deleteOptions } from './delete-options.ts';
import { type ListPage, listPage } from './list-page.ts';
import { pageJson } from './list-response.ts';
import { objectJson } from './object-json.ts';

/** These come back as they last were; of all others, once gone, only a Status tells. */
const RETURNED: ReadonlySet<string> = new Set([
  'Namespace',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'Pod',
  'PodTemplate',
  'ResourceQuota',
  'Service',
  'ServiceAccount',
  'StorageClass',
  'VolumeAttachment',
  'CSIDriver',
  'CSINode',
]);

/** What a deletion answers with: the object, while it stays or where its kind is returned, else nothing. */
export interface Deleted {
  readonly object: KubeObject;
  readonly isShown: boolean;
}

/** Deletes what the path names. `body` is the parsed body, undefined when there is none. */
export function deleteOne(store: ObjectStore, path: ResourcePath, query: URLSearchParams, body: unknown): Deleted {
  const { resource, namespace, name = '' } = path;
  const { object, isGone } = store.delete(resource, namespace, name, deleteOptions(body, query));
  return { object, isShown: !isGone || (isBuiltInGroup(resource.group) && RETURNED.has(resource.kind)) };
}

/** The JSON that answers a DELETE of one object, always with 200. */
export function deleteJson(store: ObjectStore, path: ResourcePath, query: URLSearchParams, body: unknown): string {
  const deleted = deleteOne(store, path, query, body);
  if (deleted.isShown) return objectJson(deleted.object, apiVersionOf(path.resource, path.version));
  return JSON.stringify(deletedStatus(path, deleted.object));
}

export function deletedStatus({ resource }: ResourcePath, { metadata }: KubeObject): Readonly<Record<string, unknown>> {
  const { name, uid } = metadata;
  const group = resource.group === '' ? {} : { group: resource.group };
  const details = { name, ...group, kind: resource.plural, uid };
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details };
}

/** Deletes what a list of the same query shows, page by page if it has a limit; answers with that list, as it was. */
export function deleteCollection(
  store: ObjectStore,
  path: ResourcePath,
  query: URLSearchParams,
  body: unknown,
): ListPage {
  const options = deleteOptions(body, query);
  const page = listPage(store, path, query);
  for (const { metadata } of page.objects) {
    const { name, namespace = '' } = metadata;
    // One deletion may have taken others with it.
    if (store.read(path.resource, namespace, name) === undefined) continue;
    store.delete(path.resource, namespace, name, options);
  }
  return page;
}

export function deleteCollectionJson(
  store: ObjectStore,
  path: ResourcePath,
  query: URLSearchParams,
  body: unknown,
): string {
  return pageJson(path, deleteCollection(store, path, query, body));
}
