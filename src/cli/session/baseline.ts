import { sourceObservation } from '../../domain/observations-from-objects.ts';
import type { ObjectId } from '../../domain/target.ts';
import { failureOf } from '../../effects/call.ts';
import type { LiveView } from '../../effects/live-view.ts';
import { targetDigestsOf } from '../../effects/push-artifact.ts';
import type { EngineState } from '../../engine/engine-state.ts';
import type { NewEvent } from '../../engine/event-log.ts';
import { targetMachineId } from '../../machines/messages.ts';
import type { TargetContext } from '../../machines/target-context.ts';
import type { Happening } from '../../ui/happening.ts';

/** The config blob of the artifact behind a tag or digest, and the manifest's digest; undefined where there is none. */
export type ReadConfig = () => Promise<{ readonly digest: string; readonly config: unknown } | undefined>;

/**
 * What is reconciled already, read from outside: the artifact this tool pushed says which content each target has in it, the target
 * says which revision it applied. What another tool pushed is unknown, and so is a target that moved on without this log.
 */
export async function baselineEvents(
  view: LiveView,
  fedSource: ObjectId,
  state: Readonly<EngineState>,
  readConfig: ReadConfig | undefined,
  onHappening: (happening: Happening) => void,
): Promise<readonly NewEvent[]> {
  const revision = revisionOf(view, fedSource);
  const digests = await readDigests(revision, readConfig, onHappening);
  const events: NewEvent[] = [];
  for (const { id, source: read } of view.definitions.targets) {
    const machine = targetMachineId(id);
    const snapshot = state.machines.get(machine);
    const context = snapshot?.context as TargetContext | undefined;
    if (context?.observation === undefined || !snapshot?.matches('settled') || context.owed) continue;
    const { lastAppliedRevision, ready } = context.observation;
    // One that is being reconciled again has it applied all the same. One that reads a composed artifact counts in that artifact's revisions.
    const current = read === fedSource ? revision : revisionOf(view, read);
    const digest =
      lastAppliedRevision !== undefined && lastAppliedRevision === current && ready !== 'False'
        ? digests?.[id]
        : undefined;
    const knownHere = lastAppliedRevision !== undefined && context.revisions.includes(lastAppliedRevision);
    if (digest === context.reconciledDigest || (digest === undefined && knownHere)) continue;
    events.push({ machine, type: 'BaselineFound', ...(digest === undefined ? {} : { digest }) });
  }
  return events;
}

function revisionOf(view: LiveView, source: ObjectId): string | undefined {
  const object = view.object(source);
  return object === undefined ? undefined : sourceObservation(object).artifactRevision;
}

async function readDigests(
  revision: string | undefined,
  readConfig: ReadConfig | undefined,
  onHappening: (happening: Happening) => void,
): Promise<Readonly<Record<ObjectId, string>> | undefined> {
  if (revision === undefined || readConfig === undefined) return undefined;
  try {
    const found = await readConfig();
    return found !== undefined && revision.endsWith(found.digest) ? targetDigestsOf(found.config) : undefined;
  } catch (error) {
    const { message, hint } = failureOf(error, 'registry');
    onHappening({
      type: 'message',
      level: 'warning',
      text: `what is reconciled already cannot be read from the registry: ${message}`,
      ...(hint === undefined ? {} : { hint }),
    });
    return undefined;
  }
}
