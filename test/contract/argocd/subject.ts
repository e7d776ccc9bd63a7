import { type ClusterClient, createClusterClient } from '../../../src/cluster/client.ts';
import {
  type EmbeddedRegistry,
  type GitFiles,
  startArgoCd,
  startCluster,
  startRegistry,
} from '../../../src/embedded/testing.ts';
import { connectionTo } from '../../support/connection-to.ts';

/** A cluster in which Argo CD is at work: the stand-ins of this package, or the real one on a real API server. */
export interface ArgoSubject {
  readonly name: 'embedded' | 'control-plane';
  /** With all rights. */
  readonly client: ClusterClient;
  readonly registry: EmbeddedRegistry;
  /**
   * The name of a repository in the registry that Argo CD has known since it began, each time another one; undefined: it hears of a Secret at
   * once. The real one reads its Secrets from a cache, and a comparison that comes before them fails until the next one, minutes later.
   */
  takeRepository(): string | undefined;
  /** Makes a Git repository of one commit that Argo CD can read; resolves to where it is and to the commit. */
  serveGit(
    name: string,
    files: Readonly<Record<string, string>>,
  ): Promise<{ readonly url: string; readonly commit: string }>;
  stop(): Promise<void>;
}

/** Namespaces beside Argo CD's own in which Applications are taken. */
export const TEAM_NAMESPACES = 'team-*';

const COMMIT = '0123456789012345678901234567890123456789';

export async function startEmbeddedSubject(): Promise<ArgoSubject> {
  const [cluster, registry] = await Promise.all([startCluster(), startRegistry()]);
  const git = new Map<string, Awaited<ReturnType<GitFiles>>>();
  const argo = await startArgoCd({
    cluster,
    unreportedHealth: 'in-progress',
    applicationNamespaces: [TEAM_NAMESPACES],
    git: async (url) => git.get(url),
  });
  const client = createClusterClient(connectionTo(cluster));
  return {
    name: 'embedded',
    client,
    registry,
    takeRepository: () => undefined,
    async serveGit(name, files) {
      const url = `https://git.example/${name}.git`;
      const contents = Object.entries(files).map(([path, text]) => [path, { content: Buffer.from(text), mode: 0o644 }]);
      git.set(url, { commit: COMMIT, files: new Map(contents as [string, { content: Buffer; mode: number }][]) });
      return { url, commit: COMMIT };
    },
    async stop() {
      client.close();
      await argo.stop();
      await Promise.all([cluster.stop(), registry.stop()]);
    },
  };
}
