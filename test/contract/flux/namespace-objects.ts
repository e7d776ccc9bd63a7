import { type ApiResource, objectPath } from '../../../src/cluster/resource.ts';
import { FailureError } from '../../../src/domain/failure.ts';
import type { KubeObject } from '../../../src/domain/kube-object.ts';
import { resourceFor } from './resources.ts';
import type { FluxSubject } from './subject.ts';

export type Fields = Readonly<Record<string, unknown>>;

export const UNTIL_MS = 60_000;

/** The objects of one namespace, over HTTP. */
export class NamespaceObjects {
  readonly subject: FluxSubject;
  readonly namespace: string;

  constructor(subject: FluxSubject, namespace: string) {
    this.subject = subject;
    this.namespace = namespace;
  }

  /** Server-side apply; what has no namespace goes into this one. */
  async apply(object: KubeObject): Promise<KubeObject> {
    const resource = resourceFor(object.kind);
    const namespace = resource.isCluster ? undefined : (object.metadata.namespace ?? this.namespace);
    const { json } = await this.subject.client.request({
      method: 'PATCH',
      path: objectPath({ ...resource, namespace, name: object.metadata.name }),
      query: { fieldManager: 'contract', force: true },
      contentType: 'application/apply-patch+yaml',
      body: { ...object, metadata: { ...object.metadata, ...(namespace === undefined ? {} : { namespace }) } },
    });
    return json as KubeObject;
  }

  async get(kind: string, name: string, namespace = this.namespace): Promise<KubeObject | undefined> {
    try {
      return await this.subject.client.get({ ...this.#placed(kind, namespace), name });
    } catch (error) {
      if (error instanceof FailureError && error.failure.kind === 'not-found') return undefined;
      throw error;
    }
  }

  patch(kind: string, name: string, patch: Fields, subresource = ''): Promise<unknown> {
    const path = objectPath({ ...this.#placed(kind, this.namespace), name });
    return this.subject.client.request({ method: 'PATCH', path: path + subresource, body: patch });
  }

  async delete(kind: string, name: string): Promise<void> {
    const path = objectPath({ ...this.#placed(kind, this.namespace), name });
    await this.subject.client.request({ method: 'DELETE', path });
  }

  #placed(kind: string, namespace: string): ApiResource & { readonly namespace?: string } {
    const { isCluster, ...resource } = resourceFor(kind);
    return isCluster ? resource : { ...resource, namespace };
  }

  /** Polls for an object of any kind. */
  async eventually(
    kind: string,
    name: string,
    accept: (object: KubeObject | undefined) => boolean,
  ): Promise<KubeObject | undefined> {
    const giveUpAt = Date.now() + UNTIL_MS;
    for (;;) {
      const found = await this.get(kind, name);
      if (accept(found)) return found;
      if (Date.now() > giveUpAt) throw new Error(`${kind}/${name}: not as expected: ${JSON.stringify(found)}`);
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }

  /** The value of a ConfigMap of this namespace, undefined when there is none. */
  async value(name: string): Promise<string | undefined> {
    const { data } = ((await this.get('ConfigMap', name)) ?? {}) as { readonly data?: { readonly value?: string } };
    return data?.value;
  }
}
