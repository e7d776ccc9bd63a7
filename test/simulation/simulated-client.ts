import type { ClusterClient, ListOptions, ObjectList, WatchRequest } from '../../src/cluster/client.ts';
import { JSON_PATCH } from '../../src/cluster/json-patch.ts';
import type { ClusterRequest, ClusterResponse } from '../../src/cluster/request.ts';
import { type ObjectReference, objectPath } from '../../src/cluster/resource.ts';
import type { KubeObject } from '../../src/domain/kube-object.ts';
import { REQUESTED_AT } from '../../src/effects/ask-flux.ts';
import { jsonPatch } from '../../src/embedded/store/json-patch.ts';
import { mergePatch } from '../../src/embedded/store/merge-patch.ts';
import { failureOf, refusal } from './faults.ts';
import type { OpenCalls } from './open-calls.ts';
import { OpenWatch } from './open-watch.ts';
import type { SimulatedCluster } from './simulated-cluster.ts';

/** Few, so that lists come in several pages. */
const PAGE_SIZE = 3;

const KINDS: Readonly<Record<string, string>> = {
  kustomizations: 'Kustomization',
  ocirepositories: 'OCIRepository',
  externalartifacts: 'ExternalArtifact',
  artifactgenerators: 'ArtifactGenerator',
  leases: 'Lease',
};

/** A request for one object, or for a new one. */
export interface SimulatedRequest {
  readonly verb: 'get' | 'create' | 'patch' | 'delete';
  /** `kind/namespace/name` */
  readonly id: string;
  /** The token of a patch that does nothing but ask. */
  readonly token: string | undefined;
}

/** Who names the requests of a process, and looks at them. */
export interface RequestListener {
  /** A request is sent; gives the effect behind it, and its owner. */
  sent(request: SimulatedRequest): { readonly effect: string; readonly owner: string };
  /** It reaches the API server, which takes it. */
  reached(request: SimulatedRequest): void;
}

/**
 * The API server as one process reaches it. What it may do, what is served and what time it is, it hears at once; for everything else it
 * waits until a step answers.
 */
export class SimulatedClient implements ClusterClient {
  readonly server = 'https://simulated:6443';
  watches: OpenWatch[] = [];
  readonly #cluster: SimulatedCluster;
  readonly #calls: OpenCalls;
  readonly #listener: RequestListener;
  readonly #now: () => number;
  readonly #pages = new Map<string, { readonly items: readonly KubeObject[]; readonly version: number }>();

  constructor(cluster: SimulatedCluster, calls: OpenCalls, listener: RequestListener, now: () => number) {
    this.#cluster = cluster;
    this.#calls = calls;
    this.#listener = listener;
    this.#now = now;
  }

  list(...[resource, options = {}]: Parameters<ClusterClient['list']>): Promise<ObjectList> {
    return this.#list(KINDS[resource.plural] ?? '', options);
  }

