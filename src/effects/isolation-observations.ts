import { contentOf } from '../domain/closure-artifact.ts';
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

/** How far a target is isolated. `made`: the source that a session made for it, which it may not read yet; `session`: this process's. */
export function isolationObservation(seen: {
  readonly target: TargetDefinition;
  readonly object: KubeObject | undefined;
  readonly own: KubeObject | undefined;
  readonly made: KubeObject | undefined;
  readonly session: string | undefined;
}): IsolationObservation {
  const { target, object, own, made, session } = seen;
  const marks = object === undefined ? undefined : sessionIsolation(object);
  if (isIsolated(marks)) {
    const isMine = marks.session === session;
    const source = own === undefined || !isMine ? undefined : ownSourceSeen(own);
    return { isolated: isMine, elsewhere: isMine ? undefined : marks.session, source };
  }
  if (target.ownSource !== undefined && own !== undefined) {
    return { isolated: true, elsewhere: undefined, source: ownSourceSeen(own) };
  }
  if (made === undefined || sessionSourceMarks(made)?.session !== session) return NOT_ISOLATED;
  return { isolated: false, elsewhere: undefined, source: ownSourceSeen(made) };
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
