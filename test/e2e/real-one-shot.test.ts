import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { type ClusterClient, createClusterClient } from '../../src/cluster/client.ts';
import { objectPath } from '../../src/cluster/resource.ts';
import { ServerSideApply } from '../../src/cluster/server-side-apply.ts';
import type { KubeObject } from '../../src/domain/kube-object.ts';
import { diagnose } from '../../src/effects/diagnose.ts';
import { installManifests } from '../../src/effects/install-manifests.ts';
import { runMain } from '../cli/run-main.ts';
import { type ControlPlane, startControlPlane } from '../control-plane/control-plane.ts';
import { controlPlaneExecutable, kustomizeControllerExecutable, whySkipped } from '../control-plane/executables.ts';
import { fluxDefinitions } from '../control-plane/flux-definitions.ts';
import { connectionTo } from '../support/connection-to.ts';
import { customDefinition } from '../support/custom-definition.ts';
import { ownedBy, warning } from '../support/failing-workload.ts';
import { kustomization, ociRepository } from '../support/flux-manifests.ts';

const skipped = whySkipped(controlPlaneExecutable(), kustomizeControllerExecutable());

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const LABELS = { app: 'web' };
const TEMPLATE = { metadata: { labels: LABELS }, spec: { containers: [{ name: 'app', image: 'ghcr.io/acme/app:1' }] } };

/** No controllers run there: what they would say is written by the test. */
describe.skipIf(skipped !== undefined)('against a real API server', () => {
  let plane: ControlPlane;
  let client: ClusterClient;
  let apply: ServerSideApply;
  let kubeconfig: string;

  beforeAll(async () => {
    plane = await startControlPlane();
    client = createClusterClient(connectionTo(plane));
    apply = new ServerSideApply(client);
    await install(...fluxDefinitions());
    const directory = mkdtempSync(join(tmpdir(), 'reconcile-machine-one-shot-'));
    kubeconfig = join(directory, 'kubeconfig');
    writeFileSync(kubeconfig, plane.kubeconfig());
    for (const name of ['flux-system', 'shop'])
      await install({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    return () => rmSync(directory, { recursive: true, force: true });
  });
  afterAll(async () => {
    client?.close();
    await plane?.stop();
  });

  async function install(...objects: readonly KubeObject[]): Promise<void> {
    const { signal } = new AbortController();
    await installManifests(client, objects, { timeoutMs: 120_000, signal, onProgress: () => {} });
  }

  async function put(object: KubeObject, status?: Readonly<Record<string, unknown>>): Promise<KubeObject> {
    await install(object);
    const made = await client.get(await apply.reference(object));
    if (status !== undefined) {
      const path = `${objectPath(await apply.reference(object))}/status`;
      await client.request({ method: 'PATCH', path, body: { status } });
    }
    return made;
  }

  test('diagnose follows a failing Kustomization to the pod of its Deployment, and says that its log cannot be read', async () => {
    const condition = {
      type: 'Ready',
      status: 'False',
      reason: 'HealthCheckFailed',
      message: 'timeout',
      observedGeneration: 1,
    };
    await put(kustomization('apps'), {
      conditions: [{ ...condition, lastTransitionTime: '2026-01-01T00:00:00Z' }],
      inventory: { entries: [{ id: 'shop_web_apps_Deployment', v: 'v1' }] },
    });
    const spec = { replicas: 1, selector: { matchLabels: LABELS }, template: TEMPLATE };
    const web = await apply.apply({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web', namespace: 'shop' },
      spec,
    });
    const status = { observedGeneration: 1, replicas: 1, unavailableReplicas: 1 };
    await client.request({
      method: 'PATCH',
      path: `${objectPath(await apply.reference(web))}/status`,
      body: { status },
    });
    const set = await put({
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: { name: 'web-1', namespace: 'shop', labels: LABELS, ownerReferences: ownedBy(web) },
      spec,
    });
    await put(
      {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'web-1-abcde', namespace: 'shop', labels: LABELS, ownerReferences: ownedBy(set) },
        spec: { ...TEMPLATE.spec, nodeName: 'no-such-node', tolerations: [{ operator: 'Exists' }] },
      },
      {
        phase: 'Running',
        containerStatuses: [
          {
            name: 'app',
            image: 'ghcr.io/acme/app:1',
            imageID: '',
            ready: false,
            restartCount: 2,
            state: { waiting: { reason: 'CrashLoopBackOff' } },
            lastState: { terminated: { exitCode: 3, reason: 'Error' } },
          },
        ],
      },
    );
    const about = { kind: 'Pod', namespace: 'shop', name: 'web-1-abcde' };
    await put(warning(about, { reason: 'BackOff', message: 'Back-off restarting failed container' }, Date.now()));
    const found = await diagnose(client);
    expect(found.skipped).toEqual([]);
    expect(found.resources).toMatchObject([{ id: 'Kustomization/flux-system/apps', reason: 'HealthCheckFailed' }]);
    expect(found.workloads).toMatchObject([
      { name: 'web', problems: ['0 of 1 replicas are ready'], pods: [{ name: 'web-1-abcde' }] },
    ]);
    expect(found.workloads[0]?.pods[0]?.containers[0]).toMatchObject({
      lastExit: { exitCode: 3 },
      log: { unavailable: expect.stringContaining('get pods/log "web-1-abcde" in namespace shop') },
    });
    expect(found.events).toMatchObject([{ reason: 'BackOff', objects: ['Pod/web-1-abcde'] }]);
  });

  test('drift is found and set right by a patch of the one field', async () => {
    const before = await put(ociRepository('shop', 'registry:5000'));
    const line = ['drift', '--tag', 'dev', '--kubeconfig', kubeconfig];
    expect((await runMain(line)).code).toBe(1);
    expect(await runMain([...line, '--repair'])).toMatchObject({ code: 0, stderr: '' });
    const after = await client.get(await apply.reference(before));
    expect(after.spec).toEqual({ ...before.spec, ref: { tag: 'dev' } });
    expect((await runMain(line)).code).toBe(0);
  });

  test('init --install applies definitions and what is of their kind, once more without harm', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'reconcile-machine-install-'));
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
    const definition = customDefinition({ group: 'example.com', kind: 'Widget' });
    const widget = { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'one', namespace: 'engine' } };
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'engine' } };
    const documents = [widget, definition, namespace].map((object) => JSON.stringify(object));
    writeFileSync(join(directory, 'engine.yaml'), documents.join('\n---\n'));
    const line = ['init', 'shop', '--yes', '--install', 'engine.yaml', '--kubeconfig', kubeconfig];
    const ran = await runMain(line, { cwd: directory });
    expect(ran).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('applied 3 objects') });
    const again = await runMain(line, { cwd: directory });
    expect(again.code).toBe(0);
  });
});
