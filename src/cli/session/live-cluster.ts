import type { Subscription } from 'rxjs';
import type { ClusterClient } from '../../cluster/client.ts';
import type { ServedResource } from '../../cluster/discovery.ts';
import { enginesIn, GITOPS_RESOURCES } from '../../cluster/gitops-engines.ts';
import { FailureError } from '../../domain/failure.ts';
import type { KubeObject } from '../../domain/kube-object.ts';
import type { LiveView } from '../../effects/live-view.ts';
import type { Clock } from '../../engine/clock.ts';
import { type ClusterEvent, clusterEvents } from '../../streams/cluster-events.ts';
import type { Happening } from '../../ui/happening.ts';
import { ClusterTrouble } from './cluster-trouble.ts';

/** The objects of Flux and Argo CD in the cluster, kept up to date in a view. */
export interface LiveCluster {
  readonly synced: Promise<void>;
  /** Objects that are added, changed or deleted once `synced`. */
  onChange(listener: (object: KubeObject) => void): void;
  /** Told of a kind, e.g. `Kustomization`, once its objects can be watched again. */
  onReturn(listener: (kind: string) => void): void;
  unsubscribe(): void;
}

export function liveCluster(
  client: Pick<ClusterClient, 'list' | 'watch' | 'server'>,
  view: LiveView,
  resources: readonly ServedResource[],
  options: {
    readonly namespace: string | undefined;
    readonly signal: AbortSignal;
    readonly clock: Clock;
    readonly random?: (() => number) | undefined;
    readonly onHappening: (happening: Happening) => void;
  },
): LiveCluster {
  const { onHappening, signal } = options;
  const trouble = new ClusterTrouble();
  const show = (happening: Happening | undefined): void => {
    if (happening !== undefined) onHappening(happening);
  };
  let listener: Parameters<LiveCluster['onChange']>[0] = () => {};
  let returned: Parameters<LiveCluster['onReturn']>[0] = () => {};
  let subscription: Subscription | undefined;
  let isSynced = false;
  const synced = new Promise<void>((resolve, reject) => {
    signal.addEventListener('abort', () => reject(new FailureError({ kind: 'internal', message: 'interrupted' })), {
      once: true,
    });
    const take = (event: ClusterEvent): void => {
      switch (event.type) {
        case 'ObjectAdded':
        case 'ObjectUpdated':
          view.put(event.object);
          if (isSynced) listener(event.object);
          break;
        case 'ObjectDeleted':
          view.remove(event.object);
          if (isSynced) listener(event.object);
          break;
        case 'ClusterSynced':
          isSynced = true;
          resolve();
          break;
        case 'ClusterDegraded':
          show(trouble.degraded(event.kind, event.failure));
          break;
        case 'ClusterRecovered':
          show(trouble.recovered(event.kind));
          returned(event.kind);
          break;
      }
    };
    const { clock, namespace, random } = options;
    subscription = clusterEvents({ client, resources, clock, namespace, random }).subscribe({
      next: take,
      error: reject,
    });
  });
  return {
    synced,
    onChange: (given) => {
      listener = given;
    },
    onReturn: (given) => {
      returned = given;
    },
    unsubscribe: () => subscription?.unsubscribe(),
  };
}

/** What the cluster serves of Flux and Argo CD, whichever it has; throws where it has neither. */
export async function servedGitOpsResources(client: ClusterClient): Promise<readonly ServedResource[]> {
  const served = await client.discover(GITOPS_RESOURCES);
  if (enginesIn(served).length > 0) return served;
  throw new FailureError({
    kind: 'not-found',
    message: `the cluster ${client.server} has no Flux Kustomizations and no Argo CD Applications: it serves neither kustomizations.kustomize.toolkit.fluxcd.io nor applications.argoproj.io`,
    hint: 'install Flux (flux install) or Argo CD, or choose another cluster with --context',
  });
}
