import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { KubeObject } from '../../src/domain/kube-object.ts';
import { until } from '../support/poll.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { type SmallWorld, startSmallWorld, type WorldOptions } from './small-world.ts';
import { runCli } from './watch-process.ts';

/** CI makes 50 of them. */
const KILLS = Number(process.env.ISOLATION_KILLS ?? 8);
/** How the engines are asked. */
const REQUESTS: ReadonlySet<string> = new Set([
  'reconcile.fluxcd.io/requestedAt',
  'reconcile-machine.dev/requested-at',
  'argocd.argoproj.io/refresh',
]);
const KINDS = ['Kustomization', 'OCIRepository', 'Application'];
const ENGINES: readonly (readonly [string, WorldOptions])[] = [
  ['Flux', { flux: { latency: { source: 10, build: () => 30, apply: () => 20 } } }],
  ['Argo CD', { argo: { builder: 'plain', latency: { manifests: 30, sync: 20 } } }],
];

test.each(ENGINES)(
  `kill -9 at ${KILLS} random moments of watch --isolate with %s: restore, from another machine, leaves every object as it was`,
  {
    timeout: 60_000 + KILLS * 15_000,
  },
  async (_, options) => {
    const seed = Number(process.env.ISOLATION_SEED ?? Math.floor(Math.random() * 2 ** 32));
    const random = seededRandom(seed);
    const world = await startSmallWorld({ targets: ['apps', 'cache', 'data', 'ops', 'web'], ...options });
    onTestFinished(() => world.stop());
    const first = world.watch('--initial', '--isolate=off', '--once');
    expect(await first.closed, first.stderr).toMatchObject({ code: 0 });
    const before = declared(world);
    const trail: string[] = [];
    for (let kill = 1; kill <= KILLS; kill += 1) {
      const where = () => `ISOLATION_SEED=${seed} kill ${kill}: ${trail.join(', ')}`;
      trail.push(await killed(world, random, kill));
      // Else the next start takes over what this one left.
      if (random() < 0.4 && kill < KILLS) continue;
      expireLeases(world);
      const { code, stdout, stderr } = await elsewhere(world, 'restore', '--yes');
      expect(code, `${where()}\n${stdout}${stderr}`).toBe(0);
      await until('nothing of ours', () => JSON.stringify(declared(world)) === JSON.stringify(before), where);
      expect(world.cluster.objects.list('Lease').length, where()).toBe(0);
      // What the repository holds is live again, and the shared source has never moved.
      for (const target of world.targets) await world.untilLive(target, 'first');
      trail.length = 0;
    }
  },
);

/** One watch that saves and is killed on the way; half of the time before it has even begun to work. */
async function killed(world: SmallWorld, random: () => number, number: number): Promise<string> {
  const watch = world.watch('--isolate', '--allow-prune');
  if (random() < 0.7) await watch.started();
  const saved: string[] = [];
  for (let saves = 1 + Math.floor(random() * 3); saves > 0; saves -= 1) {
    const target = world.targets[Math.floor(random() * world.targets.length)] ?? 'apps';
    world.save(target, `kill ${number} save ${saves}`);
    saved.push(target);
    await after(random() * 150);
  }
  await after(random() * 500);
  await watch.kill();
  return `saved ${saved.join('+')}`;
}

/** A command on a machine that knows the cluster and nothing else. */
async function elsewhere(world: SmallWorld, ...argv: readonly string[]) {
  const home = mkdtempSync(join(tmpdir(), 'another-machine-'));
  try {
    return await runCli([...argv, '--kubeconfig', world.kubeconfig], { cwd: home, env: { ...world.env, HOME: home } });
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

/** Spec, labels and annotations of all targets and sources, but for what the engines are asked by. */
function declared({ cluster }: SmallWorld): unknown {
  return KINDS.filter((kind) => isServed(cluster, kind)).flatMap((kind) =>
    cluster.objects.list(kind).map(({ metadata: { name, labels, annotations }, spec }) => ({
      kind,
      name,
      labels,
      annotations: withoutRequests(annotations),
      spec,
    })),
  );
}

function withoutRequests(annotations: KubeObject['metadata']['annotations']): unknown {
  return Object.fromEntries(Object.entries(annotations ?? {}).filter(([name]) => !REQUESTS.has(name)));
}

function isServed({ objects }: SmallWorld['cluster'], kind: string): boolean {
  return objects
    .list('CustomResourceDefinition')
    .some(({ spec }) => (spec?.names as { kind?: string } | undefined)?.kind === kind);
}

function expireLeases({ cluster }: SmallWorld): void {
  const renewTime = new Date(Date.now() - 3_600_000).toISOString().replace('Z', '000Z');
  for (const { metadata } of cluster.objects.list('Lease')) {
    const { name, namespace = '' } = metadata;
    cluster.objects.patch({ kind: 'Lease', namespace, name }, { spec: { renewTime } });
  }
}

const after = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
