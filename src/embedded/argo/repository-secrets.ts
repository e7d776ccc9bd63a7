import type { KubeObject } from '../../domain/kube-object.ts';
import { asObject } from '../json-value.ts';
import type { ArgoContext } from './argo-context.ts';

const SECRET_TYPE = 'argocd.argoproj.io/secret-type';

/** What a secret of type `repository`, or `repo-creds` for a prefix of the URL, says of a repository. */
export interface RepositoryAccess {
  /** `username:password` */
  readonly credentials: string | undefined;
  /** Plain HTTP: `insecureOCIForceHttp`. Nothing else makes it so, a loopback address neither. */
  readonly isPlainHttp: boolean;
}

/** A secret counts for an `oci://` source only when its `type` is `oci`. */
export function repositoryAccess(context: Pick<ArgoContext, 'access' | 'namespace'>, url: string): RepositoryAccess {
  const { store } = context.access;
  const resource = store.resources.byGroupKind('', 'Secret');
  const secrets = resource === undefined ? [] : store.list(resource, context.namespace).map(readable);
  const wantedType = url.startsWith('oci://') ? 'oci' : 'git';
  const fitting = secrets.filter(({ values }) => (values.type ?? 'git') === wantedType);
  const own = fitting.find(({ kind, values }) => kind === 'repository' && sameUrl(values.url, url));
  const shared = fitting
    .filter(({ kind, values }) => kind === 'repo-creds' && values.url !== undefined && url.startsWith(values.url))
    .sort((a, b) => (b.values.url?.length ?? 0) - (a.values.url?.length ?? 0))[0];
  const username = own?.values.username ?? shared?.values.username;
  const password = own?.values.password ?? shared?.values.password ?? '';
  return {
    credentials: username === undefined ? undefined : `${username}:${password}`,
    isPlainHttp: [own, shared].some((secret) => secret?.values.insecureOCIForceHttp === 'true'),
  };
}

function readable(secret: KubeObject): { readonly kind: string; readonly values: Readonly<Record<string, string>> } {
  const values: Record<string, string> = {};
  for (const [name, value] of Object.entries(asObject(secret.data))) {
    if (typeof value === 'string') values[name] = Buffer.from(value, 'base64').toString();
  }
  for (const [name, value] of Object.entries(asObject(secret.stringData))) {
    if (typeof value === 'string') values[name] = value;
  }
  return { kind: secret.metadata.labels?.[SECRET_TYPE] ?? '', values };
}

function sameUrl(left: string | undefined, right: string): boolean {
  return left?.replace(/\/+$/, '') === right.replace(/\/+$/, '');
}
