import { ownArtifactPlace } from '../../domain/isolation/isolated-source.ts';
import { asFields, asText } from '../../domain/object-fields.ts';
import type { ObjectId } from '../../domain/target.ts';
import type { FedSource } from '../../effects/fed-source.ts';
import type { LiveView } from '../../effects/live-view.ts';
import type { RegistryClient } from '../../registry/client.ts';
import { isLoopbackRegistry, parseReference, repositoryUrl } from '../../registry/reference.ts';

/** A client of one repository, `oci://host[:port]/repository`. Throws FailureError (`invalid`) for a broken reference. */
export type ConnectRegistry = (place: { readonly reference: string; readonly insecure: boolean }) => RegistryClient;

/** Where the artifacts of single targets go, as reached from here and from the cluster. */
export interface OwnArtifactPlaces {
  registryOf(target: ObjectId): { readonly client: RegistryClient; readonly tag: string | undefined };
  addressOf(target: ObjectId): { readonly url: string; readonly insecure: boolean };
  /** A push may follow: the connections are opened meanwhile. */
  warm(): void;
  close(): void;
}

/** The repository as the cluster calls it. */
export function addressInCluster(url: string, inCluster: string | undefined): string {
  const reference = parseReference(url);
  return repositoryUrl({ ...reference, registry: inCluster ?? reference.registry });
}

/** `registry`: `--registry`; `inCluster`: `--registry-in-cluster`; `shared`: a client of the shared artifact's repository. */
export function ownArtifactPlaces(options: {
  readonly view: LiveView;
  readonly fed: FedSource;
  readonly registry: string | undefined;
  readonly inCluster: string | undefined;
  readonly shared: () => RegistryClient | undefined;
  readonly connect: ConnectRegistry;
}): OwnArtifactPlaces {
  const { view, fed, registry, inCluster, connect } = options;
  const clients = new Map<string, RegistryClient>();

  /** One a repository: it knows what is being brought there. */
  function clientOf(url: string, insecure: boolean): RegistryClient {
    const shared = options.shared();
    if (shared !== undefined && repositoryUrl(shared.reference) === url) return shared;
    const key = `${insecure} ${url}`;
    const client = clients.get(key) ?? connect({ reference: url, insecure });
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
      const shared = options.shared();
      if (shared !== undefined) return { client: shared, tag: undefined };
      return { client: clientOf(registry ?? '', false), tag: undefined };
    },
    addressOf: (target) => {
      const shared = view.object(view.target(target)?.source ?? '');
      const written = shared?.kind === 'OCIRepository' ? asText(asFields(shared.spec).url) : undefined;
      const from = written ?? registry ?? '';
      // The very registry that is spoken to without TLS here, under another name.
      const insecure = written === undefined && isLoopbackRegistry(parseReference(from).registry);
      return { url: addressInCluster(from, inCluster), insecure };
    },
    warm: () => {
      const shared = options.shared();
      for (const client of [...(shared === undefined ? [] : [shared]), ...clients.values()]) void client.warm();
    },
    close: () => {
      for (const client of clients.values()) client.close();
    },
  };
}
