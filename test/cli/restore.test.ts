import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, type TestContext } from 'vitest';
import type { ClusterOptions } from '../../src/embedded/testing.ts';
import { DIGEST, type IsolatedWorld, openIsolatedWorld, setInventory } from '../effects/isolated-world.ts';
import { type Ran, runMain } from './run-main.ts';

type RunOptions = NonNullable<Parameters<typeof runMain>[1]>;

interface Restorable extends IsolatedWorld {
  restore(...argv: readonly (string | RunOptions)[]): Promise<Ran>;
  restoreOnTerminal(typed: string): Promise<Ran>;
}

async function openWorld(context: TestContext, options: ClusterOptions = {}, user?: string): Promise<Restorable> {
  const world = await openIsolatedWorld(context, options);
  const home = mkdtempSync(join(tmpdir(), 'restore-'));
  context.onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  const kubeconfig = join(home, 'kubeconfig');
  const { cluster } = world;
  writeFileSync(kubeconfig, user === undefined ? cluster.kubeconfig : cluster.kubeconfigFor(user), { mode: 0o600 });
  const surroundings = { cwd: home, env: { HOME: home } };
  return {
    ...world,
    restore: (...argv) => {
      const words = argv.filter((one) => typeof one === 'string');
      const options = argv.filter((one) => typeof one !== 'string');
      return runMain(['restore', '--kubeconfig', kubeconfig, ...words], Object.assign({}, surroundings, ...options));
    },
    restoreOnTerminal: (typed) =>
      runMain(['restore', '--kubeconfig', kubeconfig], { ...surroundings, isTty: true, typed }),
  };
}

/** cart has applied a ConfigMap `new` since it was isolated. */
function applyMore({ cluster }: IsolatedWorld): void {
  setInventory(cluster, 'cart', ['a', 'new'], DIGEST);
}

