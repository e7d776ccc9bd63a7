import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../src/domain/kube-object.ts';
import { conditionOf } from '../support/embedded-watch.ts';
import { configMap, kustomization, NAMESPACE, ociRepository } from '../support/flux-manifests.ts';
import { until } from '../support/poll.ts';
import { startReconcileWorld, untilReady } from '../support/reconcile-world.ts';

const dependsOn = (...names: string[]) => ({ dependsOn: names.map((name) => ({ name })) });
const QUICK = ['--limit', 'attemptBackoffMsMin=20'];
const target = (name: string) => ({ verb: 'patch', resource: 'kustomizations', name });

describe('reconcile', () => {
  it('asks the source and every Kustomization once, and ends with 0 when all have answered', async () => {
    const world = await startReconcileWorld({ targets: { base: {}, apps: dependsOn('base'), ops: dependsOn('base') } });
    await untilReady(world, 'base', 'apps', 'ops');
    world.cluster.requests.reset();
    const ran = await world.run('reconcile');
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(ran.stdout).toContain('3 ready in');
    expect(world.patches('ocirepositories')).toEqual({ shop: 1 });
    expect(world.patches('kustomizations')).toEqual({ base: 1, apps: 1, ops: 1 });
    expect(Object.values(world.watches()).every((count) => count === 1)).toBe(true);
  });

  it('waits after a push for its revision, and asks nobody whom Flux runs for it anyway', async () => {
    const world = await startReconcileWorld({ targets: { base: {}, apps: dependsOn('base') } });
    await untilReady(world, 'base', 'apps');
    const digest = await world.push('second');
    world.cluster.requests.reset();
    const { code, lines } = await world.runJson('reconcile', '--all');
    expect(code).toBe(0);
    expect(world.target('apps').status?.lastAppliedRevision).toBe(`latest@${digest}`);
    // Asked only where Flux came to it before the one that it depends on was Ready.
    expect(world.patches('kustomizations')).not.toHaveProperty('base');
    expect(world.patches('kustomizations').apps ?? 0).toBeLessThanOrEqual(1);
    expect(lines.at(-1)).toMatchObject({ type: 'result', succeeded: true, ready: 2, notReady: 0 });
    // Sources and targets alike say what they are Ready at.
    const { resources = [] } = lines.at(-1) as { resources?: readonly { readonly revision?: string }[] };
    expect(resources.map(({ revision }) => revision?.replace(/:[0-9a-f]{64}$/, ''))).toEqual(
      Array(3).fill('latest@sha256'),
    );
  });

  it('asks only what is named, by each form of a name', async () => {
    const world = await startReconcileWorld({ targets: { base: {}, apps: {}, ops: {} } });
    await untilReady(world, 'base', 'apps', 'ops');
    world.cluster.requests.reset();
    const ran = await world.run('reconcile', 'base', `${NAMESPACE}/apps`);
    expect(ran.code).toBe(0);
    expect(world.patches('kustomizations')).toEqual({ base: 1, apps: 1 });
    expect((await world.run('reconcile', `Kustomization/${NAMESPACE}/ops`)).code).toBe(0);
  });

  it('says while it waits what each waits for, a line a change', async () => {
    const world = await startReconcileWorld({ targets: { base: {}, apps: dependsOn('base') } });
    await untilReady(world, 'base', 'apps');
    const { stdout } = await world.run('reconcile');
    expect(stdout).toMatch(/OCIRepository flux-system\/shop {2}\d+ ms {2}asked/);
    expect(stdout).toMatch(/flux-system\/apps {2}\d+ ms {2}waits for OCIRepository flux-system\/shop/);
    expect(stdout).toMatch(/flux-system\/apps {2}\d+ ms {2}waits for flux-system\/base/);
    expect(stdout).toMatch(/flux-system\/apps Ready in/);
  });
});

