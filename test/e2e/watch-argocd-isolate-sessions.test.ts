import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startWatchSession, type WatchSession } from '../../src/cli/watch-session.ts';
import { loadKubeconfig } from '../../src/cluster/kubeconfig.ts';
import type { KubeObject } from '../../src/domain/kube-object.ts';
import { DEFAULT_LIMITS } from '../../src/domain/limits.ts';
import { watchStatus } from '../../src/projections/status.ts';
import type { Happening } from '../../src/ui/happening.ts';
import { runMain } from '../cli/run-main.ts';
import { ARGOCD, application, repositorySecret } from '../support/argo-manifests.ts';
import { type EmbeddedWatch, type EmbeddedWatchOptions, startEmbeddedWatch } from '../support/embedded-watch.ts';
import { kustomization, NAMESPACE, ociRepository } from '../support/flux-manifests.ts';
import {
  applicationFiles,
  argoSpecs,
  isolatingApplications,
  namespaceNamed,
  placeless,
  revisionOf,
} from '../support/isolating-argocd.ts';

const FEW = ['a', 'b', 'c'];
const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** Another watch of the same directory, as a process that starts later. */
async function again(watch: EmbeddedWatch): Promise<{ readonly session: WatchSession; readonly shown: string[] }> {
  const shown: string[] = [];
  const log = join(watch.home, 'later');
  mkdirSync(log, { recursive: true });
  const session = await startWatchSession({
    ...{ root: undefined, clusterName: 'embedded', namespace: undefined, source: undefined, registry: undefined },
    ...{ tag: undefined, full: undefined, dryRun: false, hooks: [], poll: false, allowPrune: false, ignore: [] },
    limits: DEFAULT_LIMITS,
    env: {},
    signal: new AbortController().signal,
    isolate: 'on',
    dir: watch.dir,
    connection: await loadKubeconfig({ path: join(watch.home, 'kubeconfig') }),
    // What the earlier one knew is not at hand.
    logPath: join(log, 'events.db'),
    onHappening: (happening: Happening) => {
      if (happening.type === 'message') shown.push(happening.text);
    },
    onEvent: () => {},
  });
  onTestFinished(() => session.stop());
  return { session, shown };
}

function expireLeases({ cluster }: EmbeddedWatch): void {
  const renewTime = new Date(Date.now() - 3_600_000).toISOString().replace('Z', '000Z');
  for (const { metadata } of cluster.objects.list('Lease')) {
    const { name, namespace = '' } = metadata;
    cluster.objects.patch({ kind: 'Lease', namespace, name }, { spec: { renewTime } });
  }
}

function withoutLeases(specs: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(specs).filter(([id]) => !id.startsWith('Lease/')));
}

it('the next watch of the directory takes over what the last one kept, and nobody is compared or synced for it', async () => {
  const watch = await isolatingApplications(FEW, { watch: { keep: true } });
  const before = withoutLeases(argoSpecs(watch));
  await watch.edit(() => watch.write('a/own.yaml', placeless('a', 'two')));
  const moved = revisionOf(watch, 'a');
  await watch.session.stop();
  expect(revisionOf(watch, 'a')).toBe(moved);
  expireLeases(watch);
  watch.argo?.resetStats();

  const { session } = await again(watch);
  await watch.until('the baseline', () => session.engine.state.machines.get('watch')?.matches('idle'));
  expect(revisionOf(watch, 'a')).toBe(moved);
  expect(watch.argo?.stats).toMatchObject({ refreshes: {}, syncs: {} });
  watch.write('a/own.yaml', placeless('a', 'three'));
  await watch.until('the save being live', () => watch.live('a', 'a') === 'three');
  expect(String(revisionOf(watch, 'a'))).toMatch(DIGEST);
  await session.stop();
  expect(argoSpecs(watch)).toEqual(before);
});

it('one that was taken over and that somebody puts back goes by the shared artifact from then on', async () => {
  const watch = await isolatingApplications(FEW, { watch: { keep: true } });
  await watch.edit(() => watch.write('a/own.yaml', placeless('a', 'two')));
  await watch.session.stop();
  expireLeases(watch);
  const { session } = await again(watch);
  await watch.until('the baseline', () => session.engine.state.machines.get('watch')?.matches('idle'));
  watch.cluster.objects.patch(
    { kind: 'Application', namespace: ARGOCD, name: 'a' },
    { spec: { source: { targetRevision: 'dev' } } },
  );
  const isolation = 'isolation/Application/argocd/a';
  await watch.until('that being seen', () => session.engine.state.machines.get(isolation)?.matches('refused'));
  watch.write('a/own.yaml', placeless('a', 'three'));
  await watch.until('the save being live', () => watch.live('a', 'a') === 'three');
  expect(revisionOf(watch, 'a')).toBe('dev');
});

it('status and explain say which artifacts an Application reads, and why another one shares', async () => {
  const watch = await isolatingApplications(FEW);
  await watch.edit(() => watch.write('a/own.yaml', placeless('a', 'two')));
  const { targets } = watchStatus(0, watch.session.engine.state.machines);
  const own = `OCISource//oci://${watch.registry.host}/shop#argocd/a`;
  expect(targets.map(({ ownSource, sharedBecause }) => ownSource ?? sharedBecause)).toEqual([
    own,
    'not changed since the watch began',
    'not changed since the watch began',
  ]);
  const kubeconfig = join(watch.home, 'kubeconfig');
  const { stdout } = await runMain([
    'explain',
    join(watch.dir, 'a/own.yaml'),
    '--dir',
    watch.dir,
    '--kubeconfig',
    kubeconfig,
  ]);
  expect(stdout).toContain(`Application argocd/a (closure, on oci://${watch.registry.host}/shop#argocd/a)`);
  const reconciled = await runMain(['reconcile', 'a', '--kubeconfig', kubeconfig], { env: {} });
  expect(reconciled, reconciled.stderr).toMatchObject({ code: 0 });
  expect(String(revisionOf(watch, 'a'))).toMatch(DIGEST);
});

