import type { KubeObject } from '../../src/domain/kube-object.ts';
import type { EmbeddedCluster } from '../../src/embedded/testing.ts';

type Cluster = Pick<EmbeddedCluster, 'objects' | 'logs'>;

/** What points at an object that is there as its controller: one that is not there would be collected as garbage. */
export function ownedBy(owner: KubeObject | undefined): readonly Readonly<Record<string, unknown>>[] {
  if (owner === undefined) return [];
  const { apiVersion, kind, metadata } = owner;
  return [{ apiVersion, kind, name: metadata.name, uid: metadata.uid, controller: true }];
}

/** Pods as a Deployment makes them, by way of a ReplicaSet: a crashing container each. */
export function crashingPods(
  { objects, logs }: Cluster,
  place: { readonly namespace: string; readonly deployment: string; readonly pods: readonly string[] },
  log: string,
): void {
  const { namespace, deployment, pods } = place;
  const replicaSet = `${deployment}-5d8f9c7b6d`;
  const labels = { app: deployment };
  const template = { metadata: { labels }, spec: { containers: [{ name: 'app', image: 'ghcr.io/acme/app:1' }] } };
  const made = objects.apply({
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: replicaSet,
      namespace,
      labels,
      ownerReferences: ownedBy(objects.get('Deployment', namespace, deployment)),
    },
    spec: { replicas: pods.length, selector: { matchLabels: labels }, template },
  });
  for (const name of pods) {
    objects.apply({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace, labels, ownerReferences: ownedBy(made) },
      spec: { nodeName: 'node-1', containers: [{ name: 'app', image: 'ghcr.io/acme/app:1' }] },
    });
    podStatus({ objects }, namespace, name, {
      phase: 'Running',
      conditions: [{ type: 'Ready', status: 'False', reason: 'ContainersNotReady' }],
      containerStatuses: [
        {
          name: 'app',
          image: 'ghcr.io/acme/app:1',
          imageID: '',
          ready: false,
          restartCount: 4,
          state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 1m20s restarting failed container' } },
          lastState: { terminated: { exitCode: 3, reason: 'Error' } },
        },
      ],
    });
    logs.set({ namespace, pod: name, container: 'app' }, log);
  }
}

export function podStatus(
  { objects }: Pick<Cluster, 'objects'>,
  namespace: string,
  name: string,
  status: Parameters<EmbeddedCluster['objects']['setStatus']>[1],
): void {
  objects.setStatus({ kind: 'Pod', namespace, name }, status);
}

/** A Warning event, `agoMs` before `nowMs`. */
export function warning(
  about: { readonly kind: string; readonly namespace: string; readonly name: string },
  said: { readonly reason: string; readonly message: string; readonly count?: number },
  lastAtMs: number,
): KubeObject {
  const { kind, namespace, name } = about;
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${name}.${said.reason.toLowerCase()}`, namespace },
    involvedObject: { kind, namespace, name },
    type: 'Warning',
    reason: said.reason,
    message: said.message,
    count: said.count ?? 1,
    lastTimestamp: new Date(lastAtMs).toISOString().replace(/\.\d+Z$/, 'Z'),
  };
}
