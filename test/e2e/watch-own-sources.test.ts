// Repositories that `isolate` has changed: every Kustomization has a source of its own, which follows a tag.
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startWatchSession } from '../../src/cli/watch-session.ts';
import { loadKubeconfig } from '../../src/cluster/kubeconfig.ts';
import { artifactTag } from '../../src/domain/isolation/artifact-tag.ts';
import type { KubeObject } from '../../src/domain/kube-object.ts';
import { DEFAULT_LIMITS } from '../../src/domain/limits.ts';
import type { RelativePath } from '../../src/domain/paths.ts';
import { REQUESTED_AT } from '../../src/effects/ask-flux.ts';
import type { EmbeddedWatchOptions } from '../support/embedded-watch.ts';
import { type EmbeddedWatch, startEmbeddedWatch } from '../support/embedded-watch.ts';
import { configMap, kustomization, kustomizationFile, NAMESPACE, ociRepository } from '../support/flux-manifests.ts';

const tagOf = (name: string): string => artifactTag('latest', name as RelativePath, []);

/** As `isolate` writes them. */
function withOwnSource(name: string, registryHost: string, spec: Record<string, unknown> = {}): readonly KubeObject[] {
  const shared = ociRepository('shop', registryHost);
  const annotations = { 'reconcile-machine.dev/isolated-from': `OCIRepository/${NAMESPACE}/shop` };
  return [
    {
      ...shared,
      metadata: { name, namespace: NAMESPACE, annotations },
      spec: { ...shared.spec, ref: { tag: tagOf(name) }, ignore: '!*' },
    },
    kustomization(name, { sourceRef: { kind: 'OCIRepository', name }, ...spec }),
  ];
}

/** `web` and `docs` read a base, `web` waits for `docs`; `jobs` stands alone. */
const FILES: Readonly<Record<string, string>> = {
  'base/kustomization.yaml': kustomizationFile('settings.yaml'),
  'base/settings.yaml': configMap('settings', 'one'),
  'docs/kustomization.yaml': kustomizationFile('../base', 'docs.yaml'),
  'docs/docs.yaml': configMap('docs', 'one'),
  'web/kustomization.yaml': kustomizationFile('../base', 'web.yaml'),
  'web/web.yaml': configMap('web', 'one'),
  'jobs/kustomization.yaml': kustomizationFile('jobs.yaml'),
  'jobs/jobs.yaml': configMap('jobs', 'one'),
};
const ALL = ['docs', 'jobs', 'web'];

async function isolatedShop(options: Partial<EmbeddedWatchOptions> = {}): Promise<EmbeddedWatch> {
  const watch = await startEmbeddedWatch({
    files: FILES,
    objects: (host) =>
      ALL.flatMap((name) => withOwnSource(name, host, name === 'web' ? { dependsOn: [{ name: 'docs' }] } : {})),
    ...options,
  });
  await watch.allReady();
  return watch;
}

function tags(watch: EmbeddedWatch): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(['latest', ...ALL.map(tagOf)].map((tag) => [tag, watch.registry.resolveTag('shop', tag)]));
}

function askedSources(watch: EmbeddedWatch): readonly (string | undefined)[] {
  return ['shop', ...ALL].map(
    (name) => watch.cluster.objects.get('OCIRepository', NAMESPACE, name)?.metadata.annotations?.[REQUESTED_AT],
  );
}

function runsOf(watch: EmbeddedWatch): readonly string[] {
  return Object.keys(watch.flux.stats.runs).flatMap((id) =>
    id.startsWith('Kustomization/') ? [id.split('/')[2] ?? ''] : [],
  );
}

