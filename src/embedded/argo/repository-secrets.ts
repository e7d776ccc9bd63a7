import { repositorySecretsFor } from '../../domain/argo/repository-secrets.ts';
import type { ArgoContext } from './argo-context.ts';

/** What a secret of type `repository`, or `repo-creds` for a prefix of the URL, says of a repository. */
export interface RepositoryAccess {
  /** `username:password` */
  readonly credentials: string | undefined;
  /** Plain HTTP: `insecureOCIForceHttp`. Nothing else makes it so, a loopback address neither. */
  readonly isPlainHttp: boolean;
}

export function repositoryAccess(context: Pick<ArgoContext, 'access' | 'namespace'>, url: string): RepositoryAccess {
  const { store } = context.access;
  const resource = store.resources.byGroupKind('', 'Secret');
  const secrets = resource === undefined ? [] : store.list(resource, context.namespace);
  const { own, shared } = repositorySecretsFor(secrets, url);
  const username = own?.username ?? shared?.username;
  const password = own?.password ?? shared?.password ?? '';
  return {
    credentials: username === undefined ? undefined : `${username}:${password}`,
    isPlainHttp: [own, shared].some((values) => values?.insecureOCIForceHttp === 'true'),
  };
}
