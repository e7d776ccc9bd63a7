import { ownArtifactPlace } from '../../domain/isolation/isolated-source.ts';
import type { Limits } from '../../domain/limits.ts';
import { asFields, asText } from '../../domain/object-fields.ts';
import type { ObjectId } from '../../domain/target.ts';
import type { FedSource } from '../../effects/fed-source.ts';
import type { LiveView } from '../../effects/live-view.ts';
import { createRegistryClient, type RegistryClient } from '../../registry/client.ts';
import { isLoopbackRegistry, parseReference, repositoryUrl } from '../../registry/reference.ts';

/** Where the artifacts of single targets go, as reached from here and from the cluster. */
export interface OwnArtifactPlaces {
  registryOf(target: ObjectId): { readonly client: RegistryClient; readonly tag: string | undefined };
  addressOf(target: ObjectId): { readonly url: string; readonly insecure: boolean };
  /** A push may follow: the connections are opened meanwhile. */
  warm(): void;
  close(): void;
}

/** `registry`: `--registry`; `inCluster`: `--registry-in-cluster`; `shared`: a client of the shared artifact's repository. */
export function ownArtifactPlaces(options: {
  readonly view: LiveView;
  readonly fed: FedSource;
  readonly registry: string | undefined;
  readonly inCluster: string | undefined;
  readonly shared: RegistryClient | undefined;
  readonly limits: Limits;
}): OwnArtifactPlaces {
  const { view, fed, registry, inCluster, limits } = options;
  const clients = new Map<string, RegistryClient>();

  /** One a repository: it knows what is being brought there. */
  function clientOf(url: string, insecure: boolean): RegistryClient {
    if (options.shared !== undefined && repositoryUrl(options.shared.reference) === url) return options.shared;
    const key = `${insecure} ${url}`;
    const client = clients.get(key) ?? createRegistryClient({ reference: url, insecure, limits });
    clients.set(key, client);
    return client;
  }

  /** What the shared source calls the registry is another name of `--registry`. */
  function asFromHere(url: string): string {
    const shared = fed.definition?.url;
    if (registry === undefined || shared === undefined || !shared.startsWith('oci://')) return url;
    const [own, theirs] = [parseReference(url), parseReference(shared)];
    if (own.registry !== theirs.registry) return url;
    return repositoryUrl({ ...own, registry: parseReference(registry).registry });
  }

  return {
    registryOf: (target) => {
      const source = view.target(target)?.ownSource;
      const own = source === undefined ? undefined : view.object(source);
      const place = own === undefined ? undefined : ownArtifactPlace(own);
      if (place !== undefined) return { client: clientOf(asFromHere(place.url), place.insecure), tag: place.tag };
      if (options.shared !== undefined) return { client: options.shared, tag: undefined };
      return { client: clientOf(registry ?? '', false), tag: undefined };
    },
    addressOf: (target) => {
      const shared = view.object(view.target(target)?.source ?? '');
      const written = shared?.kind === 'OCIRepository' ? asText(asFields(shared.spec).url) : undefined;
      const reference = parseReference(written ?? registry ?? '');
      const url = repositoryUrl({ ...reference, registry: inCluster ?? reference.registry });
      // The very registry that is spoken to without TLS here, under another name.
      const insecure = written === undefined && isLoopbackRegistry(reference.registry);
      return { url, insecure };
    },
    warm: () => {
      for (const client of [...(options.shared === undefined ? [] : [options.shared]), ...clients.values()])
        void client.warm();
    },
    close: () => {
      for (const client of clients.values()) client.close();
    },
  };
}
