import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../src/domain/kube-object.ts';
import { diagnose } from '../../src/effects/diagnose.ts';
import { ARGO_DEFINITIONS } from '../../src/embedded/argo/definitions/argo-definitions.ts';
import type { EmbeddedCluster } from '../../src/embedded/testing.ts';
import { renderDiagnosis } from '../../src/ui/render-diagnosis.ts';
import { createStyle } from '../../src/ui/style.ts';
import { type ReachedCluster, startReachedCluster } from '../support/embedded-client.ts';
import { crashingPods, ownedBy, podStatus, warning } from '../support/failing-workload.ts';
import { kustomization, ociRepository } from '../support/flux-manifests.ts';
import { until } from '../support/poll.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const SHOP = { namespace: 'shop', deployment: 'web', pods: ['web-5d8f9c7b6d-aaaaa'] };
const STYLE = createStyle({ color: false, unicode: true, width: 40 });

function ready(status: 'True' | 'False' | 'Unknown', reason: string, message: string) {
  return {
    observedGeneration: 1,
    conditions: [
      { type: 'Ready', status, reason, message, observedGeneration: 1, lastTransitionTime: '2026-01-01T00:00:00Z' },
    ],
  };
}

function put({ objects }: EmbeddedCluster, object: KubeObject, status?: Parameters<typeof objects.setStatus>[1]): void {
  const { kind, metadata } = objects.apply(object);
  const namespace = metadata.namespace === undefined ? {} : { namespace: metadata.namespace };
  if (status !== undefined) objects.setStatus({ kind, ...namespace, name: metadata.name }, status);
}

const logRequests = ({ requests }: EmbeddedCluster): number =>
  requests.recent().filter(({ subresource }) => subresource === 'log').length;

const inventory = (...ids: string[]) => ({ inventory: { entries: ids.map((id) => ({ id, v: 'v1' })) } });

function deployment(name: string): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'shop' },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'app', image: 'x' }] } },
    },
  };
}

/** Kustomizations root → apps → shop → Deployment web, whose pod crashes; `later` depends on apps; `fine` is Ready. */
async function failingThreeLevelsDown(): Promise<ReachedCluster> {
  const world = await startReachedCluster();
  const { cluster } = world;
  put(cluster, ociRepository('shop', 'localhost:1'), ready('True', 'Succeeded', 'stored'));
  put(cluster, kustomization('root'), {
    ...ready(
      'False',
      'HealthCheckFailed',
      "timeout waiting for: [Kustomization/flux-system/apps status: 'InProgress']",
    ),
    ...inventory('flux-system_apps_kustomize.toolkit.fluxcd.io_Kustomization'),
  });
  put(cluster, kustomization('apps'), {
    ...ready(
      'False',
      'HealthCheckFailed',
      "timeout waiting for: [Kustomization/flux-system/shop status: 'InProgress']",
    ),
    ...inventory('flux-system_shop_kustomize.toolkit.fluxcd.io_Kustomization'),
  });
  put(cluster, kustomization('shop'), {
    ...ready('False', 'HealthCheckFailed', "timeout waiting for: [Deployment/shop/web status: 'InProgress']"),
    ...inventory('shop_web_apps_Deployment', '_shop__Namespace'),
  });
  put(cluster, kustomization('later', { dependsOn: [{ name: 'apps' }] }), {
    ...ready('False', 'DependencyNotReady', "dependency 'flux-system/apps' is not ready"),
  });
  put(cluster, kustomization('fine'), ready('True', 'ReconciliationSucceeded', 'Applied revision'));
  put(cluster, deployment('web'), { replicas: 1, unavailableReplicas: 1, observedGeneration: 1 });
  crashingPods(cluster, SHOP, 'starting\nlistening on :8080\nFATAL: no database url\n');
  return world;
}

