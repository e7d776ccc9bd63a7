import type { EmbeddedCluster } from '../../../src/embedded/testing.ts';

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
