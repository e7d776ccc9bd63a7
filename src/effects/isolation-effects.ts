import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ClusterClient } from '../cluster/client.ts';
import { objectPath } from '../cluster/resource.ts';
import type { ClosureArtifact, ClosureArtifactOutcome } from '../domain/closure-artifact.ts';
import { type Failure, FailureError, isRetryable } from '../domain/failure.ts';
import { isOwnArtifacts } from '../domain/isolation/application-marks.ts';
import { isIsolated, sessionIsolation } from '../domain/isolation/session-marks.ts';
import { moveDigestPatch, sessionSourceMarks } from '../domain/isolation/session-source.ts';
import type { ObjectId } from '../domain/target.ts';
import type { EffectHandler, Engine, Outcome } from '../engine/engine.ts';
import type { OwnSourceSeen } from '../machines/isolation-context.ts';
import type { PushedArtifact, RegistryClient } from '../registry/client.ts';
import { objectReference, requestAnnotation } from './ask-flux.ts';
import { begun } from './begun.ts';
import { call, failureOf } from './call.ts';
import { pushClosureArtifact } from './closure-artifact.ts';
import { artifactSeen, ownSourceSeen } from './isolation-observations.ts';
import { idOf, type LiveView } from './live-view.ts';
import { moveApplication } from './move-application.ts';
import { currentSession, ownSourceSteps } from './own-source-steps.ts';
import { KeptContents, type ResolvedContents } from './push-artifact.ts';
import { returnTarget } from './return-target.ts';
import type { Underway } from './underway.ts';

export interface IsolationEffectDependencies {
  readonly engine: () => Engine;
  readonly now: () => number;
  readonly view: LiveView;
  readonly client: Pick<ClusterClient, 'request' | 'get' | 'patch' | 'annotate'>;
  /** `<namespace>/<name>` of the session's Lease; undefined while there is none. */
  readonly session: () => string | undefined;
  /** What the target's build reads now. */
  readonly artifactOf: (target: ObjectId) => ClosureArtifactOutcome | undefined;
  /** Where the artifact of a target goes; `tag` for one that stays. */
  readonly registryOf: (target: ObjectId) => { readonly client: RegistryClient; readonly tag: string | undefined };
  /** `spec.url` of a target's own source, and `spec.insecure` where the shared source has none. */
  readonly addressOf: (target: ObjectId) => { readonly url: string; readonly insecure: boolean };
  readonly runHooks: (cycle: number, signal: AbortSignal) => Promise<Failure | undefined>;
  /** What was read for earlier pushes; shared with whoever reads for them. */
  readonly contents?: KeptContents;
  /** Told of what is being sent. */
  readonly saving: Underway;
  /** Told of a parent Application that shows a child as different while that is isolated. */
  readonly onParted?: (child: ObjectId, parent: ObjectId) => void;
}