describe('a Deployment that crashes three levels down', () => {
  test('is followed from the Kustomization to the last lines of its pod, by name', async () => {
    const { client } = await failingThreeLevelsDown();
    const found = await diagnose(client);
    expect(found.complete).toBe(true);
    expect(found.skipped).toEqual([]);
    expect(found.workloads).toMatchObject([
      {
        appliedBy: 'Kustomization/flux-system/shop',
        kind: 'Deployment',
        namespace: 'shop',
        name: 'web',
        problems: ['0 of 1 replicas are ready'],
        pods: [
          {
            name: 'web-5d8f9c7b6d-aaaaa',
            node: 'node-1',
            containers: [
              {
                name: 'app',
                state: 'waiting',
                reason: 'CrashLoopBackOff',
                restarts: 4,
                lastExit: { exitCode: 3, reason: 'Error' },
                log: { lines: ['starting', 'listening on :8080', 'FATAL: no database url'] },
              },
            ],
          },
        ],
      },
    ]);
    const text = renderDiagnosis(found, STYLE).join('\n');
    expect(text).toContain('Pod shop/web-5d8f9c7b6d-aaaaa  Running, node node-1');
    expect(text).toContain('| FATAL: no database url');
    expect(text).toContain('4 restarts; ended before with exit code 3, Error');
  });

  test('is told with the root first and what it holds up after it', async () => {
    const { client } = await failingThreeLevelsDown();
    const { resources } = await diagnose(client);
    expect(resources.map(({ id }) => id.split('/').at(-1))).toEqual(['shop', 'apps', 'later', 'root']);
    expect(resources[1]).toMatchObject({
      reason: 'HealthCheckFailed',
      blockedBy: ['Kustomization/flux-system/shop'],
      blocks: ['Kustomization/flux-system/later', 'Kustomization/flux-system/root'],
    });
  });

  test('is found from the name of a Kustomization above it, without what does not concern that', async () => {
    const { client } = await failingThreeLevelsDown();
    const found = await diagnose(client, { targets: ['Kustomization/flux-system/root'] });
    expect(found.resources.map(({ id }) => id.split('/').at(-1))).toEqual(['shop', 'apps', 'root']);
    expect(found.workloads.map(({ name }) => name)).toEqual(['web']);
  });

  test('has whole messages and names, however narrow the terminal and long the text', async () => {
    const { client, cluster } = await failingThreeLevelsDown();
    const message = `kustomize build failed: ${'very '.repeat(400)}long`;
    put(cluster, kustomization('a-name-that-is-rather-long-for-forty-columns'), ready('False', 'BuildFailed', message));
    const text = renderDiagnosis(await diagnose(client), STYLE).join('\n');
    expect(text).toContain('Kustomization flux-system/a-name-that-is-rather-long-for-forty-columns');
    expect(text).toContain(message);
  });
});