describe('a reconcile of what is composed from a source', () => {
  it('asks the source, then the generator, then the Kustomization, and waits for the artifact', async () => {
    const world = await startReconcileWorld({
      targets: { apps: {}, web: { sourceRef: { kind: 'ExternalArtifact', name: 'web' }, path: './' } },
      objects: [
        {
          apiVersion: 'source.extensions.fluxcd.io/v1beta1',
          kind: 'ArtifactGenerator',
          metadata: { name: 'parts', namespace: NAMESPACE },
          spec: {
            sources: [{ alias: 'shop', kind: 'OCIRepository', name: 'shop' }],
            artifacts: [{ name: 'web', copy: [{ from: '@shop/web/**', to: '@artifact/' }] }],
          },
        },
      ],
    });
    await untilReady(world, 'apps', 'web');
    for (const value of ['first', 'second']) {
      await world.push(value);
      world.cluster.requests.reset();
      expect((await world.run('reconcile', 'web', '--timeout', '60s')).code).toBe(0);
      expect(world.patches('artifactgenerators')).toEqual({ parts: 1 });
      const live = world.cluster.objects.get('ConfigMap', 'default', 'web') as { data?: unknown };
      expect(live.data).toEqual({ value });
    }
  });
});

describe('what a reconcile is about', () => {
  it.each([
    [['aps'], 'did you mean apps?'],
    [['--exclude', 'nothing-like-it'], '--exclude: no Kustomization or Application is called nothing-like-it'],
    [['apps', '--all'], '--all asks for everything'],
    [['--timeout', '0'], '--timeout expects a duration above 0'],
    [['HelmRelease/shop/cache'], 'no Kustomization, Application or HelmRelease is called HelmRelease/shop/cache'],
  ])('is a usage error with %j', async (argv, message) => {
    const world = await startReconcileWorld({ targets: { apps: {} }, controllers: false });
    const ran = await world.run('reconcile', ...argv);
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain(message);
    expect(world.patches('ocirepositories')).toEqual({});
  });

  it('is a usage error where a name means two, which are named', async () => {
    const second = { metadata: { name: 'apps', namespace: 'other' } };
    const world = await startReconcileWorld({ targets: { apps: {} }, controllers: false });
    world.cluster.objects.apply({ ...world.target('apps'), ...second, status: {} });
    const ran = await world.run('reconcile', 'apps');
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain('Kustomization/flux-system/apps, Kustomization/other/apps');
  });

  it('is refused where dependsOn leads in a circle, which is shown; nothing is asked', async () => {
    const world = await startReconcileWorld({
      targets: { a: dependsOn('b'), b: dependsOn('c'), c: dependsOn('b') },
      controllers: false,
    });
    const ran = await world.run('reconcile', 'a');
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain(
      'Kustomization/flux-system/b → Kustomization/flux-system/c → Kustomization/flux-system/b',
    );
    expect(world.patches('ocirepositories')).toEqual({});
  });

  it('fails at once for one that is suspended, and asks the others', async () => {
    const world = await startReconcileWorld({ targets: { apps: {}, paused: { suspend: true } } });
    await untilReady(world, 'apps');
    const ran = await world.run('reconcile');
    expect(ran.code).toBe(1);
    expect(ran.stdout).toContain('flux-system/apps Ready');
    expect(ran.stdout).toContain('flux resume kustomization paused -n flux-system');
    expect(ran.stderr).toMatch(/error: 1 of 2 not Ready: flux-system\/paused \(Suspended\)\n$/);
  });

  it('says at the start, and goes on saying, what one waits for that is not there, and takes it when it comes', async () => {
    const world = await startReconcileWorld({
      targets: { apps: dependsOn('base') },
      flux: { dependencyRequeueMs: 50 },
    });
    const running = world.run('reconcile');
    await until('the warning', () =>
      world.printed().includes('flux-system/apps depends on flux-system/base, which is not there'),
    );
    await until('what it waits for', () => world.printed().includes('DependencyNotReady'));
    world.cluster.objects.apply({ ...world.target('apps'), ...kustomization('base', { path: 'apps' }), status: {} });
    expect(await running).toMatchObject({ code: 0 });
  });

  it('takes a source in another namespace, and says where one is missing', async () => {
    const world = await startReconcileWorld({
      targets: { apps: {}, lost: { sourceRef: { kind: 'OCIRepository', name: 'gone', namespace: 'elsewhere' } } },
    });
    world.cluster.objects.apply({
      ...world.target('apps'),
      metadata: { name: 'far', namespace: 'default' },
      status: {},
    });
    await untilReady(world, 'apps');
    expect((await world.run('reconcile', 'far')).code).toBe(0);
    const ran = await world.run('reconcile', 'lost');
    expect(ran.code).toBe(1);
    expect(ran.stdout).toContain('OCIRepository/elsewhere/gone (in another namespace than its own) is not there');
  });

  it('says why a source cannot be fetched, as a missing secret, and gives up without another attempt', async () => {
    const world = await startReconcileWorld({ targets: { apps: {} } });
    await untilReady(world, 'apps');
    const key = { kind: 'OCIRepository', namespace: NAMESPACE, name: 'shop' };
    world.cluster.objects.patch(key, { spec: { secretRef: { name: 'registry-login' } } });
    const ran = await world.run('reconcile');
    expect(ran.code).toBe(1);
    expect(ran.stdout).toContain('registry-login');
    expect(ran.stdout).not.toContain('attempt');
  });
});

