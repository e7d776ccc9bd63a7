import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startCluster } from '../../src/embedded/testing.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { type RunningClient, runInformer } from './informer/informer-client.ts';
import { runKubectl } from './informer/kubectl-client.ts';
import { changeSomething, makeTrouble } from './informer/random-world.ts';
import { sameState, Truth } from './informer/truth.ts';

/** `INFORMER_SECONDS=600` for the long run; `INFORMER_SEED` repeats one. */
const SECONDS = Number(process.env.INFORMER_SECONDS ?? 4);
const SEED = Number(process.env.INFORMER_SEED ?? Date.now() % 1_000_000);
const CHANGES_AT_ONCE = 3;
const PAUSE_MS = 15;
/** In the long run trouble is rarer, so that long watches happen too. */
const TROUBLE_EVERY_MS = SECONDS > 60 ? 4_000 : 350;
/** client-node waits up to 30 s before it connects again, and may have to do so more than once. */
const CATCH_UP_MS = 95_000;
const NAMESPACE = 'watched';
const hasKubectl = spawnSync('kubectl', ['version', '--client']).status === 0;

it(
  `an informer${hasKubectl ? ' and kubectl get -w' : ''} miss nothing over closed, expired and broken watches (seed ${SEED})`,
  async () => {
    const directory = await mkdtemp(join(tmpdir(), 'informer-'));
    const cluster = await startCluster();
    const truth = new Truth(cluster, NAMESPACE);
    cluster.objects.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } });
    const kubeconfig = join(directory, 'kubeconfig');
    await cluster.writeKubeconfig(kubeconfig);
    const clients = [1, 2, 3].map(() => runInformer(cluster.kubeconfig, NAMESPACE));
    if (hasKubectl) clients.push(runKubectl(kubeconfig, NAMESPACE));
    const random = seededRandom(SEED);
    const trouble = new Map<string, number>();
    try {
      const end = Date.now() + SECONDS * 1_000;
      let troubleAt = Date.now() + TROUBLE_EVERY_MS;
      while (Date.now() < end) {
        for (let count = 0; count < CHANGES_AT_ONCE; count++) changeSomething(cluster, NAMESPACE, random);
        if (Date.now() >= troubleAt) {
          const name = await makeTrouble(cluster, random);
          trouble.set(name, (trouble.get(name) ?? 0) + 1);
          troubleAt = Date.now() + TROUBLE_EVERY_MS * (0.5 + random());
        }
        await pause();
      }
      const giveUpAt = Date.now() + CATCH_UP_MS;
      let changeAt = 0;
      while (Date.now() < giveUpAt && !clients.every(({ feed }) => sameState(feed.state, truth.state))) {
        // What kubectl prints first is surely its list only when a change has followed, so some go on.
        if (Date.now() > changeAt) {
          changeSomething(cluster, NAMESPACE, random);
          changeAt = Date.now() + 1_000;
        }
        await pause();
      }
      const final = truth.state;
      for (const client of clients) {
        expect(client.feed.faults(truth), client.name).toEqual([]);
        expect(client.faults(final), client.name).toEqual([]);
        expect(sameState(client.feed.state, final), `${client.name} knows the final state`).toBe(true);
      }
    } finally {
      // A long run is made for its numbers.
      if (process.env.INFORMER_SECONDS !== undefined) process.stdout.write(reportOf(truth, trouble, clients));
      await Promise.all(clients.map((client) => client.stop()));
      truth.stop();
      await cluster.stop();
      await rm(directory, { recursive: true, force: true });
    }
  },
  SECONDS * 1_000 + CATCH_UP_MS + 20_000,
);

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
}

function reportOf(truth: Truth, trouble: ReadonlyMap<string, number>, clients: readonly RunningClient[]): string {
  const told = clients.map(
    ({ name, feed, restarts }) => `${name}: ${feed.lists} lists, ${feed.changes} changes, ${restarts()} restarts`,
  );
  const made = `${truth.changes.length} changes; trouble: ${[...trouble].map(([name, count]) => `${count} ${name}`).join(', ')}`;
  return `${[made, ...told].join('\n')}\n`;
}
