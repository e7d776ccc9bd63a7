import { stringify } from 'yaml';

/** The YAML of a kubeconfig with one context, cluster and user. */
export function kubeconfigOf(input: {
  readonly server: string;
  readonly certificateAuthority: string | undefined;
  readonly token: string;
  /** Of the context, the cluster and the user. */
  readonly name: string;
}): string {
  const { server, certificateAuthority, token, name } = input;
  const authority =
    certificateAuthority === undefined
      ? {}
      : { 'certificate-authority-data': Buffer.from(certificateAuthority).toString('base64') };
  return stringify(
    {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name, cluster: { server, ...authority } }],
      users: [{ name, user: { token } }],
      contexts: [{ name, context: { cluster: name, user: name } }],
      'current-context': name,
    },
    // The certificate stays in one line.
    { lineWidth: 0 },
  );
}
