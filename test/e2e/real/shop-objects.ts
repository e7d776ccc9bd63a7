import { collectionPath, objectPath } from '../../../src/cluster/resource.ts';
import type { KubeObject } from '../../../src/domain/kube-object.ts';
import { conditionOf, isReady, lineOf } from '../../contract/flux/observed-status.ts';
import { eventually } from './eventually.ts';
import { DEPENDENCY_REQUEUE_MS, type RealWorld } from './real-world.ts';
import { resourceFor } from './resources.ts';

/** By name, more fields of the spec of a Kustomization that reads the directory of its name. */
export type Targets = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** The OCIRepository that they all read. */
export const SOURCE = 'shop';
const QUIET_MS = 300;
const REQUESTED_AT = 'reconcile.fluxcd.io/requestedAt';

/** A source and its Kustomizations in a namespace of their own, and what Flux makes of them. */
export class ShopObjects {
  readonly world: RealWorld;
  readonly namespace: string;
  readonly targets: readonly string[];
  readonly #specs: Targets;
  #isCounted = false;

  constructor(world: RealWorld, namespace: string, targets: Targets) {
    this.world = world;
    this.namespace = namespace;
    this.targets = Object.keys(targets);
    this.#specs = targets;
  }

  idOf(target: string): string {
    return `Kustomization/${this.namespace}/${target}`;
  }

  async kustomization(name: string): Promise<KubeObject> {
    const found = await this.world.get('Kustomization', this.namespace, name);
    if (found === undefined) throw new Error(`expected Kustomization ${this.namespace}/${name}, found none`);
    return found;
  }

  /** How often kustomize-controller has come to the end of a run of each target, as it says itself; waits until none is under way. */
  async runs(): Promise<Readonly<Record<string, number>>> {
    const lines = (await this.#quietLog()).split('\n').filter((line) => line.includes('Reconciliation finished'));
    return Object.fromEntries(
      this.targets.map((name) => {
        const named = `"Kustomization":{"name":"${name}","namespace":"${this.namespace}"}`;
        return [name, lines.filter((line) => line.includes(named)).length];
      }),
    );
  }

  /**
   * What starts a run reaches the controller a moment after it was written, and what the controller says reaches its log a moment later. Whoever it
   * has looked at before there was an artifact, it looks at once more, however that went meanwhile.
   */
  #quietLog(): Promise<string> {
    const { controller } = this.world;
    const quietMs = this.#isCounted ? QUIET_MS : DEPENDENCY_REQUEUE_MS + QUIET_MS;
    this.#isCounted = true;
    let before = '';
    let since = Date.now();
    return eventually('kustomize-controller having nothing to do', async () => {
      const isIdle = await controller.isIdle();
      const log = await controller.log();
      if (!isIdle || log !== before) since = Date.now();
      before = log;
      return Date.now() - since >= quietMs && log;
    });
  }

  /** The `requestedAt` of each target and of the source. */
  async tokens(): Promise<Readonly<Record<string, string | undefined>>> {
    const objects = await Promise.all([
      ...this.targets.map((target) => this.world.get('Kustomization', this.namespace, target)),
      this.world.get('OCIRepository', this.namespace, SOURCE),
    ]);
    return Object.fromEntries(
      objects.map((object) => [
        object?.kind === 'OCIRepository' ? 'source' : (object?.metadata.name ?? ''),
        object?.metadata.annotations?.[REQUESTED_AT],
      ]),
    );
  }

  /** Whose `requestedAt` is another than in `before`. */
  async askedSince(before: Readonly<Record<string, string | undefined>>): Promise<readonly string[]> {
    const after = await this.tokens();
    return Object.keys(after)
      .filter((name) => after[name] !== before[name])
      .sort();
  }

  /** The value of a ConfigMap, undefined where there is none. */
  async live(name: string): Promise<string | undefined> {
    const { data } = ((await this.world.get('ConfigMap', this.namespace, name)) ?? {}) as {
      readonly data?: { readonly value?: string };
    };
    return data?.value;
  }

  /** uid by name of the ConfigMaps in its namespace. */
  async configMapUids(): Promise<Readonly<Record<string, string | undefined>>> {
    const path = collectionPath(resourceFor('ConfigMap'), this.namespace);
    const { json } = await this.world.client.request({ method: 'GET', path });
    const { items } = json as { readonly items: readonly KubeObject[] };
    return Object.fromEntries(items.map(({ metadata }) => [metadata.name, metadata.uid]));
  }