describe('the answer of a reconcile', () => {
  const answer = (object: KubeObject, ready: 'True' | 'False', reason: string, revision: string) => ({
    observedGeneration: object.metadata.generation,
    lastHandledReconcileAt: object.metadata.annotations?.['reconcile.fluxcd.io/requestedAt'],
    lastAppliedRevision: ready === 'True' ? revision : undefined,
    lastAttemptedRevision: revision,
    conditions: [
      { type: 'Ready', status: ready, reason, message: reason, observedGeneration: object.metadata.generation },
    ],
  });
  const REVISION = 'latest@sha256:1';

  /** Everything is Ready, or has failed, from before; a controller that is played by the test. */
  async function late(ready: 'True' | 'False') {
    const world = await startReconcileWorld({ targets: { apps: {} }, controllers: false });
    const { objects } = world.cluster;
    const source = () => objects.get('OCIRepository', NAMESPACE, 'shop') as KubeObject;
    const keys = {
      source: { kind: 'OCIRepository', namespace: NAMESPACE, name: 'shop' },
      target: { kind: 'Kustomization', namespace: NAMESPACE, name: 'apps' },
    };
    const fetched = () =>
      objects.setStatus(keys.source, {
        ...answer(source(), 'True', 'Succeeded', REVISION),
        artifact: { revision: REVISION },
      });
    const settled = (status: 'True' | 'False', reason: string) =>
      objects.setStatus(keys.target, answer(world.target('apps'), status, reason, REVISION));
    fetched();
    settled(ready, ready === 'True' ? 'ReconciliationSucceeded' : 'BuildFailed');
    let isOver = false;
    const ran = world.run('reconcile').finally(() => {
      isOver = true;
    });
    await objects.until('OCIRepository', NAMESPACE, 'shop', isAsked);
    return { world, objects, keys, fetched, settled, ran, isOver: () => isOver };
  }
  const isAsked = ({ metadata }: KubeObject): boolean =>
    metadata.annotations?.['reconcile.fluxcd.io/requestedAt'] !== undefined;

  it.each(['True', 'False'] as const)(
    'is never a Ready=%s from before the request, however late it comes',
    async (ready) => {
      const { world, objects, keys, fetched, settled, ran, isOver } = await late(ready);
      // A change of the stale status is no answer either.
      objects.setStatus(keys.source, { observedChartName: 'touched' });
      fetched();
      await objects.until('Kustomization', NAMESPACE, 'apps', isAsked);
      objects.setStatus(keys.target, { inventory: { entries: [] } });
      // Shown, so all before it was seen.
      const conditions = [{ type: 'Ready', status: 'Unknown', reason: 'Progressing', observedGeneration: 1 }];
      objects.setStatus(keys.target, { conditions });
      await until('the progress being shown', () => world.printed().includes('Progressing'));
      expect(isOver()).toBe(false);
      settled('True', 'ReconciliationSucceeded');
      expect((await ran).code).toBe(0);
    },
  );

  it('is a failure at this request', async () => {
    const { objects, fetched, settled, ran } = await late('True');
    fetched();
    await objects.until('Kustomization', NAMESPACE, 'apps', isAsked);
    settled('False', 'BuildFailed');
    const { code, stderr } = await ran;
    expect(code).toBe(1);
    expect(stderr).toMatch(/error: 1 of 1 not Ready: flux-system\/apps \(BuildFailed\)\n$/);
  });

  it('comes at once after a push that lacks the path of a Kustomization, and is no matter of patience', async () => {
    const targets = { apps: {}, lost: { path: './nowhere' }, moved: { path: './old' } };
    const world = await startReconcileWorld({ targets });
    await world.push('first', 'latest', { 'old/configmap.yaml': configMap('moved', 'first') });
    world.cluster.objects.patch(
      { kind: 'OCIRepository', namespace: NAMESPACE, name: 'shop' },
      { metadata: { annotations: { 'reconcile.fluxcd.io/requestedAt': new Date().toISOString() } } },
    );
    await untilReady(world, 'apps', 'moved');
    await until('the path being missed', () => conditionOf(world.target('lost'), 'Ready')?.status === 'False');
    await world.push('second');
    const before = performance.now();
    const ran = await world.run('reconcile', '--timeout', '20s');
    expect(performance.now() - before).toBeLessThan(18_000);
    expect(ran.code).toBe(1);
    expect(ran.stdout).not.toContain('attempt');
    expect(ran.stderr).toMatch(
      /error: 2 of 3 not Ready: flux-system\/lost \(ArtifactFailed\), flux-system\/moved \(ArtifactFailed\)\n$/,
    );
  });

  it('may be that of a newer revision, which came meanwhile', async () => {
    const { objects, keys, fetched, ran, world } = await late('True');
    fetched();
    await objects.until('Kustomization', NAMESPACE, 'apps', isAsked);
    objects.setStatus(keys.source, { artifact: { revision: 'latest@sha256:2' } });
    objects.setStatus(keys.target, answer(world.target('apps'), 'True', 'ReconciliationSucceeded', 'latest@sha256:2'));
    expect((await ran).code).toBe(0);
  });

  it('is asked for again when it does not come within --timeout', async () => {
    const world = await startReconcileWorld({ targets: { apps: {} }, controllers: false });
    // The first look at the cluster is an attempt, too, and has to fit in.
    const ran = await world.run('reconcile', '--timeout', '4s', ...QUICK);
    expect(ran.code).toBe(1);
    expect(world.patches('ocirepositories')).toEqual({ shop: 3 });
    expect(ran.stdout.match(/shop: attempt \d of 3 failed/g)).toEqual([
      'shop: attempt 1 of 3 failed',
      'shop: attempt 2 of 3 failed',
    ]);
  });
});

