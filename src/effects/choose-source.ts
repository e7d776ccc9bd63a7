import type { AnyMachineSnapshot } from 'xstate';
import type { ClosureArtifactOutcome } from '../domain/closure-artifact.ts';
import { ownArtifactsOf } from '../domain/isolation/application-marks.ts';
import { applicationObstacle, applicationPlace } from '../domain/isolation/application-obstacle.ts';
import { ownArtifactPlace } from '../domain/isolation/isolated-source.ts';
import { whoseIsolation } from '../domain/isolation/lost-session.ts';
import { ownSourceName } from '../domain/isolation/own-source-name.ts';
import { isIsolated, sessionIsolation } from '../domain/isolation/session-marks.ts';
import { closureObstacle, sessionObstacle } from '../domain/isolation/session-obstacle.ts';
import { sessionSourceMarks } from '../domain/isolation/session-source.ts';
import type { Obstacle } from '../domain/isolation/skip-reason.ts';
import { isOciKind } from '../domain/source-kinds.ts';
import { type ObjectId, objectId, parseObjectId, type TargetDefinition } from '../domain/target.ts';
import type { IsolationContext } from '../machines/isolation-context.ts';
import { isolationMachineId, targetMachineId } from '../machines/messages.ts';
import type { TargetContext } from '../machines/target-context.ts';
import type { ChooseSource, IsolationChoice, WantedTarget } from './isolation-choice.ts';
import type { LiveView } from './live-view.ts';

export interface SourceChoiceInput {
  readonly view: LiveView;
  readonly machines: () => ReadonlyMap<string, AnyMachineSnapshot>;
  readonly artifactOf: (target: ObjectId) => ClosureArtifactOutcome | undefined;
  /** Changed targets get sources of their own in this session. */
  readonly isOn: () => boolean;
  /** `<namespace>/<name>` of the Lease, while it lives. */
  readonly session: () => string | undefined;
  /** `oci://…` where artifacts go when the shared source is none of OCI. */
  readonly registry: string | undefined;
}

/** By which source each target is reconciled, and why not by one of its own. */
export function chooseSource(input: SourceChoiceInput): ChooseSource {
  return (wanted) => {
    const target = input.view.target(wanted.id);
    if (target === undefined) return shared('');
    return existing(input, target) ?? fresh(input, target, wanted);
  };
}

/** For one that is on a source of its own already. */
function existing(input: SourceChoiceInput, target: TargetDefinition): IsolationChoice | undefined {
  const { view, session } = input;
  const object = view.object(target.id);
  const marks = object === undefined ? undefined : sessionIsolation(object);
  if (isIsolated(marks)) {
    if (marks.session === session()) return stillOwn(input, target, marks.ownSource);
    const isLost = view.lost?.session === marks.session;
    const hint = isLost
      ? 'watch again to go on with it, or put it back: reconcile-machine restore'
      : 'end that session, or put back what it left: reconcile-machine restore';
    return { by: 'nobody', because: `${whoseIsolation(marks.session, view.lost)}: it is left as it is`, hint };
  }
  if (target.ownSource === undefined) return undefined;
  const own = view.object(target.ownSource);
  if (own !== undefined && ownArtifactPlace(own) !== undefined) return stillOwn(input, target, target.ownSource);
  const made = own !== undefined && sessionSourceMarks(own) !== undefined;
  return {
    by: 'nobody',
    because: made
      ? `it reads ${target.ownSource} of a session, and the record of what it read before is damaged`
      : `it reads ${target.ownSource}, which follows no tag: nothing can be pushed there`,
    hint: made ? 'point its spec.sourceRef back by hand' : 'give that source a tag in spec.ref',
  };
}

/** What its build reads may be no artifact any more, after its directory was renamed, say. Then it keeps what it has. */
function stillOwn(input: SourceChoiceInput, target: TargetDefinition, source: ObjectId): IsolationChoice {
  const obstacle = closureObstacle(input.artifactOf(target.id));
  if (obstacle === undefined) return { by: 'own', source };
  const because = `${obstacle.message}: it keeps what ${source} holds`;
  return { by: 'nobody', because, hint: 'mend that, and it goes on by itself' };
}

function fresh(input: SourceChoiceInput, target: TargetDefinition, wanted: WantedTarget): IsolationChoice {
  const { machines } = input;
  if (!input.isOn()) return shared('');
  const isPushable = isOciKind(parseObjectId(target.source).kind);
  // What everybody is asked for is pushed for everybody. Where nothing can be pushed so, those that differ go on their own.
  if (wanted.rule === 'full' && (isPushable || !differs(machines(), wanted))) return shared('');
  const isolation = machines().get(isolationMachineId(target.id));
  if (isolation?.matches('refused') === true || isolation?.matches('dropping') === true) {
    return shared((isolation.context as IsolationContext).refusal);
  }
  const { unfetched, refusal = '' } = (isolation?.context ?? {}) as Partial<IsolationContext>;
  // Another content is another attempt.
  if (unfetched !== undefined && unfetched.content === wanted.digest) return shared(refusal);
  const source = target.kind === 'Application' ? ownArtifacts(input, target) : freshSource(input, target);
  if (typeof source !== 'string') return shared(source.message);
  const obstacle = closureObstacle(input.artifactOf(target.id));
  return obstacle === undefined ? { by: 'own', source } : shared(obstacle.message);
}

/** The artifacts that an Application is pointed at, one after the other: they need no object. */
function ownArtifacts({ view, registry }: SourceChoiceInput, target: TargetDefinition): ObjectId | Obstacle {
  const object = view.object(target.id);
  if (object === undefined) return { reason: 'not-here', message: 'it is not in the cluster' };
  const source = view.definitions.sources.find(({ id }) => id === target.source);
  const place = applicationPlace(source, registry);
  if ('reason' in place) return place;
  return applicationObstacle(object, (id) => view.object(id)) ?? ownArtifactsOf(place.url, target);
}

/** An OCIRepository that is there, made for it by this session, or to be made. */
function freshSource({ view, registry, session }: SourceChoiceInput, target: TargetDefinition): ObjectId | Obstacle {
  const obstacle = sessionObstacle({
    target,
    object: view.object(target.id),
    shared: view.object(target.source),
    registry,
  });
  if (obstacle !== undefined) return obstacle;
  const isTaken = (name: string): boolean => {
    const there = view.object(objectId('OCIRepository', target.namespace, name));
    const marks = there === undefined ? undefined : sessionSourceMarks(there);
    return there !== undefined && (marks?.target !== target.id || marks.session !== session());
  };
  const name = ownSourceName(target, isTaken);
  if (name !== undefined) return objectId('OCIRepository', target.namespace, name);
  const message = `OCIRepositories of the names for its own source exist in ${target.namespace}`;
  return { reason: 'name-taken', message };
}

function differs(machines: ReadonlyMap<string, AnyMachineSnapshot>, { id, digest }: WantedTarget): boolean {
  const context = machines.get(targetMachineId(id))?.context as TargetContext | undefined;
  return digest !== undefined && context?.reconciledDigest !== undefined && context.reconciledDigest !== digest;
}

function shared(because: string): IsolationChoice {
  return { by: 'shared', because };
}
