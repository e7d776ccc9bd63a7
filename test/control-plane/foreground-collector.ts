import type { ClusterClient } from '../../src/cluster/client.ts';
import { wallClock } from '../../src/cluster/clock.ts';
import { listWatch } from '../../src/cluster/list-watch.ts';
import type { ApiResource } from '../../src/cluster/resource.ts';

const FINALIZER = 'foregroundDeletion';

/**
 * What kube-controller-manager's garbage collector does of a foreground deletion where nothing depends on the deleted object: it lets it
 * go. Argo CD deletes that way, and a control plane without that collector would keep the object for ever.
 */
export function startForegroundCollector(client: ClusterClient, resources: readonly ApiResource[]): { stop(): void } {
  const watches = resources.map((resource) =>
    listWatch({
      client,
      resource,
      clock: wallClock,
      onEvent: (notice) => {
        if (notice.type !== 'added' && notice.type !== 'updated') return;
        const { name, namespace, deletionTimestamp } = notice.object.metadata;
        const finalizers = (notice.object.metadata.finalizers ?? []) as readonly string[];
        if (deletionTimestamp === undefined || !finalizers.includes(FINALIZER)) return;
        const others = finalizers.filter((finalizer) => finalizer !== FINALIZER);
        // Gone meanwhile, or changed: then it is seen once more.
        void client
          .patch({ ...resource, namespace, name }, { metadata: { finalizers: others } })
          .catch(() => undefined);
      },
    }),
  );
  return {
    stop() {
      for (const watch of watches) watch.stop();
    },
  };
}
