import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../../src/domain/limits.ts';
import { targetMachineId } from '../../src/machines/messages.ts';
import type { EmbeddedWatch } from '../support/embedded-watch.ts';
import { configMap, NAMESPACE } from '../support/flux-manifests.ts';
import { few } from '../support/isolating-watch.ts';

/** All attempts are over within a fraction of a second. */
const IMPATIENT = {
  ...DEFAULT_LIMITS,
  targetBackoffMsMin: 20,
  targetBackoffMsMax: 50,
  watchBackoffMsMin: 20,
  watchBackoffMsMax: 50,
  breakerOpenMsMin: 100,
  breakerOpenMsMax: 200,
};
const A = targetMachineId(`Kustomization/${NAMESPACE}/a`);

/** A watch of which the target was changed before, or not. */
async function changed(when: string, isolate: 'on' | 'off'): Promise<EmbeddedWatch> {
  const watch = await few({}, { watch: { limits: IMPATIENT, isolate } });
  if (when === 'again') await watch.edit(() => watch.write('a/own.yaml', configMap('a', 'two')));
  return watch;
}

/** A save while something is `away` until all attempts have failed. */
async function savedMeanwhile(watch: EmbeddedWatch, away: { cancel(): void }): Promise<void> {
  await watch.edit(async () => {
    const from = watch.events.length;
    watch.write('a/own.yaml', configMap('a', 'three'));
    await watch.until('the outage being felt', () => failuresSince(watch, from) > IMPATIENT.targetAttemptsMax);
    away.cancel();
    await watch.until('the save being live', () => watch.live('a') === 'three');
  });
  expect(watch.session.engine.state.machines.get(A)?.matches('settled')).toBe(true);
}

describe.each(['on', 'off'] as const)('a save during an outage that outlasts all attempts, --isolate=%s', (isolate) => {
  // What is isolated already, and what is to be.
  it.each(['again', 'for the first time'])('of the registry is live once that is back: changed %s', async (when) => {
    const watch = await changed(when, isolate);
    const away = watch.registry.faults.next({ match: () => true, dropConnection: true, times: 100_000 });
    await savedMeanwhile(watch, away);
  });

  it.each(['again', 'for the first time'])('of the API server is live once that is back: changed %s', async (when) => {
    const watch = await changed(when, isolate);
    const away = watch.cluster.faults.next({ match: () => true, dropConnection: true, times: 100_000 });
    watch.cluster.dropWatches();
    await savedMeanwhile(watch, away);
  });
});

function failuresSince({ events }: Awaited<ReturnType<typeof few>>, from: number): number {
  return events.slice(from).filter(({ type }) => type === 'StepFailed' || type === 'MoveFailed').length;
}
