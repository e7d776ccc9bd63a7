import { FailureError } from '../domain/failure.ts';
import type { KubeObject } from '../domain/kube-object.ts';
import { type ClusterClient, FIELD_MANAGER } from './client.ts';
import { groupVersionPath, type ObjectReference, objectPath } from './resource.ts';

interface KindOfResource {
  readonly plural: string;
  readonly namespaced: boolean;
}

/** Writes objects the way `kubectl apply --server-side --force-conflicts` does. Kinds are looked up once; what is not served yet is looked up again. */
export class ServerSideApply {
  readonly #client: Pick<ClusterClient, 'request'>;
  readonly #namespace: string;
  readonly #kinds = new Map<string, KindOfResource>();

  /** `namespace`: where namespaced objects lie that name none. */
  constructor(client: Pick<ClusterClient, 'request'>, namespace = 'default') {
    this.#client = client;
    this.#namespace = namespace;
  }

  /** The object as it is now. Rejects with FailureError; `not-found` where the cluster does not serve its kind. */
  async apply(object: KubeObject, signal?: AbortSignal): Promise<KubeObject> {
    const { json } = await this.#client.request({
      method: 'PATCH',
      path: objectPath(await this.reference(object, signal)),
      query: { fieldManager: FIELD_MANAGER, force: true },
      contentType: 'application/apply-patch+yaml',
      body: object,
      ...(signal === undefined ? {} : { signal }),
    });
    return json as KubeObject;
  }

  /** Where the API has the object. */
  async reference({ apiVersion, kind, metadata }: KubeObject, signal?: AbortSignal): Promise<ObjectReference> {
    const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
    const place = { group: group ?? '', version: version ?? '' };
    const { plural, namespaced } = await this.#kind(place, kind, signal);
    const namespace = namespaced ? (metadata.namespace ?? this.#namespace) : undefined;
    return { ...place, plural, namespace, name: metadata.name };
  }

  async #kind(place: { group: string; version: string }, kind: string, signal?: AbortSignal): Promise<KindOfResource> {
    const key = `${place.group}/${place.version}/${kind}`;
    const known = this.#kinds.get(key);
    if (known !== undefined) return known;
    const { json } = await this.#client.request({
      method: 'GET',
      path: groupVersionPath(place),
      ...(signal === undefined ? {} : { signal }),
    });
    const { resources = [] } = (json ?? {}) as { resources?: { name: string; kind: string; namespaced: boolean }[] };
    const found = resources.find((resource) => resource.kind === kind && !resource.name.includes('/'));
    if (found === undefined) {
      const apiVersion = place.group === '' ? place.version : `${place.group}/${place.version}`;
      throw new FailureError({
        kind: 'not-found',
        dependency: 'api-server',
        message: `the cluster does not serve kind ${kind} of ${apiVersion}`,
      });
    }
    const resource = { plural: found.name, namespaced: found.namespaced };
    this.#kinds.set(key, resource);
    return resource;
  }
}
