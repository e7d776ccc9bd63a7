import { type ClusterClient, createClusterClient } from '../../../src/cluster/client.ts';
import { type EmbeddedRegistry, startCluster, startFlux, startRegistry } from '../../../src/embedded/testing.ts';
import { startControlPlane } from '../../control-plane/control-plane.ts';
import { fluxDefinitions } from '../../control-plane/flux-definitions.ts';
import { startKustomizeController } from '../../control-plane/kustomize-controller.ts';
import { startSourceFeeder } from '../../control-plane/source-feeder.ts';
import { connectionTo } from '../../support/connection-to.ts';
import { type ServedArtifacts, startServedArtifacts } from './served-artifacts.ts';

/** A cluster in which Flux is at work: the stand-ins of this package, or the real kustomize-controller on a real API server. */
export interface FluxSubject {
  readonly name: 'embedded' | 'control-plane';
  /** With all rights. */
  readonly client: ClusterClient;
  /** What OCIRepositories pull from. */
  readonly registry: EmbeddedRegistry;
  /** What sources that a test feeds by hand point at. */
  readonly artifacts: ServedArtifacts;
  stop(): Promise<void>;
}

/** How long both wait for a dependency or an artifact before they look again. */
export const DEPENDENCY_REQUEUE_MS = 2_000;

/** The stand-ins, strict where by default they make life easy. */
export async function startEmbeddedSubject(): Promise<FluxSubject> {
  const [cluster, registry, artifacts] = await Promise.all([startCluster(), startRegistry(), startServedArtifacts()]);
  const flux = await startFlux({
    cluster,
    dependencyRequeueMs: DEPENDENCY_REQUEUE_MS,
    unreportedHealth: 'in-progress',
    unknownKinds: 'refuse',
  });
  const client = createClusterClient(connectionTo(cluster));
  return {
    name: 'embedded',
    client,
    registry,
    artifacts,
    async stop() {
      client.close();
      await flux.stop();
      await Promise.all([cluster.stop(), registry.stop(), artifacts.stop()]);
    },
  };
}

/** The real API server and the real kustomize-controller; the sources are served by the stand-in for source-controller. */
export async function startControlPlaneSubject(): Promise<FluxSubject> {
  const [plane, registry, artifacts] = await Promise.all([
    startControlPlane(),
    startRegistry(),
    startServedArtifacts(),
  ]);
  const client = createClusterClient(connectionTo(plane));
  await installFluxDefinitions(client);
  const [feeder, controller] = await Promise.all([
    startSourceFeeder(client),
    startKustomizeController({
      kubeconfig: plane.kubeconfig(),
      // A finalizer is added in a run of its own, and the next one comes after this delay.
      flags: [`--requeue-dependency=${DEPENDENCY_REQUEUE_MS}ms`, '--min-retry-delay=20ms', '--http-retry=0'],
    }),
  ]);
  return {
    name: 'control-plane',
    client,
    registry,
    artifacts,
    async stop() {
      await feeder.stop();
      client.close();
      await controller.stop();
      await Promise.all([plane.stop(), registry.stop(), artifacts.stop()]);
    },
  };
}

/** Applies the definitions and waits until they are served. */
export async function installFluxDefinitions(client: ClusterClient): Promise<void> {
  const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  await Promise.all(
    fluxDefinitions().map(async (body) => {
      await client.request({ method: 'POST', path, body });
      for (;;) {
        const { json } = await client.request({ method: 'GET', path: `${path}/${body.metadata.name}` });
        if (JSON.stringify(json).includes('"the initial names have been accepted"')) return;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }),
  );
}