describe('pods', () => {
  test('are shown with logs as long as they are three of a workload, and all by name', async () => {
    const { client, cluster } = await failingThreeLevelsDown();
    const pods = ['a', 'b', 'c', 'd', 'e'].map((letter) => `web-5d8f9c7b6d-${letter.repeat(5)}`);
    crashingPods(cluster, { ...SHOP, pods }, 'boom\n');
    const [web] = (await diagnose(client)).workloads;
    expect(web?.pods.map(({ name }) => name)).toEqual(pods);
    expect(web?.pods.map(({ containers }) => containers[0]?.log !== undefined)).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
  });

  test('show the last 20 lines only, without credentials', async () => {
    const { client, cluster } = await failingThreeLevelsDown();
    const lines = Array.from({ length: 50 }, (_, index) => `line ${index}`);
    crashingPods(cluster, SHOP, `${[...lines, 'cannot reach https://me:s3cret@db.example'].join('\n')}\n`);
    const [web] = (await diagnose(client)).workloads;
    const log = web?.pods[0]?.containers[0]?.log;
    expect(log).toEqual({ lines: [...lines.slice(-19), 'cannot reach https://…@db.example'] });
  });

  test('that were started again and are silent show what they said before', async () => {
    const { client, cluster } = await failingThreeLevelsDown();
    crashingPods(cluster, SHOP, '');
    cluster.logs.set({ namespace: 'shop', pod: SHOP.pods[0] ?? '', container: 'app', previous: true }, 'the end\n');
    const [web] = (await diagnose(client)).workloads;
    expect(web?.pods[0]?.containers[0]?.log).toEqual({ lines: ['the end'] });
  });

  test('whose image cannot be pulled say so, and nothing asks for their log', async () => {
    const { client, cluster } = await failingThreeLevelsDown();
    podStatus(cluster, 'shop', SHOP.pods[0] ?? '', {
      phase: 'Pending',
      containerStatuses: [
        {
          name: 'app',
          image: 'ghcr.io/acme/app:gone',
          imageID: '',
          ready: false,
          restartCount: 0,
          state: { waiting: { reason: 'ImagePullBackOff', message: 'ghcr.io/acme/app:gone: not found' } },
          lastState: {},
        },
      ],
    });
    const found = await diagnose(client);
    expect(found.workloads[0]?.pods[0]?.containers[0]).toMatchObject({
      reason: 'ImagePullBackOff',
      message: 'ghcr.io/acme/app:gone: not found',
      hasRun: false,
    });
    expect(logRequests(cluster)).toBe(0);
    const text = renderDiagnosis(found, STYLE).join('\n');
    expect(text).toContain('container app (ghcr.io/acme/app:gone): waiting, ImagePullBackOff');
  });

  test('that nothing can schedule say why, with the volumes that are missing', async () => {
    const { client, cluster } = await failingThreeLevelsDown();
    const message = '0/3 nodes are available: 3 Insufficient memory.';
    cluster.objects.apply({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'data', namespace: 'shop' },
      spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'fast', resources: { requests: { storage: '1Gi' } } },
    });
    cluster.objects.delete('Pod', 'shop', SHOP.pods[0] ?? '');
    cluster.objects.apply({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: 'web-0',
        namespace: 'shop',
        ownerReferences: ownedBy(cluster.objects.get('Deployment', 'shop', 'web')),
      },
      spec: {
        containers: [{ name: 'app', image: 'x' }],
        volumes: [
          { name: 'data', persistentVolumeClaim: { claimName: 'data' } },
          { name: 'other', persistentVolumeClaim: { claimName: 'forgotten' } },
        ],
      },
    });
    podStatus(cluster, 'shop', 'web-0', {
      phase: 'Pending',
      conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }],
    });
    const [web] = (await diagnose(client)).workloads;
    expect(web?.pods[0]).toMatchObject({
      problems: [`unschedulable: ${message}`],
      claims: [
        { name: 'data', phase: 'Pending', storageClass: 'fast' },
        { name: 'forgotten', phase: 'missing' },
      ],
    });
  });

  test('of somebody else in the same namespace are left out', async () => {
    const { client, cluster } = await failingThreeLevelsDown();
    crashingPods(cluster, { namespace: 'shop', deployment: 'stranger', pods: ['stranger-5d8f9c7b6d-aaaaa'] }, 'x');
    expect((await diagnose(client)).workloads.map(({ name }) => name)).toEqual(['web']);
  });

  test('of a Ready resource are shown where everything is asked for', async () => {
    const { client, cluster } = await startReachedCluster();
    put(cluster, kustomization('shop'), {
      ...ready('True', 'ReconciliationSucceeded', 'Applied'),
      ...inventory('shop_web_apps_Deployment'),
    });
    put(cluster, deployment('web'), { replicas: 1, observedGeneration: 1 });
    crashingPods(cluster, SHOP, 'boom\n');
    expect((await diagnose(client)).workloads).toEqual([]);
    const found = await diagnose(client, { everything: true });
    expect(found.workloads.map(({ name }) => name)).toEqual(['web']);
    expect(renderDiagnosis(found, STYLE).join('\n')).toContain('Not running, of resources that are Ready:');
  });

  test('of the engine itself that are not ready are shown with its warnings, however old', async () => {
    const { client, cluster } = await failingThreeLevelsDown();
    const name = 'source-controller-7667765cd7-x2ljq';
    cluster.objects.apply({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: 'flux-system' },
      spec: { nodeName: 'node-1', containers: [{ name: 'manager', image: 'source-controller' }] },
    });
    podStatus(cluster, 'flux-system', name, {
      phase: 'Failed',
      reason: 'Evicted',
      message: 'The node was low on memory',
    });
    const about = { kind: 'Pod', namespace: 'flux-system', name };
    cluster.objects.apply(warning(about, { reason: 'Evicted', message: 'low on memory' }, Date.now() - 3_000_000));
    const found = await diagnose(client);
    expect(found.enginePods).toMatchObject([
      { name, phase: 'Failed', problems: ['Evicted: The node was low on memory'] },
    ]);
    expect(found.events).toMatchObject([{ reason: 'Evicted', objects: [`Pod/${name}`] }]);
  });
});