  /** What the tag of the source stands for in the registry. */
  async pushedDigest(): Promise<string | null> {
    const url = `http://${this.world.registryHost}/v2/${this.namespace}/shop/manifests/latest`;
    const accept = 'application/vnd.oci.image.manifest.v1+json';
    return (await fetch(url, { method: 'HEAD', headers: { accept } })).headers.get('docker-content-digest');
  }

  async untilLive(name: string, value: string | undefined): Promise<void> {
    await eventually(
      `ConfigMap ${name} with ${value}`,
      async () => (await this.live(name)) === value,
      async () => `found ${await this.live(name)}; ${await this.#described()}`,
    );
  }

  /** Flux itself has the target Ready at what its source serves. */
  async untilReady(target: string): Promise<KubeObject> {
    return eventually(
      `${target} Ready at the source's revision`,
      async () => {
        const source = await this.world.get('OCIRepository', this.namespace, SOURCE);
        const { artifact } = (source?.status ?? {}) as { readonly artifact?: { readonly revision?: string } };
        const object = await this.kustomization(target);
        return artifact?.revision !== undefined && isReady(object, artifact.revision) && object;
      },
      () => this.#described(),
    );
  }

  async #described(): Promise<string> {
    const objects = await Promise.all(
      this.targets.map((target) => this.world.get('Kustomization', this.namespace, target)),
    );
    const source = await this.world.get('OCIRepository', this.namespace, SOURCE);
    const asked = `requestedAt=${source?.metadata.annotations?.[REQUESTED_AT]}, pushed ${await this.pushedDigest()}`;
    const said = objects
      .filter((object) => object !== undefined)
      .map((object) => `${object.metadata.name}: ${lineOf(object)} ${messageOf(object)}`)
      .join('\n');
    return `source: ${asked}, ${JSON.stringify(source?.status)}\n${said}`;
  }

  /** Makes the namespace, the source and the Kustomizations. */
  async open(): Promise<void> {
    const { namespace, world } = this;
    await world.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
    await world.apply({
      apiVersion: 'source.toolkit.fluxcd.io/v1',
      kind: 'OCIRepository',
      metadata: { name: SOURCE, namespace },
      spec: {
        interval: '10m',
        url: `oci://${world.registryHost}/${namespace}/shop`,
        insecure: true,
        ref: { tag: 'latest' },
      },
    });
    for (const [name, spec] of Object.entries(this.#specs)) await this.kustomize(name, spec);
  }

  /** Applies the Kustomization of that name. */
  async kustomize(name: string, spec: Readonly<Record<string, unknown>> = {}): Promise<void> {
    await this.world.apply({
      apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
      kind: 'Kustomization',
      metadata: { name, namespace: this.namespace },
      spec: {
        interval: '10m',
        path: `./${name}`,
        prune: true,
        sourceRef: { kind: 'OCIRepository', name: SOURCE },
        targetNamespace: this.namespace,
        timeout: '1m',
        ...spec,
      },
    });
  }

  /** Another person's `flux reconcile` of a target; returns the token. */
  async askAsSomebodyElse(target: string): Promise<string> {
    const token = new Date().toISOString();
    const reference = { ...resourceFor('Kustomization'), namespace: this.namespace, name: target };
    await this.world.client.request({
      method: 'PATCH',
      path: objectPath(reference),
      query: { fieldManager: 'flux-client-side-apply' },
      body: { metadata: { annotations: { [REQUESTED_AT]: token } } },
    });
    return token;
  }

  /** Gives a Deployment the status that its controller would give it. */
  async rollOut(name: string): Promise<void> {
    const reference = { ...resourceFor('Deployment'), namespace: this.namespace, name };
    const { metadata } = await this.world.client.get(reference);
    const replicas = { replicas: 1, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1 };
    const conditions = [
      { type: 'Available', status: 'True' },
      { type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable' },
    ];
    const status = { ...replicas, observedGeneration: metadata.generation, conditions };
    await this.world.client.request({ method: 'PATCH', path: `${objectPath(reference)}/status`, body: { status } });
  }

  async deleteKustomization(name: string): Promise<void> {
    const path = objectPath({ ...resourceFor('Kustomization'), namespace: this.namespace, name });
    await this.world.client.request({ method: 'DELETE', path });
    await eventually(`no Kustomization ${name}`, async () => {
      return (await this.world.get('Kustomization', this.namespace, name)) === undefined;
    });
  }

  /** What is left must not keep the workers busy that other tests wait for. */
  async delete(): Promise<void> {
    const path = collectionPath(resourceFor('Kustomization'), this.namespace);
    await this.world.client.request({ method: 'DELETE', path });
  }
}

/** Flux's message in the Ready condition. */
export function messageOf(object: KubeObject): string {
  return conditionOf(object, 'Ready')?.message ?? '';
}
