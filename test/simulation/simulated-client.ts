import type { ClusterClient, ObjectList, WatchRequest } from '../../src/cluster/client.ts';
import type { ObjectReference } from '../../src/cluster/resource.ts';
import type { WatchEvent } from '../../src/cluster/watch-stream.ts';
import type { KubeObject } from '../../src/domain/kube-object.ts';
import { failureOf } from './faults.ts';
import type { OpenCalls } from './open-calls.ts';
import type { SimulatedCluster } from './simulated-cluster.ts';

/** Few, so that lists come in several pages. */
const PAGE_SIZE = 3;

const KINDS: Readonly<Record<string, string>> = {
  kustomizations: 'Kustomization',
  ocirepositories: 'OCIRepository',
  externalartifacts: 'ExternalArtifact',
  artifactgenerators: 'ArtifactGenerator',
};

/** An open watch: what it has not told yet is told when a step lets it. */
export class OpenWatch {
  readonly kind: string;
  readonly #cluster: SimulatedCluster;
  readonly #request: WatchRequest;
  readonly #end: (failure?: Error) => void;
  /** How much of the kind's history it has told. */
  #told: number;

  constructor(kind: string, cluster: SimulatedCluster, request: WatchRequest, end: (failure?: Error) => void) {
    this.kind = kind;
    this.#cluster = cluster;
    this.#request = request;
    this.#end = end;
    const from = Number(request.query?.resourceVersion ?? 0);
    const first = cluster.history(kind).findIndex(({ version }) => version > from);
    this.#told = first < 0 ? cluster.history(kind).length : first;
  }

  get hasNews(): boolean {
    return this.#told < this.#cluster.history(this.kind).length;
  }

  get isOver(): boolean {
    return this.#request.signal.aborted;
  }

  tell(count: number) {
    for (const { type, object } of this.#cluster.history(this.kind).slice(this.#told, this.#told + count)) {
      this.#told += 1;
      this.#request.onEvent({ type, object });
    }
  }

  bookmark() {
    // A bookmark tells how far the stream is, so nothing before it may be left untold.
    this.tell(Number.POSITIVE_INFINITY);
    this.#request.onEvent({ type: 'BOOKMARK', object: bare(this.kind, String(this.#cluster.version)) });
  }

  /** `gone`: an ERROR inside the stream, as the server sends it when the history was compacted. */
  close(how: 'end' | 'lost' | 'gone') {
    if (how === 'gone') this.#request.onEvent(goneEvent(this.kind));
    this.#end(how === 'lost' ? failureOf('unavailable', 'api-server') : undefined);
  }
}

/** The API server as one process reaches it. */
export class SimulatedClient implements Pick<ClusterClient, 'list' | 'watch' | 'server'> {
  readonly server = 'https://simulated:6443';
  watches: OpenWatch[] = [];
  readonly #cluster: SimulatedCluster;
  readonly #calls: OpenCalls;
  readonly #pages = new Map<string, { readonly items: readonly KubeObject[]; readonly version: number }>();

  constructor(cluster: SimulatedCluster, calls: OpenCalls) {
    this.#cluster = cluster;
    this.#calls = calls;
  }

  list(...[resource, options = {}]: Parameters<ClusterClient['list']>): Promise<ObjectList> {
    const kind = KINDS[resource.plural] ?? '';
    const { continueToken, limit = 0 } = options;
    return this.#calls.make({
      effect: 'list',
      owner: kind,
      dependency: 'api-server',
      reach: () => this.#page(kind, continueToken, limit),
    });
  }

  watch(request: WatchRequest): Promise<void> {
    const kind = KINDS[request.path.slice(request.path.lastIndexOf('/') + 1)] ?? '';
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

  annotate(
    effect: string,
    owner: string,
    { plural, namespace, name }: ObjectReference,
    annotations: Readonly<Record<string, string>>,
    onReached: () => void,
  ): Promise<KubeObject> {
    const id = `${KINDS[plural]}/${namespace}/${name}`;
    return this.#calls.make({
      effect,
      owner,
      dependency: 'api-server',
      reach: () => {
        if (!this.#cluster.objects.has(id)) throw failureOf('not-found', 'api-server');
        onReached();
        this.#cluster.annotate(id, annotations);
        return this.#cluster.objects.get(id) as KubeObject;
      },
    });
  }

  #page(kind: string, continueToken: string | undefined, limit: number): ObjectList {
    const [, version = '', offsetText = '0'] = (continueToken ?? '').split(':');
    const offset = Number(offsetText);
    if (continueToken !== undefined && Number(version) < this.#cluster.compactedTo)
      throw failureOf('gone', 'api-server');
    const from = this.#pages.get(`${kind}:${version}`) ?? {
      items: this.#cluster.ofKind(kind),
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

function bare(kind: string, resourceVersion: string): KubeObject {
  return { apiVersion: 'v1', kind, metadata: { name: '', resourceVersion } };
}

function goneEvent(kind: string): WatchEvent {
  const status = {
    ...bare('Status', ''),
    code: 410,
    reason: 'Expired',
    message: `too old resource version of ${kind}`,
  };
  return { type: 'ERROR', object: status };
}
