import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { TestContext } from 'vitest';
import { collectionPath, objectPath } from '../../../src/cluster/resource.ts';
import type { KubeObject } from '../../../src/domain/kube-object.ts';
import type { WatchStatus } from '../../../src/projections/status.ts';
import { conditionOf, isReady, lineOf } from '../../contract/flux/observed-status.ts';
import { runCli, WatchProcess } from '../watch-process.ts';
import type { AuditedRequest } from './audit-log.ts';
import { eventually } from './eventually.ts';
import { DEVELOPER, type RealWorld } from './real-world.ts';
import { resourceFor } from './resources.ts';
import { configMap, SHOP_FILES, SHOP_TARGETS } from './shop-files.ts';

export interface ShopOptions {
  /** Name → more fields of its spec; each reads the directory of its name. */
  readonly targets?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly files?: Readonly<Record<string, string>>;
  /** For whom the watch acts. Default `DEVELOPER`. */
  readonly user?: string;
}

const SOURCE = 'shop';
const REQUESTED_AT = 'reconcile.fluxcd.io/requestedAt';

/** A repository on disk, the Flux objects that read it in a namespace of their own, and the CLI as processes that come and go. */
export class Shop {
  readonly world: RealWorld;
  readonly namespace: string;
  readonly targets: readonly string[];
  readonly dir: string;
  readonly log: string;
  readonly #home: string;
  readonly #user: string;
  readonly #processes: WatchProcess[] = [];

  constructor(world: RealWorld, home: string, options: ShopOptions) {
    this.world = world;
    this.#home = home;
    this.#user = options.user ?? DEVELOPER;
    this.namespace = basename(home).toLowerCase();
    this.targets = Object.keys(options.targets ?? SHOP_TARGETS);
    this.dir = join(home, 'repository');
    this.log = join(home, 'log', 'events.db');
    for (const [path, text] of Object.entries(options.files ?? SHOP_FILES)) this.write(path, text);
    this.writeKubeconfig();
  }

