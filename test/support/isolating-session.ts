import type { ClusterClient } from '../../src/cluster/client.ts';
import { type Clock, wallClock } from '../../src/cluster/clock.ts';
import { JSON_PATCH } from '../../src/cluster/json-patch.ts';
import { type ApiResource, collectionPath, objectPath } from '../../src/cluster/resource.ts';
import { ownSourceName } from '../../src/domain/isolation/own-source-name.ts';
import { isolatingPatch } from '../../src/domain/isolation/session-patches.ts';
import { moveDigestPatch, sessionSource } from '../../src/domain/isolation/session-source.ts';
import type { KubeObject } from '../../src/domain/kube-object.ts';
import { findIsolations, type RestoreOptions, restoreIsolations } from '../../src/effects/restore-isolation.ts';
import { type SessionLease, startSessionLease } from '../../src/effects/session-lease.ts';

export const KUSTOMIZATIONS: ApiResource = {
  group: 'kustomize.toolkit.fluxcd.io',
  version: 'v1',
  plural: 'kustomizations',
};
export const OCI_REPOSITORIES: ApiResource = {
  group: 'source.toolkit.fluxcd.io',
  version: 'v1',
  plural: 'ocirepositories',
};

/** What a session asks of the API server, step by step, without a watch around it. */
export class IsolatingSession {
  readonly lease: SessionLease;
  readonly lost: string[];
  readonly #client: ClusterClient;
  readonly #shared: KubeObject;

  constructor(client: ClusterClient, shared: KubeObject, lease: SessionLease, lost: string[]) {
    this.#client = client;
    this.#shared = shared;
    this.lease = lease;
    this.lost = lost;
  }

  /** `shared`: the source that its targets read, live. */
  static async start(
    client: ClusterClient,
    shared: KubeObject,
    options: { readonly clock?: Clock; readonly directory?: string } = {},
  ): Promise<IsolatingSession> {
    const lost: string[] = [];
    const { kind, metadata } = shared;
    const lease = await startSessionLease(client, {
      namespace: metadata.namespace ?? '',
      source: `${kind}/${metadata.namespace}/${metadata.name}`,
      host: 'laptop',
      pid: 4711,
      directory: options.directory ?? '/home/ann/shop',
      clock: options.clock ?? wallClock,
      onLost: (why) => lost.push(why),
    });
    return new IsolatingSession(client, shared, lease, lost);
  }

  get session(): string {
    return this.lease.session;
  }

  /** The two steps by which a target gets a source of its own; returns that source's name. */
  async isolate(target: KubeObject, digest: string, keepFromParent = false): Promise<string> {
    const name = await this.createSource(target, digest);
    await this.switchTo(target, name, keepFromParent);
    return name;
  }

  async createSource(
    target: KubeObject,
    digest: string,
    taken: (name: string) => boolean = () => false,
  ): Promise<string> {
    const { namespace = '', name: targetName } = target.metadata;
    const name = ownSourceName({ namespace, name: targetName }, taken) ?? '';
    const body = sessionSource({
      target,
      shared: this.#shared,
      session: this.session,
      url: String(this.#shared.spec?.url),
      digest,
      content: digest.slice('sha256:'.length),
      name,
    });
    await this.#client.request({ method: 'POST', path: collectionPath(OCI_REPOSITORIES, namespace), body });
    return name;
  }

  async switchTo(target: KubeObject, ownSource: string, keepFromParent = false): Promise<void> {
    const { namespace, name } = target.metadata;
    await this.#client.request({
      method: 'PATCH',
      path: objectPath({ ...KUSTOMIZATIONS, namespace, name }),
      contentType: JSON_PATCH,
      body: isolatingPatch(target, { ownSource, session: this.session, keepFromParent }),
    });
  }

  async move(namespace: string, name: string, digest: string): Promise<void> {
    await this.#client.patch({ ...OCI_REPOSITORIES, namespace, name }, moveDigestPatch(digest, digest.slice(7)));
  }

  /** As a process ends that is asked to. */
  async end(): Promise<void> {
    await this.lease.stop();
    const { session } = this;
    await restoring(this.#client, { sessions: new Set([session]), own: session });
  }
}

/** Looks for what sessions left and takes it back. */
export async function restoring(
  client: ClusterClient,
  options: Partial<RestoreOptions> & { readonly clock?: Clock } = {},
): Promise<Awaited<ReturnType<typeof restoreIsolations>>> {
  const found = await findIsolations(client, { clock: options.clock ?? wallClock });
  const dead = found.sessions.filter(({ state }) => state === 'dead').map(({ session }) => session);
  return restoreIsolations(client, found, { sessions: new Set(dead), claimant: 'desk/1', ...options });
}