describe('a HelmRelease', () => {
  test('is followed by the labels of what it has installed, where its status does not list that', async () => {
    const { client, cluster } = await startReachedCluster();
    const release = { apiVersion: 'helm.toolkit.fluxcd.io/v2', kind: 'HelmRelease' };
    const spec = { interval: '1m', chartRef: { kind: 'OCIRepository', name: 'chart' }, targetNamespace: 'shop' };
    put(
      cluster,
      { ...release, metadata: { name: 'web', namespace: 'flux-system' }, spec },
      ready('False', 'InstallFailed', 'context deadline exceeded'),
    );
    const labels = { 'helm.toolkit.fluxcd.io/name': 'web', 'helm.toolkit.fluxcd.io/namespace': 'flux-system' };
    const installed = deployment('web');
    put(cluster, { ...installed, metadata: { ...installed.metadata, labels } }, { observedGeneration: 1, replicas: 1 });
    crashingPods(cluster, SHOP, 'boom\n');
    const { workloads } = await diagnose(client);
    expect(workloads).toMatchObject([
      { appliedBy: 'HelmRelease/flux-system/web', name: 'web', pods: [{ name: 'web-5d8f9c7b6d-aaaaa' }] },
    ]);
  });
});

describe('an Application of Argo CD', () => {
  test('is followed by the resources in its status, and its own namespace is looked at', async () => {
    const { client, cluster } = await startReachedCluster();
    for (const definition of ARGO_DEFINITIONS) cluster.objects.apply(definition);
    const name = 'argocd-server-6d9f7b5c8-qwert';
    const source = { repoURL: 'oci://localhost:1/shop', path: 'apps', targetRevision: 'dev' };
    const destination = { server: 'https://kubernetes.default.svc', namespace: 'shop' };
    put(cluster, {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Application',
      metadata: { name: 'shop', namespace: 'argocd' },
      spec: { project: 'default', source, destination, syncPolicy: { automated: {} } },
      status: {
        reconciledAt: '2026-01-01T00:00:01Z',
        sync: { status: 'Synced' },
        health: { status: 'Degraded', message: 'Deployment "web" exceeded its progress deadline' },
        resources: [
          { group: 'apps', version: 'v1', kind: 'Deployment', namespace: 'shop', name: 'web', status: 'Synced' },
        ],
      },
    });
    put(cluster, deployment('web'), { observedGeneration: 1, replicas: 1 });
    crashingPods(cluster, SHOP, 'boom\n');
    cluster.objects.apply({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: 'argocd' },
      spec: { containers: [{ name: 'server', image: 'argocd' }] },
    });
    podStatus(cluster, 'argocd', name, { phase: 'Pending' });
    const found = await diagnose(client);
    expect(found.resources).toMatchObject([{ id: 'Application/argocd/shop', status: 'failed', reason: 'Degraded' }]);
    expect(found.workloads).toMatchObject([{ appliedBy: 'Application/argocd/shop', name: 'web' }]);
    expect(found.enginePods).toMatchObject([{ name, phase: 'Pending' }]);
    expect((await diagnose(client, { engine: 'flux' })).resources).toEqual([]);
  });
});

