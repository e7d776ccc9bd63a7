import type { ClusterClient } from '../cluster/client.ts';
import type { ServedResource } from '../cluster/discovery.ts';
import { releaseTrouble } from '../domain/stuck-release.ts';
import { idOf, type LiveView } from '../effects/live-view.ts';
import { resumeRelease } from '../effects/release-effects.ts';
import { knowsReset } from '../effects/release-reset.ts';
import type { EngineState } from '../engine/engine-state.ts';
import { releaseMachineId } from '../machines/messages.ts';
import type { PlannedRecovery } from '../machines/run-context.ts';

/** The HelmReleases in all namespaces that go nowhere by themselves, and how each is got going. */
export async function plannedRecoveries(
  client: ClusterClient,
  view: LiveView,
  served: readonly ServedResource[],
): Promise<PlannedRecovery[]> {
  const troubled = view.objects.flatMap((object) => {
    const trouble = object.kind === 'HelmRelease' ? releaseTrouble(object) : undefined;
    return trouble === undefined ? [] : [{ release: idOf(object), trouble }];
  });
  const version = served.find(({ kind }) => kind === 'HelmRelease')?.version;
  if (version === undefined || troubled.length === 0) return [];
  const isReset = troubled.some(({ trouble }) => trouble === 'stuck') && (await knowsReset(client, version));
  return troubled.map(({ release, trouble }) => ({
    release,
    how: trouble === 'interrupted' ? 'resume' : isReset ? 'reset' : 'suspend',
  }));
}

/** How long an end by Ctrl-C is held up for a HelmRelease that is suspended at this very moment. */
const RESUME_GRACE_MS = 2_000;

/** Best effort: the note on the object lets the next run do what is not done here. */
export async function resumeSuspended(
  client: ClusterClient,
  state: Readonly<EngineState>,
  view: LiveView,
): Promise<void> {
  const suspended = view.objects.map(idOf).filter((id) => {
    const machine = state.machines.get(releaseMachineId(id));
    return ['suspending', 'resuming', 'backoff'].some((name) => machine?.matches(name) === true);
  });
  if (suspended.length === 0) return;
  const { promise: grace, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, RESUME_GRACE_MS);
  await Promise.race([grace, Promise.allSettled(suspended.map((id) => resumeRelease(client, id, view.object(id))))]);
  clearTimeout(timer);
}
