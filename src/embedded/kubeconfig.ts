/** The YAML of a kubeconfig with one context, cluster and user. */
export function kubeconfigOf(input: {
  readonly server: string;
  readonly certificateAuthority: string | undefined;
  readonly token: string;
  /** Of the context, the cluster and the user. */
  readonly name: string;
}): string {
  const { server, certificateAuthority } = input;
  // Quoted as JSON, which YAML reads as well: a writer of YAML would take longer to import than the cluster to start.
  const [name, token] = [JSON.stringify(input.name), JSON.stringify(input.token)];
  const authority =
    certificateAuthority === undefined
      ? []
      : [`      certificate-authority-data: ${Buffer.from(certificateAuthority).toString('base64')}`];
  const lines = [
    'apiVersion: v1',
    'kind: Config',
    'clusters:',
    `  - name: ${name}`,
    '    cluster:',
    `      server: ${server}`,
    ...authority,
    'users:',
    `  - name: ${name}`,
    '    user:',
    `      token: ${token}`,
    'contexts:',
    `  - name: ${name}`,
    '    context:',
    `      cluster: ${name}`,
    `      user: ${name}`,
    `current-context: ${name}`,
  ];
  return `${lines.join('\n')}\n`;
}
