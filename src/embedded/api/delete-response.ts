import type { KubeObject } from '../../domain/kube-object.ts';
import type { ObjectStore } from '../store/object-store.ts';
import type { ResourcePath } from './api-path.ts';
import { isBuiltInGroup } from './built-in-groups.ts';
import { deleteOptions } from './delete-options.ts';
import { type ListPage, listPage } from './list-page.ts';

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
