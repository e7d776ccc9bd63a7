import { Observable } from 'rxjs';
import type { ClusterClient } from '../cluster/client.ts';
import type { Clock } from '../cluster/clock.ts';
import type { ServedResource } from '../cluster/discovery.ts';
import { isTargetKind } from '../cluster/gitops-engines.ts';
import { type ListWatch, type ListWatchNotice, listWatch } from '../cluster/list-watch.ts';
import { type Failure, FailureError } from '../domain/failure.ts';
import type { KubeObject } from '../domain/kube-object.ts';

export type ClusterEvent =
  | {
      readonly type: 'ObjectAdded' | 'ObjectUpdated' | 'ObjectDeleted';
      readonly kind: string;
      readonly object: KubeObject;
    }
  /** Every first list is in, or refused for good reason; comes once. */
  | { readonly type: 'ClusterSynced' }
  | { readonly type: 'ClusterDegraded'; readonly kind: string; readonly failure: Failure }
  | { readonly type: 'ClusterRecovered'; readonly kind: string };

export interface ClusterEventsOptions {
  readonly client: Pick<ClusterClient, 'list' | 'watch' | 'server'>;
  /** Those the cluster serves, from `client.discover(GITOPS_RESOURCES)`. */
  readonly resources: readonly ServedResource[];
  /** Default: all namespaces. */
  readonly namespace?: string | undefined;
  readonly clock: Clock;
  /** In [0, 1); spreads backoffs and watch lengths. */
  readonly random?: (() => number) | undefined;
}

const OBJECT_EVENTS = { added: 'ObjectAdded', updated: 'ObjectUpdated', deleted: 'ObjectDeleted' } as const;

/**
 * The live objects of Flux and Argo CD as one stream, from one list-watch a resource. Cold: it starts with the subscription and ends with it. A
 * resource that may not be read is reported as degraded and does not hold up ClusterSynced; only for Kustomizations (or Applications, where there are
 * no Kustomizations), without which there is nothing to do, the stream fails (FailureError), as long as none could be read before.
 */
export function clusterEvents(options: ClusterEventsOptions): Observable<ClusterEvent> {
  const { client, resources, namespace, clock, random } = options;
  return new Observable((subscriber) => {
    const awaited = new Set(resources.map(({ kind }) => kind));

    function arrived(kind: string): void {
      if (awaited.delete(kind) && awaited.size === 0) subscriber.next({ type: 'ClusterSynced' });
    }

    function isOnlyTargetKind(kind: string): boolean {
      return isTargetKind(kind) && resources.every((other) => other.kind === kind || !isTargetKind(other.kind));
    }

    function take(kind: string, notice: ListWatchNotice): void {
      if (notice.type === 'synced') arrived(kind);
      else if (notice.type === 'recovered') recovered(kind);
      else if (notice.type === 'degraded') degraded(kind, notice.failure);
      else subscriber.next({ type: OBJECT_EVENTS[notice.type], kind, object: notice.object });
    }

    function degraded(kind: string, failure: Failure): void {
      if (isRefused(failure) && isOnlyTargetKind(kind) && awaited.has(kind)) {
        subscriber.error(new FailureError(failure));
        return;
      }
      subscriber.next({ type: 'ClusterDegraded', kind, failure });
      if (isRefused(failure)) arrived(kind);
    }

    /** Each waits for longer the longer an outage is: the first that finds the server back tells the others. */
    function recovered(kind: string): void {
      subscriber.next({ type: 'ClusterRecovered', kind });
      for (const { hurry } of running) hurry();
    }

    const running: readonly ListWatch[] = resources.map((resource) =>
      listWatch({
        client,
        resource,
        namespace,
        clock,
        onEvent: (notice) => take(resource.kind, notice),
        ...(random === undefined ? {} : { random }),
      }),
    );
    if (resources.length === 0) subscriber.next({ type: 'ClusterSynced' });
    return () => {
      for (const { stop } of running) stop();
    };
  });
}

/** No waiting helps: a right is missing, or the resource is gone. */
function isRefused({ kind }: Failure): boolean {
  return kind === 'forbidden' || kind === 'not-found';
}