describe('a reconcile that fails', () => {
  it('sees all others to their end, holds back what depends on it, and tells what is wrong with it', async () => {
    let broken = false;
    const world = await startReconcileWorld({
      targets: { base: {}, apps: dependsOn('base'), ops: {} },
      flux: {
        fail: (stage, { metadata }) =>
          broken && stage === 'apply' && metadata.name === 'base' ? 'no space left' : undefined,
      },
    });
    await untilReady(world, 'base', 'apps', 'ops');
    broken = true;
    const ran = await world.run('reconcile');
    expect(ran.code).toBe(1);
    expect(ran.stdout).toContain('flux-system/ops Ready');
    expect(ran.stdout).toContain('no space left');
    const error =
      'error: 2 of 3 not Ready: flux-system/base (ReconciliationFailed), flux-system/apps (DependencyFailed)';
    // First and last, with what was found in between.
    expect(ran.stderr.startsWith(error)).toBe(true);
    expect(ran.stderr.trimEnd().endsWith(error)).toBe(true);
    expect(ran.stderr.slice(error.length)).toContain('no space left');
  });

  it.each([
    ['HTTP 503', { status: 503 }],
    ['HTTP 429', { status: 429 }],
    ['a connection that is cut', { dropConnection: true }],
    ['an answer that is cut', { truncateAfterBytes: 10 }],
  ])('asks again after %s, with a warning', async (_, fault) => {
    const world = await startReconcileWorld({ targets: { apps: {}, ops: {} } });
    await untilReady(world, 'apps', 'ops');
    // A kept connection that is cut is taken up once more at once.
    world.cluster.faults.next({ match: target('apps'), times: 'dropConnection' in fault ? 2 : 1, ...fault });
    const ran = await world.run('reconcile', ...QUICK);
    expect(ran.code).toBe(0);
    expect(ran.stdout).toContain('flux-system/apps: attempt 1 of 3 failed');
  });

  it('waits as long as Retry-After says', async () => {
    const world = await startReconcileWorld({ targets: { apps: {} } });
    await untilReady(world, 'apps');
    world.cluster.faults.next({ match: target('apps'), status: 429, retryAfterSeconds: 1 });
    const before = performance.now();
    expect((await world.run('reconcile', ...QUICK)).code).toBe(0);
    expect(performance.now() - before).toBeGreaterThan(1_000);
  });

  it.each(['ocirepositories', 'kustomizations'])(
    'gives up on %s that may not be patched, at once',
    async (resource) => {
      const world = await startReconcileWorld({ targets: { apps: {} } });
      await untilReady(world, 'apps');
      world.cluster.requests.reset();
      world.cluster.faults.next({ match: { verb: 'patch', resource }, status: 403, times: 5 });
      const ran = await world.run('reconcile');
      expect(ran.code).toBe(1);
      expect(ran.stdout).not.toContain('attempt');
      expect(ran.stderr).toContain('forbidden');
      expect(Object.values(world.patches(resource))).toEqual([1]);
    },
  );

  it('asks a source again that could not be asked, three times in all', async () => {
    const world = await startReconcileWorld({ targets: { apps: {} } });
    await untilReady(world, 'apps');
    world.cluster.faults.next({ match: { verb: 'patch', resource: 'ocirepositories' }, status: 503, times: 2 });
    const ran = await world.run('reconcile', ...QUICK);
    expect(ran.code).toBe(0);
    expect(ran.stdout.match(/attempt \d of 3/g)).toEqual(['attempt 1 of 3', 'attempt 2 of 3']);
  });

  it('tries again to reach the cluster', async () => {
    const world = await startReconcileWorld({ targets: { apps: {} } });
    await untilReady(world, 'apps');
    world.cluster.faults.next({ status: 503 });
    const ran = await world.run('reconcile', ...QUICK);
    expect(ran.code).toBe(0);
    expect(ran.stdout).toContain('attempt 1 of 3 failed');
  });
});

