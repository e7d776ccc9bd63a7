import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { KubeObject } from '../../src/domain/kube-object.ts';
import {
  type ArgoCdOptions,
  type ClusterOptions,
  type EmbeddedCluster,
  type EmbeddedFlux,
  type EmbeddedRegistry,
  type FluxOptions,
  type RegistryOptions,
  startArgoCd,
  startCluster,
  startFlux,
  startRegistry,
} from '../../src/embedded/testing.ts';
import { application, repositorySecret } from '../support/argo-manifests.ts';
import { runCli, WatchProcess } from './watch-process.ts';

export interface WorldOptions {
  /** Each has a directory of its name with one ConfigMap `<name>` in it. Default apps, data, ops. */
  readonly targets?: readonly string[];
  readonly cluster?: ClusterOptions;
  readonly registry?: RegistryOptions;
  /** False: neither Flux's controllers nor its objects. */
  readonly flux?: false | Omit<FluxOptions, 'cluster'>;
  /** Argo CD in place of Flux: the targets are Applications of oci://…/shop:latest, and sync by themselves. */
  readonly argo?: Omit<ArgoCdOptions, 'cluster'>;
  /** Changes an object before it is applied, or leaves it out. */
  readonly object?: (object: KubeObject) => KubeObject | undefined;
  /**
   * The first content is in the registry before Flux looks. Otherwise its fetches fail until the watch pushes, and the retry of the last
   * one (after 0.75 s to some 10 s) fetches whatever a test has pushed by then, asked or not.
   */
  readonly published?: boolean;
}

/** A cluster, a registry and Flux in this process, a repository on disk, and the CLI as processes of its own that come and go. */
export interface SmallWorld {
  readonly cluster: EmbeddedCluster;
  readonly registry: EmbeddedRegistry;
  readonly flux: EmbeddedFlux | undefined;
  /** Holds everything on disk; removed by `stop`. */
  readonly home: string;
  /** The watched directory. */
  readonly dir: string;
  readonly kubeconfig: string;
  readonly log: string;
  readonly env: NodeJS.ProcessEnv;
  readonly targets: readonly string[];
  write(path: string, text: string): void;
  /** Gives a target's ConfigMap this value. */
  save(target: string, value: string): void;
  /** What the cluster holds of it. */
  live(target: string): unknown;
  untilLive(target: string, value: string, timeoutMs?: number): Promise<void>;
  watch(...more: string[]): WatchProcess;
  /** A command that prints events as JSON and goes on. */
  follow(...argv: string[]): WatchProcess;
  /** Any command, to its end. */
  run(...argv: string[]): ReturnType<typeof runCli>;
  stop(): Promise<void>;
}

export const NAMESPACE = 'flux-system';
export const idOf = (target: string): string => `Kustomization/${NAMESPACE}/${target}`;

export function configMap(name: string, value: string): string {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n  namespace: default\ndata:\n  value: ${JSON.stringify(value)}\n`;
}

export async function startSmallWorld(options: WorldOptions = {}): Promise<SmallWorld> {
  const { targets = ['apps', 'data', 'ops'] } = options;
  const home = mkdtempSync(join(tmpdir(), 'reconcile-machine-e2e-'));
  const dir = join(home, 'repository');
  const [cluster, registry] = await Promise.all([startCluster(options.cluster), startRegistry(options.registry)]);
  const argo = options.argo === undefined ? undefined : await startArgoCd({ ...options.argo, cluster });
  const flux =
    options.flux === false || argo !== undefined
      ? undefined
      : await startFlux({ builder: 'plain', dependencyRequeueMs: 500, healthPollMs: 50, ...options.flux, cluster });
  const kubeconfig = join(home, 'kubeconfig');
  await cluster.writeKubeconfig(kubeconfig);
  const objects = argo === undefined ? fluxObjects(registry.host, targets) : argoObjects(registry.host, targets);
  const env: NodeJS.ProcessEnv = {
    PATH: process.env.PATH,
    HOME: home,
    XDG_STATE_HOME: join(home, 'state'),
    DOCKER_CONFIG: join(home, 'docker'),
    NO_COLOR: '1',
  };
  const log = join(home, 'log', 'events.db');
  const processes: WatchProcess[] = [];
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  };
  for (const target of targets) {
    write(`${target}/kustomization.yaml`, 'resources:\n- configmap.yaml\n');
    write(`${target}/configmap.yaml`, configMap(target, 'first'));
  }
  if (options.published === true) {
    const pushed = await runCli(['push', `oci://${registry.host}/shop:latest`, '--path', dir], { cwd: home, env });
    if (pushed.code !== 0) throw new Error(`the first content is not pushed: ${pushed.stderr}`);
  }
  for (const object of options.flux === false ? [] : objects) {
    const kept = options.object === undefined ? object : options.object(object);
    if (kept !== undefined) cluster.objects.apply(kept);
  }
  const started = (...argv: string[]): WatchProcess => {
    const child = new WatchProcess(argv, { cwd: home, env });
    processes.push(child);
    return child;
  };
  const dataOf = (object: KubeObject | undefined): unknown =>
    (object as { data?: { value?: unknown } } | undefined)?.data?.value;
  return {
    cluster,
    registry,
    flux,
    home,
    dir,
    kubeconfig,
    log,
    env,
    targets,
    write,
    save: (target, value) => write(`${target}/configmap.yaml`, configMap(target, value)),
    live: (target) => dataOf(cluster.objects.get('ConfigMap', 'default', target)),
    async untilLive(target, value, timeoutMs = 60_000) {
      await cluster.objects.until('ConfigMap', 'default', target, (object) => dataOf(object) === value, timeoutMs);
    },
    follow: started,
    watch: (...more) => started('watch', dir, '--kubeconfig', kubeconfig, '--log', log, '--json', ...more),
    run: (...argv) => runCli(argv, { cwd: home, env }),
    async stop() {
      await Promise.all(processes.map((each) => each.kill()));
      await flux?.stop();
      await argo?.stop();
      await Promise.all([cluster.stop(), registry.stop()]);
      rmSync(home, { recursive: true, force: true });
    },
  };
}

function argoObjects(registryHost: string, targets: readonly string[]): KubeObject[] {
  const source = { repoURL: `oci://${registryHost}/shop`, targetRevision: 'latest' };
  return [repositorySecret(source.repoURL), ...targets.map((name) => application(name, name, { source }))];
}

function fluxObjects(registryHost: string, targets: readonly string[]): KubeObject[] {
  const source: KubeObject = {
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'OCIRepository',
    metadata: { name: 'shop', namespace: NAMESPACE },
    spec: { interval: '10m', url: `oci://${registryHost}/shop`, insecure: true, ref: { tag: 'latest' } },
  };
  const kustomizations = targets.map(
    (name): KubeObject => ({
      apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
      kind: 'Kustomization',
      metadata: { name, namespace: NAMESPACE },
      spec: {
        interval: '10m',
        path: `./${name}`,
        prune: true,
        sourceRef: { kind: 'OCIRepository', name: 'shop' },
        timeout: '1m',
      },
    }),
  );
  return [source, ...kustomizations];
}