describe('warnings', () => {
  test('of the last five minutes are grouped, those about others left out', async () => {
    const { client, cluster } = await failingThreeLevelsDown();
    const now = Date.now();
    const pod = (name: string) => ({ kind: 'Pod', namespace: 'shop', name });
    const backOff = { reason: 'BackOff', message: 'Back-off restarting failed container', count: 3 };
    for (const name of ['web-5d8f9c7b6d-aaaaa', 'web-5d8f9c7b6d-bbbbb'])
      cluster.objects.apply(warning(pod(name), backOff, now - 60_000));
    cluster.objects.apply(warning(pod('web-old'), { reason: 'Unhealthy', message: 'long ago' }, now - 600_000));
    cluster.objects.apply(warning(pod('stranger-1'), { reason: 'Unhealthy', message: 'of others' }, now));
    const { events } = await diagnose(client);
    expect(events).toMatchObject([
      { reason: 'BackOff', count: 6, objects: ['Pod/web-5d8f9c7b6d-aaaaa', 'Pod/web-5d8f9c7b6d-bbbbb'] },
    ]);
  });

  test('are as old as the cluster says, whatever the clock here', async () => {
    const { client, cluster } = await failingThreeLevelsDown();
    cluster.skewClock(3_600_000);
    const about = { kind: 'Pod', namespace: 'shop', name: 'web-5d8f9c7b6d-aaaaa' };
    const said = { reason: 'BackOff', message: 'restarting' };
    cluster.objects.apply(warning(about, said, Date.now() + 3_600_000 - 600_000));
    expect((await diagnose(client)).events).toEqual([]);
  });
});

describe('what cannot be looked at', () => {
  test('is named, and the rest is told', async () => {
    const { client, cluster } = await failingThreeLevelsDown();
    cluster.faults.next({ match: ({ path }) => path.includes('/events'), status: 403, times: 100 });
    const found = await diagnose(client);
    expect(found.workloads).toHaveLength(1);
    expect(found.skipped.join('\n')).toContain('cannot list events in namespace shop (HTTP 403)');
  });

  test('a log that is refused is said at its container', async () => {
    const { client, cluster } = await failingThreeLevelsDown();
    cluster.faults.next({ match: ({ path }) => path.endsWith('/log'), status: 403, times: 100 });
    const text = renderDiagnosis(await diagnose(client), STYLE).join('\n');
    expect(text).toContain(
      'its log cannot be read: cannot get pods/log "web-5d8f9c7b6d-aaaaa" in namespace shop (HTTP 403)',
    );
  });

  test('an unreachable cluster is no noise', async () => {
    const { client, cluster } = await startReachedCluster();
    await cluster.stop();
    const found = await diagnose(client);
    expect(found.unreachable).toMatchObject({ kind: 'unavailable' });
    expect(renderDiagnosis(found, STYLE)).toEqual([]);
  });

  test('is given up when time is up, and what was found by then is told', async () => {
    const { client, cluster } = await failingThreeLevelsDown();
    cluster.faults.next({ match: ({ path }) => path.endsWith('/log'), silent: true, times: 100 });
    const clock = new VirtualClock();
    const looking = diagnose(client, { clock });
    await until('a request for a log', () => logRequests(cluster) > 0);
    clock.advance(15_000);
    const found = await looking;
    expect(found.complete).toBe(false);
    expect(found.resources).toHaveLength(4);
    expect(renderDiagnosis(found, STYLE).at(-1)).toContain('Time was up');
  });

  test('no Secret is ever asked for', async () => {
    const { client, cluster } = await failingThreeLevelsDown();
    await diagnose(client, { everything: true });
    expect(Object.keys(cluster.requests.counts()).filter((key) => key.includes('secret'))).toEqual([]);
  });
});
