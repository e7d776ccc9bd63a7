import { spawnSync } from 'node:child_process';
import { appendFileSync, cpSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parseAllDocuments } from 'yaml';
import type { KubeObject } from '../../src/domain/kube-object.ts';
import { isKustomizationFile } from '../../src/domain/kustomization-file-names.ts';
import type { RelativePath } from '../../src/domain/paths.ts';
import { startCluster, startFlux, startRegistry } from '../../src/embedded/testing.ts';
import { until } from '../support/poll.ts';
import { runMain } from './run-main.ts';

const SHOP = fileURLToPath(new URL('../../examples/shop', import.meta.url));
const hasKubectl = spawnSync('kubectl', ['version', '--client']).status === 0;

/** The example on a cluster of its own with Flux's stand-ins, isolated by the command, its artifacts pushed by the command. */
async function isolatedShop() {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'isolate-flux-')));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  cpSync(SHOP, directory, { recursive: true });
  await runMain(['isolate', directory]);
  const cluster = await startCluster();
  onTestFinished(() => cluster.stop());
  const registry = await startRegistry();
  onTestFinished(() => registry.stop());
  const push = () => runMain(['isolate', directory, '--push', '--registry', `oci://${registry.host}/shop`]);
  await push();
  const flux = await startFlux({ cluster, dependencyRequeueMs: 20 });
  onTestFinished(() => flux.stop());
  for (const object of fluxObjects(join(directory, 'clusters/local'))) {
    const isSource = object.kind === 'OCIRepository';
    const spec = isSource ? { ...object.spec, url: `oci://${registry.host}/shop` } : object.spec;
    // The shared artifact is pushed by nobody here: nothing needs it any more.
    if (!isSource || object.metadata.name !== 'shop') cluster.objects.apply({ ...object, spec } as KubeObject);
  }
  const kustomizations = () => cluster.objects.list('Kustomization');
  const revisions = () =>
    new Map(kustomizations().map(({ metadata, status }) => [metadata.name, status?.lastAppliedRevision]));
  await until(
    'all Ready',
    () => kustomizations().length === 12 && kustomizations().every(isReady),
    () => JSON.stringify([...revisions()]),
  );
  const askSources = () => {
    const annotations = { 'reconcile.fluxcd.io/requestedAt': new Date().toISOString() };
    for (const { kind, metadata } of cluster.objects.list('OCIRepository')) {
      const { name, namespace = '' } = metadata;
      cluster.objects.patch({ kind, name, namespace }, { metadata: { annotations } });
    }
  };
  const answered = () =>
    cluster.objects
      .list('OCIRepository')
      .every(
        ({ metadata, status }) =>
          status?.lastHandledReconcileAt === metadata.annotations?.['reconcile.fluxcd.io/requestedAt'],
      );
  const dependencies = kustomizations().flatMap(({ spec }) =>
    ((spec?.dependsOn ?? []) as readonly { readonly name: string }[]).map(({ name }) => name),
  );
  return { directory, flux, push, revisions, askSources, answered, dependencies };
}

function fluxObjects(directory: string): KubeObject[] {
  return readdirSync(directory)
    .filter((name) => !isKustomizationFile(name as RelativePath))
    .flatMap((name) => parseAllDocuments(readFileSync(join(directory, name), 'utf8')))
    .map((document) => document.toJS() as KubeObject);
}

function isReady({ status }: KubeObject): boolean {
  const conditions = (status?.conditions ?? []) as readonly { readonly type: string; readonly status: string }[];
  return conditions.some(({ type, status: value }) => type === 'Ready' && value === 'True');
}

describe.skipIf(!hasKubectl)('an isolated repository', () => {
  it.each([
    ['a leaf', 'data/cache/service.yaml', ['cache']],
    [
      'a base of seven',
      'base/server/service.yaml',
      ['cart', 'catalog', 'orders', 'payments', 'reviews', 'shipping', 'web'],
    ],
  ])('moves exactly those that read what changed: %s', async (_, file, expected) => {
    const { directory, flux, push, revisions, askSources, answered, dependencies } = await isolatedShop();
    const before = revisions();
    flux.resetStats();
    appendFileSync(join(directory, file), '# changed\n');
    await push();
    askSources();
    await until('all sources answered', answered);
    const moved = () =>
      [...revisions()].filter(([name, revision]) => before.get(name) !== revision).map(([name]) => name);
    await until('the changed ones applied', () => moved().length >= expected.length);
    expect(moved().sort()).toEqual(expected);
    const ran = Object.keys(flux.stats.runs).flatMap((id) =>
      id.startsWith('Kustomization/') ? [id.split('/')[2] ?? ''] : [],
    );
    // With a new revision kustomize-controller looks at what the dependent depends on as well.
    expect(ran.filter((name) => !expected.includes(name) && !dependencies.includes(name))).toEqual([]);
  });
});
