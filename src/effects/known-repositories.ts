import type { ClusterClient } from '../cluster/client.ts';
import { listAll } from '../cluster/list-all.ts';
import { repositorySecretsFor, SECRET_TYPE } from '../domain/argo/repository-secrets.ts';

const SECRETS = { kind: 'Secret', group: '', version: 'v1', plural: 'secrets' };

/** Whether Argo CD in `namespace` has been told how an `oci://` repository is reached: nothing but that is taken from its Secrets. Rejects with FailureError. */
export async function knowsRepository(
  client: Pick<ClusterClient, 'list'>,
  namespace: string,
  url: string,
): Promise<boolean> {
  const labelSelector = `${SECRET_TYPE} in (repository,repo-creds)`;
  const { own, shared } = repositorySecretsFor(await listAll(client, SECRETS, { namespace, labelSelector }), url);
  return own !== undefined || shared !== undefined;
}