describe.each(['off', 'auto'] as const)('a repository of own sources, --isolate=%s', (isolate) => {
  test('goes live from nothing: each artifact to its own tag, the shared one to none, nobody left to Flux’s 30 s', async () => {
    const watch = await isolatedShop({ watch: { isolate } });
    const pushed = tags(watch);
    expect(pushed.latest).toBeUndefined();
    for (const name of ALL) expect([name, pushed[tagOf(name)] !== undefined]).toEqual([name, true]);
    expect(ALL.map((name) => watch.live(name))).toEqual(['one', 'one', 'one']);
  });

  test('a leaf moves one tag, asks one source and runs one Kustomization', async () => {
    const watch = await isolatedShop({ watch: { isolate } });
    const [before, askedBefore] = [tags(watch), askedSources(watch)];
    watch.flux.resetStats();
    const cycle = await watch.edit(() => watch.write('jobs/jobs.yaml', configMap('jobs', 'two')));
    expect(watch.live('jobs')).toBe('two');
    expect({ asked: cycle.asked, pushes: cycle.pushes, full: cycle.full }).toEqual({
      asked: [],
      pushes: 1,
      full: false,
    });
    const after = tags(watch);
    expect(Object.keys(after).filter((tag) => after[tag] !== before[tag])).toEqual([tagOf('jobs')]);
    const asked = askedSources(watch).map((token, index) => token !== askedBefore[index]);
    expect(asked).toEqual([false, false, true, false]);
    expect(runsOf(watch)).toEqual(['jobs']);
  });

  test('a base moves those that read it, a dependent after what it depends on', async () => {
    const watch = await isolatedShop({ watch: { isolate } });
    const cycle = await watch.edit(() => watch.write('base/settings.yaml', configMap('settings', 'two')));
    expect(cycle.pushes).toBe(2);
    const settled = cycle.events.filter(({ type }) => type === 'TargetSettled').map(({ target }) => target);
    expect(settled).toEqual([`Kustomization/${NAMESPACE}/docs`, `Kustomization/${NAMESPACE}/web`]);
    expect(watch.live('settings')).toBe('two');
    await watch.allReady();
  });

  test('a broken file holds the one that reads it, the others go on', async () => {
    const watch = await isolatedShop({ watch: { isolate } });
    const broken = await watch.edit(async () => {
      watch.write('jobs/jobs.yaml', 'kind: [\n');
      watch.write('docs/docs.yaml', configMap('docs', 'two'));
    });
    expect(broken.decisions['jobs/jobs.yaml']).toBe('held');
    expect([watch.live('docs'), watch.live('jobs')]).toEqual(['two', 'one']);
    await watch.edit(() => watch.write('jobs/jobs.yaml', configMap('jobs', 'three')));
    expect(watch.live('jobs')).toBe('three');
  });
});

test('what each of them holds is read from its source: a watch with a new log, begun after a save, sends that save alone', async () => {
  const watch = await isolatedShop();
  await watch.session.stop();
  const [before, askedBefore] = [tags(watch), askedSources(watch)];
  watch.write('jobs/jobs.yaml', configMap('jobs', 'two'));
  const controller = new AbortController();
  const session = await startWatchSession({
    dir: watch.dir,
    root: undefined,
    connection: await loadKubeconfig({ path: join(watch.home, 'kubeconfig') }),
    clusterName: 'embedded',
    namespace: undefined,
    source: undefined,
    registry: undefined,
    tag: undefined,
    full: undefined,
    dryRun: false,
    logPath: join(watch.home, 'another', 'events.db'),
    hooks: [],
    poll: false,
    allowPrune: false,
    ignore: [],
    limits: DEFAULT_LIMITS,
    env: {},
    signal: controller.signal,
    onHappening: () => {},
    onEvent: () => {},
  });
  onTestFinished(() => session.stop());
  await watch.until('the save being live', () => watch.live('jobs') === 'two');
  await watch.allReady();
  const after = tags(watch);
  expect(Object.keys(after).filter((tag) => after[tag] !== before[tag])).toEqual([tagOf('jobs')]);
  expect(askedSources(watch).map((token, index) => token !== askedBefore[index])).toEqual([false, false, true, false]);
});

test('one that still reads the shared source goes by that, beside those with sources of their own', async () => {
  const watch = await startEmbeddedWatch({
    files: FILES,
    objects: (host) => [...withOwnSource('docs', host), kustomization('jobs'), kustomization('web')],
    watch: { isolate: 'off' },
  });
  await watch.allReady();
  const before = tags(watch);
  watch.flux.resetStats();
  const own = await watch.edit(() => watch.write('docs/docs.yaml', configMap('docs', 'two')));
  expect([own.pushes, runsOf(watch)]).toEqual([1, ['docs']]);
  expect(tags(watch).latest).toBe(before.latest);
  const both = await watch.edit(() => watch.write('base/settings.yaml', configMap('settings', 'two')));
  expect([both.pushes, both.asked]).toEqual([2, ['web']]);
  await watch.allReady();
  expect(watch.live('settings')).toBe('two');
});
