import { describe, expect, test } from 'vitest';
import { repairDrift } from '../../src/effects/drift.ts';
import { ARGO_DEFINITIONS } from '../../src/embedded/argo/definitions/argo-definitions.ts';
import { customDefinition } from '../support/custom-definition.ts';
import { type ReachedCluster, startReachedCluster } from '../support/embedded-client.ts';
import { ociRepository } from '../support/flux-manifests.ts';
import { repository } from './config/repository.ts';
import { runMain } from './run-main.ts';

const SHOP = 'OCIRepository/flux-system/shop';

const FLUX_INSTANCES = customDefinition({ group: 'fluxcd.controlplane.io', kind: 'FluxInstance' });

async function world(): Promise<ReachedCluster & { run: (...args: string[]) => ReturnType<typeof runMain> }> {
  const reached = await startReachedCluster();
  reached.cluster.objects.apply(ociRepository('shop', 'registry:5000'));
  const cwd = repository({ 'reconcile-machine.yaml': 'workload:\n  tag: dev\n' });
  return { ...reached, run: (...args) => runMain(['drift', ...args, '--kubeconfig', reached.kubeconfig], { cwd }) };
}

const specOf = ({ cluster }: ReachedCluster, name = 'shop') =>
  cluster.objects.get('OCIRepository', 'flux-system', name)?.spec;

