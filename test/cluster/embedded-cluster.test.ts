import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { FLUX_RESOURCES } from '../../src/cluster/flux-resources.ts';
import { loadKubeconfig } from '../../src/cluster/kubeconfig.ts';
import { listWatch } from '../../src/cluster/list-watch.ts';
import { idOf } from '../../src/cluster/store.ts';
import { type ClusterOptions, type EmbeddedCluster, startCluster, startRegistry } from '../../src/embedded/testing.ts';
import { createRegistryClient } from '../../src/registry/client.ts';
import { clusterEvents } from '../../src/streams/cluster-events.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { clientOf, failureOf, until } from './scripted-api.ts';

const KUSTOMIZATIONS = { group: 'kustomize.toolkit.fluxcd.io', version: 'v1', plural: 'kustomizations' };
const kustomization = (name: string, annotations: Record<string, string> = {}) => ({
  apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
  kind: 'Kustomization',
  metadata: { name, namespace: 'default', annotations },
  spec: { interval: '1m', path: './', prune: true, sourceRef: { kind: 'OCIRepository', name: 'apps' } },
});

async function connected(options: ClusterOptions = {}) {
  const cluster = await startCluster(options);
  onTestFinished(() => cluster.stop());
  const directory = mkdtempSync(join(tmpdir(), 'embedded-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  await cluster.writeKubeconfig(join(directory, 'config'));
  return { cluster, client: clientOf(await loadKubeconfig({ path: join(directory, 'config') })) };
}

/** Names that a live copy has, and those the cluster has. */
function live(client: Awaited<ReturnType<typeof connected>>['client']) {
  const clock = new VirtualClock();
  const notices: string[] = [];
  const copy = listWatch({
    client,
    resource: KUSTOMIZATIONS,
    clock,
    random: () => 0,
    onEvent: (notice) =>
      notices.push('object' in notice ? `${notice.type} ${notice.object.metadata.name}` : notice.type),
  });
  onTestFinished(() => copy.stop());
  const agrees = (cluster: EmbeddedCluster) => {
    const versions = (objects: readonly { metadata: { resourceVersion?: string } }[]) =>
      objects
        .map(({ metadata }) => metadata.resourceVersion)
        .sort()
        .join();
    return versions(copy.objects.list()) === versions(cluster.objects.list('Kustomization'));
  };
  return { clock, notices, copy, agrees };
}

describe('against the embedded API server', () => {
  it("a kubeconfig, discovery, the cluster's uid and an annotation work together", async () => {
    const { cluster, client } = await connected();
    cluster.objects.apply(kustomization('apps'));
    expect(await client.clusterUid()).toBe(cluster.uid);
    const served = await client.discover(FLUX_RESOURCES);
    expect(served.map(({ kind }) => kind)).toContain('Kustomization');
    const annotated = await client.annotate(
      { ...KUSTOMIZATIONS, namespace: 'default', name: 'apps' },
      { 'reconcile.fluxcd.io/requestedAt': 't' },
    );
    expect(annotated.metadata.annotations).toEqual({ 'reconcile.fluxcd.io/requestedAt': 't' });
    const missing = client.annotate({ ...KUSTOMIZATIONS, namespace: 'default', name: 'absent' }, {});
    expect(await failureOf(missing)).toMatchObject({ kind: 'not-found', statusCode: 404 });
  });

  it('the live copy stays true over pages, changes, dropped watches, expiry and recreation', async () => {
    const { cluster, client } = await connected();
    for (let index = 0; index < 1_203; index += 1) cluster.objects.apply(kustomization(`k-${index}`));
    const { clock, copy, notices, agrees } = live(client);
    await copy.synced;
    expect(copy.objects.size).toBe(1_203);
    expect(cluster.requests.count('list kustomizations')).toBe(3);
    await until(() => cluster.openWatches() === 1);
    cluster.objects.patch({ kind: 'Kustomization', namespace: 'default', name: 'k-1' }, { spec: { suspend: true } });
    await until(() => agrees(cluster));
    clock.advance(1_000);
    cluster.dropWatches();
    await until(() => cluster.openWatches() === 1);
    expect(cluster.requests.count('list kustomizations')).toBe(3);
    cluster.compact();
    notices.length = 0;
    cluster.expireWatches();
    cluster.objects.delete('Kustomization', 'default', 'k-2');
    cluster.objects.delete('Kustomization', 'default', 'k-3');
    cluster.objects.apply(kustomization('k-3'));
    cluster.objects.apply(kustomization('new'));
    await until(() => agrees(cluster));
    expect(cluster.requests.count('list kustomizations')).toBeGreaterThan(3);
    expect(notices.sort()).toEqual(['added k-3', 'added new', 'deleted k-2', 'deleted k-3']);
  });

  it('a list whose pages expire halfway comes whole all the same', async () => {
    const { cluster, client } = await connected();
    for (let index = 0; index < 600; index += 1) cluster.objects.apply(kustomization(`k-${index}`));
    let lists = 0;
    const isSecondPage = ({ verb }: { readonly verb: string }) => {
      if (verb === 'list') lists += 1;
      return lists === 2;
    };
    cluster.faults.next({ match: isSecondPage, status: 410 });
    const { copy, agrees } = live(client);
    await copy.synced;
    expect(agrees(cluster)).toBe(true);
    expect(copy.objects.size).toBe(600);
  });

  it('a connection dropped while listing is retried after the backoff', async () => {
    const { cluster, client } = await connected();
    cluster.objects.apply(kustomization('apps'));
    const drops = cluster.faults.next({ match: { verb: 'list' }, dropConnection: true, times: 2 });
    const { clock, copy, notices } = live(client);
    await until(() => notices.includes('degraded'));
    clock.advance(800);
    await until(() => drops.remaining() === 0 && clock.pending === 1);
    clock.advance(1_600);
    await copy.synced;
    expect(copy.objects.list().map(idOf)).toEqual(['Kustomization/default/apps']);
  });

  it('cluster events go on without what is denied, and name the right that is missing', async () => {
    const { cluster, client } = await connected({ deny: [{ verb: 'list', resource: 'helmreleases' }] });
    cluster.objects.apply(kustomization('apps'));
    const seen: string[] = [];
    const resources = await client.discover(FLUX_RESOURCES);
    const subscription = clusterEvents({ client, resources, clock: new VirtualClock() }).subscribe((event) => {
      seen.push(event.type === 'ClusterDegraded' ? event.failure.message : event.type);
    });
    onTestFinished(() => subscription.unsubscribe());
    await until(() => seen.includes('ClusterSynced'));
    expect(seen).toContain('ObjectAdded');
    expect(seen.join()).toContain('cannot list helmreleases.helm.toolkit.fluxcd.io in all namespaces (HTTP 403)');
  });
});

describe('against the embedded registry', () => {
  const files = [{ path: 'a.yaml', mode: 0o644, read: () => Buffer.from('kind: A\n') }];

  it('an artifact is pushed, read back and not sent again, with a login', async () => {
    const registry = await startRegistry({ credentials: { username: 'u', password: 'p' } });
    onTestFinished(() => registry.stop());
    const reference = `oci://${registry.host}/team/apps`;
    const client = createRegistryClient({ reference, credentials: { kind: 'basic', username: 'u', password: 'p' } });
    onTestFinished(() => client.close());
    const pushed = await client.pushArtifact({ files, tag: 'dev', config: { a: 1 } });
    expect(registry.resolveTag('team/apps', 'dev')).toBe(pushed.digest);
    expect(await client.pushArtifact({ files, tag: 'dev', config: { a: 1 } })).toMatchObject({
      unchanged: true,
      bytesSent: 0,
    });
    expect(await client.readConfig('dev')).toEqual({ digest: pushed.digest, config: { a: 1 } });
    const anonymous = createRegistryClient({ reference, credentials: 'anonymous' });
    onTestFinished(() => anonymous.close());
    expect(await failureOf(anonymous.pushArtifact({ files, tag: 'x', config: {} }))).toMatchObject({
      kind: 'unauthorized',
    });
  });

  it('a registry that takes no writes, or breaks down in the middle, is a typed failure', async () => {
    const registry = await startRegistry({ readOnly: true });
    onTestFinished(() => registry.stop());
    const client = createRegistryClient({ reference: `oci://${registry.host}/team/apps`, credentials: 'anonymous' });
    onTestFinished(() => client.close());
    expect(await failureOf(client.pushArtifact({ files, tag: 'dev', config: {} }))).toMatchObject({
      kind: 'forbidden',
      statusCode: 405,
      dependency: 'registry',
    });
    registry.faults.next({ status: 429, retryAfterSeconds: 4, times: 9 });
    expect(await failureOf(client.pushArtifact({ files, tag: 'dev', config: {} }))).toMatchObject({
      kind: 'throttled',
      retryAfterMs: 4_000,
    });
  });
});