  /** As the control plane has it now: the user's token may have changed. */
  writeKubeconfig(): void {
    writeFileSync(join(this.#home, 'kubeconfig'), this.world.plane.kubeconfig(this.#user), { mode: 0o600 });
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(join(this.dir, path)), { recursive: true });
    writeFileSync(join(this.dir, path), text);
  }

  remove(path: string): void {
    rmSync(join(this.dir, path));
  }

  /** Gives the ConfigMap that has the target's name this value. */
  save(target: string, value: string): void {
    this.write(`${target}/${target}.yaml`, configMap(target, value));
  }

  /** Gives the base that blog and web share this value. */
  saveBase(value: string): void {
    this.write('base/settings.yaml', configMap('settings', value));
  }

  idOf(target: string): string {
    return `Kustomization/${this.namespace}/${target}`;
  }

  get sourceId(): string {
    return `OCIRepository/${this.namespace}/${SOURCE}`;
  }

  watch(...more: readonly string[]): WatchProcess {
    const access = ['--kubeconfig', join(this.#home, 'kubeconfig'), '--source', `${this.namespace}/${SOURCE}`];
    const argv = ['watch', this.dir, ...access, '--log', this.log, '--json', ...more];
    const child = new WatchProcess(argv, this.#surroundings());
    this.#processes.push(child);
    return child;
  }

  /** A watch that has brought everything into the cluster and is at rest. */
  async settledWatch(...more: readonly string[]): Promise<WatchProcess> {
    const watch = this.watch('--initial', ...more);
    for (const target of this.targets) await this.settled(watch, target, 'ready');
    await this.atRest(watch);
    return watch;
  }

  /** Waits for the end of a target's reconcile as the watch tells it. */
  settled(watch: WatchProcess, target: string, outcome: string, afterSeq = 0) {
    return watch.event({ machine: 'watch', type: 'TargetSettled', target: this.idOf(target), outcome }, afterSeq);
  }

  /** Waits until the watch has nothing in flight and its status says that each target is as `expected` (default: settled). */
  atRest(watch: WatchProcess, expected: Readonly<Record<string, string>> = {}): Promise<WatchStatus> {
    const wanted = this.targets.map((target) => `${this.idOf(target)} ${expected[target] ?? 'settled'}`).sort();
    let shown = '';
    return eventually(
      `the watch at rest, with ${wanted.join(', ')}`,
      async () => {
        if (watch.exit !== undefined) throw new Error(`the watch ended with code ${watch.exit.code}`);
        const status = await this.status();
        const found = status.targets.map(({ id, state }) => `${id} ${state}`).sort();
        shown = JSON.stringify({ ...status.watch, found });
        return status.watch.state === 'idle' && found.join() === wanted.join() && status;
      },
      () => `${shown}; stderr: ${watch.stderr}`,
    );
  }

  /** `reconcile-machine retry`. */
  retry(target: string): Promise<unknown> {
    return runCli(['retry', target, '--log', this.log], this.#surroundings());
  }

  async status(): Promise<WatchStatus> {
    const { stdout, stderr } = await runCli(['status', '--log', this.log, '--json'], this.#surroundings());
    if (stdout === '') throw new Error(stderr);
    const status = JSON.parse(stdout) as WatchStatus;
    // Other tests' Kustomizations come and go in the same cluster.
    const own = ({ id }: { readonly id: string }): boolean => id.split('/')[1] === this.namespace;
    return {
      ...status,
      targets: status.targets.filter(own),
      held: status.held.filter(own),
      deadLetters: status.deadLetters.filter(own),
    };
  }

  async kustomization(name: string): Promise<KubeObject> {
    const found = await this.world.get('Kustomization', this.namespace, name);
    if (found === undefined) throw new Error(`expected Kustomization ${this.namespace}/${name}, found none`);
    return found;
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

  /** What the user has asked in this namespace, or of all namespaces. */
  async requests(): Promise<readonly AuditedRequest[]> {
    const all = await this.world.requests(this.#user);
    return all.filter(({ namespace }) => namespace === this.namespace || namespace === '');
  }

  /** Each accepted patch of the user in this namespace, in order: `source`, or the name of the Kustomization. */
  async patches(): Promise<readonly string[]> {
    return (await this.requests())
      .filter(({ verb, code, namespace }) => verb === 'patch' && code === 200 && namespace === this.namespace)
      .map(({ resource, name }) => (resource === 'ocirepositories' ? 'source' : name));
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

  async open(options: ShopOptions): Promise<void> {
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
    for (const [name, spec] of Object.entries(options.targets ?? SHOP_TARGETS)) await this.kustomize(name, spec);
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

  async close(): Promise<void> {
    await Promise.all(this.#processes.map((each) => each.kill()));
    // What is left must not keep the workers busy that other tests wait for.
    const path = collectionPath(resourceFor('Kustomization'), this.namespace);
    await this.world.client.request({ method: 'DELETE', path });
    rmSync(this.#home, { recursive: true, force: true });
  }

  #surroundings() {
    const env: NodeJS.ProcessEnv = {
      PATH: process.env.PATH,
      HOME: this.#home,
      XDG_STATE_HOME: join(this.#home, 'state'),
      DOCKER_CONFIG: join(this.#home, 'docker'),
      NO_COLOR: '1',
    };
    return { cwd: this.#home, env };
  }
}

/** Flux's message in the Ready condition. */
export function messageOf(object: KubeObject): string {
  return conditionOf(object, 'Ready')?.message ?? '';
}

/** A shop that is closed with the test. */
export async function openShop(world: RealWorld, context: TestContext, options: ShopOptions = {}): Promise<Shop> {
  const shop = new Shop(world, mkdtempSync(join(tmpdir(), 'shop-')), options);
  context.onTestFinished(() => shop.close());
  await shop.open(options);
  return shop;
}
