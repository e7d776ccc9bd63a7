import type { KubeObject } from '../domain/kube-object.ts';
import { type ClusterClient, FIELD_MANAGER } from './client.ts';
import { type ObjectReference, objectPath } from './resource.ts';

export const JSON_PATCH = 'application/json-patch+json';

/**
 * Sends an RFC 6902 patch in the name of this tool; resolves with the object as it is then. Rejects with FailureError; HTTP 422 where a `test`
 * of it fails.
 */
export async function jsonPatch(
  client: Pick<ClusterClient, 'request'>,
  reference: ObjectReference,
  operations: unknown,
  signal?: AbortSignal,
): Promise<KubeObject> {
  const { json } = await client.request({
    method: 'PATCH',
    path: objectPath(reference),
    query: { fieldManager: FIELD_MANAGER },
    contentType: JSON_PATCH,
    body: operations,
    ...(signal === undefined ? {} : { signal }),
  });
  return json as KubeObject;
}
