import { fork } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ClusterClient, createClusterClient } from '../../src/cluster/client.ts';
import { loadKubeconfig } from '../../src/cluster/kubeconfig.ts';
import { installFluxDefinitions } from '../../test/contract/flux/subject.ts';
import { dockerRegistryInstalled, startDockerRegistry } from '../../test/contract/registry/subjects.ts';
import { startControlPlane } from '../../test/control-plane/control-plane.ts';
import {
  controlPlaneExecutable,
  kustomizeControllerExecutable,
  whySkipped,
} from '../../test/control-plane/executables.ts';
import { startKustomizeController } from '../../test/control-plane/kustomize-controller.ts';
import { endOf, startedIn } from './child-process.ts';
import type { StandInOptions } from './stand-in-process.ts';

/** A cluster in which Flux is at work, in processes of their own. */
export interface BenchCluster {
  /** A file. */
  readonly kubeconfig: string;
  readonly client: ClusterClient;
  readonly registryHost: string;
  stop(): Promise<void>;
}

const FEEDER = new URL('./feeder-process.ts', import.meta.url);
const STAND_IN = new URL('./stand-in-process.ts', import.meta.url);

/**
 * kube-apiserver, etcd, kustomize-controller and docker-registry, all real. source-controller cannot be built as a dependency: the stand-in of
 * this package, in a process of its own, pulls from the registry, serves the artifacts and writes the status of sources.
 */
export async function realCluster(): Promise<BenchCluster> {
  const why =
    whySkipped(controlPlaneExecutable(), kustomizeControllerExecutable()) ??
    (dockerRegistryInstalled ? undefined : 'docker-registry is not installed');
  if (why !== undefined) throw new Error(`this benchmark runs on a real cluster: ${why}`);
  const [plane, registry] = await Promise.all([startControlPlane(), startDockerRegistry()]);
  const { path, remove } = kubeconfigFile(plane.kubeconfig());
  const client = createClusterClient(await loadKubeconfig({ path }));
  await installFluxDefinitions(client);
  const feeder = fork(FEEDER, [path], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  await startedIn(feeder);
  const controller = await startKustomizeController({ kubeconfig: plane.kubeconfig() });
  return {
    kubeconfig: path,
    client,
    registryHost: registry.host,
    async stop() {
      client.close();
      await Promise.all([endOf(feeder), controller.stop()]);
      await Promise.all([plane.stop(), registry.stop()]);
      remove();
    },
  };
}

/** API server, registry and Flux of this package, slowed down to the times given. */
export async function standInCluster(options: StandInOptions): Promise<BenchCluster> {
  const child = fork(STAND_IN, [JSON.stringify(options)], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const { kubeconfig, registryHost } = (await startedIn(child)) as { kubeconfig: string; registryHost: string };
  const { path, remove } = kubeconfigFile(kubeconfig);
  const client = createClusterClient(await loadKubeconfig({ path }));
  return {
    kubeconfig: path,
    client,
    registryHost,
    async stop() {
      client.close();
      await endOf(child);
      remove();
    },
  };
}

function kubeconfigFile(text: string): { readonly path: string; remove(): void } {
  const directory = mkdtempSync(join(tmpdir(), 'bench-isolation-'));
  const path = join(directory, 'kubeconfig');
  writeFileSync(path, text, { mode: 0o600 });
  return { path, remove: () => rmSync(directory, { recursive: true, force: true }) };
}
