import { type ClusterClient, FIELD_MANAGER } from '../cluster/client.ts';
import { collectionPath } from '../cluster/resource.ts';
import { FailureError } from '../domain/failure.ts';
import { whoseIsolation } from '../domain/isolation/lost-session.ts';
import { isIsolated, sessionIsolation } from '../domain/isolation/session-marks.ts';
import { parentOf } from '../domain/isolation/session-obstacle.ts';
import { isolatingPatch } from '../domain/isolation/session-patches.ts';
import { moveDigestPatch, sessionSource, sessionSourceMarks } from '../domain/isolation/session-source.ts';
import type { KubeObject } from '../domain/kube-object.ts';
import { type ObjectId, parseObjectId } from '../domain/target.ts';
import { objectReference } from './ask-flux.ts';
import { ownSourceSeen } from './isolation-observations.ts';
import type { LiveView } from './live-view.ts';
import { patchAsSeen } from './patch-as-seen.ts';

/** The two steps by which a target gets a source of its own. Both reject with FailureError, and do nothing where it is done already. */
export interface OwnSourceSteps {
  /** Makes the source, or points one that this session made at `digest`. */
  createSource(target: ObjectId, source: ObjectId, digest: string, content: string): Promise<KubeObject>;
  /** Points the target at it, in one patch that acts only on what was seen. */
  switchTarget(target: ObjectId, source: ObjectId): Promise<void>;
}

export function ownSourceSteps(dependencies: {
  readonly view: LiveView;
  readonly client: Pick<ClusterClient, 'request' | 'get' | 'patch'>;
  /** `<namespace>/<name>` of the session's Lease; undefined while there is none. */
  readonly session: () => string | undefined;
  /** `spec.url` of a target's own source, and `spec.insecure` where the shared source has none. */
  readonly addressOf: (target: ObjectId) => { readonly url: string; readonly insecure: boolean };
}): OwnSourceSteps {
  const { view, client } = dependencies;

  function seen(object: KubeObject): KubeObject {
    view.put(object);
    return object;
  }

  async function freshly(id: ObjectId): Promise<KubeObject | undefined> {
    const known = view.object(id);
    try {
      return seen(await client.get(objectReference(id, known)));
    } catch (error) {
      if (!(error instanceof FailureError) || error.failure.kind !== 'not-found') throw error;
      if (known !== undefined) view.remove(known);
      return undefined;
    }
  }

  async function createSource(
    target: ObjectId,
    source: ObjectId,
    digest: string,
    content: string,
  ): Promise<KubeObject> {
    const object = view.object(target);
    const shared = sharedObject(view, target);
    const session = currentSession(dependencies.session());
    if (object === undefined || shared === undefined) {
      throw new FailureError({
        kind: 'gone',
        message: `${object === undefined ? target : 'its shared source'} is no longer there`,
      });
    }
    const { namespace, name } = parseObjectId(source);
    // What was made and deleted within a gap of the watch is known by the answer to our own request only.
    const existing = view.object(source) === undefined ? undefined : await freshly(source);
    if (existing !== undefined) return pointed(existing, { target, session, digest, content });
    const { url, insecure } = dependencies.addressOf(target);
    const made = sessionSource({ target: object, shared, session, url, digest, content, name });
    const body = insecure ? { ...made, spec: { ...made.spec, insecure } } : made;
    try {
      const path = collectionPath(objectReference(source, made), namespace);
      return seen(
        (await client.request({ method: 'POST', path, query: { fieldManager: FIELD_MANAGER }, body }))
          .json as KubeObject,
      );
    } catch (error) {
      // The answer to an earlier attempt may have been lost.
      const isThere = error instanceof FailureError && error.failure.statusCode === 409;
      const found = isThere ? await freshly(source) : undefined;
      if (found === undefined) throw error;
      return pointed(found, { target, session, digest, content });
    }
  }

  async function pointed(
    existing: KubeObject,
    wanted: { readonly target: ObjectId; readonly session: string; readonly digest: string; readonly content: string },
  ): Promise<KubeObject> {
    const marks = sessionSourceMarks(existing);
    const seenNow = ownSourceSeen(existing);
    if (marks?.target !== wanted.target || marks.session !== wanted.session) {
      const message = `${seenNow.id} exists and is not of this session`;
      throw new FailureError({ kind: 'invalid', message, hint: 'delete it, or run reconcile-machine restore' });
    }
    if (seenNow.digest === wanted.digest) return existing;
    return seen(
      await client.patch(objectReference(seenNow.id, existing), moveDigestPatch(wanted.digest, wanted.content)),
    );
  }

  async function switchTarget(target: ObjectId, source: ObjectId): Promise<void> {
    let before: unknown;
    const sent = await patchAsSeen({ view, client }, target, (object) => {
      const session = currentSession(dependencies.session());
      const marks = sessionIsolation(object);
      if (isIsolated(marks) && marks.session !== session) {
        throw new FailureError({ kind: 'invalid', message: `${target}: ${whoseIsolation(marks.session, view.lost)}` });
      }
      if (isIsolated(marks) && marks.ownSource === source) return 'nothing';
      const reads = JSON.stringify(object.spec?.sourceRef);
      if (before !== undefined && before !== reads) {
        throw new FailureError({
          kind: 'invalid',
          message: `somebody pointed ${target} at another source meanwhile`,
        });
      }
      before = reads;
      const keepFromParent = parentOf(object) !== undefined;
      return isolatingPatch(object, { ownSource: parseObjectId(source).name, session, keepFromParent });
    });
    if (sent === 'absent') throw new FailureError({ kind: 'gone', message: `${target} is no longer there` });
  }

  return { createSource, switchTarget };
}

/** Rejects where nobody could tell that the session lives. */
export function currentSession(session: string | undefined): string {
  if (session !== undefined) return session;
  throw new FailureError({
    kind: 'forbidden',
    message: 'the session has no Lease, so nobody could tell that it lives',
  });
}

function sharedObject(view: LiveView, target: ObjectId): KubeObject | undefined {
  const definition = view.target(target);
  return definition === undefined ? undefined : view.object(definition.source);
}
