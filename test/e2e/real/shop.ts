import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { TestContext } from 'vitest';
import type { WatchStatus } from '../../../src/projections/status.ts';
import { type PrintedEvent, runCli, WatchProcess } from '../watch-process.ts';
import type { AuditedRequest } from './audit-log.ts';
import { eventually } from './eventually.ts';
import { DEVELOPER, type RealWorld } from './real-world.ts';
import { configMap, SHOP_FILES, SHOP_TARGETS } from './shop-files.ts';
import { ShopObjects, SOURCE, type Targets } from './shop-objects.ts';

export interface ShopOptions {
  readonly targets?: Targets;
  readonly files?: Readonly<Record<string, string>>;
  /** For whom the watch acts. Default `DEVELOPER`. */
  readonly user?: string;
}

/** A repository on disk, the Flux objects that read it in a namespace of their own, and the CLI as processes that come and go. */
export class Shop extends ShopObjects {
  readonly dir: string;
  readonly log: string;
  readonly #home: string;
  readonly #user: string;
  readonly #processes: WatchProcess[] = [];

  constructor(world: RealWorld, home: string, options: ShopOptions) {
    super(world, basename(home).toLowerCase(), options.targets ?? SHOP_TARGETS);
    this.#home = home;
    this.#user = options.user ?? DEVELOPER;
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
  settled(
    watch: WatchProcess,
    target: string,
    outcome: string,
    afterSeq = 0,
    timeoutMs?: number,
  ): Promise<PrintedEvent> {
    return watch.find(
      `${target} having settled as ${outcome}`,
      () =>
        watch.events.find(
          (event) =>
            event.seq > afterSeq &&
            event.machine === 'watch' &&
            event.type === 'TargetSettled' &&
            event.target === this.idOf(target) &&
            event.outcome === outcome,
        ),
      timeoutMs,
    );
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

  /** What the user has asked in this namespace, or of all namespaces. */
  async requests(): Promise<readonly AuditedRequest[]> {
    const all = await this.world.requests(this.#user);
    return all.filter(({ namespace }) => namespace === this.namespace || namespace === '');
  }

  /**
   * Each accepted patch of the user in this namespace, in order: `source`, or the name of the Kustomization. Not those by which a session renews
   * its Lease, every 10 s.
   */
  async patches(): Promise<readonly string[]> {
    return (await this.requests())
      .filter(({ verb, code, namespace }) => verb === 'patch' && code === 200 && namespace === this.namespace)
      .filter(({ resource }) => resource !== 'leases')
      .map(({ resource, name }) => (resource === 'ocirepositories' ? 'source' : name));
  }

  async close(): Promise<void> {
    await Promise.all(this.#processes.map((each) => each.kill()));
    await this.delete();
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

/** A shop that is closed with the test. */
export async function openShop(world: RealWorld, context: TestContext, options: ShopOptions = {}): Promise<Shop> {
  const shop = new Shop(world, mkdtempSync(join(tmpdir(), 'shop-')), options);
  context.onTestFinished(() => shop.close());
  await shop.open();
  return shop;
}