describe('drift', () => {
  test('of the configured tag is told, with exit code 1, and nothing is changed', async () => {
    const at = await world();
    const before = specOf(at);
    expect(await at.run()).toEqual({
      code: 1,
      stdout: `${SHOP} spec.ref.tag is latest, dev is configured\n\nto set it right, add --repair to the same line\n`,
      stderr: '',
    });
    expect(specOf(at)).toEqual(before);
  });

  test('is repaired in its one field, and is none afterwards', async () => {
    const at = await world();
    const { ref: _ref, ...rest } = specOf(at) ?? {};
    expect(await at.run('--repair')).toEqual({
      code: 0,
      stdout: `${SHOP} spec.ref.tag was latest, set to dev\n`,
      stderr: '',
    });
    expect(specOf(at)).toEqual({ ...rest, ref: { tag: 'dev' } });
    expect(await at.run()).toEqual({ code: 0, stdout: `${SHOP} spec.ref.tag is dev\n`, stderr: '' });
  });

  test('counts from --tag before the configuration', async () => {
    const at = await world();
    expect((await at.run('--tag', 'latest')).code).toBe(0);
  });

  test('is printed as JSON for a program', async () => {
    const at = await world();
    expect(JSON.parse((await at.run('--json')).stdout)).toEqual({
      tag: 'dev',
      drifts: [{ id: SHOP, field: 'spec.ref.tag', url: 'oci://registry:5000/shop', live: 'latest', wanted: 'dev' }],
      same: [],
    });
    expect(JSON.parse((await at.run('--json', '--repair')).stdout)).toMatchObject({
      drifts: [{ outcome: 'repaired' }],
    });
  });

  test('of an object that something applies is repaired with a warning', async () => {
    const at = await world();
    at.cluster.objects.patch(
      { kind: 'OCIRepository', namespace: 'flux-system', name: 'shop' },
      {
        metadata: {
          labels: {
            'kustomize.toolkit.fluxcd.io/name': 'root',
            'kustomize.toolkit.fluxcd.io/namespace': 'flux-system',
          },
        },
      },
    );
    expect((await at.run('--repair')).stdout).toContain(
      'Kustomization/flux-system/root applies it: change it there too',
    );
  });

  test('of a FluxInstance is set right with the source it makes, without a needless warning', async () => {
    const { cluster, kubeconfig } = await startReachedCluster();
    cluster.objects.apply(FLUX_INSTANCES);
    const sync = { kind: 'OCIRepository', url: 'oci://registry:5000/fleet', ref: 'latest', path: 'clusters/local' };
    const instance = {
      apiVersion: 'fluxcd.controlplane.io/v1',
      kind: 'FluxInstance',
      metadata: { name: 'flux', namespace: 'flux-system' },
      spec: { distribution: { version: '2.x' }, sync },
    };
    cluster.objects.apply(instance);
    const made = ociRepository('fleet', 'registry:5000');
    const labels = { 'fluxcd.controlplane.io/name': 'flux', 'fluxcd.controlplane.io/namespace': 'flux-system' };
    cluster.objects.apply({ ...made, metadata: { name: 'flux-system', namespace: 'flux-system', labels } });
    const ran = await runMain(['drift', '--repair', '--tag', 'dev', '--kubeconfig', kubeconfig], {
      cwd: repository({}),
    });
    expect(ran).toEqual({
      code: 0,
      stdout:
        'FluxInstance/flux-system/flux spec.sync.ref was latest, set to dev\n' +
        'OCIRepository/flux-system/flux-system spec.ref.tag was latest, set to dev\n',
      stderr: '',
    });
    expect(cluster.objects.get('FluxInstance', 'flux-system', 'flux')?.spec).toEqual({
      ...instance.spec,
      sync: { ...sync, ref: 'dev' },
    });
  });

  test('of an Application is set right in its targetRevision alone', async () => {
    const { cluster, kubeconfig } = await startReachedCluster();
    for (const definition of ARGO_DEFINITIONS) cluster.objects.apply(definition);
    const source = { repoURL: 'oci://registry:5000/shop', path: 'apps', targetRevision: 'latest' };
    const spec = { project: 'default', source, destination: { server: 'https://kubernetes.default.svc' } };
    const metadata = { name: 'shop', namespace: 'argocd' };
    cluster.objects.apply({ apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', metadata, spec });
    const ran = await runMain(['drift', '--repair', '--tag', 'dev', '--kubeconfig', kubeconfig], {
      cwd: repository({}),
    });
    expect(ran.stdout).toBe('Application/argocd/shop spec.source.targetRevision was latest, set to dev\n');
    expect(cluster.objects.get('Application', 'argocd', 'shop')?.spec).toEqual({
      ...spec,
      source: { ...source, targetRevision: 'dev' },
    });
  });

  test('that is refused is told by object, with exit code 1', async () => {
    const at = await world();
    at.cluster.faults.next({ match: { verb: 'patch' }, status: 403 });
    const ran = await at.run('--repair');
    expect(ran.code).toBe(1);
    expect(ran.stdout).toContain(`${SHOP} spec.ref.tag is latest and could not be set to dev: cannot patch`);
  });

  test('under a digest is told and left', async () => {
    const at = await world();
    const digest = `sha256:${'a'.repeat(64)}`;
    at.cluster.objects.patch(
      { kind: 'OCIRepository', namespace: 'flux-system', name: 'shop' },
      { spec: { ref: { digest } } },
    );
    const ran = await at.run('--repair');
    expect(ran).toMatchObject({ code: 1, stdout: expect.stringContaining('spec.ref.digest ranks above the tag') });
    expect(specOf(at)).toMatchObject({ ref: { digest, tag: 'latest' } });
  });

  test('is not guessed where there are several repositories', async () => {
    const at = await world();
    at.cluster.objects.apply(ociRepository('charts', 'registry:5000'));
    const ran = await at.run();
    expect(ran).toMatchObject({ code: 1, stdout: '' });
    expect(ran.stderr).toContain('several OCI repositories');
    expect((await at.run('--source', 'flux-system/shop')).stdout).toContain(SHOP);
    expect((await at.run('--registry', 'oci://localhost:5050/charts')).stdout).toContain(
      'OCIRepository/flux-system/charts',
    );
  });

  test('without a tag to compare with is a usage error', async () => {
    const { kubeconfig } = await startReachedCluster();
    const ran = await runMain(['drift', '--kubeconfig', kubeconfig], { cwd: repository({}) });
    expect(ran).toMatchObject({ code: 2, stderr: expect.stringContaining('no tag is configured to compare with') });
  });

  test('of a cluster with nothing to compare is an error', async () => {
    const { kubeconfig } = await startReachedCluster();
    const ran = await runMain(['drift', '--tag', 'a', '--kubeconfig', kubeconfig], { cwd: repository({}) });
    expect(ran).toMatchObject({ code: 1, stderr: expect.stringContaining('nothing that follows a tag') });
  });
});

describe('a repair', () => {
  test('leaves a field alone that somebody has changed since it was seen', async () => {
    const at = await world();
    const { client, cluster } = at;
    const key = { kind: 'OCIRepository', namespace: 'flux-system', name: 'shop' };
    const racing = {
      ...client,
      request: (asked: Parameters<typeof client.request>[0]) => {
        if (asked.method === 'PATCH') cluster.objects.patch(key, { spec: { ref: { tag: 'theirs' } } });
        return client.request(asked);
      },
    };
    const { outcomes } = await repairDrift(racing, { tag: 'dev' });
    expect(outcomes).toMatchObject([{ outcome: 'failed' }]);
    expect(specOf(at)).toMatchObject({ ref: { tag: 'theirs' } });
  });
});
