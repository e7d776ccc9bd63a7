import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { objectPath } from '../../src/cluster/resource.ts';
import type { KubeObject } from '../../src/domain/kube-object.ts';
import { controlPlaneExecutable, kustomizeControllerExecutable, whySkipped } from '../control-plane/executables.ts';
import { eventually } from './real/eventually.ts';
import { DEVELOPER, type RealWorld, startRealWorld } from './real/real-world.ts';
import { resourceFor } from './real/resources.ts';
import { openShop, type Shop } from './real/shop.ts';
import { kustomizationFile } from './real/shop-files.ts';
import { runCli } from './watch-process.ts';

const skipped = whySkipped(controlPlaneExecutable(), kustomizeControllerExecutable());
// Two cores may be shared with all the other tests.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

describe.skipIf(skipped !== undefined)('push and reconcile with the real kustomize-controller', () => {
  let world: RealWorld;
  let home: string;
  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'reconcile-machine-real-reconcile-'));
    world = await startRealWorld();
    writeFileSync(join(home, 'developer'), world.plane.kubeconfig(DEVELOPER), { mode: 0o600 });
    writeFileSync(join(home, 'admin'), world.plane.kubeconfig(), { mode: 0o600 });
  }, 120_000);
  afterAll(async () => {
    await world?.stop();
    rmSync(home, { recursive: true, force: true });
  });

  const run = (...argv: string[]) =>
    runCli(argv, {
      cwd: home,
      env: { PATH: process.env.PATH, HOME: home, DOCKER_CONFIG: join(home, 'docker'), NO_COLOR: '1' },
    });
  const push = (shop: Shop) =>
    run('push', `oci://${world.registryHost}/${shop.namespace}/shop:latest`, '--path', shop.dir);
  const reconcile = (shop: Shop, user = 'developer', ...more: string[]) =>
    run('reconcile', '-n', shop.namespace, '--kubeconfig', join(home, user), ...more);

  test('brings what is pushed into the cluster and says so, with no request that Flux does not need', async (context) => {
    const shop = await openShop(world, context);
    expect((await push(shop)).code).toBe(0);
    const first = await reconcile(shop);
    expect(first.stdout).toContain('4 ready in');
    expect(first.code).toBe(0);
    expect([await shop.live('web'), await shop.live('docs')]).toEqual(['one', 'one']);

    const nothingNew = await shop.tokens();
    expect((await reconcile(shop)).code).toBe(0);
    expect(await shop.askedSince(nothingNew)).toEqual(['blog', 'docs', 'jobs', 'source', 'web']);

    shop.saveBase('two');
    await push(shop);
    const before = await shop.tokens();
    expect((await reconcile(shop)).code).toBe(0);
    expect([await shop.live('blog-settings'), await shop.live('web-settings')]).toEqual(['two', 'two']);
    const asked = await shop.askedSince(before);
    expect(asked).toContain('source');
    // The one that waits for another is asked where Flux has sent it away.
    expect(asked.filter((name) => name !== 'source' && name !== 'web')).toEqual([]);
  });

  test('fails with the words of Flux, after all others are through', async (context) => {
    const shop = await openShop(world, context);
    await push(shop);
    await reconcile(shop);
    const broken = kustomizationFile('docs.yaml');
    shop.write(
      'docs/kustomization.yaml',
      `${broken}patches:\n- patch: |\n    - {op: remove, path: /data/missing}\n  target: {kind: ConfigMap}\n`,
    );
    shop.save('jobs', 'two');
    await run('push', `oci://${world.registryHost}/${shop.namespace}/shop:latest`, '--path', shop.dir, '--no-validate');
    const ran = await reconcile(shop);
    expect(ran.code).toBe(1);
    expect(ran.stdout).toMatch(/kustomize build failed/);
    expect(ran.stderr).toMatch(/^error: 1 of 4 not Ready: .*\/docs \(BuildFailed\)/);
    expect(await shop.live('jobs')).toBe('two');
  });

  test('names a missing right, and asks no second time', async (context) => {
    const shop = await openShop(world, context);
    await push(shop);
    const key = { group: 'rbac.authorization.k8s.io', version: 'v1', plural: 'clusterroles', name: DEVELOPER };
    const { rules } = (await world.client.get(key)) as unknown as { readonly rules: readonly Rule[] };
    context.onTestFinished(() => world.client.patch(key, { rules }).then(() => undefined));
    await world.client.patch(key, {
      rules: rules.map((rule) => ({ ...rule, verbs: rule.verbs.filter((verb) => verb !== 'patch') })),
    });
    const ran = await reconcile(shop);
    expect(ran.code).toBe(1);
    expect(ran.stdout).toContain('cannot patch ocirepositories.source.toolkit.fluxcd.io');
    expect(ran.stdout).not.toContain('attempt');
  });

  test('takes no Ready from before for an answer while the controller is away, and the late one when it comes', async (context) => {
    const shop = await openShop(world, context);
    await push(shop);
    expect((await reconcile(shop)).code).toBe(0);
    await world.controller.kill();
    context.onTestFinished(() => world.controller.start());
    const quick = ['--timeout', '5s', '--limit', 'attemptsMax=1'];
    const unanswered = await reconcile(shop, 'developer', 'docs', ...quick);
    expect(unanswered.code).toBe(1);
    expect(unanswered.stderr).toMatch(/\/docs \(Timeout\)/);

    const before = await shop.tokens();
    const late = reconcile(shop, 'developer', 'docs');
    await eventually('docs being asked', async () => (await shop.askedSince(before)).includes('docs'));
    const token = (await shop.tokens()).docs;
    const path = `${objectPath({ ...resourceFor('Kustomization'), namespace: shop.namespace, name: 'docs' })}/status`;
    await world.client.request({ method: 'PATCH', path, body: { status: { lastHandledReconcileAt: token } } });
    expect((await late).code).toBe(0);
  });

  test('gets a stuck HelmRelease going by suspending and resuming it, where its controller knows no reset', async (context) => {
    const shop = await openShop(world, context);
    await push(shop);
    await world.apply(OLD_HELM_RELEASES);
    const reference = { ...HELM_RELEASES, namespace: shop.namespace, name: 'cache' };
    await vi.waitFor(async () => {
      await world.client.request({
        method: 'POST',
        path: objectPath(reference).replace(/\/cache$/, ''),
        body: helmRelease(shop),
      });
    }, 60_000);
    const conditions = [{ type: 'Ready', status: 'False', reason: 'InstallFailed', message: 'timed out' }];
    await world.client.request({
      method: 'PATCH',
      path: `${objectPath(reference)}/status`,
      body: { status: { conditions } },
    });
    const ran = await reconcile(shop, 'admin');
    expect(ran.stdout).toContain('cache was stuck: suspended and resumed');
    expect(ran.code).toBe(0);
    const after = await world.client.get(reference);
    expect(after.spec).toEqual({ interval: '10m' });
    expect(after.metadata.annotations).not.toHaveProperty('reconcile-machine.dev/recovering');
    // Twice another spec: that is what makes an old controller forget its failures.
    expect(after.metadata.generation).toBe(3);
  });
});

interface Rule {
  readonly verbs: readonly string[];
}

const HELM_RELEASES = { group: 'helm.toolkit.fluxcd.io', version: 'v2beta1', plural: 'helmreleases' };

const helmRelease = ({ namespace }: Shop): KubeObject => ({
  apiVersion: 'helm.toolkit.fluxcd.io/v2beta1',
  kind: 'HelmRelease',
  metadata: { name: 'cache', namespace },
  spec: { interval: '10m' },
});

/** As before helm-controller had resets. */
const OLD_HELM_RELEASES: KubeObject = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'helmreleases.helm.toolkit.fluxcd.io' },
  spec: {
    group: HELM_RELEASES.group,
    scope: 'Namespaced',
    names: { kind: 'HelmRelease', listKind: 'HelmReleaseList', plural: 'helmreleases', singular: 'helmrelease' },
    versions: [
      {
        name: HELM_RELEASES.version,
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
              status: {
                type: 'object',
                properties: {
                  conditions: {
                    type: 'array',
                    items: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
                  },
                  lastHandledReconcileAt: { type: 'string' },
                },
              },
            },
          },
        },
      },
    ],
  },
};
