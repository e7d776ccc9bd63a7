import { targetObservation } from '../domain/observations-from-objects.ts';
import { type PlannedReleases, releaseDependencies } from '../domain/planned-release.ts';
import type { ObjectId } from '../domain/target.ts';
import type { LiveView } from '../effects/live-view.ts';
import type { NewEvent } from '../engine/event-log.ts';
import { targetMachineId } from '../machines/messages.ts';

/** What the machines of the HelmReleases that are asked by name hear of them: of all, or of `only`. No source of files defines these. */
export function releaseEvents(view: LiveView, releases: PlannedReleases, only?: ObjectId): NewEvent[] {
  return releases.flatMap(({ id, awaitedBy }) => {
    if (only !== undefined && only !== id) return [];
    const machine = targetMachineId(id);
    const object = view.object(id);
    if (object === undefined) return [{ machine, type: 'TargetRemoved' }];
    const dependsOn = releaseDependencies(object).map((dependency) => ({ id: dependency, sameSource: false }));
    return [
      { machine, type: 'TargetDefined', reads: id, dependsOn, dependents: awaitedBy },
      { machine, type: 'TargetObserved', observation: targetObservation(object) },
    ];
  });
}
