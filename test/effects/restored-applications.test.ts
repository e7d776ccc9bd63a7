import { expect, onTestFinished, test } from 'vitest';
import { findIsolations } from '../../src/effects/find-isolations.ts';
import { artifactConfig } from '../../src/effects/push-artifact.ts';
import { type RestoredDeletions, restoredDeletions } from '../../src/effects/restored-deletions.ts';
import { startRegistry } from '../../src/embedded/testing.ts';
import { createRegistryClient } from '../../src/registry/client.ts';
import { digestOf, openApplicationWorld, setApplied } from '../support/application-world.ts';
import { application } from '../support/argo-manifests.ts';

/** cart, moved, has applied a ConfigMap `new`; the tag that it read before holds `content` for it. */
async function deletions(content: string, spec: Record<string, unknown> = {}): Promise<readonly RestoredDeletions[]> {
  const registry = await startRegistry();
  onTestFinished(() => registry.stop());
  const repoURL = `oci://${registry.host}/shop`;
  const registryClient = createRegistryClient({ reference: repoURL, credentials: 'anonymous' });
  onTestFinished(() => registryClient.close());
  const config = artifactConfig('all', { 'Application/argocd/cart': content });
  await registryClient.pushArtifact({ files: [], tag: 'dev', config });
  const world = await openApplicationWorld([application('cart', 'cart', { source: { repoURL }, ...spec })]);
  await world.move('cart', digestOf('a'));
  setApplied(world, 'cart', ['a', 'new']);
  const clock = { now: () => Date.now() };
  const found = await findIsolations(world.client, { clock });
  const targets = found.sessions.flatMap((session) => session.targets);
  return restoredDeletions(found, targets, clock);
}

test('restoring an Application deletes nothing once its tag holds the same files for it', async () => {
  expect(await deletions(`content of ${digestOf('a')}`)).toMatchObject([{ certainty: 'none' }]);
});

test('restoring an Application deletes at most what has come since, while its tag holds other files', async () => {
  expect(await deletions('other')).toMatchObject([{ certainty: 'at-most', objects: ['ConfigMap/default/new'] }]);
});

test('restoring an Application deletes nothing where automated sync does not prune, or is off', async () => {
  for (const syncPolicy of [{ automated: {} }, { automated: { prune: true, enabled: false } }, {}]) {
    expect(await deletions('other', { syncPolicy })).toMatchObject([{ certainty: 'none' }]);
  }
});
