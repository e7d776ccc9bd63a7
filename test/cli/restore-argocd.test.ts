import { describe, expect, it } from 'vitest';
import { type ApplicationWorld, digestOf, openApplicationWorld, setApplied } from '../support/application-world.ts';
import { application } from '../support/argo-manifests.ts';
import { runMain } from './run-main.ts';

/** Applications `cart` and `orders` that a session has moved, whose Lease is gone. */
async function leftBehind(): Promise<ApplicationWorld & { readonly before: unknown }> {
  const world = await openApplicationWorld();
  const before = world.declared();
  for (const name of ['cart', 'orders']) await world.move(name, digestOf('a'));
  return { ...world, before };
}

function restore({ kubeconfig }: ApplicationWorld, ...argv: readonly string[]): ReturnType<typeof runMain> {
  return runMain(['restore', '--kubeconfig', kubeconfig, ...argv], { env: {} });
}

describe('restore', () => {
  it('puts Applications back by what is written on them, and says what it did', async () => {
    const world = await leftBehind();
    const { code, stdout } = await restore(world);
    expect(stdout).toBe(
      [
        'session    argocd/reconcile-machine-5f0c1d2e is dead: it has no Lease any more',
        'isolated   Application argocd/cart reads oci://registry.example/shop#argocd/cart, and oci://registry.example/shop:dev before',
        'isolated   Application argocd/orders reads oci://registry.example/shop#argocd/orders, and oci://registry.example/shop:dev before',
        '',
        'restored   Application argocd/cart reads oci://registry.example/shop:dev again',
        'restored   Application argocd/orders reads oci://registry.example/shop:dev again',
        'ended      session argocd/reconcile-machine-5f0c1d2e',
        '',
      ].join('\n'),
    );
    expect(code).toBe(0);
    expect(world.declared()).toEqual(world.before);
    expect((await restore(world)).stdout).toBe('No session left anything in embedded.\n');
  });

  it('lists what Argo CD would prune, and does it only when somebody agrees', async () => {
    const world = await leftBehind();
    setApplied(world, 'cart', ['a', 'new']);
    const asked = await restore(world);
    expect(asked.code).toBe(2);
    expect(asked.stdout).toContain('at most 1 object of Application argocd/cart, from files that its source does not');
    expect(asked.stdout).toContain('ConfigMap/default/new\n');
    expect(asked.stderr).toContain('restoring makes Argo CD delete up to 1 object, and nobody agreed to it');
    const kept = await restore(world, '--keep');
    expect(kept.stdout).toContain('kept       Application argocd/cart stays isolated');
    expect(kept.stdout).toContain('restored   Application argocd/orders');
    expect((await restore(world, '--yes')).code).toBe(0);
    expect(world.declared()).toEqual(world.before);
  });

  it('lists nothing for an Application that does not prune', async () => {
    const world = await leftBehind();
    await world.patch('cart', { spec: { syncPolicy: { automated: { prune: null } } } });
    setApplied(world, 'cart', ['a', 'new']);
    expect((await restore(world, '--dry-run')).stdout).not.toContain('deletes');
  });

  it('leaves what somebody pointed elsewhere, until its marks are to be forgotten', async () => {
    const world = await leftBehind();
    await world.patch('cart', { spec: { source: { targetRevision: 'stable' } } });
    const left = await restore(world);
    expect(left.code).toBe(1);
    expect(left.stdout).toContain('somebody pointed it at oci://registry.example/shop at stable; left as it is');
    await restore(world, '--session', 'argocd/reconcile-machine-5f0c1d2e', '--forget');
    expect(world.live('cart').metadata.annotations ?? {}).not.toHaveProperty('reconcile-machine.dev/session');
    expect(world.live('cart').spec?.source).toMatchObject({ targetRevision: 'stable' });
  });

  it('does not act on a record that somebody edited', async () => {
    const world = await leftBehind();
    const edited = JSON.stringify({ repoURL: 'oci://elsewhere.example/shop', targetRevision: 'dev' });
    await world.patch('cart', { metadata: { annotations: { 'reconcile-machine.dev/original-source': edited } } });
    const { code, stdout } = await restore(world);
    expect(code).toBe(1);
    expect(stdout).toContain('set spec.source by hand');
    expect(world.live('cart').spec?.source).toMatchObject({ targetRevision: digestOf('a') });
  });

  it('shows nobody the password in the URL that an Application read before, and puts it back', async () => {
    const source = { repoURL: 'https://ann:s3cret@git.example/shop.git', targetRevision: 'main' };
    const world = await openApplicationWorld([application('cart', 'cart', { source })]);
    const before = world.declared();
    await world.move('cart', digestOf('a'));
    const shown = [await restore(world, '--dry-run', '--json'), await restore(world)];
    expect(shown.map(({ stdout, stderr }) => stdout + stderr).join()).not.toContain('s3cret');
    expect(shown[0]?.stdout).toContain('"repoURL":"https://…@git.example/shop.git"');
    expect(world.declared()).toEqual(before);
    const repointed = { repoURL: 'https://ann:s3cret@elsewhere.example/shop.git' };
    world.see('cart');
    await world.move('cart', digestOf('b'));
    await world.patch('cart', { spec: { source: repointed } });
    const left = await restore(world);
    expect(left.stdout).toContain('somebody pointed it at https://…@elsewhere.example/shop.git');
    expect(left.stdout + left.stderr).not.toContain('s3cret');
  });

  it('prints plan and report as JSON', async () => {
    const world = await leftBehind();
    const { stdout } = await restore(world, '--json');
    const [plan, report] = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(plan.sessions[0].targets[0]).toEqual({
      target: 'Application/argocd/cart',
      reads: 'OCISource//oci://registry.example/shop#argocd/cart',
      before: { repoURL: 'oci://registry.example/shop', targetRevision: 'dev' },
    });
    expect(report.targets.map(({ outcome }: { outcome: string }) => outcome)).toEqual(['restored', 'restored']);
  });
});
