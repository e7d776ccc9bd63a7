import type { ClusterClient } from '../cluster/client.ts';
import type { ServedResource } from '../cluster/discovery.ts';
import { listAll } from '../cluster/list-all.ts';
import { ServerTime } from '../cluster/server-time.ts';
import { FailureError } from '../domain/failure.ts';
import type { KubeObject } from '../domain/kube-object.ts';

export type DiagnoseClient = Pick<ClusterClient, 'server' | 'request' | 'list' | 'discover'>;

/** Requests of one diagnosis: what is refused or not there is noted, and the rest goes on. */
export class DiagnoseContext {
  readonly client: DiagnoseClient;
  readonly signal: AbortSignal;
  readonly serverTime: ServerTime;
  readonly #skipped = new Set<string>();
  readonly #owners = new Map<string, Promise<KubeObject | undefined>>();

  constructor(client: DiagnoseClient, signal: AbortSignal, now: () => number) {
    this.client = client;
    this.signal = signal;
    this.serverTime = new ServerTime(now);
  }

  /** A sentence for each thing that could not be looked at. */
  get skipped(): readonly string[] {
    return [...this.#skipped];
  }

  /** Empty where it cannot be listed. */
  async list(
    resource: ServedResource,
    options: {
      readonly namespace?: string | undefined;
      readonly labelSelector?: string;
      readonly fieldSelector?: string;
    },
  ): Promise<readonly KubeObject[]> {
    return (await this.attempt(() => listAll(this.client, resource, { ...options, signal: this.signal }))) ?? [];
  }

  /** One object, asked for once however often it is needed; undefined where it is gone or hidden. */
  get(path: string): Promise<KubeObject | undefined> {
    const asked = this.#owners.get(path) ?? this.#get(path);
    this.#owners.set(path, asked);
    return asked;
  }

  /** Asks what time it is there: how old an event is counts by the cluster's own clock. */
  async askForTime(): Promise<void> {
    await this.get('/version');
  }

  async #get(path: string): Promise<KubeObject | undefined> {
    const answer = await this.attempt(() => this.client.request({ method: 'GET', path, signal: this.signal }));
    if (answer !== undefined) this.serverTime.observe(answer.headers);
    return answer?.json as KubeObject | undefined;
  }

  /** What `work` throws is noted, unless it is that something is not there, or that time is up. */
  async attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      if (this.signal.aborted) return undefined;
      const isGone = error instanceof FailureError && error.failure.kind === 'not-found';
      if (!isGone) this.#skipped.add(error instanceof Error ? error.message : String(error));
      return undefined;
    }
  }
}
