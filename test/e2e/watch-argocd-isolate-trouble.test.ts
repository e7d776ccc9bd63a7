import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../src/domain/kube-object.ts';
import { DEFAULT_LIMITS } from '../../src/domain/limits.ts';
import { ARGOCD, application, repositorySecret } from '../support/argo-manifests.ts';
import { type EmbeddedWatch, startEmbeddedWatch } from '../support/embedded-watch.ts';
import { kustomizationFile } from '../support/flux-manifests.ts';
import {
  applicationFiles,
  applicationOf,
  isolatingApplications,
  namespaceNamed,
  placeless,
  revisionOf,
  SESSION_MARK,
  shopApplication,
} from '../support/isolating-argocd.ts';

const FEW = ['a', 'b', 'c'];
const DIGEST = /^sha256:[0-9a-f]{64}$/;
const FULL = { reason: 'initial', detail: 'a full reconcile was asked for at the start' } as const;

function patchSource({ cluster }: EmbeddedWatch, name: string, source: Record<string, unknown>): void {
  cluster.objects.patch({ kind: 'Application', namespace: ARGOCD, name }, { spec: { source } });
}

describe('somebody else changes an Application that is isolated', () => {
  it('back to its tag: it stays there, and what is on the disk gets there by the shared artifact', async () => {
    const watch = await isolatingApplications(FEW);
    await watch.edit(() => watch.write('a/own.yaml', placeless('a', 'two')));
    await watch.during(async () => {
      patchSource(watch, 'a', { targetRevision: 'dev' });
      await watch.until('the target being lost', () => watch.events.some(({ type }) => type === 'IsolationLost'));
    });
    expect([watch.live('a', 'a'), revisionOf(watch, 'a')]).toEqual(['two', 'dev']);
    const cycle = await watch.edit(() => watch.write('a/own.yaml', placeless('a', 'three')));
    expect([watch.live('a', 'a'), revisionOf(watch, 'a')]).toEqual(['three', 'dev']);
    expect(cycle.text).toMatch(/somebody pointed it at another source/);
    await watch.session.stop();
    expect(applicationOf(watch, 'a')?.metadata.annotations?.[SESSION_MARK]).toBeUndefined();
  });

  it('to another tag: that is theirs, also at the end', async () => {
    const watch = await isolatingApplications(FEW);
    await watch.edit(() => watch.write('a/own.yaml', placeless('a', 'two')));
    await watch.during(async () => {
      patchSource(watch, 'a', { targetRevision: 'stable' });
      await watch.until('the target being lost', () => watch.events.some(({ type }) => type === 'IsolationLost'));
    });
    await watch.edit(() => watch.write('b/own.yaml', placeless('b', 'two')));
    await watch.session.stop();
    expect(revisionOf(watch, 'a')).toBe('stable');
    expect(watch.text()).toContain('not everything could be put back');
  });

  it('that is deleted while it is isolated takes nothing along', async () => {
    const watch = await isolatingApplications(FEW);
    await watch.edit(() => watch.write('a/own.yaml', placeless('a', 'two')));
    watch.cluster.objects.delete('Application', ARGOCD, 'a');
    await watch.edit(() => watch.write('b/own.yaml', placeless('b', 'two')));
    expect(watch.live('b', 'b')).toBe('two');
    await watch.session.stop();
    expect(watch.cluster.objects.list('Lease')).toEqual([]);
  });

  it('that is deleted and made again is moved again, and ends at the tag', async () => {
    const watch = await isolatingApplications(FEW);
    const made = shopApplication('a', watch.registry.host);
    await watch.edit(() => watch.write('a/own.yaml', placeless('a', 'two')));
    watch.cluster.objects.delete('Application', ARGOCD, 'a');
    const machine = 'target/Application/argocd/a';
    await watch.until('that being seen', () => watch.session.engine.state.machines.get(machine)?.matches('gone'));
    watch.cluster.objects.apply(made);
    await watch.atRest();
    await watch.edit(() => watch.write('a/own.yaml', placeless('a', 'three')));
    expect(watch.live('a', 'a')).toBe('three');
    expect(String(revisionOf(watch, 'a'))).toMatch(DIGEST);
    await watch.session.stop();
    expect(revisionOf(watch, 'a')).toBe('dev');
    expect(watch.cluster.objects.list('Lease')).toEqual([]);
  });
});

