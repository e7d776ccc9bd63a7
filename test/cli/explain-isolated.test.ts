import { cpSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { offlineObjects } from '../../src/cli/offline-objects.ts';
import { DEFAULT_LIMITS } from '../../src/domain/limits.ts';
import { startCluster } from '../../src/embedded/testing.ts';
import { runMain } from './run-main.ts';

const SHOP = fileURLToPath(new URL('../../examples/shop', import.meta.url));

function copyOfShop(): string {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'explain-isolated-')));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  cpSync(SHOP, directory, { recursive: true });
  return directory;
}

/** `from`: where the objects come from. */
async function explained(directory: string, from: readonly string[], ...options: readonly string[]) {
  const files = ['data/cache/service.yaml', 'base/server/service.yaml', 'README.md'].map((file) =>
    join(directory, file),
  );
  const args = ['explain', ...files, '--dir', directory, ...from, '--json', ...options];
  const { code, stdout, stderr } = await runMain(args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return (JSON.parse(stdout) as { targets: { name: string; rule: string }[]; decision: string; reason: string }[]).map(
    ({ targets, decision, reason }) => ({ decision, reason, targets: targets.map(({ name, rule }) => [name, rule]) }),
  );
}

const OFFLINE = ['--offline'];

it('a repository means the same before and after isolate', async () => {
  const directory = copyOfShop();
  const before = await explained(directory, OFFLINE);
  expect(before[0]?.targets).toEqual([['cache', 'closure']]);
  await runMain(['isolate', directory]);
  expect(await explained(directory, OFFLINE)).toEqual(before);
  expect(await explained(directory, OFFLINE, '--source', 'flux-system/shop')).toEqual(before);
});

it('so does a cluster, also when the shared source is gone', async () => {
  const directory = copyOfShop();
  const before = await explained(directory, OFFLINE);
  await runMain(['isolate', directory]);
  const cluster = await startCluster();
  onTestFinished(() => cluster.stop());
  const { objects } = await offlineObjects({ dir: directory, entry: undefined, limits: DEFAULT_LIMITS });
  for (const object of objects) cluster.objects.apply(object);
  const kubeconfig = join(directory, '..', `${basename(directory)}.kubeconfig`);
  onTestFinished(() => rmSync(kubeconfig, { force: true }));
  await cluster.writeKubeconfig(kubeconfig);
  const live = ['--kubeconfig', kubeconfig];
  const named = (explanations: typeof before) => explanations.map(({ decision, targets }) => ({ decision, targets }));
  expect(named(await explained(directory, live))).toEqual(named(before));
  cluster.objects.delete('OCIRepository', 'flux-system', 'shop');
  expect(named(await explained(directory, live))).toEqual(named(before));
});
