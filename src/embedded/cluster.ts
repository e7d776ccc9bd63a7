import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { stringify } from 'yaml';
import type { DenyRule } from './api/access-rules.ts';
import type { ApiRequest } from './api/api-request.ts';
import { ApiServer } from './api/api-server.ts';
import { type EmbeddedClock, realClock } from './clock.ts';
import type { FaultPlan } from './fault-plan.ts';
import { listen } from './http-server.ts';
import type { RequestCounter } from './request-counter.ts';
import { type ClusterObjects, clusterObjects, ensureNamespace, ObjectAccess } from './store/object-access.ts';
import { ObjectStore } from './store/object-store.ts';
import { ResourceRegistry } from './store/resource-registry.ts';

export interface ClusterOptions {
  /** Default: a free port. */
  readonly port?: number;
  /** The context's name in the kubeconfig. Default `embedded`. */
  readonly contextName?: string;
  /** What the kubeconfig's user may not do: 403 with the text of RBAC. */
  readonly deny?: readonly DenyRule[];
  /**
   * Lets requests without credentials in (a wrong token is still 401). kubectl and client-go need it: they send no token over
   * plain HTTP. Default false.
   */
  readonly anonymous?: boolean;
  readonly clock?: EmbeddedClock;
}

/** A Kubernetes API server in this process. */
export interface EmbeddedCluster {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  /** YAML; one context, cluster and user, with a bearer token. */
  readonly kubeconfig: string;
  readonly token: string;
  /** metadata.uid of the namespace kube-system. */
  readonly uid: string;
  /** Writes the kubeconfig with mode 0600. */
  writeKubeconfig(path: string): Promise<void>;
  readonly objects: ClusterObjects;
  /** What goes wrong with the next requests over HTTP. */
  readonly faults: FaultPlan<ApiRequest>;
  /** Requests over HTTP, counted under `<verb> <resource>`, e.g. `patch kustomizations`. */
  readonly requests: RequestCounter<ApiRequest>;
  /** Forgets the watch history: a watch from any revision known so far gets 410 Expired. Running watches go on. */
  compact(): void;
  /** Ends every running watch without a word. */
  dropWatches(): void;
  /** Ends every running watch with an in-stream ERROR 410. */
  expireWatches(): void;
  /** Sends a bookmark to every watch that asked for bookmarks. */
  sendBookmarks(): void;
  openWatches(): number;
  /** For stand-ins that run in this process. */
  readonly access: ObjectAccess;
  stop(): Promise<void>;
}

const NAMESPACES = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];
const USER = 'embedded-user';

/** Starts a cluster with the namespaces of a new one, the core kinds and Flux's custom resources. Nothing touches the disk. */
export async function startCluster(options: ClusterOptions = {}): Promise<EmbeddedCluster> {
  const clock = options.clock ?? realClock;
  const store = new ObjectStore(new ResourceRegistry(), clock);
  const access = new ObjectAccess(store);
  for (const name of NAMESPACES) ensureNamespace(store, name);
  const token = randomBytes(24).toString('base64url');
  const api = new ApiServer({
    access,
    clock,
    token,
    user: USER,
    deny: options.deny ?? [],
    anonymous: options.anonymous ?? false,
  });
  const server = await listen(api.handle, options.port);
  const kubeconfig = kubeconfigFor(server.url, token, options.contextName ?? 'embedded');
  const objects = clusterObjects(access);
  return {
    url: server.url,
    kubeconfig,
    token,
    uid: objects.get('Namespace', undefined, 'kube-system')?.metadata.uid ?? '',
    writeKubeconfig: (path) => writeFile(path, kubeconfig, { mode: 0o600 }),
    objects,
    faults: api.faults,
    requests: api.requests,
    compact: () => store.compact(),
    dropWatches: () => api.dropWatches(),
    expireWatches: () => api.expireWatches(),
    sendBookmarks: () => api.sendBookmarks(),
    openWatches: () => api.openWatches,
    access,
    stop: () => {
      api.dropWatches();
      return server.stop();
    },
  };
}

function kubeconfigFor(server: string, token: string, name: string): string {
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server } }],
    users: [{ name, user: { token } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    'current-context': name,
  });
}