/** `child` is made by `root`, which `automated` says how far it heals. */
async function appOfApps(automated: Record<string, unknown>): Promise<EmbeddedWatch> {
  let child = '';
  const watch = await startEmbeddedWatch({
    files: {
      ...applicationFiles(['a', 'child']),
      'root/kustomization.yaml': kustomizationFile('child.yaml'),
      'root/child.yaml': 'kind: List\napiVersion: v1\nitems: []\n',
    },
    argo: {},
    objects: (host) => {
      child = JSON.stringify(shopApplication('child', host));
      return [
        repositorySecret(`oci://${host}/shop`),
        ...['a', 'child'].map(namespaceNamed),
        shopApplication('a', host),
        application('root', 'root', {
          source: { repoURL: `oci://${host}/shop` },
          syncPolicy: { automated: { prune: true, allowEmpty: true, ...automated } },
        }),
      ];
    },
    watch: { isolate: 'on', allowPrune: true, full: FULL },
  });
  await watch.edit(() => watch.write('root/child.yaml', child));
  await watch.until('the child being made', () => watch.live('child', 'child') === 'one');
  await watch.atRest();
  return watch;
}

describe('an Application that a parent applies', () => {
  it('stays shared where the parent heals itself, and the status says why', async () => {
    const watch = await appOfApps({ selfHeal: true });
    const cycle = await watch.edit(() => watch.write('child/own.yaml', placeless('child', 'two')));
    expect(watch.live('child', 'child')).toBe('two');
    expect(revisionOf(watch, 'child')).toBe('dev');
    expect(cycle.text).toContain('Application argocd/root applies it and heals itself');
  });

  it('is moved where it does not, which is said once; a sync of the parent puts it back for good', async () => {
    const watch = await appOfApps({});
    await watch.edit(() => watch.write('child/own.yaml', placeless('child', 'two')));
    expect(watch.live('child', 'child')).toBe('two');
    expect(String(revisionOf(watch, 'child'))).toMatch(DIGEST);
    await watch.edit(() => watch.write('child/own.yaml', placeless('child', 'three')));
    expect(watch.text().split('shows Application/argocd/child as OutOfSync')).toHaveLength(2);

    await watch.during(async () => {
      const operation = { sync: { revision: revisionOf(watch, 'root') }, initiatedBy: { username: 'ann' } };
      watch.cluster.objects.patch({ kind: 'Application', namespace: ARGOCD, name: 'root' }, { operation });
      await watch.until('the child being lost', () => watch.events.some(({ type }) => type === 'IsolationLost'));
    });
    expect(watch.live('child', 'child')).toBe('three');
    await watch.edit(() => watch.write('child/own.yaml', placeless('child', 'four')));
    expect(watch.live('child', 'child')).toBe('four');
    expect(revisionOf(watch, 'child')).toBe('dev');
  });
});

it('Applications of an ApplicationSet stay shared, and it is said why', async () => {
  const watch = await isolatingApplications(['a'], {
    files: applicationFiles(['a', 'made']),
    more: (host) => [
      namespaceNamed('made'),
      {
        apiVersion: 'argoproj.io/v1alpha1',
        kind: 'ApplicationSet',
        metadata: { name: 'all', namespace: ARGOCD },
        spec: {
          generators: [{ list: { elements: [{ app: 'made' }] } }],
          template: { metadata: { name: '{{app}}' }, spec: shopApplication('{{app}}', host).spec },
        },
      } satisfies KubeObject,
    ],
  });
  await watch.until('the Application being made', () => applicationOf(watch, 'made'));
  const cycle = await watch.edit(() => watch.write('made/own.yaml', placeless('made', 'two')));
  expect(watch.live('made', 'made')).toBe('two');
  expect(revisionOf(watch, 'made')).toBe('dev');
  expect(cycle.text).toContain('ApplicationSet all makes it');
});

