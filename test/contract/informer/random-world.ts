import type { EmbeddedCluster } from '../../../src/embedded/testing.ts';

/** Numbers from 0 up to 1, decided by the seed (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const NAMES = 40;

/** Makes, changes or deletes one ConfigMap. */
export function changeSomething(cluster: EmbeddedCluster, namespace: string, random: () => number): void {
  const name = `map-${Math.floor(random() * NAMES)}`;
  const { objects } = cluster;
  const data = { value: String(random()) };
  if (objects.get('ConfigMap', namespace, name) === undefined) {
    objects.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace }, data });
  } else if (random() < 0.2) {
    objects.delete('ConfigMap', namespace, name);
  } else {
    objects.patch({ kind: 'ConfigMap', namespace, name }, { data });
  }
}

const TROUBLE: Readonly<Record<string, (cluster: EmbeddedCluster) => void | Promise<void>>> = {
  cleanClose: (cluster) => cluster.dropWatches(),
  expired: (cluster) => cluster.expireWatches(),
  expiredWhileAway: (cluster) => {
    cluster.compact();
    cluster.dropWatches();
  },
  truncatedLine: (cluster) => cluster.truncateWatches(),
  bookmark: (cluster) => cluster.sendBookmarks(),
  restart: (cluster) => cluster.restart(),
  restartWithLostHistory: (cluster) => cluster.restart({ loseHistory: true }),
};

/** Does one of the troubles a watch has to live with, and gives its name. */
export async function makeTrouble(cluster: EmbeddedCluster, random: () => number): Promise<string> {
  const names = Object.keys(TROUBLE);
  const name = names[Math.floor(random() * names.length)] ?? '';
  await TROUBLE[name]?.(cluster);
  return name;
}