/** The handlers of what the isolation machines ask for. Each looks at what is there first, so that doing it again does no harm. */
export function isolationEffects(dependencies: IsolationEffectDependencies): Record<string, EffectHandler> {
  const { engine, now, view, client, saving } = dependencies;
  const contents = dependencies.contents ?? new KeptContents();

  /** An answer of the API server is seen at once, not only when the watch brings it; after what was seen before it. */
  async function step(run: () => Promise<Outcome>): Promise<Outcome> {
    const result = await saving.during(() => call(engine(), 'api-server', now, run));
    await nextTurn();
    return 'failure' in result ? failedOutcome(result.failure) : result.value;
  }

  /** An own source that was deleted within a gap of the watch is told of by nobody else. */
  function orForget(error: unknown, source: ObjectId): never {
    const known = view.object(source);
    if (failureOf(error).kind === 'not-found' && known !== undefined) {
      view.remove(known);
      engine().dispatch(...view.eventsFor(engine().state, undefined, source));
    }
    throw error;
  }

  /** The watch may have brought more than an answer says. */
  function seenNow(source: ObjectId): OwnSourceSeen {
    const object = view.object(source);
    if (object !== undefined) return ownSourceSeen(object);
    throw new FailureError({ kind: 'gone', message: `${source} was deleted meanwhile` });
  }

  const steps = ownSourceSteps(dependencies);

  async function applicationSwitched({
    target,
    ...artifact
  }: Omit<MoveParameters, 'source'> & { token: string }): Promise<Outcome> {
    const session = currentSession(dependencies.session());
    const address = (): string => dependencies.addressOf(target).url;
    const { isAsked, parent } = await moveApplication({ view, client }, target, { ...artifact, session, address });
    if (parent !== undefined) dependencies.onParted?.(target, idOf(parent));
    const object = view.object(target);
    const source = object === undefined ? undefined : artifactSeen(object);
    if (source === undefined) {
      const message = `somebody pointed ${target} at another source meanwhile`;
      throw new FailureError({ kind: object === undefined ? 'gone' : 'invalid', message });
    }
    return { type: 'TargetSwitched', source, ...(isAsked ? { token: artifact.token } : {}) };
  }

  return {
    pushClosure: async (
      { target, content, cycle }: { target: ObjectId; content: string; cycle: number },
      { signal },
    ): Promise<Outcome> => {
      const failed = await dependencies.runHooks(cycle, signal);
      if (failed !== undefined) return { type: 'ClosurePushFailed', failure: failed };
      const outcome = dependencies.artifactOf(target);
      // Looked at again since it was decided: what it is now has been, or is being, decided about.
      if (outcome === undefined || 'impossible' in outcome || outcome.artifact.content !== content) {
        return { type: 'ContentMoved', paths: [] };
      }
      const kept = contents.of(target);
      const read = kept.read(outcome.artifact.files);
      if ('moved' in read) return { type: 'ContentMoved', paths: read.moved };
      const registry = dependencies.registryOf(target);
      // What only a digest names does not act.
      const mayBeNamed = registry.tag === undefined ? undefined : begun(engine().sync());
      const result = await saving.during(() =>
        call(engine(), 'registry', now, () =>
          pushed(registry, outcome.artifact, { contents: kept, signal, mayBeNamed }),
        ),
      );
      return 'failure' in result
        ? { type: 'ClosurePushFailed', failure: result.failure }
        : { type: 'ClosurePushed', ...result.value };
    },
    createSource: ({ target, source, digest, content }: MoveParameters) =>
      step(async () => {
        await steps.createSource(target, source, digest, content);
        return { type: 'SourceCreated', source: seenNow(source) };
      }),
    switchTarget: ({ target, source, digest, content, token }: MoveParameters & { token: string }) =>
      step(async () => {
        if (isOwnArtifacts(source)) return applicationSwitched({ target, digest, content, token });
        await steps.switchTarget(target, source);
        const object = view.object(target);
        const marks = object === undefined ? undefined : sessionIsolation(object);
        // The watch may have brought already that it does not read it any more.
        if (isIsolated(marks) && marks.ownSource === source) return { type: 'TargetSwitched' };
        const message = `somebody pointed ${target} at another source meanwhile`;
        throw new FailureError({ kind: object === undefined ? 'gone' : 'invalid', message });
      }),
    moveSource: ({ source, digest, content, token }: MoveParameters & { token: string }) =>
      step(async () => {
        const live = view.object(source);
        const reference = objectReference(source, live);
        const follows = live !== undefined && ownSourceSeen(live).digest === undefined;
        const asked = token === '' ? undefined : requestAnnotation(token);
        const sent =
          follows && asked !== undefined
            ? client.annotate(reference, asked)
            : client.patch(reference, moveDigestPatch(digest, content, asked));
        view.put(await sent.catch((error: unknown) => orForget(error, source)));
        return { type: 'SourceMoved', source: seenNow(source) };
      }),
    returnTarget: ({ target }: MoveParameters) =>
      step(async () => {
        await returnTarget(client, view, target, dependencies.session());
        return { type: 'TargetReturned' };
      }),
    dropSource: ({ target, source }: MoveParameters) =>
      step(async () => {
        const live = view.object(source);
        const marks = live === undefined ? undefined : sessionSourceMarks(live);
        if (live === undefined || marks?.target !== target || marks.session !== dependencies.session()) {
          return { type: 'SourceDropped' };
        }
        await client.request({ method: 'DELETE', path: objectPath(objectReference(source, live)) }).catch((error) => {
          if (failureOf(error).kind !== 'not-found') throw error;
        });
        return { type: 'SourceDropped' };
      }),
  };
}

interface MoveParameters {
  readonly target: ObjectId;
  readonly source: ObjectId;
  readonly digest: string;
  readonly content: string;
}

function pushed(
  { client, tag }: { readonly client: RegistryClient; readonly tag: string | undefined },
  artifact: ClosureArtifact,
  options: {
    readonly contents: ResolvedContents;
    readonly signal: AbortSignal;
    readonly mayBeNamed: Promise<void> | undefined;
  },
): Promise<PushedArtifact> {
  return pushClosureArtifact(client, artifact, { ...options, ...(tag === undefined ? {} : { tag }) });
}

/** What is gone may be there again once the watch has seen it. */
function failedOutcome(failure: Failure): Outcome {
  const known: Failure = failure.kind === 'not-found' ? { ...failure, kind: 'gone' } : failure;
  return { type: isRetryable(known) ? 'MoveFailed' : 'MoveRefused', failure: known };
}