it('an artifact that Argo CD refuses is a failure with its words, and the next save mends it', async () => {
  let isBroken = false;
  const watch = await isolatingApplications(FEW, {
    argo: { fail: (stage) => (isBroken && stage === 'manifests' ? 'manifest unknown' : undefined) },
  });
  isBroken = true;
  const cycle = await watch.edit(() => watch.write('a/own.yaml', placeless('a', 'two')));
  expect(cycle.text).toContain('manifest unknown');
  isBroken = false;
  await watch.edit(() => watch.write('a/own.yaml', placeless('a', 'three')));
  expect(watch.live('a', 'a')).toBe('three');
  expect(watch.session.engine.state.machines.get('target/Application/argocd/a')?.value).toBe('settled');
});

it('Applications without automated sync are moved with --sync, and synced by the same patch', async () => {
  const watch = await isolatingApplications(['a'], { spec: () => ({ syncPolicy: {} }), watch: { sync: true } });
  const cycle = await watch.edit(() => watch.write('a/own.yaml', placeless('a', 'two')));
  expect(watch.live('a', 'a')).toBe('two');
  expect(cycle.askedInOrder).toEqual(['a']);
  expect(String(revisionOf(watch, 'a'))).toMatch(DIGEST);
  await watch.session.stop();
  expect(revisionOf(watch, 'a')).toBe('dev');
});

describe('the API server', () => {
  it('that lets this user make no Lease: told at the start, and all goes by the shared artifact', async () => {
    const watch = await isolatingApplications(FEW, {
      cluster: { deny: [{ verb: 'create', group: 'coordination.k8s.io', resource: 'leases' }] },
    });
    expect(watch.text()).toMatch(/this user may not create leases/);
    await watch.edit(() => watch.write('a/own.yaml', placeless('a', 'two')));
    expect([watch.live('a', 'a'), revisionOf(watch, 'a')]).toEqual(['two', 'dev']);
  });

  it('that lets this user change no Application: told at the start', async () => {
    const watch = await isolatingApplications(FEW, {
      settled: false,
      cluster: { deny: [{ verb: 'patch', group: 'argoproj.io', resource: 'applications' }] },
    });
    await watch.untilShown(/this user may not patch applications\.argoproj\.io/);
    expect(watch.cluster.objects.list('Lease')).toEqual([]);
  });

  it.each([
    ['fails for a moment', { status: 503 }],
    ['loses the answer', { dropConnection: true }],
  ])('that %s at the patch is asked again, and the save arrives', async (_, fault) => {
    const limits = { ...DEFAULT_LIMITS, targetBackoffMsMin: 20, targetBackoffMsMax: 50, breakerOpenMsMin: 100 };
    const watch = await isolatingApplications(FEW, { watch: { limits } });
    watch.cluster.faults.next({ match: { verb: 'patch', resource: 'applications' }, ...fault, times: 1 });
    await watch.edit(async () => {
      watch.write('a/own.yaml', placeless('a', 'two'));
      await watch.until('the save being live', () => watch.live('a', 'a') === 'two');
    });
    expect(String(revisionOf(watch, 'a'))).toMatch(DIGEST);
  });
});

it('saved and undone at once ends at what is on the disk, with no answer from before believed', async () => {
  const watch = await isolatingApplications(FEW, { argo: { latency: { manifests: 60, sync: 60 } } });
  await watch.edit(() => watch.write('a/own.yaml', placeless('a', 'two')));
  await watch.edit(async () => {
    watch.write('a/own.yaml', placeless('a', 'three'));
    const from = watch.events.length;
    await watch.until('the save being on its way', () =>
      watch.events.slice(from).some(({ type, effect }) => type === 'EffectRequested' && effect === 'switchTarget'),
    );
    watch.write('a/own.yaml', placeless('a', 'two'));
  });
  expect(watch.live('a', 'a')).toBe('two');
  expect(applicationOf(watch, 'a')?.status).toMatchObject({
    sync: { status: 'Synced', revision: revisionOf(watch, 'a') },
  });
});
