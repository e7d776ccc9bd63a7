import { isApplication } from '../../domain/argo/is-application.ts';
import { contentOf } from '../../domain/closure-artifact.ts';
import { readSource } from '../../domain/isolation/isolated-source.ts';
import { asFields } from '../../domain/object-fields.ts';
import { sourceObservation } from '../../domain/observations-from-objects.ts';
import { OTHER_BUILD } from '../../domain/resolution.ts';
import type { ObjectId, TargetDefinition } from '../../domain/target.ts';
import { artifactSeen } from '../../effects/isolation-observations.ts';
import type { LiveView } from '../../effects/live-view.ts';
import type { EngineState } from '../../engine/engine-state.ts';
import type { NewEvent } from '../../engine/event-log.ts';
import type { OwnSourceSeen } from '../../machines/isolation-context.ts';
import { targetMachineId } from '../../machines/messages.ts';
import type { TargetContext } from '../../machines/target-context.ts';
import { type Digests, digestFor } from './artifact-digests.ts';

/** What was read of artifacts in the registry. */
export interface ArtifactsRead {
  /** By revision; undefined: of another tool. */
  readonly digests: ReadonlyMap<string, Digests | undefined>;
  /** Of a source that Applications name: what its tag stands for. */
  readonly tagged: string | undefined;
  /** What the tag stands for, where the source has not fetched that yet. */
  readonly next: Digests | undefined;
}

/** What the engine has yet to hear of the targets that are at rest: what they have, or that they come to something else by themselves. */
export function baselineEvents(
  { view, source }: { readonly view: LiveView; readonly source: ObjectId },
  state: Readonly<EngineState>,
  { digests, tagged, next }: ArtifactsRead,
): NewEvent[] {
  const revision = tagged ?? revisionOf(view, source);
  const events: NewEvent[] = [];
  for (const target of view.definitions.targets) {
    const { id } = target;
    const read = readSource(target);
    const machine = targetMachineId(id);
    const snapshot = state.machines.get(machine);
    const context = snapshot?.context as TargetContext | undefined;
    if (context?.observation === undefined || !snapshot?.matches('settled') || context.owed) continue;
    const { lastAppliedRevision, ready } = context.observation;
    // One that is being reconciled again has it applied all the same. One that reads a composed artifact counts in that artifact's revisions.
    const artifact = artifactRead(view, id);
    const current = read === source ? revision : (artifact?.digest ?? revisionOf(view, read));
    const shared =
      read === source
        ? withBoth(target, [lastAppliedRevision, current], digests)
        : digestFor(target, digests.get(revision ?? ''));
    const isCurrent = lastAppliedRevision === current || read === source;
    const digest =
      lastAppliedRevision !== undefined && isCurrent && ready !== 'False'
        ? target.ownSource === undefined
          ? shared
          : (artifact?.content ?? contentServedBy(view, target.ownSource))
        : undefined;
    const knownHere = lastAppliedRevision !== undefined && context.revisions.includes(lastAppliedRevision);
    // What was pushed without this log, by the end of a session or another tool, it comes to by itself.
    const isShared = read === source && target.ownSource === undefined;
    const comesTo = isShared ? digestFor(target, digests.get(current ?? '')) : undefined;
    const movesOn = current !== lastAppliedRevision && comesTo !== undefined && comesTo !== context.reconciledDigest;
    const isSure = digest !== undefined && digest !== OTHER_BUILD;
    const isFound = digest !== context.reconciledDigest && (isSure || !knownHere || movesOn);
    if (isFound) events.push({ machine, type: 'BaselineFound', ...(digest === undefined ? {} : { digest }) });
    const has = isFound ? digest : context.reconciledDigest;
    if (has === undefined || target.ownSource !== undefined) continue;
    const ahead = [current === lastAppliedRevision ? undefined : digests.get(revision ?? ''), next];
    if (ahead.some((one) => one !== undefined && becomesOther(target, one, has, isShared)))
      events.push({ machine, type: 'PushedUnseen' });
  }
  return events;
}

/** One that was isolated reads the source again, and that holds, and goes on to, what it had: it comes to it by itself. */
export function isSameOnReturn(
  { view, source }: { readonly view: LiveView; readonly source: ObjectId },
  target: TargetDefinition,
  state: Readonly<EngineState>,
  { digests, tagged, next }: ArtifactsRead,
): boolean {
  const snapshot = state.machines.get(targetMachineId(target.id));
  const context = snapshot?.context as TargetContext | undefined;
  const had = context?.owed === false && snapshot?.matches('settled') === true ? context.reconciledDigest : undefined;
  if (had === undefined || readSource(target) !== source) return false;
  const held = digests.get(tagged ?? revisionOf(view, source) ?? '');
  return digestFor(target, held) === had && (next === undefined || digestFor(target, next) === had);
}

/** What it will have once it has come to an artifact is not what it has. One that the artifact leaves out had no path there: Flux fails. */
function becomesOther(target: TargetDefinition, ahead: Digests, has: string, isShared: boolean): boolean {
  const digest = digestFor(target, ahead);
  // Of what others compose nothing is known; of what is composed of this source what was there stays.
  return digest === undefined ? isShared : digest !== has;
}

/** A target that is not at the source's revision yet comes to it by itself: what it has is sure only where that is the same. */
function withBoth(
  target: TargetDefinition,
  revisions: readonly (string | undefined)[],
  digests: ReadonlyMap<string, Digests | undefined>,
): string | undefined {
  const [digest, ...others] = revisions.map((revision) => digestFor(target, digests.get(revision ?? '')));
  return others.every((other) => other === digest) ? digest : undefined;
}

export function revisionOf(view: LiveView, source: ObjectId): string | undefined {
  const object = view.object(source);
  return object === undefined ? undefined : sourceObservation(object).artifactRevision;
}

/** The one that an isolated Application reads: it says itself which, and what that holds. */
function artifactRead(view: LiveView, id: ObjectId): Pick<OwnSourceSeen, 'digest' | 'content'> | undefined {
  const object = view.object(id);
  return object === undefined || !isApplication(object) ? undefined : artifactSeen(object);
}

/** An artifact of a target's own says what it holds in its one annotation, which the source's status repeats. */
function contentServedBy(view: LiveView, ownSource: ObjectId): string | undefined {
  const { metadata } = asFields(asFields(view.object(ownSource)?.status).artifact);
  return contentOf(asFields(metadata));
}
