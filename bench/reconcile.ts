import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type EmbeddedCluster, startCluster, startFlux, startRegistry } from '../src/embedded/testing.ts';
import { pushFiles } from '../test/embedded/push-files.ts';
import { configMap, kustomization, NAMESPACE, ociRepository } from '../test/support/flux-manifests.ts';
import { isMain, printTable, type Row } from './table.ts';

const LEVELS = 5;
const A_LEVEL = 40;
const COUNT = LEVELS * A_LEVEL;
const RUN_MS = 300;
const WORKERS = 8;
const CLI = fileURLToPath(new URL('../src/cli.ts', import.meta.url));
const BOUND_S = Math.max(LEVELS * RUN_MS, (COUNT * RUN_MS) / WORKERS) / 1_000;
const BOUND = { goal: '≤ 1.1 × baseline', baseline: BOUND_S, baselineIs: 'max(critical path, work ÷ workers)' };

/** `reconcile` as a process, on 200 Kustomizations in five levels of the stand-in, whose applies take 300 ms. */
export async function run(): Promise<Row[]> {
  const home = mkdtempSync(join(tmpdir(), 'reconcile-machine-bench-'));
  const [cluster, registry] = await Promise.all([startCluster(), startRegistry()]);
  const names = Array.from({ length: COUNT }, (_, index) => `l${Math.floor(index / A_LEVEL)}-${index % A_LEVEL}`);
  const push = (value: string): Promise<string> => {
    const files = names.map((name) => [`${name}/configmap.yaml`, configMap(name, value)]);
    return pushFiles(registry, 'shop', Object.fromEntries(files));
  };
  await push('first');
  cluster.objects.apply(ociRepository('shop', registry.host));
  for (const name of names) cluster.objects.apply(kustomization(name));
  let runMs = 0;
  const flux = await startFlux({
    cluster,
    builder: 'plain',
    workers: { kustomize: WORKERS },
    latency: { apply: () => runMs },
  });
  const kubeconfig = join(home, 'kubeconfig');
  await cluster.writeKubeconfig(kubeconfig);
  try {
    await reconcile(kubeconfig);
    runMs = RUN_MS;
    const rows: Row[] = [
      { measured: 'the controller alone, asked all at once', value: await alone(cluster, names), unit: 's', ...BOUND },
    ];
    runMs = 0;
    for (const [index, name] of names.entries()) cluster.objects.apply(kustomization(name, dependenciesOf(index)));
    await reconcile(kubeconfig);
    runMs = RUN_MS;
    for (const what of ['nothing new', 'after a push']) {
      if (what === 'after a push') await push('second');
      cluster.requests.reset();
      const value = (await reconcile(kubeconfig)) / 1_000;
      const requests = cluster.requests.recent().filter(({ verb, subresource }) => verb === 'patch' && !subresource);
      rows.push(
        { measured: `reconcile, ${what}`, value, unit: 's', ...BOUND },
        {
          measured: `its requests, ${what}`,
          value: requests.length,
          unit: 'PATCH',
          goal: '≤ baseline',
          baseline: COUNT + 1,
          baselineIs: 'one a resource',
        },
      );
    }
    return rows;
  } finally {
    await flux.stop();
    await Promise.all([cluster.stop(), registry.stop()]);
    rmSync(home, { recursive: true, force: true });
  }
}

/** Two of the level before. */
function dependenciesOf(index: number): Record<string, unknown> {
  const level = Math.floor(index / A_LEVEL);
  if (level === 0) return {};
  return { dependsOn: [7, 11].map((step) => ({ name: `l${level - 1}-${(index * step) % A_LEVEL}` })) };
}

/** Seconds from asking everything in this process to the last answer: what no client can be faster than. */
async function alone(cluster: EmbeddedCluster, names: readonly string[]): Promise<number> {
  const token = new Date().toISOString();
  const waiting = new Set(names);
  const from = performance.now();
  // Nothing else of this process waits for anything: the embedded parts keep none alive.
  const awake = setInterval(() => undefined, 1_000);
  await new Promise<void>((resolve) => {
    const stop = cluster.objects.watch(({ object }) => {
      if (object.kind === 'Kustomization' && object.status?.lastHandledReconcileAt === token)
        waiting.delete(object.metadata.name);
      if (waiting.size > 0) return;
      stop();
      resolve();
    });
    for (const name of names) {
      const annotations = { 'reconcile.fluxcd.io/requestedAt': token };
      cluster.objects.patch({ kind: 'Kustomization', namespace: NAMESPACE, name }, { metadata: { annotations } });
    }
  });
  clearInterval(awake);
  return (performance.now() - from) / 1_000;
}

/** Ms from its first request to its last answer. */
async function reconcile(kubeconfig: string): Promise<number> {
  const child = spawn(process.execPath, [CLI, 'reconcile', '--json', '--kubeconfig', kubeconfig], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const code = await new Promise((resolve) => child.on('close', resolve));
  const result = JSON.parse(output.trimEnd().split('\n').at(-1) ?? '{}') as { elapsedMs: number };
  if (code !== 0) throw new Error(`reconcile ended with ${String(code)}: ${JSON.stringify(result)}`);
  return result.elapsedMs;
}

if (isMain(import.meta.url)) printTable('reconcile', await run());
