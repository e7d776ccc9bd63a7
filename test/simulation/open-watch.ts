import type { WatchRequest } from '../../src/cluster/client.ts';
import type { WatchEvent } from '../../src/cluster/watch-stream.ts';
import type { KubeObject } from '../../src/domain/kube-object.ts';
import { failureOf } from './faults.ts';
import type { SimulatedCluster } from './simulated-cluster.ts';

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
