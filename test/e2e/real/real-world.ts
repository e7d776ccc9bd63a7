import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ClusterClient, createClusterClient } from '../../../src/cluster/client.ts';
import { objectPath } from '../../../src/cluster/resource.ts';
import { FailureError } from '../../../src/domain/failure.ts';
import type { KubeObject } from '../../../src/domain/kube-object.ts';
import { startRegistry } from '../../../src/embedded/testing.ts';
import { installFluxDefinitions } from '../../contract/flux/subject.ts';
import { startDockerRegistry } from '../../contract/registry/subjects.ts';
import { type ControlPlane, startControlPlane } from '../../control-plane/control-plane.ts';
import { type KustomizeController, startKustomizeController } from '../../control-plane/kustomize-controller.ts';
import { startSourceFeeder } from '../../control-plane/source-feeder.ts';
import { connectionTo } from '../../support/connection-to.ts';
import { type AuditedRequest, auditLog } from './audit-log.ts';
import { patientClient } from './patient-client.ts';
import { resourceFor } from './resources.ts';
import { clusterRights, DOCUMENTED_RIGHTS } from './rights.ts';

/** The user whom the watch acts for, with the documented rights and no others. */
export const DEVELOPER = 'developer';

export interface RealWorldOptions {
  /** Where artifacts are pushed to; `docker-registry` is Debian's. Default: the embedded one. */
  readonly registry?: 'embedded' | 'docker-registry';
  /** Users beside `DEVELOPER`, who may do nothing until a test lets them. */
  readonly users?: readonly string[];
  /** How long kustomize-controller waits for a dependency before it looks again (its own default: 30 s). */
  readonly dependencyRequeueMs?: number;
}

/** A real kube-apiserver, the real kustomize-controller, and the sources served by the stand-in for source-controller. */
export interface RealWorld {
  readonly plane: ControlPlane;
  readonly controller: KustomizeController;
  /**
   * Has Flux begin anew. As every client does, it looks for an API server that was away at ever longer intervals, and forgets that
   * only after two minutes of health: one outage after the other would make it blind for the better part of a minute.
   */
  restartFlux(): Promise<void>;
  readonly registryHost: string;
  /** Of the administrator. Waits for a server that is away. */
  readonly client: ClusterClient;
  /** What `user` has asked of the API server so far. */
  requests(user?: string): Promise<readonly AuditedRequest[]>;
  /** Server-side apply. */
  apply(object: KubeObject): Promise<KubeObject>;
  get(kind: string, namespace: string | undefined, name: string): Promise<KubeObject | undefined>;
  stop(): Promise<void>;
}

/** What `dependencyRequeueMs` is where nothing is said. */
export const DEPENDENCY_REQUEUE_MS = 2_000;

export async function startRealWorld(options: RealWorldOptions = {}): Promise<RealWorld> {
  const home = mkdtempSync(join(tmpdir(), 'reconcile-machine-real-'));
  const users = [DEVELOPER, ...(options.users ?? [])];
  const requeueMs = options.dependencyRequeueMs ?? DEPENDENCY_REQUEUE_MS;
  const audit = await auditLog(home, users);
  const [plane, registry] = await Promise.all([
    startControlPlane({ users: users.map((name) => ({ name })), flags: audit.flags }),
    options.registry === 'docker-registry' ? startDockerRegistry() : startRegistry(),
  ]);
  const impatient = createClusterClient(connectionTo(plane));
  const client = patientClient(impatient);
  await installFluxDefinitions(client);
  const [firstFeeder, controller] = await Promise.all([
    startSourceFeeder(client),
    startKustomizeController({
      kubeconfig: plane.kubeconfig(),
      // A finalizer is added in a run of its own, and the next one comes after the shortest delay. While the API server is away
      // Flux looks for it at ever longer intervals, up to the longest delay: 15 minutes by default.
      flags: [`--requeue-dependency=${requeueMs}ms`, '--min-retry-delay=20ms', '--max-retry-delay=2s'],
    }),
  ]);
  let feeder = firstFeeder;
  const apply = (object: KubeObject): Promise<KubeObject> => applied(client, object);
  for (const object of clusterRights(DEVELOPER, DOCUMENTED_RIGHTS)) await apply(object);
  return {
    plane,
    controller,
    async restartFlux() {
      await Promise.all([controller.kill(), feeder.stop()]);
      [feeder] = await Promise.all([startSourceFeeder(client), controller.start()]);
    },
    registryHost: registry.host,
    client,
    requests: async (user = DEVELOPER) => (await audit.requests()).filter((request) => request.user === user),
    apply,
    get: (kind, namespace, name) => found(client, kind, namespace, name),
    async stop() {
      await feeder.stop();
      impatient.close();
      await controller.stop();
      await Promise.all([plane.stop(), registry.stop()]);
      rmSync(home, { recursive: true, force: true });
    },
  };
}

async function applied(client: ClusterClient, object: KubeObject): Promise<KubeObject> {
  const { namespace, name } = object.metadata;
  const { json } = await client.request({
    method: 'PATCH',
    path: objectPath({ ...resourceFor(object.kind), namespace, name }),
    query: { fieldManager: 'cluster-owner', force: true },
    contentType: 'application/apply-patch+yaml',
    body: object,
  });
  return json as KubeObject;
}

async function found(
  client: ClusterClient,
  kind: string,
  namespace: string | undefined,
  name: string,
): Promise<KubeObject | undefined> {
  try {
    return await client.get({ ...resourceFor(kind), namespace, name });
  } catch (error) {
    if (error instanceof FailureError && error.failure.kind === 'not-found') return undefined;
    throw error;
  }
}
