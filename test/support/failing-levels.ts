import { onTestFinished } from 'vitest';
import { startFlux, startRegistry } from '../../src/embedded/testing.ts';
import { pushFiles } from '../embedded/push-files.ts';
import { deploymentManifest } from './deployment-manifest.ts';
import { type ReachedCluster, startReachedCluster } from './embedded-client.ts';
import { crashingPods } from './failing-workload.ts';
import { kustomization, ociRepository } from './flux-manifests.ts';

export const CRASHING_POD = 'web-5d8f9c7b6d-aaaaa';

export interface FailingLevels extends ReachedCluster {
  /** From now on the pod of the Deployment crashes, and its rollout has failed. */
  fail(): void;
}

/** Kustomizations root → apps → shop, each waiting this long for the health of what it applies → Deployment web, which is in progress. */
export async function startFailingLevels(timeout: string): Promise<FailingLevels> {
  const world = await startReachedCluster();
  const { cluster } = world;
  const registry = await startRegistry();
  const flux = await startFlux({ cluster, builder: 'plain', healthPollMs: 20, unreportedHealth: 'in-progress' });
  onTestFinished(async () => {
    await flux.stop();
    await registry.stop();
  });
  const waiting = (name: string) => kustomization(name, { wait: true, timeout });
  await pushFiles(registry, 'shop', {
    'root/apps.yaml': JSON.stringify(waiting('apps')),
    'apps/shop.yaml': JSON.stringify(waiting('shop')),
    'shop/web.yaml': `apiVersion: v1\nkind: Namespace\nmetadata:\n  name: shop\n---\n${deploymentManifest('web', 'shop')}`,
  });
  cluster.objects.apply(ociRepository('shop', registry.host));
  cluster.objects.apply(waiting('root'));
  await cluster.objects.until('Deployment', 'shop', 'web', () => true);
  return {
    ...world,
    fail: () => {
      const pods = { namespace: 'shop', deployment: 'web', pods: [CRASHING_POD] };
      crashingPods(cluster, pods, 'starting\nFATAL: no database url\n');
      const late = {
        type: 'Progressing',
        status: 'False',
        reason: 'ProgressDeadlineExceeded',
        message: 'ReplicaSet "web-5d8f9c7b6d" has timed out progressing.',
        lastTransitionTime: '2026-01-01T00:00:00Z',
        lastUpdateTime: '2026-01-01T00:00:00Z',
      };
      cluster.objects.setStatus(
        { kind: 'Deployment', namespace: 'shop', name: 'web' },
        { observedGeneration: 1, replicas: 1, unavailableReplicas: 1, conditions: [late] },
      );
    },
  };
}
