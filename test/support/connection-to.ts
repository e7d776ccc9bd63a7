import type { ClusterConnection } from '../../src/cluster/connection.ts';

/** How a client reaches a server that a test has started, embedded or real, with the rights of `token`. */
export function connectionTo(server: {
  readonly url: string;
  readonly token: string;
  readonly certificateAuthority?: string | undefined;
}): ClusterConnection {
  const { url, token, certificateAuthority: caData } = server;
  return {
    contextName: 'test',
    server: url,
    namespace: 'default',
    configFiles: [],
    token,
    ...(caData === undefined ? {} : { caData }),
  };
}
