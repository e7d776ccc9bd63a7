import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type ClusterClient, createClusterClient } from '../../src/cluster/client.ts';
import { loadKubeconfig } from '../../src/cluster/kubeconfig.ts';
import { type ClusterOptions, type EmbeddedCluster, startCluster } from '../../src/embedded/testing.ts';

export interface ReachedCluster {
  readonly cluster: EmbeddedCluster;
  readonly client: ClusterClient;
  readonly kubeconfig: string;
}

/** An embedded cluster and a client that talks to it over HTTP; all gone when the test ends. */
export async function startReachedCluster(options: ClusterOptions = {}): Promise<ReachedCluster> {
  const directory = mkdtempSync(join(tmpdir(), 'reconcile-machine-client-'));
  const cluster = await startCluster(options);
  const kubeconfig = join(directory, 'kubeconfig');
  await cluster.writeKubeconfig(kubeconfig);
  const client = createClusterClient(await loadKubeconfig({ path: kubeconfig }));
  onTestFinished(async () => {
    client.close();
    await cluster.stop();
    rmSync(directory, { recursive: true, force: true });
  });
  return { cluster, client, kubeconfig };
}
