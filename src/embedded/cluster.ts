import { writeFile } from 'node:fs/promises';
import type { AccessRule } from './api/access-rules.ts';
import type { ApiRequest } from './api/api-request.ts';
import { ApiServer } from './api/api-server.ts';
import { type AuthorizationMode, Authorizer } from './api/authorizer.ts';
import { ADMIN_GROUP, type AnonymousAccess, type ClusterUser, Users } from './api/users.ts';
import { type EmbeddedClock, realClock } from './clock.ts';
import type { FaultPlan } from './fault-plan.ts';
import { type ListeningServer, listen } from './http-server.ts';
import { kubeconfigOf } from './kubeconfig.ts';
import { PodLogs } from './pod-logs.ts';
import type { RequestCounter } from './request-counter.ts';
import { acceptDefinitions } from './schema/definition-conditions.ts';
import { processCertificate } from './self-signed-certificate.ts';
import { SkewedClock } from './skewed-clock.ts';
import { type ClusterObjects, clusterObjects, ensureNamespace } from './store/cluster-objects.ts';
import { clusterStore } from './store/cluster-store.ts';
import { ObjectAccess } from './store/object-access.ts';
import type { ObjectStore } from './store/object-store.ts';

export interface ClusterOptions {
  /** Default: a free port. */
  readonly port?: number;
  /** False serves plain HTTP, over which kubectl and client-go send no token. Default true: a certificate made in this process. */
  readonly tls?: boolean;
  /** The context's name in the kubeconfig. Default `embedded`. */
  readonly contextName?: string;
  /** Users beside the default one, which may do everything. */
  readonly users?: readonly ClusterUser[];
  /** What the default user may not do: 403 with the text of RBAC. */
  readonly deny?: readonly AccessRule[];
  /**
   * What decides for users without `allow` rules: with `rules` they may do everything, with `rbac` what the stored Roles and
   * bindings grant them. The default user may do everything either way. Default `rules`.
   */
  readonly authorization?: AuthorizationMode;
  /**
   * Requests without credentials: 403 for nearly everything, as a real server does by default (`restricted`), 401 (`refused`), or let in with all
   * rights (`full`, or `true`). A wrong token is 401 in any case. Default `restricted`.
   */
  readonly anonymous?: AnonymousAccess | boolean;
  /** False: no garbage collection and no emptying of namespaces, as in a cluster without its controller manager. Default true. */
  readonly controllers?: boolean;
  readonly clock?: EmbeddedClock;
}

/** A Kubernetes API server in this process. */
export interface EmbeddedCluster {
  /** `https://127.0.0.1:<port>`, `http://…` without TLS. */
  readonly url: string;
  /** What to trust, as PEM; absent without TLS. */
  readonly certificateAuthority?: string;
  /** YAML; one context, cluster and user, with a bearer token. */
  readonly kubeconfig: string;
  /** Of the default user. */
  readonly token: string;
  kubeconfigFor(user: string): string;
  tokenFor(user: string): string;
  /** From now on the user's token (default: the default user's) is refused with 401. */
  expireToken(user?: string): void;
  /** Gives the user a new token, which is returned. The old one is refused. */
  renewToken(user?: string): string;
  /** metadata.uid of the namespace kube-system. */
  readonly uid: string;
  /** Writes the kubeconfig with mode 0600. */
  writeKubeconfig(path: string, user?: string): Promise<void>;
  readonly objects: ClusterObjects;
  /** What containers have printed: `pods/log` shows it. */
  readonly logs: PodLogs;
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
  /** Running watches hear nothing more, while their connections stay open. */
  silenceWatches(): void;
  /** Ends every running watch in the middle of a line. */
  truncateWatches(): void;
  /** Sends a bookmark to every watch that asked for bookmarks. */
  sendBookmarks(): void;
  openWatches(): number;
  /** How far the server's clock is ahead from now on: in its timestamps and `Date` headers. */
  skewClock(ms: number): void;
  /** Cuts every connection and listens again on the same port; with `loseHistory`, watches from before get 410 Expired. */
  restart(options?: { readonly loseHistory?: boolean }): Promise<void>;
  /** For stand-ins that run in this process. */
  readonly access: ObjectAccess;
  /** Cuts every connection, half-open ones too. A second call does nothing. */
  stop(): Promise<void>;
}

const NAMESPACES = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];
const USER = 'embedded-user';

/** Starts a cluster with the namespaces of a new one, the core kinds and Flux's custom resources. Nothing touches the disk. */
export async function startCluster(options: ClusterOptions = {}): Promise<EmbeddedCluster> {
  const clock = new SkewedClock(options.clock ?? realClock);
  const store = newStore(options, clock);
  const access = new ObjectAccess(store);
  const users = new Users(
    [{ name: USER, groups: [ADMIN_GROUP], deny: options.deny ?? [] }, ...(options.users ?? [])],
    anonymousAccess(options.anonymous ?? false),
  );
  const logs = new PodLogs(clock);
  const authorizer = new Authorizer(options.authorization ?? 'rules', store);
  const api = new ApiServer({ access, clock, users, authorizer, logs });
  const certificate = options.tls === false ? undefined : processCertificate();
  let server: ListeningServer = await listen(api.handle, options.port, certificate);
  const { url, port } = server;
  const kubeconfigFor = (user: string, name = user): string =>
    kubeconfigOf({ server: url, certificateAuthority: certificate?.certificate, token: users.tokenOf(user), name });
  const kubeconfig = kubeconfigFor(USER, options.contextName ?? 'embedded');
  const objects = clusterObjects(access);
  return {
    url,
    ...(certificate === undefined ? {} : { certificateAuthority: certificate.certificate }),
    kubeconfig,
    token: users.tokenOf(USER),
    kubeconfigFor: (user) => kubeconfigFor(user),
    tokenFor: (user) => users.tokenOf(user),
    expireToken: (user = USER) => users.expireToken(user),
    renewToken: (user = USER) => users.renewToken(user),
    uid: objects.get('Namespace', undefined, 'kube-system')?.metadata.uid ?? '',
    writeKubeconfig: (path, user) =>
      writeFile(path, user === undefined ? kubeconfig : kubeconfigFor(user), { mode: 0o600 }),
    objects,
    logs,
    faults: api.faults,
    requests: api.requests,
    compact: () => store.compact(),
    dropWatches: () => api.dropWatches(),
    expireWatches: () => api.expireWatches(),
    silenceWatches: () => api.silenceWatches(),
    truncateWatches: () => api.truncateWatches(),
    sendBookmarks: () => api.sendBookmarks(),
    openWatches: () => api.openWatches,
    skewClock(ms) {
      clock.skewMs = ms;
    },
    async restart({ loseHistory = false } = {}) {
      api.dropWatches();
      await server.stop();
      if (loseHistory) store.compact();
      server = await listen(api.handle, port, certificate);
    },
    access,
    stop: () => {
      api.dropWatches();
      return server.stop();
    },
  };
}

function newStore({ controllers = true }: ClusterOptions, clock: EmbeddedClock): ObjectStore {
  const store = clusterStore(clock, { controllers });
  acceptDefinitions(store, clock);
  for (const name of NAMESPACES) ensureNamespace(store, name);
  return store;
}

function anonymousAccess(given: AnonymousAccess | boolean): AnonymousAccess {
  if (typeof given === 'string') return given;
  return given ? 'full' : 'restricted';
}
