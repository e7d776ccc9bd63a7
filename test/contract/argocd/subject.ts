import { type ClusterClient, createClusterClient } from '../../../src/cluster/client.ts';
import {
  type EmbeddedArgoCd,
  type EmbeddedRegistry,
  type GitFiles,
  startArgoCd,
  startCluster,
  startRegistry,
} from '../../../src/embedded/testing.ts';

/** A cluster in which Argo CD is at work. Only the stand-ins: no real application controller can be built where these tests run. */
export interface ArgoSubject {
  /** With all rights. */
  readonly client: ClusterClient;
  readonly registry: EmbeddedRegistry;
  readonly argo: EmbeddedArgoCd;
  /** What Git repositories hold, by URL. */
  readonly git: Map<string, Awaited<ReturnType<GitFiles>>>;
  stop(): Promise<void>;
}

/** Namespaces beside Argo CD's own in which Applications are taken. */
export const TEAM_NAMESPACES = 'team-*';

export async function startEmbeddedSubject(): Promise<ArgoSubject> {
  const [cluster, registry] = await Promise.all([startCluster(), startRegistry()]);
  const git: ArgoSubject['git'] = new Map();
  const argo = await startArgoCd({
    cluster,
    unreportedHealth: 'in-progress',
    applicationNamespaces: [TEAM_NAMESPACES],
    git: async (url) => git.get(url),
  });
  const client = createClusterClient({
    contextName: 'contract',
    server: cluster.url,
    namespace: 'default',
    configFiles: [],
    token: cluster.token,
    ...(cluster.certificateAuthority === undefined ? {} : { caData: cluster.certificateAuthority }),
  });
  return {
    client,
    registry,
    argo,
    git,
    async stop() {
      client.close();
      await argo.stop();
      await Promise.all([cluster.stop(), registry.stop()]);
    },
  };
}
