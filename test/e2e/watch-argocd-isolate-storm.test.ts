import { expect, it } from 'vitest';
import { applicationOf, argoSpecs, isolatingApplications, placeless } from '../support/isolating-argocd.ts';
import { seededRandom } from '../support/seeded-random.ts';

const NAMES = ['a', 'b', 'c'];
const VALUES = ['one', 'two', 'three'];
const SAVES = 25;

it('saves, undone saves, refreshes of others and refusals, in the middle of whatever Argo CD does, end at what is on the disk', {
  timeout: 120_000,
}, async () => {
  const seed = Number(process.env.ISOLATION_SEED ?? Math.floor(Math.random() * 2 ** 32));
  const random = seededRandom(seed);
  const oneOf = (items: readonly string[]): string => items[Math.floor(random() * items.length)] ?? '';
  const watch = await isolatingApplications(NAMES, {
    argo: {
      latency: { manifests: () => random() * 80, compare: () => random() * 40, sync: () => random() * 150 },
    },
  });
  const before = Object.fromEntries(Object.entries(argoSpecs(watch)).filter(([id]) => !id.startsWith('Lease/')));
  const saved = new Map(NAMES.map((name) => [name, 'one']));
  let shared = 'one';

  function save(name: string, value: string): void {
    saved.set(name, value);
    watch.write(`${name}/own.yaml`, placeless(name, value));
  }

  function act(): void {
    const name = oneOf(NAMES);
    const chance = random();
    if (chance < 0.7) save(name, oneOf(VALUES));
    else if (chance < 0.9) {
      shared = oneOf(VALUES);
      watch.write('base/settings.yaml', placeless('settings', shared));
    } else if (chance < 0.95) {
      const annotations = { 'argocd.argoproj.io/refresh': 'normal' };
      watch.cluster.objects.patch({ kind: 'Application', namespace: 'argocd', name }, { metadata: { annotations } });
    } else watch.cluster.faults.next({ match: { verb: 'patch', resource: 'applications' }, status: 503, times: 1 });
  }

  await watch.edit(async () => {
    for (let count = 0; count < SAVES; count += 1) {
      act();
      await new Promise((resolve) => setTimeout(resolve, random() * 250));
    }
    save('a', 'at the end');
  });
  const where = `ISOLATION_SEED=${seed}\n${watch.text()}`;
  const live = () => NAMES.map((name) => [watch.live(name, name), watch.live('settings', name)]);
  expect(live(), where).toEqual(NAMES.map((name) => [saved.get(name), shared]));
  const { machines } = watch.session.engine.state;
  expect(NAMES.map((name) => machines.get(`target/Application/argocd/${name}`)?.value)).toEqual(
    NAMES.map(() => 'settled'),
  );
  await watch.session.stop();
  expect(argoSpecs(watch), where).toEqual(before);
  await watch.until('all being Synced at the shared artifact', () =>
    NAMES.every((name) => {
      const { sync } = (applicationOf(watch, name)?.status ?? {}) as { sync?: { status?: string } };
      return sync?.status === 'Synced' && watch.live(name, name) === saved.get(name);
    }),
  );
});