describe('Applications that read Git', () => {
  const REPOSITORY = 'https://git.example/shop.git';
  const files = applicationFiles(FEW);
  const committed = new Map(
    Object.entries(files).map(([path, text]) => [path, { content: Buffer.from(text), mode: 0o644 }]),
  );

  function onGit(
    knows: boolean,
    more: Partial<EmbeddedWatchOptions> = {},
    objects: readonly KubeObject[] = [],
  ): Promise<EmbeddedWatch> {
    let host = '';
    return startEmbeddedWatch({
      ...more,
      files,
      argo: { git: async () => ({ commit: 'c'.repeat(40), files: committed }) },
      objects: (registryHost) => {
        host = registryHost;
        return [
          ...(knows ? [repositorySecret(`oci://${host}/dev`)] : []),
          ...objects,
          ...FEW.map(namespaceNamed),
          ...FEW.map((name) =>
            application(name, name, {
              source: { repoURL: REPOSITORY, targetRevision: 'main' },
              destination: { server: 'https://kubernetes.default.svc', namespace: name },
            }),
          ),
        ];
      },
      watch: {
        isolate: 'on',
        full: undefined,
        get registry() {
          return `oci://${host}/dev`;
        },
      },
    });
  }

  it('are moved to the registry that Argo CD knows, without a commit, and go back to Git', async () => {
    const watch = await onGit(true);
    const before = argoSpecs(watch);
    await watch.until('what is committed being live', () => watch.live('a', 'a') === 'one');
    await watch.edit(() => watch.write('a/own.yaml', placeless('a', 'uncommitted')));
    expect(watch.live('a', 'a')).toBe('uncommitted');
    expect(watch.cluster.objects.get('Application', 'argocd', 'a')?.spec?.source).toMatchObject({
      repoURL: `oci://${watch.registry.host}/dev`,
      targetRevision: expect.stringMatching(DIGEST),
    });
    await watch.session.stop();
    expect(argoSpecs(watch)).toEqual(withoutLeases(before));
    await watch.until('what is committed being live again', () => watch.live('a', 'a') === 'one');
  });

  it('stay where they are when Argo CD knows no such registry, and it is said which', async () => {
    const watch = await onGit(false);
    expect(watch.text()).toContain(`Argo CD knows no OCI repository oci://${watch.registry.host}/dev`);
    await watch.edit(() => watch.write('a/own.yaml', placeless('a', 'uncommitted')));
    expect(revisionOf(watch, 'a')).toBe('main');
  });

  it('stay where they are when their project does not let them read from the registry, and it is said which', async () => {
    const project = {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'AppProject',
      metadata: { name: 'default', namespace: ARGOCD },
      spec: { sourceRepos: [REPOSITORY], destinations: [{ server: '*', namespace: '*' }] },
    };
    const watch = await onGit(true, {}, [project]);
    expect(watch.text()).toContain(
      `AppProject default does not let its Applications read from oci://${watch.registry.host}/dev`,
    );
    await watch.edit(() => watch.write('a/own.yaml', placeless('a', 'uncommitted')));
    expect(revisionOf(watch, 'a')).toBe('main');
  });

  it('stay where they are when the user may not see what Argo CD knows', async () => {
    const watch = await onGit(true, { cluster: { deny: [{ verb: 'list', group: '', resource: 'secrets' }] } });
    expect(watch.text()).toMatch(/whether Argo CD knows the repository oci:.* cannot be told: .*secrets/);
  });
});

describe('Flux and Argo CD in one cluster', () => {
  it('each session moves what its directory feeds, and one restore puts both back', async () => {
    const watch = await isolatingApplications(FEW, {
      watch: { keep: true },
      more: () => [
        ociRepository('other', 'registry.example'),
        kustomization('elsewhere', { sourceRef: { kind: 'OCIRepository', name: 'other' }, suspend: true }),
      ],
    });
    const declared = (): unknown => [
      withoutLeases(argoSpecs(watch)),
      watch.cluster.objects
        .list('Kustomization')
        .map(({ metadata, spec }) => ({ name: metadata.name, annotations: metadata.annotations, spec })),
    ];
    const before = declared();
    await watch.edit(() => watch.write('a/own.yaml', placeless('a', 'two')));
    expect(kustomizationOf(watch).spec?.sourceRef).toMatchObject({ name: 'other' });
    await watch.session.stop();
    expireLeases(watch);
    const { code, stdout } = await runMain(['restore', '--yes', '--kubeconfig', join(watch.home, 'kubeconfig')], {
      env: {},
    });
    expect(code, stdout).toBe(0);
    expect(stdout).toContain('restored   Application argocd/a');
    expect(declared()).toEqual(before);
    expect(watch.cluster.objects.list('Lease')).toEqual([]);
  });
});

function kustomizationOf({ cluster }: EmbeddedWatch): KubeObject {
  const found = cluster.objects.get('Kustomization', NAMESPACE, 'elsewhere');
  if (found === undefined) throw new Error('expected Kustomization elsewhere, found none');
  return found;
}
