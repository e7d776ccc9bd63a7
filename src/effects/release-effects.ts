import type { ClusterClient } from '../cluster/client.ts';
import type { ObjectReference } from '../cluster/resource.ts';
import type { Failure } from '../domain/failure.ts';
import type { KubeObject } from '../domain/kube-object.ts';
import { releaseTrouble, resumingPatch, suspendingPatch } from '../domain/stuck-release.ts';
import type { ObjectId } from '../domain/target.ts';
import type { EffectHandler, Outcome } from '../engine/engine.ts';
import { objectReference, REQUESTED_AT, requestAnnotation } from './ask-flux.ts';
import { outcomeOf } from './call.ts';
import type { LiveView } from './live-view.ts';

const RESET_AT = 'reconcile.fluxcd.io/resetAt';

/** The handlers of the effects that get stuck HelmReleases going again. */
export function releaseEffects(dependencies: {
  readonly view: LiveView;
  readonly patch: (reference: ObjectReference, patch: unknown) => Promise<KubeObject>;
  readonly call: <T>(run: () => Promise<T>) => Promise<{ readonly value: T } | { readonly failure: Failure }>;
}): Record<string, EffectHandler> {
  const { view, call } = dependencies;
  /** As they were after our own patch, which the watch may show later. */
  const suspended = new Map<ObjectId, KubeObject>();

  async function patched(id: ObjectId, patch: unknown, succeeded: string): Promise<Outcome> {
    const result = await call(() => dependencies.patch(objectReference(id, view.object(id)), patch));
    return outcomeOf(
      result,
      (object) => {
        suspended.set(id, object);
        return { type: succeeded };
      },
      'RecoveryFailed',
    );
  }

  return {
    // Counts only where it equals requestedAt: both in one patch.
    resetRelease: ({ release, token }: { release: ObjectId; token: string }) =>
      patched(release, { metadata: { annotations: { [REQUESTED_AT]: token, [RESET_AT]: token } } }, 'ReleaseReset'),
    suspendRelease: ({ release }: { release: ObjectId }) => {
      const live = view.object(release);
      if (live === undefined) return goneFailure(release);
      return patched(release, suspendingPatch(live), 'ReleaseSuspended');
    },
    resumeRelease: ({ release, token }: { release: ObjectId; token: string }) => {
      const live = suspended.get(release) ?? view.object(release);
      if (live === undefined) return goneFailure(release);
      const { metadata, spec } = resumingPatch(live);
      const annotations = { ...metadata.annotations, ...requestAnnotation(token) };
      return patched(release, { metadata: { annotations }, spec }, 'ReleaseResumed');
    },
  };
}

/** Takes back what `suspendRelease` did, at once and without a machine: for a process that ends. Rejects with FailureError. */
export async function resumeRelease(
  client: Pick<ClusterClient, 'get' | 'patch'>,
  id: ObjectId,
  live: KubeObject | undefined,
): Promise<void> {
  const reference = objectReference(id, live);
  // What was seen last may be older than our own patch.
  const now = await client.get(reference);
  if (releaseTrouble(now) === 'interrupted') await client.patch(reference, resumingPatch(now));
}

function goneFailure(release: ObjectId): Outcome {
  const failure: Failure = { kind: 'not-found', message: `${release} is no longer in the cluster` };
  return { type: 'RecoveryFailed', failure };
}
