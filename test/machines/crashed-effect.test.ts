import { expect, test } from 'vitest';
import { settle } from '../support/settle.ts';
import { WatchRig } from '../support/watch-rig.ts';

const APPS = 'Kustomization/flux-system/apps';

test('a push that crashes is not repeated at once: it waits in backoff, and is tried again after it', async () => {
  const rig = new WatchRig();
  rig.define(APPS);
  const working = rig.pushOutcome;
  rig.pushOutcome = () => {
    throw new TypeError('a bug');
  };
  rig.save({ id: APPS, digest: 'd1' });
  await settle();
  expect(rig.watch).toBe('backoff');
  rig.clock.advance(500);
  await settle();
  expect(rig.pushes).toBe(1);

  rig.pushOutcome = working;
  rig.clock.advance(1_000);
  await settle();
  expect(rig.pushes).toBe(2);
  rig.sourceFetches();
  await settle();
  expect(rig.asked).toContain(APPS);
});
