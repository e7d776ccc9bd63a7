import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { argoCdExecutable, controlPlaneExecutable, whySkipped } from '../control-plane/executables.ts';
import { application } from '../support/argo-manifests.ts';
import { kustomizationFile } from '../support/flux-manifests.ts';
import { applicationFiles, namespaceNamed, shopApplication } from '../support/isolating-argocd.ts';
import { type ArgoWorld, startArgoWorld } from './real/argo-world.ts';
import type { WatchProcess } from './watch-process.ts';

const skipped = whySkipped(controlPlaneExecutable(), argoCdExecutable());
const DIGEST = /^sha256:[0-9a-f]{64}$/;
/** All but the last read the base. */
const NAMES = ['blog', 'web', 'docs'];

/** Which revision each Application is compared with. */
async function revisions(world: ArgoWorld, names: readonly string[] = NAMES): Promise<Record<string, string>> {
  const all = await Promise.all(names.map((name) => world.application(name)));
  return Object.fromEntries(
    all.map(({ metadata, status }) => [metadata.name, String((status?.sync as { revision?: unknown })?.revision)]),
  );
}

async function targetRevision(world: ArgoWorld, name: string): Promise<string> {
  const { spec } = await world.application(name);
  return String((spec?.source as { readonly targetRevision?: unknown } | undefined)?.targetRevision);
}

async function settled(watch: WatchProcess, name: string, afterSeq: number): Promise<void> {
  await watch.event(
    { machine: 'watch', type: 'TargetSettled', target: `Application/argocd/${name}`, outcome: 'ready' },
    afterSeq,
  );
}

/** Saves, and waits until the watch says that the Application is Ready. */
async function saved(world: ArgoWorld, watch: WatchProcess, name: string, value: string): Promise<void> {
  const from = watch.lastSeq;
  world.save(name, value);
  await settled(watch, name, from);
}

/** The files and the namespace of one more, which reads no base. */
async function addFiles(world: ArgoWorld, name: string): Promise<void> {
  for (const [path, text] of Object.entries(applicationFiles([name], []))) {
    if (path.startsWith(`${name}/`)) world.write(path, text);
  }
  await world.create(namespaceNamed(name));
}

async function interrupted(watch: WatchProcess): Promise<void> {
  watch.signal('SIGINT');
  expect((await watch.closed).code, watch.stderr).toBe(130);
}

/** A watch that has isolated `name` by a save. */
async function isolated(world: ArgoWorld, name: string, value: string): Promise<WatchProcess> {
  const watch = world.watch('--isolate');
  await watch.started();
  await saved(world, watch, name, value);
  return watch;
}

