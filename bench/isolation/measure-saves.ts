import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { objectPath } from '../../src/cluster/resource.ts';
import { directoryOf, generateTree, leafOf, manifest } from '../generated-tree.ts';
import { startWatch, type WatchProcess } from '../watch-process.ts';
import type { BenchCluster } from './bench-cluster.ts';
import { Observer, type Seen } from './observer.ts';

/** One save, in ms since it; `settledMs`: until every Kustomization is through. */
export interface Sample {
  readonly requestedMs: number;
  readonly fetchedMs: number;
  readonly liveMs: number;
  readonly readyMs: number;
  readonly settledMs: number;
}

export interface Measured {
  /** Saves of targets that have a source of their own already. */
  readonly isolated: readonly Sample[];
  /** The first saves of targets, which get theirs by them. */
  readonly first: readonly Sample[];
  readonly shared: readonly Sample[];
}

export interface SavesWanted {
  readonly kustomizations: number;
  /** So many targets are saved in turn. */
  readonly targets: number;
  readonly isolatedRounds: number;
  /** 0: nothing is measured on the shared source, and those that are never saved are suspended: it takes long until they are through. */
  readonly sharedSaves: number;
}

/** Manifests in each Kustomization, besides the kustomization file. */
export const MANIFESTS_EACH = 1;
/** Nobody waits longer for anything here. */
const DEADLINE_MS = 3_600_000;
/** The watch's second look and its sweep, the events of the rest. */
const AT_REST_MS = 400;

/** On one cluster: first with the source that all share, then with sources of their own for those that are saved. */
export async function measureSaves(cluster: BenchCluster, wanted: SavesWanted): Promise<Measured> {
  const home = mkdtempSync(join(tmpdir(), 'bench-isolation-'));
  const directory = join(home, 'tree');
  generateTree(directory, { kustomizations: wanted.kustomizations, manifestsEach: MANIFESTS_EACH });
  // Any, but the same in each run, and spread over the queue.
  const chosen = Array.from({ length: wanted.targets }, (_, turn) => (turn * 37) % wanted.kustomizations);
  await createObjects(cluster, wanted.kustomizations, (index) => wanted.sharedSaves > 0 || chosen.includes(index));
  const observer = new Observer(cluster);
  let watch: WatchProcess | undefined;
  let value = 0;
  const watchWith = async (name: string, ...more: readonly string[]): Promise<void> => {
    await watch?.kill();
    mkdirSync(join(home, name), { recursive: true });
    const timeouts = ['--timeout', '2h'];
    watch = startWatch({
      directory,
      home: join(home, name),
      kubeconfig: cluster.kubeconfig,
      more: [...more, ...timeouts],
    });
    await watch.started;
  };
  const save = async (index: number): Promise<Sample> => {
    value += 1;
    const seen = observer.saved(`app-${index}`, `o${index}-0`, `value=${value}\n`, DEADLINE_MS);
    const savedAt = performance.now();
    writeFileSync(join(directory, leafOf(index)), manifest(index, 0, value));
    const times = await seen;
    const settledAt = await observer.through(wanted.kustomizations, DEADLINE_MS);
    await new Promise((resolve) => setTimeout(resolve, AT_REST_MS));
    return sampleOf(times, savedAt, settledAt);
  };
  const saveEach = async (targets: readonly number[]): Promise<Sample[]> => {
    const samples: Sample[] = [];
    for (const index of targets) samples.push(await save(index));
    return samples;
  };
  try {
    await observer.synced;
    await watchWith('shared', '--initial', '--isolate=off');
    await observer.through(wanted.kustomizations, DEADLINE_MS);
    await new Promise((resolve) => setTimeout(resolve, AT_REST_MS));
    const shared = await saveEach(
      Array.from({ length: wanted.sharedSaves }, (_, turn) => chosen[turn % chosen.length] ?? 0),
    );
    if (wanted.isolatedRounds === 0) return { isolated: [], first: [], shared };
    await watchWith('isolated', '--isolate=on');
    const first = await saveEach([...new Set(chosen)]);
    const isolated: Sample[] = [];
    for (let round = 0; round < wanted.isolatedRounds; round += 1)
      isolated.push(...(await saveEach([...new Set(chosen)])));
    return { isolated, first, shared };
  } finally {
    await watch?.kill();
    observer.stop();
    rmSync(home, { recursive: true, force: true });
  }
}

function sampleOf({ requestedAt, fetchedAt, liveAt, readyAt }: Seen, savedAt: number, settledAt: number): Sample {
  return {
    requestedMs: requestedAt - savedAt,
    fetchedMs: fetchedAt - savedAt,
    liveMs: liveAt - savedAt,
    readyMs: readyAt - savedAt,
    settledMs: settledAt - savedAt,
  };
}

async function createObjects(
  { client, registryHost }: BenchCluster,
  kustomizations: number,
  isActive: (index: number) => boolean,
): Promise<void> {
  const namespace = 'flux-system';
  const create = async (path: string, body: unknown): Promise<void> => {
    await client.request({
      method: 'PATCH',
      path,
      query: { fieldManager: 'bench' },
      contentType: 'application/apply-patch+yaml',
      body,
    });
  };
  await create('/api/v1/namespaces/flux-system', {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: namespace },
  });
  const source = {
    group: 'source.toolkit.fluxcd.io',
    version: 'v1',
    plural: 'ocirepositories',
    namespace,
    name: 'bench',
  };
  await create(objectPath(source), {
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'OCIRepository',
    metadata: { name: 'bench', namespace },
    spec: { interval: '1h', url: `oci://${registryHost}/bench/apps`, insecure: true, ref: { tag: 'latest' } },
  });
  for (let index = 0; index < kustomizations; index += 1) {
    const name = `app-${index}`;
    const reference = {
      group: 'kustomize.toolkit.fluxcd.io',
      version: 'v1',
      plural: 'kustomizations',
      namespace,
      name,
    };
    await create(objectPath(reference), {
      apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
      kind: 'Kustomization',
      metadata: { name, namespace },
      spec: {
        interval: '1h',
        path: `./${directoryOf(index)}`,
        prune: true,
        wait: true,
        timeout: '30m',
        suspend: !isActive(index),
        sourceRef: { kind: 'OCIRepository', name: 'bench' },
      },
    });
  }
}
