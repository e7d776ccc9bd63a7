import type { KubeObject } from '../../domain/kube-object.ts';
import type { ObjectStore } from '../store/object-store.ts';
import { apiVersionOf } from '../store/resource-registry.ts';
import type { ResourcePath } from './api-path.ts';
import { isBuiltInGroup } from './built-in-groups.ts';
import { type ListPage, listPage } from './list-page.ts';
import { itemJson, objectJson } from './object-json.ts';

/** The JSON of a list. Items of Kubernetes' own kinds come without kind and apiVersion, those of custom resources with them. */
export function listJson(store: ObjectStore, path: ResourcePath, query: URLSearchParams): string {
  return pageJson(path, listPage(store, path, query));
}

export function pageJson(path: ResourcePath, { objects, metadata }: ListPage): string {
  const { resource } = path;
  const apiVersion = apiVersionOf(resource, path.version);
  const encode: (object: KubeObject, apiVersion: string) => string = !isBuiltInGroup(resource.group)
    ? objectJson
    : itemJson;
  const head = JSON.stringify({ kind: `${resource.kind}List`, apiVersion, metadata });
  return `${head.slice(0, -1)},"items":[${objects.map((object) => encode(object, apiVersion)).join(',')}]}`;
}