describe.skipIf(skipped !== undefined)('watch of Applications, on a real API server and the real Argo CD', () => {
  let world: ArgoWorld;
  beforeAll(async () => {
    world = await startArgoWorld(NAMES);
  }, 120_000);
  afterAll(() => world?.stop());

  test('the first push brings all to its digest; a save only those that read the file', async () => {
    const watch = world.watch('--initial', '--isolate=off');
    for (const name of NAMES) await settled(watch, name, 0);
    const first = await revisions(world);
    expect(new Set(Object.values(first)).size).toBe(1);
    expect(first.docs).toMatch(DIGEST);

    await saved(world, watch, 'docs', 'two');
    expect(await world.live('docs')).toBe('two');
    const second = await revisions(world);
    expect(second).toEqual({ ...first, docs: expect.stringMatching(DIGEST) });
    expect(second.docs).not.toBe(first.docs);

    const from = watch.lastSeq;
    world.saveBase('two');
    for (const name of ['blog', 'web']) await settled(watch, name, from);
    expect([await world.live('blog', 'settings'), await world.live('web', 'settings')]).toEqual(['two', 'two']);
    expect((await revisions(world)).docs).toBe(second.docs);
    await interrupted(watch);
  });

  test('isolated, a save moves one Application alone; at the end all is as it was, and at what is on the disk', async () => {
    await world.untilAllSynced();
    const before = await world.declared();
    const watch = await isolated(world, 'docs', 'isolated');
    expect(await world.live('docs')).toBe('isolated');
    expect(await targetRevision(world, 'docs')).toMatch(DIGEST);
    expect([await targetRevision(world, 'blog'), await targetRevision(world, 'web')]).toEqual(['dev', 'dev']);
    await interrupted(watch);
    expect(await world.declared()).toEqual(before);
    await world.untilAllSynced();
    expect(await world.live('docs')).toBe('isolated');
  });

  test('what a killed session left is put back by restore', async () => {
    await world.untilAllSynced();
    const before = await world.declared();
    const watch = await isolated(world, 'web', 'killed');
    await watch.kill();
    expect(await targetRevision(world, 'web')).toMatch(DIGEST);
    const { code, stdout, stderr } = await world.run('restore');
    expect(code, `${stdout}${stderr}`).toBe(0);
    expect(await world.declared()).toEqual(before);
  });

  test('reconcile asks, and waits for the answer, normal and hard', async () => {
    await world.untilAllSynced();
    // Hard of one alone: of several on one artifact Argo CD drops what it has unpacked while it unpacks it for another (docs/argocd.md).
    for (const asked of [['--all'], ['docs', '--refresh', 'hard']]) {
      const { code, stdout, stderr } = await world.run('reconcile', ...asked, '--json');
      expect(code, `${stdout}${stderr}`).toBe(0);
    }
    expect((await world.run('diagnose')).code).toBe(0);
  });

  test('drift finds an Application that follows another tag, and repairs it', async () => {
    expect((await world.run('drift', '--tag', 'dev')).code).toBe(0);
    await world.patch('docs', { spec: { source: { targetRevision: 'other' } } });
    const found = await world.run('drift', '--tag', 'dev');
    expect([found.code, `${found.stdout}${found.stderr}`]).toEqual([1, expect.stringContaining('other')]);
    expect((await world.run('drift', '--tag', 'dev', '--repair')).code).toBe(0);
    expect(await targetRevision(world, 'docs')).toBe('dev');
    await world.untilAllSynced();
  });

  test('one without automated sync is moved with --sync, and synced by the same patch', async () => {
    await addFiles(world, 'manual');
    await world.create(shopApplication('manual', world.registry, { syncPolicy: {} }));
    const watch = world.watch('--initial', '--isolate', '--sync');
    await settled(watch, 'manual', 0);
    expect(await world.live('manual')).toBe('one');
    await saved(world, watch, 'manual', 'two');
    expect(await world.live('manual')).toBe('two');
    expect(await targetRevision(world, 'manual')).toMatch(DIGEST);
    await interrupted(watch);
    expect(await targetRevision(world, 'manual')).toBe('dev');
  });

  test('a child of one without self-heal is moved; a sync of its parent puts it back for the rest of the session', async () => {
    const child = shopApplication('child', world.registry);
    await addFiles(world, 'child');
    world.write('root/kustomization.yaml', kustomizationFile('child.yaml'));
    world.write('root/child.yaml', JSON.stringify(child));
    await world.create(
      application('root', 'root', {
        source: { repoURL: `oci://${world.registry}/shop` },
        syncPolicy: { automated: { prune: true } },
      }),
    );
    const watch = world.watch('--initial', '--isolate');
    await settled(watch, 'root', 0);
    await world.untilAllSynced();
    await saved(world, watch, 'child', 'two');
    expect([await world.live('child'), await targetRevision(world, 'child')]).toEqual([
      'two',
      expect.stringMatching(DIGEST),
    ]);

    const from = watch.lastSeq;
    await world.patch('root', {
      operation: { sync: { revision: (await revisions(world, ['root'])).root }, initiatedBy: { username: 'ann' } },
    });
    await watch.event({ type: 'IsolationLost' }, from);
    await settled(watch, 'child', from);
    expect(await targetRevision(world, 'child')).toBe('dev');
    await saved(world, watch, 'child', 'three');
    expect([await world.live('child'), await targetRevision(world, 'child')]).toEqual(['three', 'dev']);
    await interrupted(watch);
  });
});
