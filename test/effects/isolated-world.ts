import type { TestContext } from 'vitest';
import { type ClusterClient, createClusterClient } from '../../src/cluster/client.ts';
import type { Clock } from '../../src/cluster/clock.ts';
import type { KubeObject } from '../../src/domain/kube-object.ts';
import { type ClusterOptions, type EmbeddedCluster, startCluster } from '../../src/embedded/testing.ts';
import { connectionTo } from '../support/connection-to.ts';
import { kustomization, NAMESPACE, ociRepository } from '../support/flux-manifests.ts';
import { IsolatingSession, restoring } from '../support/isolating-session.ts';

export const DIGEST = `sha256:${'a'.repeat(64)}`;

/** Gives a Kustomization the status it has when it has applied ConfigMaps of these names. */
export function setInventory(
  cluster: EmbeddedCluster,
  name: string,
  configMaps: readonly string[],
  lastAppliedRevision: string,
): void {
  const entries = configMaps.map((one) => ({ id: `default_${one}__ConfigMap`, v: 'v1' }));
  const key = { kind: 'Kustomization', namespace: NAMESPACE, name };
  cluster.objects.setStatus(key, { lastAppliedRevision, inventory: { entries } });
}

/** A cluster with Kustomizations `cart`, `orders` and `cache` on the source `shop`, and nobody at work in it. */
export interface IsolatedWorld {
  readonly cluster: EmbeddedCluster;
  readonly client: ClusterClient;
  clientOf(user: string, clock?: Clock): ClusterClient;
  kustomization(name: string): KubeObject;
  sources(): readonly string[];
  leases(): readonly string[];
  /** Spec, labels and annotations of all Kustomizations and sources. */
  declared(): unknown;
  session(client?: ClusterClient, clock?: Clock): Promise<IsolatingSession>;
  /** A session that isolated these and then ended without a word. */
  deadSession(...targets: readonly string[]): Promise<IsolatingSession>;
}

export async function openIsolatedWorld(context: TestContext, options: ClusterOptions = {}): Promise<IsolatedWorld> {
  const cluster = await startCluster(options);
  context.onTestFinished(() => cluster.stop());
  const clients: ClusterClient[] = [];
  context.onTestFinished(() => {
    for (const client of clients) client.close();
  });
  const connected = (token: string, clock?: Clock): ClusterClient => {
    const client = createClusterClient(
      connectionTo({ url: cluster.url, token, certificateAuthority: cluster.certificateAuthority }),
      clock === undefined ? {} : { clock },
    );
    clients.push(client);
    return client;
  };
  const client = connected(cluster.token);
  cluster.objects.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } });
  cluster.objects.apply(ociRepository('shop', 'registry.example'));
  for (const name of ['cart', 'orders', 'cache']) cluster.objects.apply(kustomization(name));
  for (const name of ['cart', 'orders', 'cache']) setInventory(cluster, name, ['a'], `latest@${DIGEST}`);
  const find = (kind: string, name: string): KubeObject => {
    const object = cluster.objects.get(kind, NAMESPACE, name);
    if (object === undefined) throw new Error(`expected ${kind} ${name}, found none`);
    return object;
  };
  const names = (kind: string): readonly string[] => cluster.objects.list(kind).map(({ metadata }) => metadata.name);
  const session: IsolatedWorld['session'] = (as = client, clock) =>
    IsolatingSession.start(as, find('OCIRepository', 'shop'), clock === undefined ? {} : { clock });
  return {
    cluster,
    client,
    clientOf: (user, clock) => connected(cluster.tokenFor(user), clock),
    kustomization: (name) => find('Kustomization', name),
    sources: () => names('OCIRepository'),
    leases: () => names('Lease'),
    declared: () =>
      [...cluster.objects.list('Kustomization'), ...cluster.objects.list('OCIRepository')].map(
        ({ kind, metadata, spec }) => ({
          kind,
          name: metadata.name,
          labels: metadata.labels,
          annotations: metadata.annotations,
          spec,
        }),
      ),
    session,
    async deadSession(...targets) {
      const one = await session();
      for (const target of targets) await one.isolate(find('Kustomization', target), DIGEST);
      await one.lease.stop();
      // An hour later.
      const reference = { group: 'coordination.k8s.io', version: 'v1', plural: 'leases', namespace: NAMESPACE };
      const renewTime = new Date(Date.now() - 3_600_000).toISOString().replace('Z', '000Z');
      await client.patch({ ...reference, name: one.lease.name }, { spec: { renewTime } });
      return one;
    },
  };
}

export { NAMESPACE, restoring };
