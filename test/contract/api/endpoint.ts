import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { parse } from 'yaml';

/** Where a subject listens, and how its users prove who they are. */
export interface Endpoint {
  readonly secure: boolean;
  readonly host: string;
  readonly port: number;
  readonly certificateAuthority: string | undefined;
  readonly agent: HttpAgent | HttpsAgent;
  /** Undefined for `anonymous`. */
  tokenOf(user: string | undefined): string | undefined;
  close(): void;
}

interface Kubeconfig {
  readonly clusters: readonly [
    { readonly cluster: { readonly server: string; readonly 'certificate-authority-data'?: string } },
  ];
}

/** The endpoint that a kubeconfig names, with one connection pool. */
export function endpointOf(kubeconfig: string, tokenOf: (user: string | undefined) => string): Endpoint {
  const { cluster } = (parse(kubeconfig) as Kubeconfig).clusters[0];
  const { protocol, hostname, port } = new URL(cluster.server);
  const secure = protocol === 'https:';
  const authority = cluster['certificate-authority-data'];
  const agent = secure ? new HttpsAgent({ keepAlive: true }) : new HttpAgent({ keepAlive: true });
  return {
    secure,
    host: hostname,
    port: Number(port),
    certificateAuthority: authority === undefined ? undefined : Buffer.from(authority, 'base64').toString('utf8'),
    agent,
    tokenOf: (user) => (user === 'anonymous' ? undefined : tokenOf(user)),
    close: () => agent.destroy(),
  };
}
