import type { KubeObject } from '../kube-object.ts';
import { asFields } from '../object-fields.ts';

/** Label of Secrets that tell Argo CD how a repository is reached: `repository` for one, `repo-creds` for all whose URL begins alike. */
export const SECRET_TYPE = 'argocd.argoproj.io/secret-type';

type Values = Readonly<Record<string, string>>;

/** What Argo CD knows of `url`: the Secret of that repository, and the longest prefix. It finds them by the URL alone, whatever their `type`. */
export function repositorySecretsFor(
  secrets: readonly KubeObject[],
  url: string,
): { readonly own: Values | undefined; readonly shared: Values | undefined } {
  const fitting = secrets.map(readable);
  const own = fitting.find(({ kind, values }) => kind === 'repository' && sameUrl(values.url, url));
  const [shared] = fitting
    .filter(({ kind, values }) => kind === 'repo-creds' && values.url !== undefined && url.startsWith(values.url))
    .sort((a, b) => (b.values.url?.length ?? 0) - (a.values.url?.length ?? 0));
  return { own: own?.values, shared: shared?.values };
}

function readable(secret: KubeObject): { readonly kind: string; readonly values: Values } {
  const values: Record<string, string> = {};
  for (const [name, value] of Object.entries(asFields(secret.data))) {
    if (typeof value === 'string') values[name] = Buffer.from(value, 'base64').toString();
  }
  for (const [name, value] of Object.entries(asFields(secret.stringData))) {
    if (typeof value === 'string') values[name] = value;
  }
  return { kind: secret.metadata.labels?.[SECRET_TYPE] ?? '', values };
}

function sameUrl(left: string | undefined, right: string): boolean {
  return left?.replace(/\/+$/, '') === right.replace(/\/+$/, '');
}
