import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { KubeObject } from '../../src/domain/kube-object.ts';
import {
  type EmbeddedCluster,
  type EmbeddedFlux,
  type EmbeddedRegistry,
  type FluxOptions,
  startCluster,
  startFlux,
  startRegistry,
} from '../../src/embedded/testing.ts';
import { type Ran, runMain } from '../cli/run-main.ts';
import { pushFiles } from '../embedded/push-files.ts';
import { conditionOf } from './embedded-watch.ts';
import { configMap, kustomization, NAMESPACE, ociRepository } from './flux-manifests.ts';
import { until } from './poll.ts';

export interface ReconcileWorldOptions {
  /** Name → spec fields; each has a directory of its name with one ConfigMap. */
  readonly targets: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly flux?: Omit<FluxOptions, 'cluster'>;
  /** Further objects. */
  readonly objects?: readonly KubeObject[];
  /** False: Flux's objects are there, its controllers are not. */
  readonly controllers?: boolean;
}

export interface ReconcileWorld {
  readonly cluster: EmbeddedCluster;
  readonly registry: EmbeddedRegistry;
  readonly flux: EmbeddedFlux | undefined;
  readonly kubeconfig: string;
  readonly home: string;
  /** Gives every target's ConfigMap this value in the registry; `more` are further files. */
  push(value: string, tag?: string, more?: Readonly<Record<string, string>>): Promise<string>;
  run(...argv: string[]): Promise<Ran>;
  /** What the newest run has printed so far. */
  printed(): string;
  /** As `run`, interrupted by the signal. */
  runUntil(signal: AbortSignal, ...argv: string[]): Promise<Ran>;
  /** As `run`, with what was printed as JSON lines. */
  runJson(...argv: string[]): Promise<Ran & { readonly lines: readonly Record<string, unknown>[] }>;
  target(name: string): KubeObject;
  /** PATCHes of `plural` at the API server, by name. */
  patches(plural: string): Readonly<Record<string, number>>;
  watches(): Readonly<Record<string, number>>;
}

/** A cluster in which everything is Ready already, for `reconcile` to be run against over HTTP. */
export async function startReconcileWorld(options: ReconcileWorldOptions): Promise<ReconcileWorld> {
  const home = mkdtempSync(join(tmpdir(), 'reconcile-machine-reconcile-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  const cluster = await startCluster();
  onTestFinished(() => cluster.stop());
  const registry = await startRegistry();
  onTestFinished(() => registry.stop());
  const names = Object.keys(options.targets);
  const push: ReconcileWorld['push'] = (value, tag, more = {}) => {
    const own = Object.fromEntries(names.map((name) => [`${name}/configmap.yaml`, configMap(name, value)]));
    return pushFiles(registry, 'shop', { ...own, ...more }, tag);
  };
  await push('first');
  for (const object of [
    ociRepository('shop', registry.host),
    ...names.map((name) => kustomization(name, options.targets[name])),
    ...(options.objects ?? []),
  ])
    cluster.objects.apply(object);
  const flux =
    options.controllers === false
      ? undefined
      : await startFlux({ builder: 'plain', dependencyRequeueMs: 30_000, healthPollMs: 20, ...options.flux, cluster });
  if (flux !== undefined) onTestFinished(() => flux.stop());
  const kubeconfig = join(home, 'kubeconfig');
  await cluster.writeKubeconfig(kubeconfig);
  let printed = '';
  const env = { HOME: home, PATH: process.env.PATH ?? '' };
  const runUntil = (signal: AbortSignal, ...argv: string[]): Promise<Ran> =>
    runMain([...argv, '--kubeconfig', kubeconfig], {
      env,
      cwd: home,
      signal,
      onStdout: (text) => {
        printed = text;
      },
    });
  const run = (...argv: string[]): Promise<Ran> => runUntil(new AbortController().signal, ...argv);
  return {
    cluster,
    registry,
    flux,
    kubeconfig,
    home,
    push,
    run,
    printed: () => printed,
    runUntil,
    runJson: async (...argv) => {
      const ran = await run(...argv, '--json');
      const lines = ran.stdout.split('\n').filter((line) => line !== '');
      return { ...ran, lines: lines.map((line) => JSON.parse(line) as Record<string, unknown>) };
    },
    target: (name) => {
      const found = cluster.objects.get('Kustomization', NAMESPACE, name);
      if (found === undefined) throw new Error(`there is no Kustomization ${name}`);
      return found;
    },
    patches: (plural) =>
      countBy(
        cluster.requests.recent().filter(({ verb, resource }) => verb === 'patch' && resource === plural),
        ({ name }) => name ?? '',
      ),
    watches: () =>
      countBy(
        cluster.requests.recent().filter(({ verb }) => verb === 'watch'),
        ({ resource }) => resource ?? '',
      ),
  };
}

export async function untilReady(world: Pick<ReconcileWorld, 'cluster'>, ...names: readonly string[]): Promise<void> {
  await until(`${names.join(', ')} being Ready`, () =>
    names.every(
      (name) => conditionOf(world.cluster.objects.get('Kustomization', NAMESPACE, name), 'Ready')?.status === 'True',
    ),
  );
}

function countBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const item of items) counts[keyOf(item)] = (counts[keyOf(item)] ?? 0) + 1;
  return counts;
}
