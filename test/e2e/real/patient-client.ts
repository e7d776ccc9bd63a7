import type { ClusterClient } from '../../../src/cluster/client.ts';
import { FailureError } from '../../../src/domain/failure.ts';

const POLL_MS = 50;
const PATIENCE_MS = 60_000;

/** A client whose single requests outlast an API server that is away for a while. What the server refuses is refused. */
export function patientClient(client: ClusterClient): ClusterClient {
  async function patiently<T>(ask: () => Promise<T>): Promise<T> {
    const giveUpAt = Date.now() + PATIENCE_MS;
    for (;;) {
      try {
        return await ask();
      } catch (error) {
        if (!isAway(error) || Date.now() > giveUpAt) throw error;
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      }
    }
  }
  return {
    ...client,
    request: (request) => patiently(() => client.request(request)),
    get: (reference) => patiently(() => client.get(reference)),
    patch: (reference, patch) => patiently(() => client.patch(reference, patch)),
    annotate: (reference, annotations) => patiently(() => client.annotate(reference, annotations)),
  };
}

function isAway(error: unknown): boolean {
  return error instanceof FailureError && ['unavailable', 'timeout', 'throttled'].includes(error.failure.kind);
}
