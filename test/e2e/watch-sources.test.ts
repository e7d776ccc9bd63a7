import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { WatchSessionOptions } from '../../src/cli/watch-session.ts';
import type { KubeObject } from '../../src/domain/kube-object.ts';
import { type EmbeddedWatch, startEmbeddedWatch } from '../support/embedded-watch.ts';
import { configMap, kustomization, kustomizationFile, NAMESPACE } from '../support/flux-manifests.ts';

const TARGETS = ['docs', 'web'];
const FILES = Object.fromEntries(
  TARGETS.flatMap((name) => [
    [`${name}/kustomization.yaml`, kustomizationFile(`${name}.yaml`)],
    [`${name}/${name}.yaml`, configMap(name, 'one')],
  ]),
);

describe('a source that cannot be pushed from here', () => {
  const gitRepository: KubeObject = {
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'GitRepository',
    metadata: { name: 'shop', namespace: NAMESPACE },
    spec: { interval: '10m', url: 'https://git.example.com/shop.git' },
  };
  const sourceRef = { kind: 'GitRepository', name: 'shop' };

  test('is told at the start and at each save, with what to do; nothing is pushed or asked in vain', async () => {
    const watch = await startEmbeddedWatch({
      files: FILES,
      source: gitRepository,
      objects: TARGETS.map((name) => kustomization(name, { sourceRef })),
      watch: { full: undefined },
    });
    const cure = 'Commit and git push, then run flux reconcile source git shop -n flux-system';
    expect(watch.text()).toContain(cure);
    const cycle = await watch.edit(() => watch.write('web/web.yaml', configMap('web', 'two')));
    expect(cycle).toMatchObject({ asked: [], pushes: 0 });
    expect(cycle.text).toContain(cure);
    expect(cycle.text).toContain('flux-system/web');
    expect(cycle.text).not.toContain('flux-system/docs');
    expect(watch.registry.requests.count()).toBe(0);
    expect(verbsOf(watch)).toEqual(new Set(['get', 'list', 'watch']));
  });

  test('a chart in it belongs to its HelmRelease: told at a save, not asked in vain', async () => {
    const release: KubeObject = {
      apiVersion: 'helm.toolkit.fluxcd.io/v2',
      kind: 'HelmRelease',
      metadata: { name: 'frontend', namespace: NAMESPACE },
      spec: {
        interval: '10m',
        chart: { spec: { chart: './charts/frontend', sourceRef, reconcileStrategy: 'Revision' } },
      },
    };
    const watch = await startEmbeddedWatch({
      files: {
        ...FILES,
        'charts/frontend/Chart.yaml': 'apiVersion: v2\nname: frontend\nversion: 1.0.0\n',
        'charts/frontend/templates/settings.yaml': configMap('settings', 'one'),
      },
      source: gitRepository,
      objects: [...TARGETS.map((name) => kustomization(name, { sourceRef })), release],
      watch: { full: undefined },
    });
    const cycle = await watch.edit(() =>
      watch.write('charts/frontend/templates/settings.yaml', configMap('settings', 'two')),
    );
    expect(cycle.decisions).toEqual({ 'charts/frontend/templates/settings.yaml': 'chart' });
    expect(cycle.text).toContain('HelmRelease flux-system/frontend');
    expect(cycle.text).toContain('a save cannot be pushed from here');
    expect(verbsOf(watch)).toEqual(new Set(['get', 'list', 'watch']));
  });
});

describe('--dry-run', () => {
  test('decides and shows, and sends nothing at all', async () => {
    const watch = await shop({ dryRun: true });
    const cycle = await watch.edit(() => watch.write('web/web.yaml', configMap('web', 'two')));
    expect(cycle.asked).toEqual([]);
    expect(cycle.text).toContain('flux-system/web');
    expect(cycle.text).toContain('dry run: nothing is sent');
    expect(verbsOf(watch)).toEqual(new Set(['get', 'list', 'watch']));
    const writes = watch.registry.requests
      .recent()
      .filter(({ method, repository }) => repository === 'shop' && method !== 'GET' && method !== 'HEAD');
    expect(writes).toEqual([]);
  });
});