  watch(request: WatchRequest): Promise<void> {
    const kind = kindAt(request.path);
    const opened = this.#calls.make({
      effect: 'watch',
      owner: kind,
      dependency: 'api-server',
      reach: () => {
        if (Number(request.query?.resourceVersion ?? 0) < this.#cluster.compactedTo)
          throw failureOf('gone', 'api-server');
      },
    });
    return opened.then(
      () =>
        new Promise<void>((resolve, reject) => {
          if (request.signal.aborted) return resolve();
          const watch = new OpenWatch(kind, this.#cluster, request, (failure) => {
            this.watches = this.watches.filter((other) => other !== watch);
            if (failure === undefined) resolve();
            else reject(failure);
          });
          this.watches.push(watch);
          request.signal.addEventListener('abort', () => watch.close('end'), { once: true });
          request.onOpen?.();
        }),
    );
  }

  async get(reference: ObjectReference): Promise<KubeObject> {
    return (await this.request({ method: 'GET', path: objectPath(reference) })).json as KubeObject;
  }

  async patch(reference: ObjectReference, patch: unknown): Promise<KubeObject> {
    return (await this.request({ method: 'PATCH', path: objectPath(reference), body: patch })).json as KubeObject;
  }

  annotate(reference: ObjectReference, annotations: Readonly<Record<string, string | null>>): Promise<KubeObject> {
    return this.patch(reference, { metadata: { annotations } });
  }

  async request({ method, path, query, body, contentType }: ClusterRequest): Promise<ClusterResponse> {
    if (path === '/version') return this.#answer({ major: '1' });
    if (path.endsWith('/selfsubjectaccessreviews')) return this.#answer({ status: { allowed: true } });
    const [, namespace = '', plural = '', name] = /\/namespaces\/([^/]+)\/([^/]+)(?:\/([^/]+))?$/.exec(path) ?? [];
    const kind = KINDS[plural] ?? '';
    const idOf = (of: string): string => `${kind}/${namespace}/${of}`;
    if (method === 'POST') {
      const object = body as KubeObject;
      const id = idOf(object.metadata.name);
      return this.#send({ verb: 'create', id, token: undefined }, () => {
        if (this.#cluster.objects.has(id)) throw refusal({ kind: 'conflict', statusCode: 409, message: 'exists' });
        this.#cluster.create(object);
        return this.#cluster.objects.get(id);
      });
    }
    if (name === undefined) {
      const selector = query?.labelSelector;
      return this.#answer(
        await this.#list(kind, { labelSelector: typeof selector === 'string' ? selector : undefined }),
      );
    }
    const id = idOf(name);
    if (method === 'GET') return this.#send({ verb: 'get', id, token: undefined }, () => this.#found(id));
    if (method === 'DELETE') {
      return this.#send({ verb: 'delete', id, token: undefined }, () => {
        this.#allows(this.#found(id), body);
        this.#cluster.remove(id);
        return {};
      });
    }
    return this.#send({ verb: 'patch', id, token: tokenOf(body) }, () => {
      const object = this.#found(id);
      const patched =
        contentType === JSON_PATCH ? patchedBy(object, body as readonly unknown[]) : mergePatch(object, body);
      return this.#cluster.replace(id, patched as KubeObject);
    });
  }

  clusterUid(): Promise<string> {
    return Promise.resolve(this.#cluster.uid);
  }

  discover(...[wanted]: Parameters<ClusterClient['discover']>): ReturnType<ClusterClient['discover']> {
    const served = wanted.filter(({ plural }) => KINDS[plural] !== undefined);
    return Promise.resolve(
      served.map(({ kind, group, versions: [version = 'v1'], plural }) => ({ kind, group, version, plural })),
    );
  }

  close(): void {}

  async #send(request: SimulatedRequest, reach: () => unknown): Promise<ClusterResponse> {
    const json = await this.#calls.make({
      ...this.#listener.sent(request),
      dependency: 'api-server',
      reach: () => {
        const answer = reach();
        this.#listener.reached(request);
        return answer;
      },
    });
    return this.#answer(json);
  }

  #answer(json: unknown): ClusterResponse {
    return { status: 200, headers: { date: new Date(this.#now()).toUTCString() }, json };
  }

  #found(id: string): KubeObject {
    const object = this.#cluster.objects.get(id);
    if (object === undefined) throw failureOf('not-found', 'api-server');
    return object;
  }

  /** The preconditions of a delete. */
  #allows({ metadata }: KubeObject, body: unknown): void {
    const { preconditions = {} } = (body ?? {}) as { preconditions?: { uid?: string; resourceVersion?: string } };
    const { uid = metadata.uid, resourceVersion = metadata.resourceVersion } = preconditions;
    if (uid !== metadata.uid || resourceVersion !== metadata.resourceVersion) throw failureOf('conflict', 'api-server');
  }

  #list(kind: string, { continueToken, limit = 0, labelSelector }: ListOptions): Promise<ObjectList> {
    return this.#calls.make({
      effect: 'list',
      owner: kind,
      dependency: 'api-server',
      reach: () => this.#page(kind, continueToken, limit, labelSelector),
    });
  }

  #page(kind: string, continueToken: string | undefined, limit: number, labelSelector: string | undefined): ObjectList {
    const [, version = '', offsetText = '0'] = (continueToken ?? '').split(':');
    const offset = Number(offsetText);
    if (continueToken !== undefined && Number(version) < this.#cluster.compactedTo)
      throw failureOf('gone', 'api-server');
    const from = this.#pages.get(`${kind}:${version}`) ?? {
      items: this.#cluster.ofKind(kind).filter((object) => isSelected(object, labelSelector)),
      version: this.#cluster.version,
    };
    const size = limit === 0 ? from.items.length : PAGE_SIZE;
    const items = from.items.slice(offset, offset + size);
    const next = offset + size;
    const more = next < from.items.length;
    if (more) this.#pages.set(`${kind}:${from.version}`, from);
    return {
      items,
      resourceVersion: String(from.version),
      ...(more ? { continueToken: `${kind}:${from.version}:${next}` } : {}),
    };
  }
}

function kindAt(path: string): string {
  return KINDS[path.slice(path.lastIndexOf('/') + 1)] ?? '';
}

/** `key=value` only. */
function isSelected({ metadata }: KubeObject, selector: string | undefined): boolean {
  const [key = '', value] = selector?.split('=') ?? [];
  return selector === undefined || metadata.labels?.[key] === value;
}

/** The operations that fail are told as the API server tells them. */
function patchedBy(object: KubeObject, operations: readonly unknown[]): unknown {
  try {
    return jsonPatch(object, operations);
  } catch {
    throw refusal({ kind: 'invalid', statusCode: 422, message: 'a test of the patch failed' });
  }
}

function tokenOf(patch: unknown): string | undefined {
  const { metadata, ...rest } = patch as { metadata?: { annotations?: Readonly<Record<string, string>> } };
  const annotations = Object.entries(metadata?.annotations ?? {});
  return Object.keys(rest).length === 0 && annotations.length === 1
    ? Object.fromEntries(annotations)[REQUESTED_AT]
    : undefined;
}
