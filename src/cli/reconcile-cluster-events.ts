import { isApplicationSource, NEWEST } from '../domain/argo/application-source.ts';
import { sourceObservation } from '../domain/observations-from-objects.ts';
import type { PlannedReleases } from '../domain/planned-release.ts';
import type { ObjectId } from '../domain/target.ts';
import type { LiveView } from '../effects/live-view.ts';
import type { EngineState } from '../engine/engine-state.ts';
import type { NewEvent } from '../engine/event-log.ts';
import { targetMachineId } from '../machines/messages.ts';
import { RUN } from '../machines/run-context.ts';
import { runOf } from '../projections/run-progress.ts';
import { releaseEvents } from './reconcile-release-events.ts';

/** What a change of one object means for the machines of a run that asks these sources, and these HelmReleases. */
export function clusterEventsOf(
  id: ObjectId,
  state: Readonly<EngineState>,
  view: LiveView,
  sources: readonly ObjectId[],
  releases: PlannedReleases,
): NewEvent[] {
  const ofRelease = releases.some((release) => release.id === id);
  if (ofRelease) return releaseEvents(view, releases, id);
  if (view.object(id) === undefined) return view.goneEvents(state).filter(({ machine }) => !isOfRelease(machine));
  return [...view.eventsFor(state, undefined, id), ...sourceEvents(id, state, view, sources)];
}

/** What no source of files defines is not gone because of that. */
function isOfRelease(machine: string): boolean {
  return machine.startsWith(targetMachineId('HelmRelease/'));
}

/** What of it concerns sources: their answers, and those of the generators between them and the targets. */
export function sourceEvents(
  id: ObjectId,
  state: Readonly<EngineState>,
  view: LiveView,
  sources: readonly ObjectId[],
): NewEvent[] {
  const revision = revisionOf(view, id);
  const isSource = revision !== undefined || sources.includes(id) || id.startsWith('ArtifactGenerator/');
  if (!isSource) return [];
  const events = sources.flatMap((source) => view.eventsFor(state, source, id));
  if (revision === undefined || runOf(state)?.revisions[id] === revision) return events;
  return [...events, { machine: RUN, type: 'RevisionObserved', source: id, revision }];
}

/** `status.artifact.revision`, as of now. What Applications name has none to be seen. */
export function revisionOf(view: LiveView, id: ObjectId): string | undefined {
  if (isApplicationSource(id)) return NEWEST;
  const object = view.object(id);
  return object === undefined ? undefined : sourceObservation(object).artifactRevision;
}
