import type { ClusterClient } from '../cluster/client.ts';
import type { Clock } from '../cluster/clock.ts';
import { type ApiResource, type ObjectReference, objectPath } from '../cluster/resource.ts';
import { type Failure, FailureError } from '../domain/failure.ts';
import type { KubeObject } from '../domain/kube-object.ts';
import { type ObjectId, parseObjectId } from '../domain/target.ts';
import { failureOf } from './call.ts';

/** How often an object that changed under our hands is looked at again. */
const LOOKS_MAX = 8;

/** What the steps of one restore share. */
export interface RestoreContext {
  readonly client: ClusterClient;
  readonly resources: ReadonlyMap<string, ApiResource>;
  /** The sessions whose changes are taken back. */
  readonly sessions: ReadonlySet<string>;
  /** Targets that stay isolated. */
  readonly keep: ReadonlySet<ObjectId>;
  /** Takes the marks off targets that somebody pointed elsewhere. */
  readonly forget: boolean;
  readonly signal: AbortSignal | undefined;
  readonly clock: Clock;
  /** Until when targets that Flux is at work on are waited for, all together. */
  readonly restUntilMs: number;
  /** Why nothing more is tried: the server does not answer, or Ctrl-C. */
  ended: Failure | undefined;
}

/** How one request came out, where others act on the same objects at the same time. */
export type Tried = 'done' | 'gone' | 'look-again' | { readonly failure: Failure };

/** Sends nothing any more once the server is away: every single object would wait for its own timeout. */
export async function tried(context: RestoreContext, send: () => Promise<unknown>): Promise<Tried> {
  if (context.signal?.aborted === true) context.ended ??= { kind: 'internal', message: 'interrupted' };
  if (context.ended !== undefined) return { failure: context.ended };
  try {
    await send();
    return 'done';
  } catch (error) {
    const failure = failureOf(error, 'api-server');
    if (failure.kind === 'not-found') return 'gone';
    // 409: a precondition, 422: a `test` of a patch.
    if (failure.statusCode === 409 || failure.statusCode === 422) return 'look-again';
    if (failure.kind === 'unavailable' || failure.kind === 'timeout') context.ended = failure;
    return { failure };
  }
}

/** Acts on the object as it was seen, and where somebody has changed it meanwhile (`look-again`) on what it is then. */
export async function whileItChanges<T>(
  context: RestoreContext,
  id: ObjectId,
  seen: KubeObject,
  act: (object: KubeObject) => Promise<T | Exclude<Tried, 'done'>>,
): Promise<T | 'gone' | { readonly failure: Failure }> {
  let object = seen;
  for (let look = 1; look <= LOOKS_MAX; look += 1) {
    const result = await act(object);
    if (result !== 'look-again') return result;
    const now = await lookedAt(context, id);
    if (now === 'gone' || 'failure' in now) return now;
    object = now.object;
  }
  return { failure: tooOften(id) };
}

/** The object as it is now. */
export async function lookedAt(
  context: RestoreContext,
  id: ObjectId,
): Promise<{ readonly object: KubeObject } | 'gone' | { readonly failure: Failure }> {
  const found: KubeObject[] = [];
  const outcome = await tried(context, async () => {
    found.push(await context.client.get(referenceTo(context, id)));
  });
  const [object] = found;
  if (object !== undefined) return { object };
  return typeof outcome === 'string' ? 'gone' : outcome;
}

export function referenceTo({ resources }: Pick<RestoreContext, 'resources'>, id: ObjectId): ObjectReference {
  const { kind, namespace, name } = parseObjectId(id);
  const resource = resources.get(kind);
  if (resource === undefined) {
    throw new FailureError({ kind: 'not-found', message: `the cluster serves no ${kind}`, dependency: 'api-server' });
  }
  return { ...resource, namespace, name };
}

/** Deletes the object, if it is still as it was seen. */
export function deleted(context: RestoreContext, id: ObjectId, seen: KubeObject): Promise<Tried> {
  return tried(context, () =>
    context.client.request({
      method: 'DELETE',
      path: objectPath(referenceTo(context, id)),
      body: deletionOf(seen),
    }),
  );
}

/** The body of a DELETE that only hits the object as it was seen. */
function deletionOf({ metadata }: KubeObject): unknown {
  const { uid, resourceVersion } = metadata;
  return { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid, resourceVersion } };
}

function tooOften(id: ObjectId): Failure {
  return {
    kind: 'conflict',
    dependency: 'api-server',
    message: `${id} changed each of the ${LOOKS_MAX} times that it was looked at`,
    hint: 'Run it again when whoever changes it is done.',
  };
}
