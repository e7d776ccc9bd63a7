import type { FedSource } from '../../effects/fed-source.ts';
import type { RegistryClient } from '../../registry/client.ts';
import type { ConnectRegistry } from './own-artifact-places.ts';

/** The client of the repository that the shared artifact goes to, whichever that is by now; undefined while it cannot be pushed. */
export function sharedRegistry(
  fed: FedSource,
  connect: ConnectRegistry,
): { current(): RegistryClient | undefined; close(): void } {
  let client: RegistryClient | undefined;
  let place = '';
  return {
    current: () => {
      const { push } = fed;
      if (push === undefined) return undefined;
      const now = `${push.insecure} ${push.url}`;
      if (client !== undefined && now === place) return client;
      client?.close();
      place = now;
      client = connect({ reference: push.url, insecure: push.insecure });
      return client;
    },
    close: () => client?.close(),
  };
}