describe('what is excluded from a reconcile', () => {
  it('is asked, shown, and not waited for', async () => {
    let broken = false;
    const world = await startReconcileWorld({
      targets: { apps: {}, slow: {}, odd: {} },
      flux: {
        fail: (stage, { metadata }) => (broken && stage === 'apply' && metadata.name !== 'apps' ? 'broken' : undefined),
      },
    });
    await untilReady(world, 'apps', 'slow', 'odd');
    broken = true;
    const ran = await world.run('reconcile', '--exclude', 'slow, odd');
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(ran.stdout).toContain('1 ready, 2 excluded in');
    expect(ran.stdout).toMatch(/flux-system\/slow excluded, not waited for \(/);
    expect(world.patches('kustomizations')).toMatchObject({ slow: 1, odd: 1 });
  });

  it.each(['reconcile-machine.dev/reconcile-exclude', 'ksail.devantler.tech/reconcile-exclude'])(
    'may be said on the object with %s',
    async (annotation) => {
      const world = await startReconcileWorld({ targets: { apps: {}, paused: { suspend: true } } });
      await untilReady(world, 'apps');
      const key = { kind: 'Kustomization', namespace: NAMESPACE, name: 'paused' };
      world.cluster.objects.patch(key, { metadata: { annotations: { [annotation]: 'true' } } });
      const { code, lines } = await world.runJson('reconcile');
      expect(code).toBe(0);
      expect(lines.at(-1)).toMatchObject({ ready: 1, excluded: 1 });
    },
  );

  it('may be one that is not asked for', async () => {
    const world = await startReconcileWorld({ targets: { apps: {}, slow: {} } });
    await untilReady(world, 'apps', 'slow');
    expect((await world.run('reconcile', 'apps', '--exclude', 'slow')).code).toBe(0);
  });

  it('may be all: then the source is asked, and nothing is waited for', async () => {
    const world = await startReconcileWorld({ targets: { apps: {} }, controllers: false });
    expect((await world.run('reconcile', '--exclude', 'apps')).code).toBe(0);
    expect(world.patches('ocirepositories')).toEqual({ shop: 1 });
  });
});

describe('the end of a reconcile by Ctrl-C', () => {
  it('comes at once, with 130', async () => {
    const world = await startReconcileWorld({ targets: { apps: {} }, controllers: false });
    const abort = new AbortController();
    const ran = world.runUntil(abort.signal, 'reconcile');
    await world.cluster.objects.until(
      'OCIRepository',
      NAMESPACE,
      'shop',
      ({ metadata }) => metadata.annotations?.['reconcile.fluxcd.io/requestedAt'] !== undefined,
    );
    const before = performance.now();
    abort.abort();
    expect((await ran).code).toBe(130);
    expect(performance.now() - before).toBeLessThan(4_000);
  });
});

describe('the tag before a reconcile', () => {
  it('is repaired where it has drifted, with a line that says so, unless told otherwise', async () => {
    const world = await startReconcileWorld({ targets: { apps: {} } });
    await world.push('second', 'v2');
    await untilReady(world, 'apps');
    const left = await world.run('reconcile', '--tag', 'v2', '--no-repair');
    expect(left.stdout).toContain('spec.ref.tag is latest, v2 is configured');
    const ran = await world.run('reconcile', '--tag', 'v2');
    expect(ran.stdout).toContain('spec.ref.tag was latest, set to v2');
    expect(ran.code).toBe(0);
    expect(world.target('apps').status?.lastAppliedRevision).toMatch(/^v2@sha256:/);
  });

  it('is not compared, and that is said, where nobody knows which of several sources it is about', async () => {
    const world = await startReconcileWorld({
      targets: { apps: {} },
      objects: [
        { ...ociRepository('other', 'registry:5000'), spec: { interval: '10m', url: 'oci://registry:5000/other' } },
      ],
    });
    await untilReady(world, 'apps');
    const ran = await world.run('reconcile', 'apps', '--tag', 'v2');
    expect(ran.code).toBe(0);
    expect(ran.stdout).toContain(
      'whether the cluster follows the tag v2 is not known: it follows several OCI repositories',
    );
    expect(ran.stdout).toContain('OCIRepository/flux-system/other, OCIRepository/flux-system/shop');
    expect(ran.stdout).toContain('--source NAMESPACE/NAME');
  });

  it('is no hindrance to who may not look at it', async () => {
    const world = await startReconcileWorld({ targets: { apps: {} } });
    await untilReady(world, 'apps');
    world.cluster.faults.next({ match: { verb: 'list', resource: 'ocirepositories' }, status: 403 });
    const ran = await world.run('reconcile', '--tag', 'v2');
    expect(ran.code).toBe(0);
    expect(ran.stdout).toContain('whether the cluster follows the tag v2 is not known: ');
  });

  it('is left where only a registry is configured, and the tag that a push would take is named', async () => {
    const world = await startReconcileWorld({ targets: { apps: {} } });
    await untilReady(world, 'apps');
    const ran = await world.run('reconcile', '--registry', `oci://${world.registry.host}/shop`);
    expect(ran.code).toBe(0);
    expect(ran.stdout).toContain('spec.ref.tag is latest, while a push without a tag goes to dev');
  });
});