describe('--hook', () => {
  test('runs in the source root before the push, each in the order given', async () => {
    const watch = await shop({ hooks: ['cat web/web.yaml > ../first', 'cp ../first ../second'] });
    expect(readFileSync(join(watch.home, 'second'), 'utf8')).toBe(configMap('web', 'one'));
    const cycle = await watch.edit(() => watch.write('web/web.yaml', configMap('web', 'two')));
    expect(cycle.asked).toEqual(['web']);
    expect(readFileSync(join(watch.home, 'second'), 'utf8')).toBe(configMap('web', 'two'));
    const order = cycle.events.flatMap(({ type, effect }) =>
      type === 'HooksSucceeded' ? ['hooks'] : effect === 'pushArtifact' ? ['push'] : [],
    );
    expect(order).toEqual(['hooks', 'push']);
  });

  test('that fails stops the cycle and says why; the next save brings what it stopped too', async () => {
    const watch = await shop({ hooks: ['test ! -e ../refuse || { echo no good today; exit 3; }'] });
    const refuse = join(watch.home, 'refuse');
    writeFileSync(refuse, '');
    const stopped = await watch.edit(() => watch.write('web/web.yaml', configMap('web', 'two')));
    expect(stopped).toMatchObject({ asked: [], pushes: 0 });
    expect(stopped.text).toContain('exit code 3');
    expect(stopped.text).toContain('no good today');
    expect(watch.live('web')).toBe('one');
    rmSync(refuse);
    const next = await watch.edit(() => watch.write('docs/docs.yaml', configMap('docs', 'two')));
    expect(next).toMatchObject({ asked: ['docs', 'web'], pushes: 1 });
    expect([watch.live('docs'), watch.live('web')]).toEqual(['two', 'two']);
  });

  test('that failed runs again when the file is saved again, with the same content too', async () => {
    const watch = await shop({ hooks: ['test ! -e ../refuse'] });
    const refuse = join(watch.home, 'refuse');
    writeFileSync(refuse, '');
    const stopped = await watch.edit(() => watch.write('web/web.yaml', configMap('web', 'two')));
    expect(stopped.asked).toEqual([]);
    rmSync(refuse);
    const again = await watch.edit(() => watch.write('web/web.yaml', configMap('web', 'two')));
    expect(again).toMatchObject({ asked: ['web'], pushes: 1 });
    expect(watch.live('web')).toBe('two');
  });

  test('that changes a file while it runs has its own change pushed', async () => {
    const watch = await shop({ hooks: ["sed 's/two/made by the hook/' -i web/web.yaml"] });
    await watch.edit(async () => {
      watch.write('web/web.yaml', configMap('web', 'two'));
      await watch.until('what the hook wrote', () => watch.live('web') === 'made by the hook');
    });
    expect(watch.live('web')).toBe('made by the hook');
  });
});

describe('artifacts that an ArtifactGenerator composes', () => {
  const generator: KubeObject = {
    apiVersion: 'source.extensions.fluxcd.io/v1beta1',
    kind: 'ArtifactGenerator',
    metadata: { name: 'apps', namespace: NAMESPACE },
    spec: {
      sources: [{ alias: 'repo', kind: 'OCIRepository', name: 'shop' }],
      artifacts: TARGETS.map((name) => ({ name, copy: [{ from: `@repo/${name}/**`, to: '@artifact/' }] })),
    },
  };

  function revisionOf(watch: EmbeddedWatch, name: string): unknown {
    const status = watch.cluster.objects.get('ExternalArtifact', NAMESPACE, name)?.status;
    return (status as { artifact?: { revision?: string } } | undefined)?.artifact?.revision;
  }

  test('a save asks only the target of the artifact that moved, and waits for it at that revision', async () => {
    const watch = await startEmbeddedWatch({
      files: FILES,
      objects: [
        generator,
        ...TARGETS.map((name) => kustomization(name, { path: './', sourceRef: { kind: 'ExternalArtifact', name } })),
      ],
    });
    const before = TARGETS.map((name) => revisionOf(watch, name));
    const docsRuns = watch.flux.stats.runs['Kustomization/flux-system/docs'];
    const cycle = await watch.edit(() => watch.write('web/web.yaml', configMap('web', 'two')));
    expect(cycle).toMatchObject({ asked: ['web'], pushes: 1, full: false });
    const after = TARGETS.map((name) => revisionOf(watch, name));
    expect(after[0]).toBe(before[0]);
    expect(after[1]).not.toBe(before[1]);
    const web = watch.cluster.objects.get('Kustomization', NAMESPACE, 'web');
    expect(web?.status?.lastAppliedRevision).toBe(after[1]);
    expect(watch.live('web')).toBe('two');
    expect(watch.flux.stats.runs['Kustomization/flux-system/docs']).toBe(docsRuns);
  });

  test('a file that no artifact takes moves nothing', async () => {
    const watch = await startEmbeddedWatch({
      files: { ...FILES, 'docs/README.md': 'one\n' },
      objects: [
        generator,
        ...TARGETS.map((name) => kustomization(name, { path: './', sourceRef: { kind: 'ExternalArtifact', name } })),
      ],
    });
    const before = TARGETS.map((name) => revisionOf(watch, name));
    const cycle = await watch.edit(() => watch.write('docs/README.md', 'two\n'));
    expect(cycle).toMatchObject({ asked: [], pushes: 0 });
    expect(TARGETS.map((name) => revisionOf(watch, name))).toEqual(before);
  });
});

function shop(watch: Partial<WatchSessionOptions>): Promise<EmbeddedWatch> {
  return startEmbeddedWatch({ files: FILES, objects: TARGETS.map((name) => kustomization(name)), watch });
}

function verbsOf(watch: EmbeddedWatch): Set<string> {
  return new Set(watch.cluster.requests.recent().map(({ verb }) => verb));
}