describe('restore', () => {
  it('says that there is nothing to do', async (context) => {
    const world = await openWorld(context);
    expect(await world.restore()).toEqual({
      code: 0,
      stdout: 'No session left anything in embedded.\n',
      stderr: '',
    });
  });

  it('puts back what a dead session left, and says what it did', async (context) => {
    const world = await openWorld(context);
    const before = world.declared();
    const { session } = await world.deadSession('cart');
    const { code, stdout } = await world.restore();
    expect(stdout.replaceAll(session, 'SESSION').replace(/renewed \d+ s/, 'renewed 3600 s')).toBe(
      [
        'session    SESSION is dead: last renewed 3600 s ago (laptop/4711, OCIRepository/flux-system/shop)',
        'isolated   flux-system/cart reads OCIRepository/flux-system/cart-isolated, and OCIRepository/flux-system/shop before',
        'made       OCIRepository flux-system/cart-isolated',
        '',
        'restored   flux-system/cart reads OCIRepository/flux-system/shop again',
        'deleted    OCIRepository flux-system/cart-isolated',
        'ended      session SESSION',
        '',
      ].join('\n'),
    );
    expect(code).toBe(0);
    expect(world.declared()).toEqual(before);
    expect((await world.restore()).code).toBe(0);
  });

  it('names the source from before whole, where the Kustomization leaves out the namespace', async (context) => {
    const world = await openWorld(context);
    const cart = { kind: 'Kustomization', namespace: 'flux-system', name: 'cart' };
    world.cluster.objects.patch(cart, { spec: { sourceRef: { namespace: null } } });
    await world.deadSession('cart');
    expect((await world.restore('--dry-run')).stdout).toContain('and OCIRepository/flux-system/shop before\n');
  });

  it('changes nothing with --dry-run', async (context) => {
    const world = await openWorld(context);
    await world.deadSession('cart');
    const before = world.declared();
    expect((await world.restore('--dry-run')).code).toBe(0);
    expect(world.declared()).toEqual(before);
  });

  it('lists what would be deleted, and does it only when somebody agrees', async (context) => {
    const world = await openWorld(context);
    await world.deadSession('cart', 'orders');
    applyMore(world);
    const isolated = world.declared();
    const asked = await world.restore();
    expect(asked.code).toBe(2);
    expect(asked.stdout).toContain(
      'deletes    at most 1 object of flux-system/cart, from files that its source does not have:\n           ConfigMap/default/new\n',
    );
    expect(asked.stderr).toContain('restoring makes Flux delete up to 1 object, and nobody agreed to it');
    expect(world.declared()).toEqual(isolated);
    const kept = await world.restore('--keep');
    expect(kept.stdout).toContain('kept       flux-system/cart stays isolated');
    expect(kept.stdout).toContain('restored   flux-system/orders');
    expect([...world.sources()].sort()).toEqual(['cart-isolated', 'shop']);
    expect((await world.restore('--yes')).code).toBe(0);
    expect(world.sources()).toEqual(['shop']);
  });

  it('asks on a terminal, and takes only a yes for one', async (context) => {
    const world = await openWorld(context);
    await world.deadSession('cart');
    applyMore(world);
    const no = await world.restoreOnTerminal('n\n');
    expect(no).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/nothing was changed\n$/),
      stderr: expect.stringContaining('Flux will then delete up to 1 object. Restore?'),
    });
    expect([...world.sources()].sort()).toEqual(['cart-isolated', 'shop']);
    expect(await world.restoreOnTerminal('yes\n')).toMatchObject({ code: 0 });
    expect(world.sources()).toEqual(['shop']);
  });

  it('ends at once on Ctrl-C, and what is left is put back the next time', async (context) => {
    const world = await openWorld(context);
    const before = world.declared();
    await world.deadSession('cart', 'orders');
    const interruption = new AbortController();
    // The plan is printed, and nothing is changed yet.
    const { code, stdout } = await world.restore({ signal: interruption.signal, onStdout: () => interruption.abort() });
    expect(code).toBe(130);
    expect(stdout).toContain('interrupted');
    expect(world.sources()).toHaveLength(3);
    expect(await world.restore()).toMatchObject({ code: 0 });
    expect(world.declared()).toEqual(before);
  });

  it('knows of nothing to delete where Flux does not prune, or what was applied before is applied still', async (context) => {
    const world = await openWorld(context);
    await world.deadSession('cart', 'orders');
    applyMore(world);
    world.cluster.objects.patch(
      { kind: 'Kustomization', namespace: 'flux-system', name: 'cart' },
      { spec: { prune: false } },
    );
    expect(await world.restore()).toMatchObject({ code: 0 });
  });

  it('asks, too, where it cannot tell what will be deleted', async (context) => {
    const world = await openWorld(context);
    await world.deadSession('cart');
    const name = 'cart-isolated';
    const annotations = { 'reconcile-machine.dev/inventory-before': null };
    world.cluster.objects.patch(
      { kind: 'OCIRepository', namespace: 'flux-system', name },
      { metadata: { annotations } },
    );
    const { code, stdout, stderr } = await world.restore();
    expect(code).toBe(2);
    expect(stdout).toContain(
      'deletes    perhaps something of flux-system/cart: what Kustomization/flux-system/cart had applied',
    );
    expect(stderr).toContain('an unknown number of objects');
  });

  it('leaves a live session alone unless forced to, by its name', async (context) => {
    const world = await openWorld(context);
    const session = await world.session();
    context.onTestFinished(() => session.lease.stop());
    await session.isolate(world.kustomization('cart'), DIGEST);
    const isolated = world.declared();
    const plain = await world.restore();
    expect(plain).toMatchObject({ code: 0 });
    expect(plain.stdout).toMatch(/is live: last renewed \d s ago.*left alone: 1 isolated, 1 source made for them/s);
    const named = await world.restore('--session', session.lease.name);
    expect(named).toMatchObject({ code: 2 });
    expect(named.stderr).toMatch(/is live: last renewed \d s ago, by laptop\/4711.*--force/s);
    expect(world.declared()).toEqual(isolated);
    expect(await world.restore('--session', session.session, '--force')).toMatchObject({ code: 0 });
    expect(world.sources()).toEqual(['shop']);
    expect(world.leases()).toEqual([]);
  });

  it('refuses what it does not understand', async (context) => {
    const world = await openWorld(context);
    const { session } = await world.deadSession('cart');
    expect(await world.restore('--force')).toMatchObject({ code: 2, stderr: expect.stringContaining('no --session') });
    const unknown = await world.restore('--session', 'nobody');
    expect(unknown).toMatchObject({ code: 2, stderr: expect.stringContaining(`sessions are ${session}`) });
    expect(await world.restore('somewhere')).toMatchObject({ code: 2 });
  });

  it('shows what anybody may have written into an annotation without its control characters', async (context) => {
    const world = await openWorld(context);
    await world.deadSession('cart');
    const annotations = { 'reconcile-machine.dev/session': 'flux-system/\u001b[2Jgone\nrestored everything' };
    world.cluster.objects.patch(
      { kind: 'Kustomization', namespace: 'flux-system', name: 'cart' },
      { metadata: { annotations } },
    );
    const { stdout } = await world.restore('--dry-run');
    expect(stdout).not.toContain('\u001b');
    expect(stdout).not.toMatch(/^restored/m);
  });

  it('is for programs with --json: the plan, then the report', async (context) => {
    const world = await openWorld(context);
    const { session } = await world.deadSession('cart');
    applyMore(world);
    const { stdout, code } = await world.restore('--json', '--yes');
    const [plan, report] = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    const target = 'Kustomization/flux-system/cart';
    expect(plan).toMatchObject({
      type: 'plan',
      sessions: [{ session, chosen: true, state: 'dead', holder: 'laptop/4711', targets: [{ target }] }],
      deletions: [{ target, certainty: 'at-most', objects: ['ConfigMap/default/new'] }],
    });
    expect(report).toMatchObject({
      type: 'report',
      targets: [{ target, outcome: 'restored', source: 'OCIRepository/flux-system/shop' }],
      sources: [{ outcome: 'deleted' }],
      sessions: [{ session, outcome: 'ended' }],
    });
    expect(code).toBe(0);
  });

  it('says by object what it may not do, does the rest, and ends with code 1', async (context) => {
    const deny = [{ verb: 'patch', resource: 'kustomizations', name: 'cart' }];
    const world = await openWorld(context, { users: [{ name: 'ann', deny }] }, 'ann');
    await world.deadSession('cart', 'orders');
    const { code, stdout } = await world.restore();
    expect(code).toBe(1);
    expect(stdout).toMatch(/failed {5}flux-system\/cart: cannot patch kustomizations.*Grant the verb "patch"/);
    expect(stdout).toContain('restored   flux-system/orders');
    expect(stdout).toContain('kept       OCIRepository flux-system/cart-isolated');
    expect(stdout).toMatch(/left {7}session .*run this again/);
  });

  it('does not take a session for dead whose Lease it may not read', async (context) => {
    const world = await openWorld(
      context,
      { users: [{ name: 'ann', deny: [{ verb: ['get', 'list'], resource: 'leases' }] }] },
      'ann',
    );
    await world.deadSession('cart');
    const isolated = world.declared();
    const { code, stdout, stderr } = await world.restore();
    expect(stderr).toContain('warning: cannot list leases.coordination.k8s.io');
    expect(stdout).toContain('is perhaps live: its Lease may not be read');
    expect(code).toBe(0);
    expect(world.declared()).toEqual(isolated);
  });

  it('touches nothing of a session whose Lease it may not claim', async (context) => {
    const world = await openWorld(
      context,
      { users: [{ name: 'ann', deny: [{ verb: 'patch', resource: 'leases' }] }] },
      'ann',
    );
    await world.deadSession('cart');
    const isolated = world.declared();
    const { code, stdout } = await world.restore();
    expect(code).toBe(1);
    expect(stdout).toMatch(/failed {5}session .*cannot patch leases/);
    expect(world.declared()).toEqual(isolated);
  });

  it('works in one namespace for somebody who sees no other', async (context) => {
    const world = await openWorld(
      context,
      { users: [{ name: 'ann', allow: [{ verb: '*', resource: '*', namespace: 'flux-system' }] }] },
      'ann',
    );
    const before = world.declared();
    await world.deadSession('cart');
    expect(await world.restore()).toMatchObject({ code: 1 });
    expect(await world.restore('--namespace', 'flux-system')).toMatchObject({ code: 0 });
    expect(world.declared()).toEqual(before);
  });
});
