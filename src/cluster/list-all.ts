import type { KubeObject } from '../domain/kube-object.ts';
import type { ClusterClient, ListOptions } from './client.ts';
import type { ServedResource } from './discovery.ts';

const PAGE = 500;

/** Every object of a resource, page by page, as the cluster has them now. */
export async function listAll(
  client: Pick<ClusterClient, 'list'>,
  resource: ServedResource,
  options: Pick<ListOptions, 'namespace' | 'labelSelector' | 'fieldSelector' | 'signal'> = {},
): Promise<readonly KubeObject[]> {
  const { kind, group, version } = resource;
  const apiVersion = group === '' ? version : `${group}/${version}`;
  const objects: KubeObject[] = [];
  let continueToken: string | undefined;
  do {
    const page = await client.list(resource, { ...options, limit: PAGE, continueToken });
    // Items of a list come without the kind that the list names once.
    for (const item of page.items) objects.push({ ...item, kind, apiVersion });
    continueToken = page.continueToken;
  } while (continueToken !== undefined && continueToken !== '');
  return objects;
}
