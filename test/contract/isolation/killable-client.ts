import type { ClusterClient } from '../../../src/cluster/client.ts';

/** When a process that sends requests over a client comes to its end. */
export interface Kill {
  /** The number of the request, counted from 0. */
  readonly request: number;
  /** The request arrives, and its answer is not read any more. */
  readonly sent: boolean;
}

export interface KillableClient {
  readonly client: ClusterClient;
  readonly isKilled: () => boolean;
  /** How many requests were begun. */
  readonly requests: () => number;
}

/** A client that sends nothing any more from the moment of `kill` on. */
export function killableClient(client: ClusterClient, kill: Kill | undefined): KillableClient {
  let begun = 0;
  let isKilled = false;
  async function through<T>(send: () => Promise<T>): Promise<T> {
    const number = begun;
    begun += 1;
    if (!isKilled && number !== kill?.request) return send();
    const isSent = !isKilled && kill?.sent === true;
    isKilled = true;
    if (isSent) await send().catch(() => undefined);
    throw new Error('killed');
  }
  return {
    client: {
      ...client,
      request: (request) => through(() => client.request(request)),
      get: (reference) => through(() => client.get(reference)),
      list: (resource, options) => through(() => client.list(resource, options)),
      patch: (reference, patch) => through(() => client.patch(reference, patch)),
      annotate: (reference, annotations) => through(() => client.annotate(reference, annotations)),
      discover: (wanted) => through(() => client.discover(wanted)),
    },
    isKilled: () => isKilled,
    requests: () => begun,
  };
}
