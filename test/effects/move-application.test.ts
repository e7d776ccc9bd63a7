import { describe, expect, it } from 'vitest';
import { jsonPatch } from '../../src/cluster/json-patch.ts';
import { restoringPatch } from '../../src/domain/isolation/session-patches.ts';
import type { KubeObject } from '../../src/domain/kube-object.ts';
import { objectReference } from '../../src/effects/ask-flux.ts';
import { type ApplicationWorld, digestOf, openApplicationWorld, SESSION, TOKEN } from '../support/application-world.ts';
import { application } from '../support/argo-manifests.ts';

const [FIRST, SECOND] = [digestOf('a'), digestOf('b')];

async function put({ client, live }: ApplicationWorld, name: string): Promise<KubeObject> {
  const object = live(name);
  return jsonPatch(client, objectReference(`Application/argocd/${name}`, object), restoringPatch(object));
}

describe('moving an Application', () => {
  it('is one patch that points it at the artifact, records what was there, and asks for it', async () => {
    const world = await openApplicationWorld();
    const patchesBefore = world.cluster.requests.count('patch applications');
    expect(await world.move('cart', FIRST)).toMatchObject({ isAsked: true });
    expect(world.live('cart')).toMatchObject({
      metadata: {
        annotations: {
          'argocd.argoproj.io/refresh': 'normal',
          'reconcile-machine.dev/requested-at': TOKEN,
          'reconcile-machine.dev/session': SESSION,
          'reconcile-machine.dev/original-source': '{"repoURL":"oci://registry.example/shop","targetRevision":"dev"}',
        },
      },
      spec: { source: { repoURL: 'oci://registry.example/shop', targetRevision: FIRST, path: 'cart' } },
    });
    expect(world.cluster.requests.count('patch applications') - patchesBefore).toBe(1);
  });

  it('again keeps the record of what was there first', async () => {
    const world = await openApplicationWorld();
    await world.move('cart', FIRST);
    const record = world.live('cart').metadata.annotations?.['reconcile-machine.dev/original-source'];
    await world.move('cart', SECOND);
    expect(world.live('cart').spec?.source).toMatchObject({ targetRevision: SECOND });
    expect(world.live('cart').metadata.annotations?.['reconcile-machine.dev/original-source']).toBe(record);
  });

  it('that was done already, by an attempt whose answer was lost, asks for nothing more', async () => {
    const world = await openApplicationWorld();
    await world.move('cart', FIRST);
    expect(await world.move('cart', FIRST)).toEqual({ isAsked: false, parent: undefined });
  });

  it('is not disturbed by what Argo CD writes meanwhile', async () => {
    const world = await openApplicationWorld();
    await world.move('cart', FIRST);
    await world.patch('cart', {
      metadata: { annotations: { 'argocd.argoproj.io/refresh': null } },
      status: { reconciledAt: '2026-01-01T10:00:00Z' },
    });
    expect(await world.move('cart', SECOND)).toMatchObject({ isAsked: true });
    expect(world.live('cart').metadata.annotations).toMatchObject({ 'argocd.argoproj.io/refresh': 'normal' });
  });

  it('looks again where somebody annotated it, and loses nothing of that', async () => {
    const world = await openApplicationWorld();
    await world.patch('cart', { metadata: { annotations: { note: 'mine' } } });
    expect(await world.move('cart', FIRST)).toMatchObject({ isAsked: true });
    expect(world.live('cart').metadata.annotations).toMatchObject({ note: 'mine' });
  });

  it('a hard refresh that is asked for stays one', async () => {
    const world = await openApplicationWorld();
    await world.patch('cart', { metadata: { annotations: { 'argocd.argoproj.io/refresh': 'hard' } } });
    world.see('cart');
    await world.move('cart', FIRST);
    expect(world.live('cart').metadata.annotations).toMatchObject({ 'argocd.argoproj.io/refresh': 'hard' });
  });

  it.each([
    ['before its first move', false],
    ['since it was moved', true],
  ])('leaves alone what somebody pointed elsewhere %s', async (_, isMoved) => {
    const world = await openApplicationWorld();
    if (isMoved) await world.move('cart', FIRST);
    await world.patch('cart', { spec: { source: { targetRevision: 'stable' } } });
    await expect(world.move('cart', SECOND)).rejects.toThrow('somebody pointed Application/argocd/cart at another');
    expect(world.live('cart').spec?.source).toMatchObject({ targetRevision: 'stable' });
  });

  it('leaves alone what another session has', async () => {
    const world = await openApplicationWorld();
    await world.move('cart', FIRST, 'argocd/reconcile-machine-other');
    await expect(world.move('cart', SECOND)).rejects.toThrow('isolated by another session');
  });

  it('of one that is gone is told', async () => {
    const world = await openApplicationWorld();
    world.cluster.objects.delete('Application', 'argocd', 'cart');
    await expect(world.move('cart', FIRST)).rejects.toMatchObject({ failure: { statusCode: 404 } });
  });

  it('takes one that reads Git to the repository that the cluster knows', async () => {
    const git = application('git', 'git', {
      source: { repoURL: 'https://git.example/shop.git', targetRevision: 'main' },
    });
    const world = await openApplicationWorld([git]);
    await world.move('git', FIRST);
    expect(world.live('git').spec?.source).toMatchObject({
      repoURL: 'oci://registry.cluster/artifacts',
      targetRevision: FIRST,
    });
    await put(world, 'git');
    expect(world.live('git').spec).toEqual(git.spec);
  });
});

describe('an Application that was moved and put back', () => {
  const source = { repoURL: 'oci://registry.example/shop' };
  const bare = application('bare', 'bare', { source: { ...source, targetRevision: undefined } });
  it.each<[string, KubeObject]>([
    ['with a tag', application('web', 'web', { source })],
    ['without a revision', JSON.parse(JSON.stringify(bare))],
    ['with annotations and labels', application('web', 'web', {}, { annotations: { a: '1' }, labels: { b: '2' } })],
    ['that is synced by hand', application('web', 'web', { syncPolicy: {} })],
    [
      'that is told how it is built',
      application('web', 'web', { source: { ...source, directory: { recurse: true } } }),
    ],
  ])('%s is as it was', async (_, object) => {
    const world = await openApplicationWorld([object]);
    const { name } = object.metadata;
    const before = world.live(name);
    await world.move(name, FIRST);
    // As Argo CD does when it has compared.
    await world.patch(name, { metadata: { annotations: { 'argocd.argoproj.io/refresh': null } } });
    world.see(name);
    await world.move(name, SECOND);
    await world.patch(name, { metadata: { annotations: { 'argocd.argoproj.io/refresh': null } } });
    await put(world, name);
    const { spec, metadata } = world.live(name);
    expect({ spec, labels: metadata.labels, annotations: metadata.annotations }).toEqual({
      spec: before.spec,
      labels: before.metadata.labels,
      annotations: before.metadata.annotations,
    });
  });
});
