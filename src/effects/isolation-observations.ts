import { isApplication } from '../domain/argo/is-application.ts';
import { contentOf } from '../domain/closure-artifact.ts';
import { applicationIsolation, sourceFieldsOf } from '../domain/isolation/application-marks.ts';
import { type LostSession, whoseIsolation } from '../domain/isolation/lost-session.ts';
import { isIsolated, sessionIsolation } from '../domain/isolation/session-marks.ts';
import { sessionSourceMarks } from '../domain/isolation/session-source.ts';
import type { KubeObject } from '../domain/kube-object.ts';
import { asFields, asText } from '../domain/object-fields.ts';
import { sourceObservation } from '../domain/observations-from-objects.ts';
import { objectId, type TargetDefinition } from '../domain/target.ts';
import type { EngineState } from '../engine/engine-state.ts';
import type { NewEvent } from '../engine/event-log.ts';
import type { IsolationContext, IsolationObservation, OwnSourceSeen } from '../machines/isolation-context.ts';
import { isolationMachineId } from '../machines/messages.ts';
import { pushedSource } from './ask-argo.ts';

export const NOT_ISOLATED: IsolationObservation = { isolated: false, elsewhere: undefined, source: undefined };

/** What decisions need of a target's own source. */
export function ownSourceSeen(object: KubeObject): OwnSourceSeen {
  const { namespace = '', name, annotations } = object.metadata;
  return {
    id: objectId(object.kind, namespace, name),
    digest: asText(asFields(asFields(object.spec).ref).digest),
    content: contentOf(annotations),
    observation: sourceObservation(object),
  };
}

/**
 * How far a target is isolated. `made`: the source that a session made for it, which it may not read yet; `session`: this process's; `lost`: the
 * one that this process had before.
 */
export function isolationObservation(seen: {
  readonly target: TargetDefinition;
  readonly object: KubeObject | undefined;
  readonly own: KubeObject | undefined;
  readonly made: KubeObject | undefined;
  readonly session: string | undefined;
  readonly lost?: LostSession | undefined;
}): IsolationObservation {
  const { target, object, own, made, session, lost } = seen;
  const marks = object === undefined ? undefined : sessionIsolation(object);
  if (object !== undefined && isIsolated(marks)) {
    const isMine = marks.session === session;
    const source = isMine ? sourceSeen(object, own) : undefined;
    return { isolated: isMine, elsewhere: isMine ? undefined : whoseIsolation(marks.session, lost), source };
  }
  if (target.ownSource !== undefined && own !== undefined) {
    return { isolated: true, elsewhere: undefined, source: ownSourceSeen(own) };
  }
  if (made === undefined || sessionSourceMarks(made)?.session !== session) return NOT_ISOLATED;
  return { isolated: false, elsewhere: undefined, source: ownSourceSeen(made) };
}

/** What an Application reads it says itself. */
function sourceSeen(target: KubeObject, own: KubeObject | undefined): OwnSourceSeen | undefined {
  if (isApplication(target)) return artifactSeen(target);
  return own === undefined ? undefined : ownSourceSeen(own);
}

/** The artifact that a moved Application reads, in place of a source of its own: in the registry, and so there. Undefined for one that is not moved. */
export function artifactSeen(application: KubeObject): OwnSourceSeen | undefined {
  const marks = applicationIsolation(application);
  if (!isIsolated(marks)) return undefined;
  const { targetRevision: digest } = sourceFieldsOf(application);
  return {
    id: marks.ownSource,
    digest,
    content: contentOf(application.metadata.annotations),
    observation: pushedSource(marks.ownSource, digest, undefined),
  };
}

/** What the engine has yet to hear of it; `told`: what it was told last, which may not be in its state yet. */
export function isolationEvents(
  state: Readonly<EngineState>,
  target: string,
  observation: IsolationObservation,
  told: IsolationObservation | undefined,
): NewEvent[] {
  const machine = isolationMachineId(target);
  const known = (state.machines.get(machine)?.context as IsolationContext | undefined)?.observed ?? NOT_ISOLATED;
  const isSame = (other: IsolationObservation): boolean => JSON.stringify(other) === JSON.stringify(observation);
  if (isSame(known) && (told === undefined || isSame(told))) return [];
  return [{ machine, type: 'IsolationObserved', observation }];
}
